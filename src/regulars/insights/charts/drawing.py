"""The drawing process, a program of its own: ``python -P drawing.py [SECONDS]``.

Orders come as lines of JSON on standard input, answers go as a line of JSON and as many bytes as it
says. It ends when its parent does, and by itself after half a minute (or so many seconds) without
work, so that what it needs (a JavaScript engine, some 150 MB) is held only while charts are drawn.
"""

from __future__ import annotations

import json
import os
import re
import select
import signal
import sys
from collections.abc import Iterator
from typing import Any

IDLE_SECONDS = 30.0
# Within a tag only: what people named may read like one of these.
_IN_TAG = r"(?=[^<>]*>)"
_FONT = re.compile(rf' font-family="([^"]*)"{_IN_TAG}')
_DECIMALS = re.compile(rf"(\d\.\d\d)\d+{_IN_TAG}")
_ROLES = re.compile(rf' (?:class|role|aria-[a-z]+|pointer-events)="[^"]*"{_IN_TAG}')
_FIRST = {"data": {"values": [{"a": 1}]}, "mark": "point", "encoding": {"x": {"field": "a"}}}


def main(idle_seconds: float = IDLE_SECONDS) -> None:
    """Draw until there is nothing to do."""
    # Ctrl-C reaches every process of a terminal; the end of the parent ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The engine takes a second to start: it does so before the first order comes.
    _make({"make": "svg", "spec": _FIRST})
    for line in _lines(idle_seconds):
        try:
            ok, content = True, _make(json.loads(line))
        except Exception as error:
            ok, content = False, str(error).encode("utf-8", "replace")
        head = json.dumps({"ok": ok, "size": len(content)}).encode() + b"\n"
        sys.stdout.buffer.write(head + content)
        sys.stdout.buffer.flush()


def _lines(idle_seconds: float) -> Iterator[bytes]:
    held = b""
    while select.select([0], [], [], idle_seconds)[0]:
        part = os.read(0, 1 << 20)
        if not part:
            return
        held += part
        *whole, held = held.split(b"\n")
        yield from whole


def slim(svg: str) -> str:
    """Return the picture with its font said once, hundredths of a pixel, and no words on roles."""
    fonts = set(_FONT.findall(svg))
    if len(fonts) == 1:
        svg = _FONT.sub("", svg).replace("<svg ", f'<svg font-family="{fonts.pop()}" ', 1)
    return _DECIMALS.sub(r"\1", _ROLES.sub("", svg))


def _make(order: dict[str, Any]) -> bytes:
    import vl_convert

    # No address is allowed: a chart brings its data along.
    nowhere: list[str] = []
    if order["make"] == "svg":
        return slim(vl_convert.vegalite_to_svg(order["spec"], allowed_base_urls=nowhere)).encode()
    if order["make"] == "png":
        return vl_convert.vegalite_to_png(
            order["spec"], scale=order["scale"], allowed_base_urls=nowhere
        )
    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;").encode()


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
    # The engine's threads would hold up an ordinary end.
    os._exit(0)
