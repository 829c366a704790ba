"""Repeat buying: published estimates, hold-out accuracy and speed beside `lifetimes`.

    python -m benchmarks.science_repeat_buying [--json]

CDNOW is read from $REGULARS_SHARED_DATA, or from shared/data beside the repository. `lifetimes`
runs in the interpreter named by $REGULARS_PEER_PYTHON, or in this one when it is installed; without
it the ratios are null. Our own fits and theirs alternate, so both see the same load.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import gzip
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

CALIBRATION_END = dt.date(1997, 9, 30)
HOLDOUT_END = dt.date(1998, 6, 30)
WEEKS = 39.0
Result = dict[str, Any]
Columns = tuple[np.ndarray, np.ndarray, np.ndarray]


def shared_data() -> Path:
    """Folder of the real data sets; it may not exist."""
    named = os.environ.get("REGULARS_SHARED_DATA")
    return Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"


def read_cdnow(path: Path) -> Columns:
    """Customer number, ordinal day and value of every purchase in one of the CDNOW files."""
    lines = [line.split() for line in path.read_text().splitlines()]
    at = 1 if path.name == "CDNOW_sample.txt" else 0
    rows = [line[at:] for line in lines if line and line[-1][0].isdigit()]
    customer = np.unique([row[0] for row in rows], return_inverse=True)[1]
    days = {row[1]: dt.datetime.strptime(row[1], "%Y%m%d").toordinal() for row in rows}
    return (
        customer,
        np.array([days[row[1]] for row in rows]),
        np.array([float(row[3]) for row in rows]),
    )


def weekly(purchases: Columns, end: dt.date) -> Columns:
    """(frequency, recency, age) in weeks at ``end``."""
    from regulars.science.purchases import purchase_days

    now = purchase_days(*purchases).upto(end.toordinal())
    return now.frequency, now.recency / 7, now.age / 7


def repeat_values(purchases: Columns, end: dt.date) -> tuple[np.ndarray, np.ndarray]:
    """Number and mean value of everybody's repeat purchase days up to ``end``, if above 0."""
    from regulars.science.purchases import purchase_days

    days = purchase_days(*purchases)
    is_first = np.concatenate(([True], days.customer[1:] != days.customer[:-1]))
    repeat = ~is_first & (days.day <= end.toordinal())
    count = np.bincount(days.customer[repeat])
    total = np.bincount(days.customer[repeat], weights=days.value[repeat])
    spent = total > 0
    return count[spent], total[spent] / count[spent]


def entry(
    what: str, value: float | None, unit: str, bar: float | None, *, most: bool = True
) -> Result:
    """One line of the answer; ``most`` says the bar is an upper one."""
    met = None
    if value is not None and bar is not None:
        met = value <= bar if most else value >= bar
    return {"what": what, "value": value, "unit": unit, "bar": bar, "met": met}


def published(sample: Columns, values: tuple[np.ndarray, np.ndarray]) -> list[Result]:
    """Every estimate against its printed digits."""
    from regulars.science.repeat_buying import fit_bg_nbd, fit_gamma_gamma, fit_pareto_nbd

    cases: list[tuple[str, Any, dict[str, str]]] = [
        (
            "BG/NBD",
            fit_bg_nbd(*sample),
            {"r": ".243", "alpha": "4.414", "a": ".793", "b": "2.426", "log_likelihood": "-9582.4"},
        ),
        (
            "Pareto/NBD",
            fit_pareto_nbd(*sample),
            {
                "r": ".553",
                "alpha": "10.578",
                "s": ".606",
                "beta": "11.669",
                "log_likelihood": "-9595.0",
            },
        ),
        (
            "Gamma-Gamma",
            fit_gamma_gamma(*values),
            {"p": "6.25", "q": "3.74", "gamma": "15.44"},
        ),
    ]
    results = []
    for model, fit, digits in cases:
        for name, text in digits.items():
            value = float(getattr(fit, name))
            decimals = len(text.split(".")[1])
            results.append(
                {
                    "what": f"CDNOW {model} {name}",
                    "value": round(value, decimals + 2),
                    "unit": "",
                    "bar": float(text),
                    "met": f"{value:.{decimals}f}" == f"{float(text):.{decimals}f}",
                }
            )
    return results


