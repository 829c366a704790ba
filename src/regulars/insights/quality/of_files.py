"""Checks on what came in: rows that wait, repeats, files cut off, headers nobody vouched for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.accounts.locales import number
from regulars.accounts.models import AuditEntry
from regulars.accounts.sentences import said
from regulars.insights.quality.checks import GOOD, LOOK, MEND, UNKNOWN, Check, row
from regulars.insights.quality.facts import Facts
from regulars.insights.suggestions import held_rows
from regulars.sources import quarantine
from regulars.sources.cleaning import finding
from regulars.sources.cleaning.kinds import CLEANING, KINDS
from regulars.sources.files.shapes import SHAPES
from regulars.sources.live import standing
from regulars.sources.models import Import

_MANY_UNUSABLE = 0.02


def checks(facts: Facts) -> Iterator[Check]:
    """The checks on files and their rows."""
    runs = list(standing().exclude(kind=CLEANING).order_by("-pk").defer("mapping", "notes"))
    anything = bool(runs)
    yield _waiting(anything=anything)
    yield _unfinished()
    yield _repeats(runs, facts)
    once = _once(runs)
    yield _unusable(once)
    yield _unverified(once)
    yield _doubtful(anything=anything)


def _once(runs: list[Import]) -> list[Import]:
    """The imports without those of a file that was handed in before and still stands."""
    first = {(run.fingerprint, run.table_name): run for run in runs}
    return [run for run in runs if first[run.fingerprint, run.table_name] is run]


def _doubtful(*, anything: bool) -> Check:
    found = finding.open_doubts().order_by()
    groups = list(found.values("kind").annotate(n=Count("pk"), worth=Sum("worth_minor")))
    count = sum(one["n"] for one in groups)
    text = ngettext("%(n)s value looks wrong.", "%(n)s values look wrong.", count)
    calm = (
        _("No value looks wrong that we can see.") if anything else _("Nothing was imported yet.")
    )
    return Check(
        "doubtful",
        _("Values that look wrong"),
        LOOK if count else GOOD if anything else UNKNOWN,
        text % {"n": number(count)} if count else calm,
        _(
            "Mail to an address with a slip reaches nobody, and orders that were tests count as"
            " sales."
        ),
        count=count if anything else None,
        cost_minor=sum(one["worth"] or 0 for one in groups) or None,
        action_label=_("Look, and put right"),
        action_path="/sources/cleaning",
        rows=tuple(row(said(KINDS[one["kind"]]), one["n"]) for one in groups),
    )


def _waiting(*, anything: bool) -> Check:
    held = quarantine.waiting().exclude(reason="not_a_record").order_by()
    groups = list(
        held.values("of_import_id", "of_import__file_name", "of_import__kind", "reason").annotate(
            n=Count("pk")
        )
    )
    count = sum(one["n"] for one in groups)
    sales = sum(one["n"] for one in groups if one["of_import__kind"] == "sales")
    cost, low, high = held_rows.worth(
        (one["of_import_id"], one["of_import__kind"], one["n"]) for one in groups
    )
    said = ngettext(
        "%(n)s row waits: it could not land.", "%(n)s rows wait: they could not land.", count
    ) % {"n": number(count)}
    good = _("Every row of every file landed or was set aside by somebody.")
    shown = sorted(groups, key=lambda one: -one["n"])[:20]
    return Check(
        "waiting",
        _("Rows that could not land"),
        MEND if sales else LOOK if count else GOOD if anything else UNKNOWN,
        said if count else good if anything else _("Nothing was imported yet."),
        _("A sale among them is missing from every figure; a person among them is not found."),
        count=count,
        cost_minor=cost,
        cost_low_minor=low,
        cost_high_minor=high,
        action_label=_("Mend them") if count else "",
        action_path=f"/sources/{shown[0]['of_import_id']}" if count else "",
        rows=tuple(row(one["of_import__file_name"], one["n"], note=one["reason"]) for one in shown),
    )


def _unfinished() -> Check:
    runs = list(Import.objects.filter(finished_at=None, undo=None).order_by("-pk")[:20])
    anything = Import.objects.exists()
    count = len(runs)
    said = ngettext(
        "%(n)s import was cut off or has not ended.",
        "%(n)s imports were cut off or have not ended.",
        count,
    ) % {"n": number(count)}
    return Check(
        "unfinished",
        _("Imports that have not ended"),
        MEND if count else GOOD if anything else UNKNOWN,
        said
        if count
        else _("Every import ran to its end.")
        if anything
        else _("Nothing was imported yet."),
        _("Nothing of such a file counts until it is landed to the end."),
        count=count,
        action_label=_("Go on with it") if count else "",
        action_path=f"/sources/{runs[0].pk}" if count else "",
        rows=tuple(row(run.file_name, run.position, note=run.failure) for run in runs),
    )


def _repeats(runs: list[Import], facts: Facts) -> Check:
    repeated = [run for run in runs if run.repeated and run.pk in facts.repeats]
    decided = AuditEntry.objects.filter(
        verb__in=("imports.exclude_repeats", "imports.include_repeats"),
        subject__in=[str(run.pk) for run in repeated],
    ).values_list("subject", flat=True)
    settled = {int(subject) for subject in decided}
    left = [run for run in repeated if run.pk not in settled]
    count = sum(facts.repeats[run.pk]["n"] for run in left)
    good = _("No repeated line waits for a decision.")
    said = ngettext(
        "%(n)s line equals an earlier one of the same file, and nobody decided yet whether it is"
        " a sale of its own.",
        "%(n)s lines equal earlier ones of the same file, and nobody decided yet whether they are"
        " sales of their own.",
        count,
    ) % {"n": number(count)}
    return Check(
        "repeats",
        _("Repeated lines"),
        LOOK if left else GOOD if runs else UNKNOWN,
        said if left else good if runs else _("Nothing was imported yet."),
        _("Until then each counts as a sale of its own; if they are one, revenue is too high."),
        count=count,
        cost_minor=sum(facts.repeats[run.pk]["amount_minor"] for run in left) or None,
        action_label=_("Decide") if left else "",
        action_path=f"/sources/{left[0].pk}" if left else "",
        rows=tuple(row(run.file_name, facts.repeats[run.pk]["n"]) for run in left[:20]),
    )


def _unusable(runs: list[Import]) -> Check:
    told = [(run, field, *run.unusable[field]) for run in runs for field in sorted(run.unusable)]
    bad, filled = sum(one[2] for one in told), sum(one[3] for one in told)
    state = UNKNOWN if not filled else LOOK if bad > _MANY_UNUSABLE * filled else GOOD
    said = _("%(bad)s of %(of)s e-mail and phone cells hold no usable address or number.")
    words = {"email": _("e-mail"), "phone": _("phone")}
    worst = sorted((one for one in told if one[2]), key=lambda one: -one[2])[:20]
    return Check(
        "unusable",
        _("E-mail addresses and phone numbers that cannot be read"),
        state,
        said % {"bad": number(bad), "of": number(filled)}
        if filled
        else _("No file had such a column yet."),
        _("Such a person cannot be told apart from others by it, nor be written to or called."),
        count=bad if filled else None,
        of=filled or None,
        share=bad / filled if filled else None,
        action_label=_("See the file") if worst else "",
        action_path=f"/sources/{worst[0][0].pk}" if worst else "",
        rows=tuple(row(run.file_name, n, of, note=words[field]) for run, field, n, of in worst),
    )


def _unverified(runs: list[Import]) -> Check:
    known = [run for run in runs if run.shape in SHAPES]
    unsure: dict[str, list[Any]] = {}
    for run in known:
        if not SHAPES[run.shape].verified:
            unsure.setdefault(SHAPES[run.shape].title, []).append(run)
    count = sum(len(own) for own in unsure.values())
    said = ngettext(
        "%(n)s file was read by a header that no page of the vendor confirms.",
        "%(n)s files were read by headers that no page of the vendor confirms.",
        count,
    ) % {"n": number(count)}
    good = _("Every known export was read by a header that its vendor confirms.")
    return Check(
        "unverified",
        _("Exports whose header nobody vouched for"),
        LOOK if count else GOOD if known else UNKNOWN,
        said if count else good if known else _("No export of a known vendor was landed yet."),
        _("A column could mean something else than we take it for: compare one day's total."),
        count=count,
        of=len(known) or None,
        action_label=_("See the files") if count else "",
        action_path="/sources" if count else "",
        rows=tuple(row(title, len(own)) for title, own in sorted(unsure.items())),
    )
