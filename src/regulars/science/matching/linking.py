"""Scores pairs of records by the Fellegi-Sunter model, trained on the records themselves (Splink).

Blocking keeps a million records within reach: a pair is looked at when it shares one of ``KEYS``,
and of each key only values so rare that its pairs fit a budget.
"""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from regulars.science.matching.comparing import (
    COMPARISONS,
    PRIOR_PAIRS,
    Comparison,
    settings_of,
)
from regulars.science.matching.normalising import COMPARED

KEYS = {
    "both_names": "first || '|' || last",
    "names_either_way": "least(first, last) || '|' || greatest(first, last)",
    "birth_date": "born",
    "house": "postcode || '|' || house",
    "last_there": "last || '|' || postcode",
    "first_there": "first || '|' || postcode",
    "street": "street",
    "street_and_house": "street || '|' || house",
    "email": "email",
    "email_user": "split_part(email, '@', 1)",
    "phone": "phone",
    "letters_and_year": "substr(first, 1, 2) || substr(last, 1, 2) || substr(born, 1, 4)",
    "last": "last",
    "first": "first",
}
# Pairs a key may bring: a small business can afford them all.
_FEWEST_PAIRS = 300_000
_PAIRS_A_RECORD = 4
# Records that agree on all of one of these are taken for one person when the share of matches
# among all pairs is estimated, and such rules find about this share of all matches.
_SURE = (("first", "last", "born"), ("first", "email"), ("first", "last", "street", "postcode"))
_SURE_FIND = 0.7
# Trained on pairs that agree on all of one, each for the comparisons of the other columns.
_TRAINED_ON = (("born",), ("last", "postcode"), ("first", "last"), ("email",), ("phone",))
_TRAINING_PAIRS = 1_000_000
# At least so many of a hundred records are doubles: none found does not mean that there are none.
_FEWEST_DOUBLES = 0.01
_U_PRIOR_PAIRS = 1_000
_RARE = tuple(
    dict.fromkeys(level.rarity for one in COMPARISONS for level in one.levels if level.rarity)
)
_MEMORY = "2500MB"
_KEEP_FROM = 0.05


@dataclass(frozen=True, slots=True)
class Model:
    """A trained model: Splink's settings with every chance filled in, and on how many records."""

    settings: dict[str, Any]
    records: int
    compared: tuple[str, ...]


