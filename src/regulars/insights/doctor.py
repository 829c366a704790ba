"""What `regulars doctor` looks at on this floor."""

from __future__ import annotations

from datetime import timedelta

from regulars.insights import mail_wishes
from regulars.insights.models import Refresh
from regulars.jobs import ticker
from regulars.jobs.doctor import Check, register


@register
def last_refresh() -> Check:
    """When figures and scores were last brought up to date."""
    latest = Refresh.objects.order_by("-pk").first()
    if latest is None:
        return Check("refresh", True, "Figures were never made: regulars refresh", {})
    detail = {"started_at": latest.started_at.isoformat(), "seconds": latest.seconds}
    if latest.failure:
        said = f"The last refresh failed: {latest.failure}"
        return Check("refresh", False, said, detail)
    if latest.finished_at is None:
        return Check("refresh", True, "A refresh is under way, or was cut off.", detail)
    said = f"Figures are of {latest.finished_at:%Y-%m-%d %H:%M} UTC ({latest.seconds:.1f} s)."
    return Check("refresh", True, said, detail)


@register
def weekly_mail() -> Check:
    """Who gets the weekly mail, and whether the last one was left out."""
    count = len(mail_wishes.wanted())
    detail: dict[str, object] = {"members": count, "passed_over": None}
    said = "1 member gets" if count == 1 else f"{count or 'No'} members get"
    said += " the weekly mail."
    if left_out := ticker.passed_over(mail_wishes.JOB, timedelta(days=7)):
        detail["passed_over"] = left_out.passed_over
        why = {
            ticker.LATE: "nothing ran for more than two days",
            ticker.RESTORED: "a backup was put back, and it may have gone out before",
        }[left_out.passed_over]
        said += f" That of {left_out.due_at:%Y-%m-%d %H:%M} UTC was left out: {why}."
    return Check("weekly mail", True, said, detail)
