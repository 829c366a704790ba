"""The team: who works here, in which role, and who may sign in."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from regulars.accounts import members
from regulars.accounts.models import Member
from regulars.kernel.errors import NotFound, WrongUse
from regulars.web.access import actor_of, page
from regulars.web.words import ROLE_DOES, ROLE_WORDS

# Without letters and digits that are taken for one another when read aloud.
_CLEAR = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LENGTH = 3, 5


@sensitive_post_parameters("password")
@page(members.PERMISSION)
def listed(request: HttpRequest) -> HttpResponse:
    """Everybody who works here, and a form for one more. A password we made is shown once."""
    actor = actor_of(request)
    context: dict[str, Any] = {"problem": "", "given": request.POST}
    if request.method == "POST":
        typed = request.POST.get("password", "")
        password = typed or _drawn()
        try:
            added = members.add(
                actor,
                email=request.POST.get("email", "").strip(),
                name=request.POST.get("name", ""),
                role=request.POST.get("role", ""),
                password=password,
            )
        except WrongUse as error:
            context["problem"] = error.message
        else:
            context |= {"member": added, "secret": "" if typed else password, "given": {}}
    context |= {"team": members.listing(actor), "roles": _roles()}
    return render(request, "screens/settings/team.html", context)


@sensitive_post_parameters("password")
@page(members.PERMISSION)
def one(request: HttpRequest, member_id: int) -> HttpResponse:
    """One member: another role, a new password, or no sign-in any more."""
    actor = actor_of(request)
    member = Member.objects.filter(pk=member_id).first()
    if member is None:
        raise NotFound(_("There is no such member."))
    context: dict[str, Any] = {"member": member, "is_me": member_id == actor.member_id}
    if request.method == "POST":
        try:
            said, secret = _change(request, member_id)
        except WrongUse as error:
            context["problem"] = error.message
        else:
            if not secret:
                messages.success(request, said)
                return redirect("settings" if context["is_me"] else "settings_team")
            context["secret"] = secret
        member.refresh_from_db()
    return render(request, "screens/settings/member.html", {**context, "roles": _roles()})


def _change(request: HttpRequest, member_id: int) -> tuple[str, str]:
    """Do what was asked; return what to say, and a password if we made one."""
    actor, what = actor_of(request), request.POST.get("do")
    if what == "password":
        typed = request.POST.get("password", "")
        password = typed or _drawn()
        members.set_password(actor, member_id, password)
        return _("The new password is set."), "" if typed else password
    if what == "deactivate":
        who = members.deactivate(actor, member_id)
        return _("%(who)s can no longer sign in.") % {"who": who}, ""
    who = members.change_role(actor, member_id, request.POST.get("role", ""))
    return _("%(who)s: %(role)s.") % {"who": who, "role": ROLE_WORDS[who.role]}, ""


def _drawn() -> str:
    letters = [secrets.choice(_CLEAR) for _ in range(_GROUPS * _GROUP_LENGTH)]
    starts = range(0, len(letters), _GROUP_LENGTH)
    return "-".join("".join(letters[start : start + _GROUP_LENGTH]) for start in starts)


def _roles() -> list[tuple[str, Any, Any]]:
    return [(role, word, ROLE_DOES[role]) for role, word in ROLE_WORDS.items()]
