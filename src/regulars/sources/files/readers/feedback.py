"""Reviews and answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from regulars.kernel.telling import told

from ..plan import Reader
from ..records import FeedbackRow, Record
from ..values import clean_text
from .columns import Columns
from .rows import Cells, RowProblem, rejected
from .sales import clean_id, content_id

_STARS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}
_OUT_OF = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:/|out of|von|sur|de)\s*(\d+)", re.IGNORECASE)
_TRANSLATED_FIRST = re.compile(
    r"^\s*\(Translated by Google\).*?\(Original\)\s*(?P<original>.*)$", re.DOTALL
)
_ORIGINAL_FIRST = re.compile(r"^(?P<original>.+?)\s*\(Translated by Google\).*$", re.DOTALL)


def original_words(text: str) -> str:
    """Return a review in its author's words, without Google's machine translation around it."""
    for pattern in (_TRANSLATED_FIRST, _ORIGINAL_FIRST):
        matched = pattern.match(text)
        if matched:
            return matched["original"].strip()
    return text.strip()


def build_feedback(columns: Columns) -> Reader:
    """Compile the reader of a table of reviews. Ratings are whole; the best one is 5 by default."""
    columns.require("date")
    when, replied = columns.instant("date", "time"), columns.instant("replied_at")
    rating = ratings(columns)
    text, title = columns.raw("text"), columns.text("title")
    author, reply = columns.text("author"), columns.raw("reply_text")
    place, origin = columns.text("place"), columns.text("origin")
    record_id, who = columns.text("record_id"), columns.identifiers()
    source = columns.mapping.options.get("origin", columns.mapping.namespace)

    def read(row_no: int, cells: Cells) -> Record:
        try:
            happened_at = when(cells)
            if happened_at is None:
                raise columns.empty("no_date", "date")
            stars, best = rating(cells)
            words = original_words(text(cells))
            words = clean_text(words) if len(words) < 9 else words
            if title(cells):
                words = f"{title(cells)}\n{words}".strip()
            if stars is None and not words:
                raise RowProblem("no_feedback", told("Neither a rating nor words."))
            return FeedbackRow(
                row_no, clean_id(record_id(cells)) or content_id(cells), stars, best, words,
                author(cells), happened_at, original_words(reply(cells)), replied(cells),
                place(cells), origin(cells) or source, who(cells),
            )  # fmt: skip
        except RowProblem as problem:
            return rejected(row_no, cells, problem)

    return read


def ratings(columns: Columns) -> Callable[[Cells], tuple[int | None, int]]:
    """Return what gives a row's rating and the best there is; raises :class:`RowProblem`."""
    raw, number, best_of = (
        columns.raw("rating"),
        columns.number_reader("rating"),
        columns.number("rating_max"),
    )
    seen = columns.samples("rating")
    usual = 5
    if not columns.has("rating_max"):
        values = []
        for cell in seen:
            try:
                values.append(number(cell))
            except RowProblem:
                continue
        usual = next((top for top in (5, 10, 100) if not values or max(values) <= top), 100)

    def rating(cells: Cells) -> tuple[int | None, int]:
        cell = clean_text(raw(cells))
        if not cell:
            return None, usual
        best = usual
        if cell.upper() in _STARS:
            return _STARS[cell.upper()], 5
        if cell.upper() == "STAR_RATING_UNSPECIFIED":
            return None, 5
        if "★" in cell or "⭐" in cell:
            return cell.count("★") + cell.count("⭐"), 5
        matched = _OUT_OF.fullmatch(cell)
        if matched:
            cell, best = matched[1], int(matched[2])
        elif columns.has("rating_max"):
            best = int(best_of(cells) or usual)
        value = number(cell)
        if not 0 <= value <= best:
            raise RowProblem(
                "bad_rating",
                told(
                    "A rating of %(value)s is not between 0 and %(best)s.", value=value, best=best
                ),
            )
        # Half stars keep their meaning when both ends double; other fractions round.
        if value != int(value) and value * 2 == int(value * 2):
            return int(value * 2), best * 2
        return int(value.quantize(Decimal(1))), best

    return rating
