"""The WSGI entry that the server runs."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.config.settings")
pages = get_wsgi_application()

# After Django is set up: the door reads the same models.
from django.db import close_old_connections  # noqa: E402

from regulars.sources.intake.door import ahead_of  # noqa: E402

application = ahead_of(pages, close_old_connections)