@contextmanager
def opened(tables: Sequence[Sequence[Sequence[str | None]]]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Lay normalised records (rows in the order of ``COMPARED``) of one or two files into a
    database of its own, as table ``records`` with running numbers from 0 and the file's place."""
    with tempfile.TemporaryDirectory() as folder:
        con = duckdb.connect(str(Path(folder) / "matching.duckdb"))
        try:
            con.execute(f"SET memory_limit = '{_MEMORY}'")
            con.execute(f"SET temp_directory = '{folder}/spill'")
            con.execute("SET preserve_insertion_order = false")
            con.register("given", _arrow(tables))
            con.execute("CREATE TABLE records AS SELECT * FROM given").fetchall()
            con.unregister("given")
            _key(con)
            yield con
        finally:
            con.close()


def _arrow(tables: Sequence[Sequence[Sequence[str | None]]]) -> pa.Table:
    rows = [row for table in tables for row in table]
    columns = {
        name: pa.array([row[place] for row in rows], pa.string())
        for place, name in enumerate(COMPARED)
    }
    parts = [part for part, table in enumerate(tables) for _ in table]
    return pa.table(
        {
            "unique_id": pa.array(range(len(rows)), pa.int64()),
            "source_dataset": pa.array([f"file{part}" for part in parts], pa.string()),
            **columns,
        }
    )


def _key(con: duckdb.DuckDBPyConnection) -> None:
    """Add the blocking keys, each without its values that too many records share."""
    records = _one(con, "SELECT count(*) FROM records")
    budget = max(_FEWEST_PAIRS, _PAIRS_A_RECORD * records)
    for name, expression in KEYS.items():
        most = _most_to_a_value(con, expression, budget)
        con.execute(f"ALTER TABLE records ADD COLUMN key_{name} VARCHAR").fetchall()
        con.execute(
            f"UPDATE records SET key_{name} = {expression} WHERE {expression} IN (SELECT "
            f"{expression} AS value FROM records GROUP BY value HAVING count(*) BETWEEN 2 AND "
            f"{most})"
        ).fetchall()


def _most_to_a_value(con: duckdb.DuckDBPyConnection, expression: str, budget: int) -> int:
    sizes = con.execute(
        f"SELECT size, count(*) FROM (SELECT count(*) AS size FROM records WHERE {expression} "
        f"IS NOT NULL GROUP BY {expression}) WHERE size > 1 GROUP BY size ORDER BY size"
    ).fetchall()
    pairs, most = 0, 1
    for size, count in sizes:
        pairs += count * size * (size - 1) // 2
        if pairs > budget:
            break
        most = size
    return most


def train(con: duckdb.DuckDBPyConnection, *, is_across: bool) -> Model:
    """Fit the chances to the records laid out in ``con``; ``is_across``: pairs of two files only.

    Estimated by expectation-maximisation without any label; where there is little to learn from,
    they stay near the chances of `comparing`.
    """
    present = _present(con)
    compared = [one for one in COMPARISONS if present.issuperset(one.columns)]
    linker = _linker(con, _settings(compared, is_across, _share_of_matches(con, present)))
    linker.training.estimate_u_using_random_sampling(max_pairs=_TRAINING_PAIRS, seed=1)
    for columns in _TRAINED_ON:
        if present.issuperset(columns) and _pairs_on(con, columns, is_across):
            linker.training.estimate_parameters_using_expectation_maximisation(
                block_on(*columns), max_pairs=_TRAINING_PAIRS
            )
    trained = json.loads(json.dumps(linker.misc.save_model_to_json()))
    records = _one(con, "SELECT count(*) FROM records")
    return Model(_blended(trained, compared, records), records, tuple(one.name for one in compared))


def score(con: duckdb.DuckDBPyConnection, model: Model) -> str:
    """Score every pair that shares a key; returns the name of the table with one row per pair,
    of those likelier than one in twenty."""
    linker = _linker(con, model.settings)
    found = linker.inference.predict(threshold_match_probability=_KEEP_FROM)
    return str(found.physical_name)


def _linker(con: duckdb.DuckDBPyConnection, settings: Any) -> Linker:
    logging.getLogger("splink").setLevel(logging.ERROR)
    api = DuckDBAPI(connection=con)
    linker = Linker(_frames(con, api), settings, log_level=None)
    for column in _RARE:
        # Among all records, and without one of the two that agree: a value that nobody else bears
        # is rare, also where few records say anything.
        con.execute(
            f"CREATE OR REPLACE TABLE rare_{column} AS SELECT {column}, greatest(count(*) - 1, 1) "
            f"/ (SELECT count(*) FROM records) AS tf_{column} FROM records "
            f"WHERE {column} IS NOT NULL GROUP BY {column}"
        ).fetchall()
        linker.table_management.register_term_frequency_lookup(
            api.register(f"rare_{column}"), column
        )
    return linker


def _frames(con: duckdb.DuckDBPyConnection, api: DuckDBAPI) -> Any:
    parts = con.execute("SELECT DISTINCT source_dataset FROM records ORDER BY 1").fetchall()
    for (part,) in parts:
        con.execute(
            f"CREATE OR REPLACE VIEW {part} AS SELECT * EXCLUDE (source_dataset) FROM records "
            f"WHERE source_dataset = '{part}'"
        ).fetchall()
    frames = [api.register(part, dataset_display_name=part) for (part,) in parts]
    return frames if len(frames) > 1 else frames[0]


def _settings(compared: Sequence[Comparison], is_across: bool, share: float) -> SettingsCreator:
    return SettingsCreator(
        link_type="link_only" if is_across else "dedupe_only",
        comparisons=[settings_of(one) for one in compared],
        blocking_rules_to_generate_predictions=[block_on(f"key_{one}") for one in KEYS],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
        probability_two_random_records_match=share,
    )


def _present(con: duckdb.DuckDBPyConnection) -> set[str]:
    counts = con.execute(
        f"SELECT {', '.join(f'count({one})' for one in COMPARED)} FROM records"
    ).fetchall()[0]
    return {name for name, count in zip(COMPARED, counts, strict=True) if count > 1}


def _share_of_matches(con: duckdb.DuckDBPyConnection, present: set[str]) -> float:
    """Return how many of all pairs are matches, from those that agree on everything sure."""
    rules = [rule for rule in _SURE if present.issuperset(rule)]
    sure = sum(_pairs_on(con, rule, False) for rule in rules) / max(1, len(rules))
    records = _one(con, "SELECT count(*) FROM records")
    every = max(1, records * (records - 1) // 2)
    return float(min(0.5, max(sure / _SURE_FIND, _FEWEST_DOUBLES * records) / every))


def _pairs_on(con: duckdb.DuckDBPyConnection, columns: Sequence[str], is_across: bool) -> int:
    known = " AND ".join(f"{one} IS NOT NULL" for one in columns)
    across = " - sum(a * (a - 1) // 2 + b * (b - 1) // 2)" if is_across else ""
    return _one(
        con,
        f"SELECT coalesce(sum(n * (n - 1) // 2){across}, 0) FROM (SELECT count(*) AS n, "
        "count(*) FILTER (source_dataset = 'file0') AS a, "
        "count(*) FILTER (source_dataset <> 'file0') AS b "
        f"FROM records WHERE {known} GROUP BY {', '.join(columns)})",
    )


def _one(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(con.execute(sql).fetchall()[0][0])


def _blended(
    trained: dict[str, Any], compared: Sequence[Comparison], records: int
) -> dict[str, Any]:
    """Fill in what was not trained and draw what was trained on little towards the beginning."""
    every = records * (records - 1) / 2
    matches = trained["probability_two_random_records_match"] * every
    for said, known in zip(trained["comparisons"], compared, strict=True):
        levels = [one for one in said["comparison_levels"] if not one.get("is_null_level")]
        for level, before in zip(levels, known.levels, strict=True):
            level["m_probability"] = _drawn(
                level.get("m_probability"), before.m, matches, PRIOR_PAIRS
            )
            level["u_probability"] = _drawn(
                level.get("u_probability"), before.u, every, _U_PRIOR_PAIRS
            )
    return trained


def _drawn(trained: Any, before: float, seen: float, prior: float) -> float:
    if not isinstance(trained, float):
        return before
    return (trained * seen + before * prior) / (seen + prior)
