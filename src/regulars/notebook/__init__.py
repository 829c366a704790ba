"""`from regulars import Workspace`: the same questions in a notebook, answered as Arrow tables."""

from __future__ import annotations

from regulars.notebook.workspace import Workspace

__all__ = ["Workspace"]
