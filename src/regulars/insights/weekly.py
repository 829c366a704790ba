"""The weekly mail: Today's own numbers and things to do, written for one member.

It names nobody: figures and titles only, as a mail lies on machines that no erasure reaches.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from regulars.accounts import business as businesses
from regulars.accounts import locales
from regulars.accounts.actors import Actor, audit, of_member
from regulars.accounts.models import Business, Member
from regulars.insights import charts, mail_wishes
from regulars.insights.charts.colours import colours
from regulars.insights.mail_chart import chart_of
from regulars.insights.mail_wishes import PURPOSE, Wish
from regulars.insights.today import today
from regulars.jobs.outbox import PERMISSION, Letter, put
from regulars.jobs.ticker import LATE, Weekly
from regulars.kernel import clock
from regulars.kernel.errors import WrongUse
from regulars.kernel.telling import told

PATIENCE = timedelta(days=2)
_SUBJECT_LENGTH = 60
_PICTURE = "revenue@regulars"
Source = Callable[[charts.Chart], str]


def put_due(due_at: datetime) -> dict[str, Any]:
    """Put the mail of one occasion in the outbox for all who wish for it then.

    Once a week and member, however often it is asked for: the occasion is the ISO week. Returns
    how many are new, or why there are none.
    """
    if clock.now() - due_at > PATIENCE:
        return {"put": 0, "passed_over": LATE}
    business = businesses.get()
    local = due_at.astimezone(ZoneInfo(business.timezone))
    year, week, _day = local.isocalendar()
    # An hour that the clocks leave out is kept an hour later: the ticker's instant is compared.
    wishes = [one for one in mail_wishes.wanted() if _instant(one, business, local) == due_at]
    return {"put": _put_all(wishes, f"{year}-W{week:02}", business)}


def put_now(actor: Actor) -> dict[str, Any]:
    """Put the mail in the outbox now, for all who get it. Needs ``mail.manage``; `WrongUse` when
    nobody gets it or there is nothing to tell yet. Asked twice within a minute, it is one."""
    actor.require(PERMISSION)
    wishes = mail_wishes.wanted()
    if not wishes:
        raise WrongUse(told("Nobody gets the weekly mail. Say under Settings, Mail who does."))
    occasion = f"by hand {clock.now():%Y-%m-%d %H:%M}"
    count = _put_all(wishes, occasion, businesses.get())
    if not count and today(actor)["as_of"] is None:
        raise WrongUse(told("There are no figures yet, so there is nothing to tell."))
    audit(actor, "mail.weekly", occasion, put=count)
    return {"put": count, "to": [one.member.email for one in wishes], "file": None}


def own(actor: Actor, *, source: Source | None = None) -> Letter:
    """The mail as the actor would get it now, to be looked at; ``source`` as for `letter`.
    `WrongUse` for an actor who is no member."""
    actor.require(mail_wishes.READING)
    member = Member.objects.filter(pk=actor.member_id or 0).first()
    if member is None:
        raise WrongUse(told("The mail is written for a member; say who with --as-member."))
    return letter(member, "own", source=source)


def letter(member: Member, occasion: str, *, source: Source | None = None) -> Letter:
    """Write the mail for ``member``, in their language, with their rights.

    ``source`` gives the address of a chart's picture; without it the picture is drawn and put
    into the letter itself, or left out where it cannot be drawn.
    """
    with translation.override(_language(member)), locales.country_kept():
        actor = of_member(member, "job")
        page = today(actor)
        context = {
            "page": page,
            "link": settings.PUBLIC_URL,
            "light": colours("light"),
            "dark": colours("dark"),
        }
        pictures: dict[str, str] = {}
        chart = chart_of(actor, page)
        if chart is not None:
            context |= {"alt": chart.alt, "chart": _source(chart, source, pictures)}
        html = render_to_string("mail/weekly.html", context)
        return Letter(
            purpose=PURPOSE,
            occasion=occasion,
            recipient=member.email,
            sender_name=page["business"],
            subject=_subject(page),
            text=_tidy(render_to_string("mail/weekly.txt", context)),
            html=html if source else _inlined(html),
            pictures=pictures,
            headers=_headers(),
        )


def _put_all(wishes: list[Wish], occasion: str, business: Business) -> int:
    count = 0
    for one in wishes:
        if today(of_member(one.member, "job"))["as_of"] is not None:
            count += put(letter(one.member, occasion))[1]
    return count


def _instant(one: Wish, business: Business, local: datetime) -> datetime | None:
    if local.weekday() != one.weekday:
        return None
    weekly = Weekly(one.weekday, one.hour, business.timezone, one.since)
    return weekly.on(local.date())


def _language(member: Member) -> str:
    known = dict(settings.LANGUAGES)
    return member.language if member.language in known else settings.LANGUAGE_CODE


def _source(chart: charts.Chart, source: Source | None, pictures: dict[str, str]) -> str:
    if source is not None:
        return source(chart)
    try:
        # Drawn for a phone, sharp enough to be shown larger elsewhere.
        png = charts.picture(chart, scale=3, width="narrow")
    except charts.NotDrawn:
        return ""
    pictures[_PICTURE] = b64encode(png).decode()
    return f"cid:{_PICTURE}"


def _subject(page: dict[str, Any]) -> str:
    """The news in at most sixty letters: with how much there is to do where that still fits."""
    news = _line("mail/subject.txt", page)
    tail = _line("mail/subject_things.txt", page)
    whole = f"{news} · {tail}" if tail else news
    for line in (whole, news):
        if len(line) <= _SUBJECT_LENGTH:
            return line
    return news[: _SUBJECT_LENGTH - 1].rstrip() + "…"


def _line(template: str, page: dict[str, Any]) -> str:
    return " ".join(render_to_string(template, {"page": page}).split())


def _headers() -> dict[str, str]:
    link = settings.PUBLIC_URL
    return {"List-Unsubscribe": f"<{link}/settings/mail>"} if link else {}


def _inlined(html: str) -> str:
    """Write the styles into the elements, where every mail program honours them."""
    import css_inline

    inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
    return inliner.inline(html)


def _tidy(text: str) -> str:
    """Lines without ends of blanks, and one empty line at most between paragraphs."""
    kept: list[str] = []
    for line in map(str.rstrip, text.strip().splitlines()):
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept) + "\n"
