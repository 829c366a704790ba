"""Checks on what is known: nobody's orders, other money, no prices, no category, no reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.accounts.locales import number, percent
from regulars.insights.quality.checks import GOOD, LOOK, MEND, UNKNOWN, Check, row
from regulars.insights.quality.facts import Facts, worth

_MANY_ANONYMOUS = _FEW_REACHED = 0.5
_MANY_BARE = 0.05
_ROWS = 20


def checks(facts: Facts, currency: str) -> Iterator[Check]:
    """The checks on orders, products and people."""
    yield _anonymous(facts)
    yield _future(facts)
    yield _unpriced(facts, currency)
    yield _other_money(facts, currency)
    yield _bare(facts)
    yield _unreached(facts)


def _anonymous(facts: Facts) -> Check:
    by_place = [one for one in facts.anonymous if one["n"]]
    of = sum(one["n"] for one in by_place)
    count = sum(round(one["value"] * one["n"]) for one in by_place)
    share = count / of if of else None
    state = UNKNOWN if share is None else LOOK if share > _MANY_ANONYMOUS else GOOD
    said = _("Of %(of)s sales, nobody is known for %(n)s.") % {
        "of": number(of),
        "n": number(count),
    }
    if count == of == 1:
        said = _("There is one sale, and nobody is known for it.")
    elif not count:
        said = _("Somebody is known for every sale.")
    rows = [
        row(one["place"] or _("no place named"), round(one["value"] * one["n"]), one["n"],
            low=one["low"], high=one["high"])
        for one in by_place
    ]  # fmt: skip
    rows += [
        row(one["month"], round(one["value"] * one["n"]), one["n"], low=one["low"],
            high=one["high"])
        for one in facts.anonymous_months
        if one["n"]
    ]  # fmt: skip
    return Check(
        "anonymous",
        _("Sales nobody is known for"),
        state,
        said if of else _("There are no sales yet."),
        _(
            "They count in revenue and in what sells, and for nothing about people: who comes back,"
            " who has gone quiet. A loyalty card, or asking for an e-mail at the till, mends it."
        ),
        count=count if of else None,
        of=of or None,
        share=share,
        action_label=_("Import who they were") if count else "",
        action_path="/sources/new" if count else "",
        rows=tuple(rows),
    )


def _future(facts: Facts) -> Check:
    by_import: Counter[int] = Counter()
    for one in facts.orders:
        by_import[one["import_id"]] += one["future"]
    for table in ("feedback", "events"):
        for one in facts.others[table]:
            by_import[one["import_id"]] += one["future"]
    count = by_import.total()
    said = ngettext(
        "%(n)s sale, review or event lies in the future.",
        "%(n)s sales, reviews or events lie in the future.",
        count,
    ) % {"n": number(count)}
    worst = by_import.most_common(1)[0][0] if count else 0
    good = _("Nothing happened later than today.")
    told = bool(facts.orders or any(facts.others.values()))
    return Check(
        "future",
        _("Days that have not come yet"),
        MEND if count else GOOD if told else UNKNOWN,
        said if count else good if told else _("No file says yet when anything happened."),
        _(
            "Day and month may be swapped, or a year mistyped: that day's sales are missing where"
            " they belong. Undo the import, correct the file, hand it in again."
        ),
        count=count if told else None,
        cost_minor=sum(one["future_minor"] for one in facts.orders) or None,
        action_label=_("See the import") if count else "",
        action_path=f"/sources/{worst}" if count else "",
    )


def _unpriced(facts: Facts, currency: str) -> Check:
    count = sum(one["unpriced"] for one in facts.orders)
    told = facts.order_count
    priced = told - count
    cost, low, high = worth(facts, count, currency) if count and priced else (None, None, None)
    said = ngettext(
        "%(n)s sale came without prices.", "%(n)s sales came without prices.", count
    ) % {"n": number(count)}
    return Check(
        "unpriced",
        _("Sales without prices"),
        LOOK if count else GOOD if told else UNKNOWN,
        said if count else _("Every sale has its prices.") if told else _("No sales yet."),
        _("They count as sales and visits; what they brought in is not known, so revenue is low."),
        count=count,
        of=told or None,
        share=count / told if told else None,
        cost_minor=cost,
        cost_low_minor=low,
        cost_high_minor=high,
        action_label=_("Import a file with prices") if count else "",
        action_path="/sources/new" if count else "",
    )


def _other_money(facts: Facts, currency: str) -> Check:
    by_code: Counter[str] = Counter()
    for one in facts.orders:
        if one["currency"] != currency:
            by_code[one["currency"] or "?"] += one["n"]
    count, told = by_code.total(), facts.order_count
    said = ngettext(
        "%(n)s sale is in another currency than %(code)s.",
        "%(n)s sales are in other currencies than %(code)s.",
        count,
    ) % {"n": number(count), "code": currency}
    good = _("Every sale is in %(code)s.") % {"code": currency}
    return Check(
        "other_money",
        _("Sales in other currencies"),
        LOOK if count else GOOD if told else UNKNOWN,
        said if count else good if told else _("No sales yet."),
        _("They are left out of every figure in money; nothing is converted behind your back."),
        count=count,
        of=told or None,
        share=count / told if told else None,
        action_label=_("See the imports") if count else "",
        action_path="/sources" if count else "",
        rows=tuple(row(code, n, told) for code, n in by_code.most_common(_ROWS)),
    )


def _bare(facts: Facts) -> Check:
    bare = [one for one in facts.goods if one["is_bare"]]
    taken = sum(max(0, one["amount_minor"]) for one in facts.goods)
    without = sum(max(0, one["amount_minor"]) for one in bare)
    share = without / taken if taken else None
    state = UNKNOWN if share is None else LOOK if share > _MANY_BARE else GOOD
    said = ngettext(
        "%(n)s product was sold without a category; %(share)s of all takings from goods so far.",
        "%(n)s products were sold without a category; %(share)s of all takings from goods so far.",
        len(bare),
    ) % {"n": number(len(bare)), "share": percent(share, most_decimals=1)}
    good = _("Every product sold has its category.")
    return Check(
        "category",
        _("Products without a category"),
        state,
        said if bare else good if taken else _("Nothing was sold yet."),
        _("They are in every total and in no line by category. A products file mends it."),
        count=len(bare) if taken else None,
        share=share,
        action_label=_("Import a products file") if bare else "",
        action_path="/sources/new" if bare else "",
        rows=tuple(row(one["name"] or "–", one["n"]) for one in bare[:_ROWS]),
    )


def _unreached(facts: Facts) -> Check:
    people, reached = facts.reach["people"], facts.reach["any"]
    count = people - reached
    share = count / people if people else None
    state = UNKNOWN if share is None else LOOK if share > _FEW_REACHED else GOOD
    said = _("Everybody who is known has an e-mail address or a phone number.")
    if count:
        said = ngettext(
            "One person of %(of)s has neither an e-mail address nor a phone number.",
            "Of %(of)s people, %(n)s have neither an e-mail address nor a phone number.",
            count,
        ) % {"of": number(people), "n": number(count)}
    return Check(
        "unreached",
        _("People with nothing to reach them by"),
        state,
        said if people else _("Nobody is known yet."),
        _("Whoever of them goes quiet cannot be written to. Ask for an address when they come."),
        count=count if people else None,
        of=people or None,
        share=share,
        action_label=_("Import a customer list") if count else "",
        action_path="/sources/new" if count else "",
        rows=(
            row(_("with an e-mail address"), facts.reach["by_email"], people),
            row(_("with a phone number"), facts.reach["by_phone"], people),
        )
        if people
        else (),
    )
