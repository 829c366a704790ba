from __future__ import annotations

import csv
from pathlib import Path

import pytest

from benchmarks._doubles import doubles
from regulars.identity.evaluating import evaluate
from regulars.kernel.errors import WrongUse

_COLUMNS = {
    "first_name": "given_name", "last_name": "surname", "birthday": "date_of_birth",
    "email": "email", "phone": "phone", "street": "address_1", "house_number": "street_number",
    "postcode": "postcode", "city": "suburb",
}  # fmt: skip
_REAL = Path(__file__).resolve().parents[3] / "shared" / "data"


def _file(path: Path, records: list[dict[str, str]], whose: list[int]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["rec_id", *_COLUMNS.values()])
        for number, (record, person) in enumerate(zip(records, whose, strict=True)):
            writer.writerow(
                [f"rec-{person}-{number}", *(record.get(name, "") for name in _COLUMNS)]
            )
    return path


def test_one_file_against_its_truth(tmp_path: Path) -> None:
    records, whose = doubles(800, seed=2)
    path = _file(tmp_path / "people.csv", records, whose)
    found = evaluate([path], truth="rec_id", truth_pattern=r"rec-(\d+)", id_column="rec_id")
    assert found.records == 800
    assert found.true_pairs == 800 - len(set(whose)) + _beyond_twice(whose)
    assert found.automatic.precision >= 0.99
    assert found.with_review.recall >= found.automatic.recall > 0.9
    assert set(found.compared) == {
        "first_name", "last_name", "birth_date", "email", "phone", "street", "house_number",
        "postcode", "city",
    }  # fmt: skip


def _beyond_twice(whose: list[int]) -> int:
    """Three records of one person are three pairs, not two."""
    sizes = [whose.count(one) for one in set(whose)]
    return sum(size * (size - 1) // 2 - (size - 1) for size in sizes)


def test_truth_is_for_scoring_alone(tmp_path: Path) -> None:
    # The truth is wrong, and bears the name of a column that would be compared.
    records, whose = doubles(300, seed=2)
    path = _file(tmp_path / "people.csv", records, whose)
    right = evaluate([path], truth="rec_id", truth_pattern=r"rec-(\d+)")
    by_surname = evaluate([path], truth="surname", id_column="rec_id")
    assert "last_name" in right.compared
    assert "last_name" not in by_surname.compared


def test_two_files_count_pairs_across_them(tmp_path: Path) -> None:
    records, whose = doubles(600, seed=4)
    first = _file(tmp_path / "a.csv", records[:480], whose[:480])
    second = _file(tmp_path / "b.csv", records[480:], whose[480:])
    found = evaluate([first, second], truth="rec_id", truth_pattern=r"rec-(\d+)")
    assert found.true_pairs == 120
    assert found.automatic.f1 > 0.9


@pytest.mark.parametrize(
    ("truth", "pattern", "sentence"),
    [
        ("nobody", "", "has no column nobody"),
        ("rec_id", "rec-(", "is no pattern"),
        ("rec_id", "nothing like it", "No record says"),
    ],
)
def test_what_cannot_be_scored_is_refused(
    tmp_path: Path, truth: str, pattern: str, sentence: str
) -> None:
    path = _file(tmp_path / "people.csv", *doubles(20))
    with pytest.raises(WrongUse, match=sentence):
        evaluate([path], truth=truth, truth_pattern=pattern)


@pytest.mark.skipif(not (_REAL / "febrl").is_dir(), reason="published sets are not at hand")
@pytest.mark.parametrize(
    ("files", "line", "bar"),
    [
        (("febrl/dataset1.csv",), "automatic", 0.99),
        (("febrl/dataset4a.csv", "febrl/dataset4b.csv"), "automatic", 0.997),
        (("splink/fake_1000.csv",), "with_review", 0.934),
    ],
    ids=["Febrl 1", "Febrl 4", "fake_1000"],
)
def test_published_sets(files: tuple[str, ...], line: str, bar: float) -> None:
    is_febrl = files[0].startswith("febrl")
    found = evaluate(
        [_REAL / one for one in files],
        truth="rec_id" if is_febrl else "cluster",
        truth_pattern=r"rec-(\d+)" if is_febrl else "",
    )
    assert getattr(found, line).f1 >= bar
    assert found.automatic.precision >= 0.99
