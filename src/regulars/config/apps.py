"""Wiring that needs every floor: collects what they declare."""

from __future__ import annotations

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Collects permissions and privacy handlers once every model is loaded."""

    name = "regulars.config"
    label = "regulars_config"

    def ready(self) -> None:
        from regulars.config.collection import collect

        collect()
