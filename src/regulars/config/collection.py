"""Collects what floors declare: permissions, privacy handlers, sector packs."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

FLOORS = ("jobs", "accounts", "sources", "identity", "profiles", "insights")


def collect() -> None:
    """Import every floor's declarations into the registries that use them. Done once a process."""
    from regulars.accounts.permissions import declare
    from regulars.profiles import data_map
    from regulars.profiles.erasure import register

    for floor in FLOORS:
        if find_spec(f"regulars.{floor}.permissions"):
            declare(import_module(f"regulars.{floor}.permissions").PERMISSIONS)
        if find_spec(f"regulars.{floor}.privacy"):
            privacy = import_module(f"regulars.{floor}.privacy")
            register(privacy.HANDLERS)
            data_map.also_kept(getattr(privacy, "ALSO_KEPT", {}))
    import_module("regulars.insights.erasing")
    from regulars import sectors
    from regulars.insights import leading

    leading.declare(sectors.pack)
