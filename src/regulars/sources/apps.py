from __future__ import annotations

from django.apps import AppConfig


class SourcesConfig(AppConfig):
    name = "regulars.sources"
    label = "sources"
