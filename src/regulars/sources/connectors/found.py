"""Which connectors there are: ours and those of other packages, by entry points.

A package says ``[project.entry-points."regulars.connectors"]`` and names a `Connector`.
"""

from __future__ import annotations

import logging
from functools import cache
from importlib.metadata import entry_points

from regulars.sources.connectors.contract import Connector

GROUP = "regulars.connectors"
_log = logging.getLogger(__name__)


@cache
def connectors() -> dict[str, Connector]:
    """Return every connector by its kind; one that cannot be loaded is left out and logged."""
    found: dict[str, Connector] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda one: one.name):
        try:
            loaded = entry.load()
        except Exception:
            _log.exception("the connector %s (%s) cannot be loaded", entry.name, entry.value)
            continue
        if isinstance(loaded, Connector) and loaded.kind == entry.name:
            found.setdefault(loaded.kind, loaded)
        else:
            _log.error("%s is no connector called %s", entry.value, entry.name)
    return found
