"""Columns made ready to read: their places, and how they write numbers and dates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice

from regulars.kernel.errors import WrongUse
from regulars.kernel.money import to_minor
from regulars.kernel.telling import told

from ..dates import EARLIEST_BIRTH, DateReader, DateStyle, day_first_in, decide_date_style
from ..fields import FIELDS, TRAIT_NAMES
from ..identifiers import in_order, normaliser
from ..plan import CONSTANT, MapContext, Mapping, Rows, find_columns
from ..records import Identifiers
from ..tables import BadRow
from ..values import (
    NumberReader,
    NumberStyle,
    clean_text,
    decide_number_style,
    find_currency,
    parse_decimal,
    parse_quantity,
)
from .rows import Cells, Memo, RowProblem

Text = Callable[[Cells], str]

_HEAD_ROWS = 2_000
_BEYOND_SENSE = 10**12


class Columns:
    """The columns of one table under one mapping, for one business.

    Styles of number and date columns are decided from the head of the table; a date column that
    the head leaves open is read on until a value settles it. A column without evidence follows the
    others of the file, then the country.
    """

    def __init__(self, table: Rows, mapping: Mapping, context: MapContext) -> None:
        self.table = table
        self.mapping = mapping
        self.context = context
        self.names = list(table.columns)
        self._places = {
            name: find_columns(self.names, value) for name, value in mapping.fields.items() if value
        }
        self.head: list[Cells] = [
            row[1] for row in islice(table.rows(), _HEAD_ROWS) if not isinstance(row, BadRow)
        ]
        self._numbers: dict[tuple[int, ...], NumberStyle] = {}
        self._dates: dict[tuple[int, ...], DateStyle] = {}
        self._forms = {entry.name: entry.form for entry in FIELDS[mapping.kind]}
        self._decide_numbers()
        self._decide_dates()

    def has(self, name: str) -> bool:
        """Whether a column or a constant fills field ``name``."""
        return name in self._places

    def require(self, *names: str) -> None:
        """Raise :class:`~regulars.kernel.errors.WrongUse` unless all of ``names`` are filled."""
        missing = [name for name in names if not self.has(name)]
        if missing:
            raise WrongUse(
                told(
                    "No column says “%(missing)s”. Name it with --map %(missing)s=COLUMN.",
                    missing=missing[0],
                ),
                detail={"missing": missing},
            )

    @property
    def remarks(self) -> list[str]:
        """What a person should know of how numbers and dates are read, a sentence per column."""
        said: dict[tuple[int, ...], str] = {}
        for name, places in self._places.items():
            key, form = tuple(places), self.form(name)
            styles = self._dates if form == "date" else self._numbers
            for note in styles[key].notes if key in styles else ():
                said.setdefault(key, told("%(column)s: %(problem)s", column=self.title(name),
                                          problem=note))  # fmt: skip
        return list(said.values())

    def form(self, name: str) -> str:
        """What cells of field ``name`` must look like."""
        return self._forms.get(name, "text")

    def places(self, name: str) -> list[int]:
        """The places of all columns that fill ``name``."""
        return self._places.get(name, [])

    def place(self, name: str) -> int | None:
        """The place of the one column that fills ``name``; ``None`` for none or several."""
        places = self._places.get(name, [])
        return places[0] if len(places) == 1 else None

    def title(self, name: str) -> str:
        """What people call the column of field ``name``."""
        return self.mapping.fields.get(name, name)

    def empty(self, code: str, name: str) -> RowProblem:
        """The problem of a row whose cell of field ``name`` is empty."""
        return RowProblem(code, told("%(column)s is empty.", column=self.title(name)))

    def constant(self, name: str) -> str | None:
        """The constant that fills ``name``, or ``None``."""
        value = self.mapping.fields.get(name, "")
        return value[len(CONSTANT) :] if value.startswith(CONSTANT) else None

    def raw(self, name: str) -> Text:
        """Return what gives the field's cell as it stands; "" where nothing fills it."""
        places = self._places.get(name, [])
        if len(places) == 1:
            place = places[0]
            return lambda cells: cells[place]
        if places:
            return lambda cells: " ".join(cells[place] for place in places if cells[place])
        fixed = self.constant(name) or ""
        return lambda cells: fixed

    def text(self, name: str) -> Text:
        """Return what gives the field as clean text."""
        # An apostrophe in front keeps spreadsheets from reading postcodes and ids as sums.
        guarded = name == "postcode" or self.form(name) == "id"
        memo = Memo((lambda cell: clean_text(cell).removeprefix("'")) if guarded else clean_text)
        raw = self.raw(name)
        return lambda cells: memo[raw(cells)]

    def samples(self, name: str) -> list[str]:
        """The field's non-empty cells in the head of the table."""
        raw = self.raw(name)
        return [cell for cell in map(raw, self.head) if cell and not cell.isspace()]

    # --- numbers and money ----------------------------------------------------------------------

    def _decide_numbers(self) -> None:
        keys = {
            tuple(places): name
            for name, places in self._places.items()
            if places and self._forms.get(name) in ("number", "money")
        }
        country = self.context.country
        styles = {
            key: decide_number_style(
                (row[place] for row in self.head for place in key if row[place]), country=country
            )
            for key in keys
        }
        decided = [style for style in styles.values() if style.conclusive]
        if decided:
            signs = [style.decimal for style in decided]
            common = next(s for s in decided if s.decimal == max(set(signs), key=signs.count))
            styles = {key: s if s.conclusive else common for key, s in styles.items()}
        self._numbers = styles

    def number_reader(self, name: str) -> Callable[[str], Decimal]:
        """Return what reads one cell of the field; raises :class:`RowProblem`."""
        style = self._numbers.get(tuple(self._places.get(name, ())), NumberStyle())
        parse = parse_quantity if name == "quantity" else parse_decimal
        reader, title = NumberReader(style, parse), self.title(name)
        home = self._one_currency(name)

        def read(cell: str) -> Decimal:
            try:
                value = reader(cell)
            except ValueError as error:
                raise RowProblem(
                    "bad_number", told("%(column)s: %(problem)s", column=title, problem=error)
                ) from None
            if abs(value) >= _BEYOND_SENSE:
                raise RowProblem(
                    "bad_number",
                    told(
                        "%(column)s: “%(text)s” is too large to be meant.", column=title, text=cell
                    ),
                )
            if home and (said := find_currency(cell, home=home)) not in (None, home):
                problem = told(
                    "%(column)s: “%(text)s” is in %(said)s, the other amounts are in %(home)s.",
                    column=title,
                    text=cell,
                    said=said,
                    home=home,
                )
                raise RowProblem("other_currency", problem)
            return value

        return read

    def _one_currency(self, name: str) -> str | None:
        """The currency of a money field whose file states none per row; ``None`` otherwise."""
        if self._forms.get(name) != "money" or self.place("currency") is not None:
            return None
        return self.home_currency(name)

    def number(self, name: str) -> Callable[[Cells], Decimal | None]:
        """Return what gives the field as a number, several columns added; ``None`` where empty."""
        if not self.has(name):
            return lambda cells: None
        read = Memo(self.number_reader(name))
        places = self._places[name]
        fixed = self.constant(name)
        if fixed is not None:
            value = read[fixed]
            return lambda cells: value

        def total(cells: Cells) -> Decimal | None:
            found = [read[cells[place]] for place in places if not _is_empty(cells[place])]
            return sum(found[1:], found[0]) if found else None

        return total

    def money(self, name: str) -> Callable[[Cells, str], int]:
        """Return what gives the field in minor units of a currency; 0 where empty."""
        number = self.number(name)

        def minor(cells: Cells, currency: str) -> int:
            value = number(cells)
            return to_minor(value, currency) if value is not None else 0

        return minor

    def home_currency(self, *names: str) -> str:
        """The currency of the file's amounts: a constant, a sign's, or the business's own."""
        fixed = self.constant("currency")
        if fixed:
            return currency_code(fixed, self.context.currency)
        home = self.context.currency
        for name in names:
            cells = self.samples(name)
            signs = Counter(find_currency(cell, home=home) for cell in cells)
            # A sign here and there is a slip; a file in another currency bears it throughout.
            for found, count in signs.most_common(1):
                if found and count * 2 > len(cells):
                    return found
            title = self.title(name)
            if "(" in title:
                found = find_currency(title.partition("(")[2].partition(")")[0], home=home)
                if found:
                    return found
        return home

    def currency(self, *names: str) -> Callable[[Cells], str]:
        """Return what gives a row's currency; ``names`` are money fields that may bear a sign."""
        default = self.home_currency(*names)
        if self.place("currency") is None:
            return lambda cells: default
        raw = self.raw("currency")
        memo = Memo(lambda cell: currency_code(cell, default))
        return lambda cells: memo[raw(cells)]

    # --- dates ----------------------------------------------------------------------------------

    def _cells_of(self, places: Sequence[int]) -> Iterator[str]:
        for row in self.table.rows():
            if not isinstance(row, BadRow):
                text = " ".join(row[1][place] for place in places)
                if text and not text.isspace():
                    yield text

    def _decide_dates(self) -> None:
        default = day_first_in(self.context.country)
        keys = {
            tuple(places)
            for name, places in self._places.items()
            if places and self._forms.get(name) == "date"
        }
        styles = {}
        for key in keys:
            cells = (" ".join(row[place] for place in key) for row in self.head)
            styles[key] = decide_date_style(
                (cell for cell in cells if cell and not cell.isspace()), default_day_first=default
            )
        decided = [style for style in styles.values() if style.conclusive and "/" in style.form]
        for key, style in styles.items():
            if style.conclusive:
                continue
            if decided:
                styles[key] = decided[0]
            elif len(self.head) >= _HEAD_ROWS:
                styles[key] = decide_date_style(self._cells_of(key), default_day_first=default)
        self._dates = styles

    def date_style(self, name: str) -> DateStyle:
        """How the column of field ``name`` writes dates."""
        return self._dates.get(tuple(self._places.get(name, ())), DateStyle())

    def date_reader(self, name: str, zone: str | None = None) -> DateReader:
        """Return the reader of the field's column; texts without offset are meant in ``zone``."""
        return DateReader(self.date_style(name), zone or self.context.zone)

    def instant(
        self, date: str, time: str = "", zone: str = "", default_zone: str | None = None
    ) -> Callable[[Cells], datetime | None]:
        """Return what gives the instant of a date field, with its time and zone fields if filled.

        ``None`` where the date is empty; raises :class:`RowProblem` for one that cannot be read.
        """
        if not self.has(date):
            return lambda cells: None
        reader, title = self.date_reader(date, default_zone), self.title(date)
        day, clock, area = self.raw(date), self.raw(time), self.raw(zone)

        def read(key: tuple[str, str, str]) -> datetime | None:
            text = clean_text(key[0])
            if not text:
                return None
            if key[1].strip():
                text = f"{text} {key[1].strip()}"
            try:
                return reader(text, key[2].strip() or None)
            except ValueError as error:
                raise RowProblem(
                    "bad_date", told("%(column)s: %(problem)s", column=title, problem=error)
                ) from None

        if not (self.has(time) or self.has(zone)):
            single = Memo(lambda cell: read((cell, "", "")))
            return lambda cells: single[day(cells)]
        memo = Memo(read)
        return lambda cells: memo[day(cells), clock(cells), area(cells)]

    # --- people ---------------------------------------------------------------------------------

    def identifiers(self) -> Callable[[Cells], Identifiers]:
        """Return what gives a row's identifiers, the anchor first."""
        region = self.context.country
        sources: list[tuple[Text, Memo]] = []
        for name in (
            "customer_id",
            "email",
            "email_2",
            "email_3",
            "card",
            "phone",
            "phone_2",
            "phone_3",
        ):
            if self.has(name):
                base = name.partition("_")[0] if name != "customer_id" else name
                kind = f"customer_id:{self.mapping.namespace}" if base == "customer_id" else base
                sources.append((self.raw(name), Memo(_pairing(kind, region))))
        if not sources:
            return lambda cells: ()
        if len(sources) == 1:
            raw, memo = sources[0]
            return lambda cells: memo[raw(cells)]
        joined = Memo(lambda groups: in_order(pair for group in groups for pair in group))
        return lambda cells: joined[tuple(memo[raw(cells)] for raw, memo in sources)]

    def birthday(self) -> Callable[[Cells], str]:
        """Return what gives a row's birthday as an ISO day; what is none stays as it is written."""
        text = self.text("birthday")
        style = self.date_style("birthday")
        reader = DateReader(style, self.context.zone, earliest_year=EARLIEST_BIRTH)

        def read(cell: str) -> str:
            try:
                return reader.read_day(cell).isoformat()
            except ValueError:
                return cell

        memo = Memo(read)
        return lambda cells: memo[text(cells)]

    def traits(self, *without: str) -> Callable[[Cells], dict[str, str] | None]:
        """Return what gives a row's traits, ``None`` for none. Equal traits are one object."""
        wanted = [n for n in TRAIT_NAMES if self.has(n) and n not in without]
        if not wanted:
            return lambda cells: None
        getters = [self.birthday() if name == "birthday" else self.text(name) for name in wanted]

        def build(values: tuple[str, ...]) -> dict[str, str] | None:
            given = {name: value for name, value in zip(wanted, values, strict=True) if value}
            if "name" not in given and ("first_name" in given or "last_name" in given):
                parts = given.get("first_name", ""), given.get("last_name", "")
                given["name"] = " ".join(parts).strip()
            return given or None

        memo = Memo(build)
        if len(getters) == 1:
            getter = getters[0]
            return lambda cells: memo[(getter(cells),)]
        return lambda cells: memo[tuple(getter(cells) for getter in getters)]


def _is_empty(cell: str) -> bool:
    return (
        not cell
        or cell.isspace()
        or cell.strip().casefold() in ("na", "n/a", "null", "nan", "none", "-")
    )


def _pairing(kind: str, region: str) -> Callable[[str], Identifiers]:
    normalise = normaliser(kind, region)

    def pair(cell: str) -> Identifiers:
        value = normalise(cell) if cell else None
        return ((kind, value),) if value else ()

    return pair


def currency_code(text: str, default: str) -> str:
    """Return the ISO 4217 code in ``text`` in upper case, or ``default`` where it is empty.

    Raises :class:`RowProblem` where ``text`` names no currency.
    """
    code = clean_text(text).upper()
    if not code:
        return default
    if len(code) == 3 and code.isascii() and code.isalpha():
        return code
    found = find_currency(code, home=default)
    if not found:
        raise RowProblem("bad_currency", told("“%(text)s” is not a currency.", text=text))
    return found
