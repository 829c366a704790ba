"""A progress bar for anything that takes over two seconds; silent where nobody watches."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress


class Bar:
    """``with Bar("till.csv") as bar: bar.show(0.4)`` draws on standard error after two seconds."""

    def __init__(self, title: str) -> None:
        self.title = title
        self._began = time.monotonic()
        self._progress: Progress | None = None

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    def show(self, share: float) -> None:
        """Draw ``share`` (0 to 1)."""
        if sys.stderr.isatty() and time.monotonic() - self._began >= 2:
            progress = self._drawn(1.0)
            progress.update(progress.task_ids[0], total=1.0, completed=share)

    def wait(self) -> None:
        """Draw a bar that runs to and fro: this takes long, and nobody knows how far it is."""
        if sys.stderr.isatty():
            self._drawn(None)

    def _drawn(self, total: float | None) -> Progress:
        if self._progress is None:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
            self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
            self._progress.add_task(self.title, total=total)
            self._progress.start()
        return self._progress
