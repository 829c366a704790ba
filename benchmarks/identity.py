"""Who is the same person: quality on published sets, and a million records.

    python -m benchmarks.identity [--records 1000000]

Prints JSON. The published sets (Febrl 1, 2 and 4, Splink's fake_1000) are read from a folder beside
the project where it is there; without it they are left out. Febrl 1 and 2 are also matched by
Splink's own recipe in the same run. No label and no social security number is looked at.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks._doubles import doubles

Result = dict[str, Any]
DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
_MOST_SECONDS, _MOST_MB = 300, 4096


def main() -> None:
    """Measure and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="the answer is JSON anyway")
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--many", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.many:
        print(json.dumps(many(chosen.records)))
        return
    results = [*published(), *_apart(chosen.records)]
    machine = {
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }
    print(json.dumps({"name": "identity", "results": results, "machine": machine}, indent=1))


def _apart(records: int) -> list[Result]:
    command = [sys.executable, "-m", "benchmarks.identity", "--many", "--records", str(records)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: list[Result] = json.loads(done.stdout)
    return found


def many(count: int) -> list[Result]:
    """Match ``count`` generated records; memory is this process's, the records included."""
    from regulars.science.matching.finding import find

    records, whose = doubles(count)
    began = time.perf_counter()
    found = find(records)
    seconds = time.perf_counter() - began
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    joined = _score(whose, found.groups)
    said = f"{count:,} generated records"
    return [
        _result(f"{said}, matched in", seconds, "s", _MOST_SECONDS, seconds <= _MOST_SECONDS),
        _result(f"{said}, memory", megabytes, "MB", _MOST_MB, megabytes <= _MOST_MB),
        _result(f"{said}, precision at the automatic line", joined[0], "", 0.99, joined[0] >= 0.99),
        _result(f"{said}, recall at the automatic line", joined[1], ""),
    ]


def published() -> list[Result]:
    """Quality on the published sets, where they are."""
    if not (DATA / "febrl").is_dir():
        return []
    results: list[Result] = []
    for name, files, column, pattern, line, bar in _SETS:
        results += _held(name, [DATA / one for one in files], column, pattern, line, bar)
    return results


_PERSON = r"rec-(\d+)"
_SETS: tuple[tuple[str, tuple[str, ...], str, str, str, float], ...] = (
    ("Febrl 1", ("febrl/dataset1.csv",), "rec_id", _PERSON, "automatic", 0.99),
    ("Febrl 2", ("febrl/dataset2.csv",), "rec_id", _PERSON, "automatic", 0.99),
    (
        "Febrl 4", ("febrl/dataset4a.csv", "febrl/dataset4b.csv"), "rec_id", _PERSON,
        "automatic", 0.997,
    ),
    ("fake_1000", ("splink/fake_1000.csv",), "cluster", "", "with review", 0.934),
)  # fmt: skip


def _held(
    name: str, paths: list[Path], column: str, pattern: str, line: str, bar: float
) -> list[Result]:
    from regulars.identity.evaluating import evaluate

    found = evaluate(paths, truth=column, truth_pattern=pattern)
    results = [
        _result(f"{name}, F1, {said}", one.f1, "", *_bar(line == said, bar, one.f1))
        for said, one in (("automatic", found.automatic), ("with review", found.with_review))
    ]
    sure = found.automatic.precision
    results.append(
        _result(f"{name}, precision at the automatic line", sure, "", *_bar(True, 0.99, sure))
    )
    if len(paths) == 1 and pattern:
        peer = recipe(paths[0])
        results.append(
            _result(
                f"{name}, F1 above Splink's recipe ({peer:.4f})", found.automatic.f1 - peer, "", 0,
                found.automatic.f1 >= peer,
            )
        )  # fmt: skip
    return results


def _bar(counts: bool, bar: float, value: float) -> tuple[float | None, bool | None]:
    return (bar, value >= bar) if counts else (None, None)


def recipe(path: Path) -> float:
    """F1 of clusters at .95 of Splink as its documentation matches Febrl's sets."""
    import csv

    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, skipinitialspace=True))
    whose = [row["rec_id"].split("-")[1] for row in rows]
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.NameComparison("given_name"),
            cl.NameComparison("surname"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.LevenshteinAtThresholds("postcode", [1]),
            cl.JaroWinklerAtThresholds("address_1", [0.9, 0.8]),
            cl.JaroWinklerAtThresholds("suburb", [0.9, 0.8]),
            cl.LevenshteinAtThresholds("street_number", [1]),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("given_name", "surname"),
            block_on("dob"),
            block_on("postcode", "street_number"),
            block_on("surname", "postcode"),
            block_on("given_name", "postcode"),
            block_on("address_1"),
        ],
    )
    linker = Linker(DuckDBAPI().register(_table(rows)), settings, log_level=None)
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("given_name", "surname", "dob")], recall=0.7
    )
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in (block_on("dob"), block_on("surname", "postcode")):
        training.estimate_parameters_using_expectation_maximisation(rule)
    scored = linker.inference.predict(threshold_match_probability=0.001)
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(
        scored, threshold_match_probability=0.95
    )
    groups = {one["unique_id"]: one["cluster_id"] for one in found.as_record_list()}
    precision, recall = _score(whose, groups)
    return 2 * precision * recall / (precision + recall)


def _table(rows: list[dict[str, str]]) -> Any:
    import pyarrow as pa

    columns: dict[str, Any] = {
        name: pa.array([row[name] or None for row in rows], pa.string())
        for name in ("given_name", "surname", "postcode", "address_1", "suburb", "street_number")
    }
    born = [row["date_of_birth"] for row in rows]
    dob = [f"{one[:4]}-{one[4:6]}-{one[6:]}" if len(one) == 8 else None for one in born]
    return pa.table({"unique_id": range(len(rows)), "dob": pa.array(dob, pa.string()), **columns})


def _score(whose: list[Any], groups: dict[int, Any]) -> tuple[float, float]:
    from collections import Counter

    of = [groups.get(place, place) for place in range(len(whose))]

    def pairs(keys: list[Any]) -> int:
        return sum(count * (count - 1) // 2 for count in Counter(keys).values())

    right = pairs(list(zip(of, whose, strict=True)))
    return right / max(1, pairs(of)), right / max(1, pairs(whose))


def _result(
    what: str, value: float, unit: str, bar: float | None = None, met: bool | None = None
) -> Result:
    return {"what": what, "value": value, "unit": unit, "bar": bar, "met": met}


if __name__ == "__main__":
    main()
