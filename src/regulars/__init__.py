"""Regulars: the customer-experience system a small business runs for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regulars.notebook import Workspace

__all__ = ["Workspace"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name == "Workspace":
        from regulars.notebook import Workspace

        return Workspace
    raise AttributeError(f"module 'regulars' has no attribute {name!r}")