def holdout(transactions: Columns) -> list[Result]:
    """Accuracy over the 39 weeks after the calibration.

    The Brier score is that of the chance recalibrated on the second half of the calibration, as a
    shop's scores are. Beside it stand that of the model's own exact chance, and of the peer's
    P(alive) · P(buys | never leaves), which overstates the chance under its own model.
    """
    from regulars.science import accuracy
    from regulars.science.backtest import recalibration
    from regulars.science.purchases import purchase_days
    from regulars.science.repeat_buying import fit_mbg_nbd, fit_pareto_nbd

    purchases = purchase_days(*transactions)
    end = CALIBRATION_END.toordinal()
    known = purchases.upto(end).customer
    bought = purchases.bought(known, end, HOLDOUT_END.toordinal())
    columns = weekly(transactions, CALIBRATION_END)
    pareto, mbg = fit_pareto_nbd(*columns), fit_mbg_nbd(*columns)
    expected = pareto.expected_purchases(WEEKS, *columns)
    chance = pareto.probability_buying_again(WEEKS, *columns)
    put_right = recalibration(fit_pareto_nbd, purchases, end, HOLDOUT_END.toordinal() - end)
    stays = pareto.probability_alive(*columns) * (
        1 - (1 + WEEKS / (pareto.alpha + columns[2])) ** -(pareto.r + columns[0])
    )
    error = float(np.abs(expected - bought).mean())
    name = "CDNOW hold-out, Pareto/NBD"
    return [
        entry(f"{name} MAE", error, "purchases", 0.755, most=True),
        entry(f"{name} AUC", accuracy.auc(bought > 0, expected), "", 0.778, most=False),
        entry(f"{name} Brier", accuracy.brier(bought > 0, put_right(chance)), "", 0.160, most=True),
        entry(f"{name} Brier, own exact chance", accuracy.brier(bought > 0, chance), "", None),
        entry(f"{name} Brier, peer's formula", accuracy.brier(bought > 0, stays), "", None),
        entry(
            f"{name} top-tenth share",
            accuracy.top_share(bought, expected),
            "",
            0.470,
            most=False,
        ),
        entry(
            "CDNOW hold-out, MBG/NBD top-tenth share",
            accuracy.top_share(bought, mbg.expected_purchases(WEEKS, *columns)),
            "",
            0.475,
            most=False,
        ),
    ]


def seconds(job: Callable[[], object]) -> float:
    """Wall time of one call."""
    begun = time.perf_counter()
    job()
    return time.perf_counter() - begun


def peer_python() -> str | None:
    """An interpreter that has `lifetimes`."""
    for python in (os.environ.get("REGULARS_PEER_PYTHON"), sys.executable):
        if python:
            probe = subprocess.run([python, "-c", "import lifetimes"], capture_output=True)
            if probe.returncode == 0:
                return python
    return None


