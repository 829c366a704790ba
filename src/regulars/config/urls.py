"""Every address."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from regulars.api.urls import api
from regulars.config.health import healthz

handler400 = "regulars.web.errors.bad_request"
handler403 = "regulars.web.errors.refused"
handler404 = "regulars.web.errors.not_found"
handler500 = "regulars.web.errors.failed"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("api/v1/", api.urls),
    path("", include("regulars.web.urls")),
]
