"""Looks through what stands for values that cannot be meant."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower

from regulars.accounts import business as businesses
from regulars.kernel import clock
from regulars.kernel.ids import key64
from regulars.sources.bulk import fetch_by_keys
from regulars.sources.cleaning import domains
from regulars.sources.cleaning.kinds import AGE, CLEANING, EMAIL, NAME, ORDER
from regulars.sources.live import standing, standing_ids
from regulars.sources.models import (
    CustomerRecord,
    Doubt,
    Identifier,
    IdentifierPair,
    IdentifierUse,
    Order,
    OrderLine,
)

_OLDEST_YEARS = 115
_FEWEST_SEEN = 5
_CERTAIN = 0.95
_FILLERS = 5
_AT_ONCE = 1_000
_TEST_LOCALS = frozenset(
    "test tester testing testuser test1 test2 test123 asdf qwerty dummy".split()
)
_TEST_NAMES = frozenset(
    "test|test test|test user|test customer|test order|testing|tester|test tester|testkunde|"
    "test kunde|client test|cliente prueba|prueba|max mustermann|erika mustermann|john doe|"
    "jane doe|asdf|asdf asdf|dummy".split("|")
)
_TEST_ARTICLES = (
    "test", "test product", "test item", "test order", "testartikel", "testprodukt", "do not buy",
    "produit test", "article test", "producto de prueba",
)  # fmt: skip
_WORD = re.compile(r"\s+")
_PART = re.compile(r"[0-9]+|[^\W\d_]{3,}")


@dataclass(frozen=True, slots=True)
class Found:
    """A doubt as it is found; see `Doubt`."""

    kind: str
    subject: int
    identifier_id: int | None
    before: str
    after: str
    reason: str
    worth_minor: int | None = None

    @property
    def key(self) -> int:
        """The same for the same value of the same fact."""
        return key64("doubt", self.kind, str(self.subject), self.before)


def look() -> dict[str, int]:
    """Find all doubts anew; returns how many of each kind are open.

    What was found before and stands no more goes, unless somebody decided about it.
    """
    stood = standing_ids()
    found = {one.key: one for one in _all(stood)}
    known = {one.key: one for one in Doubt.objects.all()}
    now = clock.now()
    fresh = [
        Doubt(kind=one.kind, key=key, subject=one.subject, identifier_id=one.identifier_id,
              before=one.before[:320], after=one.after[:320], reason=one.reason,
              worth_minor=one.worth_minor, found_at=now)
        for key, one in found.items() if key not in known
    ]  # fmt: skip
    gone = [one.pk for key, one in known.items() if key not in found and one.left_at is None
            and (one.put_right_by_id is None or one.put_right_by_id not in stood)]  # fmt: skip
    # Found again although it was put right: it was told anew since.
    again = [one.pk for key, one in known.items() if key in found and one.put_right_by_id]
    with transaction.atomic():
        Doubt.objects.bulk_create(fresh, batch_size=_AT_ONCE, ignore_conflicts=True)
        for start in range(0, len(gone), _AT_ONCE):
            Doubt.objects.filter(pk__in=gone[start : start + _AT_ONCE]).delete()
        for start in range(0, len(again), _AT_ONCE):
            Doubt.objects.filter(pk__in=again[start : start + _AT_ONCE]).update(put_right_by=None)
    return dict(Counter(open_doubts().values_list("kind", flat=True)))


def open_doubts() -> Any:
    """Doubts that nobody decided about, or whose correction was undone."""
    undone = Q(put_right_by__isnull=True) | Q(put_right_by__undo__isnull=False)
    return Doubt.objects.filter(undone, left_at=None)


def _all(stood: frozenset[int]) -> Iterator[Found]:
    records = list(_records(stood))
    yield from _slips(stood)
    yield from _swapped(records)
    yield from _ages(records)
    yield from _tests(records, stood)


# ---- addresses ----------------------------------------------------------------------------------


def _slips(stood: frozenset[int]) -> Iterator[Found]:
    corrections = set(standing().filter(kind=CLEANING).values_list("pk", flat=True))
    rows = Identifier.objects.filter(kind="email").order_by("pk").values_list("pk", "value")
    counts: Counter[str] = Counter(value.rpartition("@")[2] for _, value in rows.iterator())
    meant = {one: said for one in counts if (said := domains.corrected(one, counts))}
    if not meant:
        return
    ends = Q()
    for one in meant:
        ends |= Q(value__endswith=f"@{one}")
    wrong = list(rows.filter(ends)) if len(meant) < 200 else [
        row for row in rows.iterator() if row[1].rpartition("@")[2] in meant
    ]  # fmt: skip
    numbers = [pk for pk, _ in wrong]
    used = {row[0] for row in fetch_by_keys(
        IdentifierUse, ("identifier_id", "of_import_id"), "identifier_id", numbers)
        if row[1] in stood and row[1] not in corrections}  # fmt: skip
    mended = set(
        IdentifierPair.objects.filter(of_import__in=corrections).values_list("low_id", flat=True)
    ) | set(
        IdentifierPair.objects.filter(of_import__in=corrections).values_list("high_id", flat=True)
    )
    for pk, value in wrong:
        if pk in used and pk not in mended:
            local, _, domain = value.rpartition("@")
            right, reason = meant[domain]
            yield Found(EMAIL, pk, pk, value, f"{local}@{right}", reason)


# ---- what records say ---------------------------------------------------------------------------


def _records(stood: frozenset[int]) -> Iterator[tuple[int, int | None, dict[str, str]]]:
    """Live records: key, identifier, traits."""
    rows = CustomerRecord.objects.order_by("record_key", "-version").values_list(
        "record_key", "of_import_id", "identifier_id", "traits"
    )
    for key, versions in groupby(rows.iterator(chunk_size=5_000), key=itemgetter(0)):
        live = next((one for one in versions if one[1] in stood), None)
        if live is not None:
            yield key, live[2], live[3]


def _swapped(records: list[tuple[int, int | None, dict[str, str]]]) -> Iterator[Found]:
    first: Counter[str] = Counter()
    last: Counter[str] = Counter()
    for _, _, traits in records:
        first[_folded(traits.get("first_name", ""))] += 1
        last[_folded(traits.get("last_name", ""))] += 1

    def is_mostly(word: str, there: Counter[str], here: Counter[str]) -> bool:
        # This record itself says it once the other way.
        seen, against = there[word], here[word] - 1
        return seen >= _FEWEST_SEEN and seen / (seen + against) >= _CERTAIN

    for key, identifier, traits in records:
        given, family = traits.get("first_name", ""), traits.get("last_name", "")
        one, other = _folded(given), _folded(family)
        if one and other and one != other and is_mostly(one, last, first) \
                and is_mostly(other, first, last):  # fmt: skip
            yield Found(NAME, key, identifier, f"{given} | {family}", f"{family} | {given}",
                        "names_elsewhere")  # fmt: skip


def _ages(records: list[tuple[int, int | None, dict[str, str]]]) -> Iterator[Found]:
    today = clock.today(businesses.get().timezone)
    born = [(key, identifier, traits["birthday"], _day(traits["birthday"]))
            for key, identifier, traits in records if traits.get("birthday")]  # fmt: skip
    januaries = Counter(day for *_, day in born if day and (day.month, day.day) == (1, 1))
    total = len(born)
    for key, identifier, text, day in born:
        reason = ""
        if day is None:
            reason = "no_day" if _is_whole(text) else ""
        elif day > today:
            reason = "in_future"
        elif today.year - day.year > _OLDEST_YEARS:
            reason = "too_old"
        elif januaries[day] >= max(_FILLERS, total // 20):
            reason = "filler"
        if reason:
            yield Found(AGE, key, identifier, text, "", reason)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _is_whole(text: str) -> bool:
    """Whether ``text`` tells day, month and year; a birthday without its year is none the less."""
    parts = _PART.findall(text)
    numbers = [one for one in parts if one.isdigit()]
    return len(parts) == 3 and len(numbers) >= 2 and all(int(one) for one in numbers)


def _folded(name: str) -> str:
    return _WORD.sub(" ", name).strip().casefold()


# ---- orders -------------------------------------------------------------------------------------


def _tests(
    records: list[tuple[int, int | None, dict[str, str]]], stood: frozenset[int]
) -> Iterator[Found]:
    people: dict[int, str] = {}
    for pk, value in Identifier.objects.filter(kind="email").values_list("pk", "value").iterator():
        local = value.partition("@")[0]
        if local in _TEST_LOCALS or local.endswith("+test"):
            people[pk] = "test_address"
    for _, identifier, traits in records:
        name = traits.get("name") or f"{traits.get('first_name', '')} {traits.get('last_name', '')}"
        if identifier is not None and _folded(name) in _TEST_NAMES:
            people.setdefault(identifier, "test_person")
    # Other identifiers of the same people, as far as one record named them together.
    for one, other in list(_pairs(list(people), stood)):
        people.setdefault(other, people.get(one, "test_person"))
    reasons: dict[int, str] = {}
    for row in fetch_by_keys(Order, ("order_key", "identifier_id"), "identifier_id", list(people)):
        reasons.setdefault(row[0], people[row[1]])
    lines = OrderLine.objects.annotate(said=Lower("name")).filter(said__in=_TEST_ARTICLES)
    for key in lines.values_list("order_key", flat=True).distinct():
        reasons.setdefault(key, "test_article")
    yield from _orders(reasons, stood)


def _pairs(numbers: list[int], stood: frozenset[int]) -> Iterator[tuple[int, int]]:
    for here, there in (("low_id", "high_id"), ("high_id", "low_id")):
        rows = fetch_by_keys(IdentifierPair, (here, there, "of_import_id"), here, numbers)
        yield from ((row[0], row[1]) for row in rows if row[2] in stood)


def _orders(reasons: dict[int, str], stood: frozenset[int]) -> Iterator[Found]:
    head = ("order_key", "version", "of_import_id", "identifier_id", "external_id", "status")
    latest: dict[int, Any] = {}
    for row in fetch_by_keys(Order, head, "order_key", list(reasons)):
        if row[2] in stood and (row[0] not in latest or latest[row[0]][1] < row[1]):
            latest[row[0]] = row
    amounts: Counter[int] = Counter()
    for key, amount in _goods(list(latest), stood):
        amounts[key] += amount
    for key, row in latest.items():
        if row[5] == "accepted":
            yield Found(ORDER, key, row[3], row[4] or f"#{key}", "", reasons[key], amounts[key])


def _goods(keys: list[int], stood: frozenset[int]) -> Iterator[tuple[int, int]]:
    head = ("order_key", "line_key", "version", "of_import_id", "amount_minor", "is_removed")
    rows = sorted(fetch_by_keys(OrderLine, head, "order_key", keys), key=lambda row: row[:3])
    for (key, _), versions in groupby(rows, key=lambda row: row[:2]):
        live = [one for one in versions if one[3] in stood]
        if live and not live[-1][5]:
            yield key, live[-1][4]
