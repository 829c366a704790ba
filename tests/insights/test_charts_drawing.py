from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

_SPEC = {
    "data": {"values": [{"a": 1}]},
    "mark": "point",
    "encoding": {"x": {"field": "a", "type": "quantitative"}},
}


@pytest.fixture(scope="module")
def drawer() -> Iterator[Any]:
    from regulars.insights.charts.drawer import Drawer

    one = Drawer()
    yield one
    one.stop()


def test_a_process_that_fell_over_is_replaced(drawer: Any) -> None:
    order = {"make": "svg", "spec": _SPEC}
    first = drawer.ask(order)
    os.kill(drawer._process.pid, signal.SIGKILL)
    assert drawer.ask(order) == first


def test_a_spec_that_cannot_be_drawn_leaves_the_process_alive(drawer: Any) -> None:
    from regulars.insights.charts import NotDrawn

    drawer.ask({"make": "svg", "spec": _SPEC})
    process = drawer._process
    with pytest.raises(NotDrawn, match="table holds the same figures"):
        drawer.ask({"make": "svg", "spec": {"mark": "nothing"}})
    assert drawer.ask({"make": "svg", "spec": _SPEC})
    assert drawer._process is process


def test_what_takes_too_long_is_given_up(drawer: Any) -> None:
    from regulars.insights.charts import NotDrawn

    with pytest.raises(NotDrawn):
        drawer.ask({"make": "bundle"}, seconds=0.01)
    assert drawer.ask({"make": "svg", "spec": _SPEC})


def test_nothing_is_fetched_from_anywhere(drawer: Any) -> None:
    from regulars.insights.charts import NotDrawn

    far = {**_SPEC, "data": {"url": "http://127.0.0.1:1/figures.json"}}
    with pytest.raises(NotDrawn) as caught:
        drawer.ask({"make": "svg", "spec": far})
    assert "not allowed" in str(caught.value.detail["reason"])


def test_it_ends_without_work_and_with_its_parent() -> None:
    import subprocess
    import sys

    from regulars.insights.charts.drawer import PROGRAM

    for idle in ("0.2", "60"):
        # Standard input stays open in the first case, and ends in the second.
        process = subprocess.Popen([sys.executable, "-P", PROGRAM, idle], stdin=subprocess.PIPE)
        if idle == "60":
            process.communicate()
        assert process.wait(30) == 0
        assert process.stdin is not None
        process.stdin.close()
