"""The demo world as its owner meets it: how soon it stands, how soon its pages are painted in a
browser, what they weigh, and what the server holds in memory after a refresh.

    python -m benchmarks.demo_world [--settle SECONDS] [--data FOLDER]

Prints one JSON object. *Painted* is the largest contentful paint that Chromium tells, each page
opened anew; weights leave pictures of charts out. Memory is the proportional set size of the
process tree, ``--settle`` seconds (300) after a refresh and ten page views. ``--data`` takes a
demo world that stands already.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import serve_memory as serving

Result = dict[str, Any]
_PAGES = ("/", "/insights", "/insights/products", "/people", "/sources", "/settings")
_STANDS_BAR, _PAINT_BAR, _WEIGHT_BAR = 90.0, 1000.0, 100_000
_VIEWS = 10
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")
_PAINT = """() => new Promise((done) => {
  let last = 0;
  new PerformanceObserver((list) => { for (const one of list.getEntries()) last = one.startTime; })
    .observe({ type: "largest-contentful-paint", buffered: true });
  setTimeout(() => done(last), 700);
})"""

# As sent, packed where the server packs.
_WEIGHT = """() =>
  [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .filter((one) => !one.name.includes("/charts/"))
    .reduce((sum, one) => sum + one.encodedBodySize, 0)"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settle", type=float, default=300.0)
    parser.add_argument("--data")
    parser.add_argument("--json", action="store_true", help="say it in JSON (it always does)")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as scratch:
        folder = Path(chosen.data or Path(scratch, "demo"))
        results = [] if chosen.data else [_stands(folder)]
        results += _served(folder, chosen.settle)
    report = {"name": "The demo world", "results": results, "machine": serving.machine()}
    print(json.dumps(report, indent=1))


def _stands(folder: Path) -> Result:
    began = time.monotonic()
    _regulars(folder, "demo", "--no-serve")
    seconds = time.monotonic() - began
    return serving.row("from an empty folder to the demo world", seconds, "s", _STANDS_BAR)


def _regulars(folder: Path, *words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "regulars.cli", *words],
        env={**os.environ, "REGULARS_DATA": str(folder)},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def _served(folder: Path, settle_seconds: float) -> list[Result]:
    port = serving.free_port()
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "regulars.config.serving", "--port", str(port)],
        env={**os.environ, "REGULARS_DATA": str(folder)},
        stdout=subprocess.DEVNULL,
    )
    try:
        address = f"http://localhost:{port}"
        healthy = serving.seconds_until(f"{address}/healthz", began, process)
        results = [serving.row("with it: /healthz answers", healthy, "s", serving.SECONDS_BAR)]
        results += _looked_at(address, folder)
        _regulars(folder, "refresh", "--rebuild")
        _looked_at(address, folder, views=_VIEWS)
        time.sleep(settle_seconds)
        processes = serving.tree(process.pid)
        held = sum(serving.pss_bytes(pid) for pid in processes) / 1e6
        what = f"memory of {len(processes)} processes, {settle_seconds:.0f} s after a refresh"
        return [*results, serving.row(what, held, "MB", serving.MEGABYTES_BAR)]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _looked_at(address: str, folder: Path, views: int = 0) -> list[Result]:
    """Sign in and open the pages; with ``views`` that many of them in turn, unmeasured."""
    from playwright.sync_api import sync_playwright

    password = (folder / "demo-password.txt").read_text("utf-8").strip()
    program = shutil.which("chromium")
    if program is None:
        return [{"what": "pages in Chromium", "value": None, "unit": "ms", "bar": _PAINT_BAR}]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_FLAGS))
        tab = browser.new_context(locale="en-GB").new_page()
        tab.goto(f"{address}/account/login")
        tab.get_by_label("Email").fill("owner@demo.example")
        tab.get_by_label("Password").fill(password)
        tab.get_by_role("button", name="Sign in", exact=True).click()
        tab.wait_for_url(f"{address}/")
        if views:
            for number in range(views):
                tab.goto(f"{address}{_PAGES[number % len(_PAGES)]}", wait_until="load")
            return []
        results = [row for path in _PAGES for row in _painted(tab, address, path)]
        browser.close()
    return results


def _painted(tab: Any, address: str, path: str) -> list[Result]:
    tab.goto("about:blank")
    tab.goto(f"{address}{path}", wait_until="load")
    painted = float(tab.evaluate(_PAINT))
    weight = float(tab.evaluate(_WEIGHT))
    return [
        serving.row(f"{path}: largest contentful paint", painted, "ms", _PAINT_BAR),
        serving.row(f"{path}: weight before charts", weight, "B", _WEIGHT_BAR),
    ]


if __name__ == "__main__":
    main()
