"""What `regulars demo` prints while it builds the demo world."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from regulars.cli.progress import Bar
from regulars.sectors.demo import Telling


class Printing(Telling):
    """Lines on standard output, and a bar for each stage on standard error."""

    def say(self, text: str) -> None:
        """Print one line at once."""
        print(text, flush=True)

    @contextmanager
    def stage(self, title: str, *, counts: bool = False) -> Iterator[Callable[[float], None]]:
        """Draw a bar; it runs to and fro where the stage does not count."""
        with Bar(title) as bar:
            if not counts:
                bar.wait()
            yield bar.show