def against_peer(columns: Columns, repeats: int, label: str) -> list[Result]:
    """How many times faster each fit is than the peer's, both as medians of alternating runs."""
    from regulars.science.repeat_buying import fit_bg_nbd, fit_mbg_nbd, fit_pareto_nbd

    fits = {"BG/NBD": fit_bg_nbd, "MBG/NBD": fit_mbg_nbd, "Pareto/NBD": fit_pareto_nbd}
    python = peer_python()
    theirs: dict[str, list[float]] = {name: [] for name in fits}
    ours: dict[str, list[float]] = {name: [] for name in fits}
    peer = None
    if python:
        peer = subprocess.Popen(
            [python, __file__, "--peer"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert peer.stdin and peer.stdout
        peer.stdin.write(json.dumps([column.tolist() for column in columns]) + "\n")
    for fit in fits.values():
        fit(*columns)
    for _ in range(repeats):
        for name, fit in fits.items():
            ours[name] += [seconds(lambda fit=fit: fit(*columns)) for _ in range(5)]
            if peer and peer.stdin and peer.stdout:
                peer.stdin.write(name + "\n")
                peer.stdin.flush()
                theirs[name].append(float(peer.stdout.readline()))
    if peer and peer.stdin:
        peer.stdin.close()
        peer.wait()
    results = []
    for name in fits:
        mine = statistics.median(ours[name])
        ratio = statistics.median(theirs[name]) / mine if python else None
        line = entry(
            f"{label}, {name} fit, times faster than lifetimes", ratio, "x", 30, most=False
        )
        results.append({**line, "ours_seconds": mine})
    return results


def run_peer() -> None:
    """The other side of :func:`against_peer`: fits by name, answers seconds."""
    import warnings

    warnings.filterwarnings("ignore")
    import lifetimes
    import pandas as pd

    fitters = {
        "BG/NBD": lifetimes.BetaGeoFitter,
        "MBG/NBD": lifetimes.ModifiedBetaGeoFitter,
        "Pareto/NBD": lifetimes.ParetoNBDFitter,
    }
    columns = [pd.Series(column) for column in json.loads(sys.stdin.readline())]
    for fitter in fitters.values():
        fitter().fit(*columns)
    for line in sys.stdin:
        print(seconds(lambda name=line.strip(): fitters[name]().fit(*columns)), flush=True)


def simulate(people: int, seed: int = 1) -> Columns:
    """BG/NBD customers over two years, at day resolution."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(0.25, 1 / 30.0, people)
    leaving = rng.beta(0.8, 2.4, people)
    age = rng.integers(1, 731, people).astype(np.float64)
    frequency, recency, clock = np.zeros(people), np.zeros(people), np.zeros(people)
    here = np.arange(people)
    while here.size:
        clock[here] += rng.exponential(1.0, here.size) / rate[here]
        here = here[clock[here] < age[here]]
        frequency[here] += 1
        recency[here] = np.floor(clock[here])
        here = here[rng.random(here.size) > leaving[here]]
    return frequency, recency, age


def at_scale(master: Columns) -> list[Result]:
    """Every CDNOW customer by Pareto/NBD, a million simulated ones by BG/NBD and MBG/NBD."""
    from regulars.science.repeat_buying import fit_bg_nbd, fit_mbg_nbd, fit_pareto_nbd

    def whole(fit: Callable[..., Any], columns: Columns, horizon: float) -> None:
        model = fit(*columns)
        model.probability_buying_again(horizon, *columns)
        model.expected_purchases(horizon, *columns)

    million = simulate(1_000_000)
    took = seconds(lambda: [whole(fit, million, 90) for fit in (fit_bg_nbd, fit_mbg_nbd)])
    all_cdnow = seconds(lambda: whole(fit_pareto_nbd, master, WEEKS))
    return [
        entry("CDNOW, all 23,570 by Pareto/NBD, fit and score", all_cdnow, "s", 3, most=True),
        entry("1,000,000 people by BG/NBD and MBG/NBD, fit and score", took, "s", 10, most=True),
    ]


def online_retail(path: Path) -> list[Result]:
    """Whether each model converges, or says which limit it fell back to."""
    from regulars.science.purchases import purchase_days
    from regulars.science.repeat_buying import fit_bg_nbd, fit_mbg_nbd, fit_pareto_nbd

    customer, day = [], []
    with gzip.open(path, "rt", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["CustomerID"] and float(row["Quantity"]) > 0 and float(row["UnitPrice"]) > 0:
                customer.append(int(float(row["CustomerID"])))
                day.append(dt.date.fromisoformat(row["InvoiceDate"][:10]).toordinal())
    now = purchase_days(customer, day).upto(dt.date(2011, 9, 9).toordinal())
    results = []
    for name, fit in (
        ("BG/NBD", fit_bg_nbd),
        ("MBG/NBD", fit_mbg_nbd),
        ("Pareto/NBD", fit_pareto_nbd),
    ):
        model = fit(now.frequency, now.recency, now.age)
        line = entry(f"Online Retail {name} converged", float(model.converged), "", 1, most=False)
        results.append({**line, "message": model.message})
    return results


def run() -> dict[str, Any]:
    """All results; those whose data are absent are left out."""
    folder = shared_data() / "cdnow"
    results: list[Result] = []
    if folder.is_dir():
        purchases = read_cdnow(folder / "CDNOW_sample.txt")
        sample = weekly(purchases, CALIBRATION_END)
        master = weekly(read_cdnow(folder / "CDNOW_master.txt"), CALIBRATION_END)
        results += published(sample, repeat_values(purchases, CALIBRATION_END))
        results += holdout(purchases)
        results += against_peer(sample, 9, "CDNOW sample (2,357)")
        results += against_peer(master, 5, "CDNOW all (23,570)")
        results += at_scale(master)
    retail = shared_data() / "online_retail" / "online_retail_uci_from_spark_guide.csv.gz"
    if retail.is_file():
        results += online_retail(retail)
    machine = {
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "numpy": np.__version__,
    }
    return {"name": "science_repeat_buying", "results": results, "machine": machine}


def main() -> None:
    """Print the results as lines, or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.peer:
        run_peer()
        return
    answer = run()
    if chosen.json:
        print(json.dumps(answer, indent=1))
        return
    for line in answer["results"]:
        value = "not measured" if line["value"] is None else f"{line['value']:.5g} {line['unit']}"
        verdict = {True: "met", False: "NOT MET", None: "-"}[line["met"]]
        print(f"{line['what']:<62} {value:>16}  bar {line['bar']:<9g} {verdict}")


if __name__ == "__main__":
    main()
