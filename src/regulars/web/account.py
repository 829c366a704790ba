"""Sign-in, second factor and password: allauth's views in our own dress, and only those we need."""

from __future__ import annotations

from typing import Any

from allauth.account import views as account_views
from allauth.account.forms import LoginForm
from allauth.mfa.base import views as mfa_views
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.recovery_codes import views as code_views
from allauth.mfa.totp import views as totp_views
from allauth.mfa.webauthn import views as passkey_views
from axes.decorators import axes_dispatch, axes_form_invalid
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.forms import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from regulars.web import kept
from regulars.web.access import page

_SCREEN = "screens/account/"
_CODES_ALLOWED = 6
_CODES_WINDOW_SECONDS = 15 * 60


class SignInForm(LoginForm):  # type: ignore[misc]
    """Names the address the way django-axes counts failures by."""

    def user_credentials(self) -> dict[str, Any]:
        """What is handed to the backends."""
        credentials: dict[str, Any] = super().user_credentials()
        return {**credentials, "login": credentials.get("email", "")}


@method_decorator(axes_dispatch, name="dispatch")
@method_decorator(axes_form_invalid, name="form_invalid")
class SignInView(account_views.LoginView):  # type: ignore[misc]
    """The sign-in page; too many failures lead to the lockout page."""

    form_class = SignInForm
    template_name = _SCREEN + "sign_in.html"

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        """Say so when a form of this browser waits for its sender."""
        shown: dict[str, Any] = super().get_context_data(**given)
        return {**shown, "is_kept": kept.found(self.request) is not None}


class _CountsCodes:
    """Allows few codes in a quarter of an hour: six digits are soon tried through otherwise.

    allauth's own limit is off, since django-axes counts passwords, and axes sees no codes.
    """

    user: Any

    def clean_code(self) -> str:
        """Check the code, unless too many were tried."""
        key = f"second-factor-{self.user.pk}"
        cache.add(key, 0, _CODES_WINDOW_SECONDS)
        if cache.incr(key) > _CODES_ALLOWED:
            raise ValidationError(_("Too many codes were tried. Wait a quarter of an hour."))
        code: str = super().clean_code()  # type: ignore[misc]
        cache.delete(key)
        return code


class SecondFactorForm(_CountsCodes, AuthenticateForm):  # type: ignore[misc]
    """A code at sign-in."""


class CodeAgainForm(_CountsCodes, ReauthenticateForm):  # type: ignore[misc]
    """A code before something delicate."""


class SecondFactorView(mfa_views.AuthenticateView):  # type: ignore[misc]
    """Asks for the second factor after the password."""

    form_class = SecondFactorForm
    template_name = _SCREEN + "second_factor.html"


class CodeAgainView(mfa_views.ReauthenticateView):  # type: ignore[misc]
    """Asks for a code again before something delicate."""

    form_class = CodeAgainForm
    template_name = _SCREEN + "confirm.html"


@login_not_required
def no_sign_up(request: HttpRequest) -> HttpResponse:
    """Members are invited; the page says so."""
    return render(request, _SCREEN + "no_sign_up.html", status=403)


@login_not_required
def inactive(request: HttpRequest) -> HttpResponse:
    """The account was switched off."""
    return render(request, _SCREEN + "inactive.html", status=403)


@page()
def security(request: HttpRequest) -> HttpResponse:
    """How this member signs in: password, second factor, recovery codes, passkeys."""
    from allauth.mfa.models import Authenticator

    mine = Authenticator.objects.filter(user_id=request.user.pk)
    codes = mine.filter(type=Authenticator.Type.RECOVERY_CODES).first()
    shown = {
        "totp": mine.filter(type=Authenticator.Type.TOTP).first(),
        "passkeys": list(mine.filter(type=Authenticator.Type.WEBAUTHN)),
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
    }
    return render(request, "screens/settings/security.html", shown)


class _RemovesPasskey(passkey_views.RemoveWebAuthnView):  # type: ignore[misc]
    success_url = reverse_lazy("settings_security")
    template_name = _SCREEN + "remove_passkey.html"


class _ChangesPassword(account_views.PasswordChangeView):  # type: ignore[misc]
    success_url = reverse_lazy("settings_security")
    template_name = _SCREEN + "password.html"

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        messages.success(self.request, _("Your password is changed."))
        return response


def _dressed(view: Any, template: str, **more: Any) -> Any:
    return view.as_view(template_name=_SCREEN + template, **more)


urlpatterns: list[URLPattern | URLResolver] = [
    path("login", SignInView.as_view(), name="account_login"),
    path("logout", _dressed(account_views.LogoutView, "sign_out.html"), name="account_logout"),
    path("signup", no_sign_up, name="account_signup"),
    path("inactive", inactive, name="account_inactive"),
    path("password", _ChangesPassword.as_view(), name="account_change_password"),
    path(
        "confirm",
        _dressed(account_views.ReauthenticateView, "confirm.html"),
        name="account_reauthenticate",
    ),
    path("second-factor", SecondFactorView.as_view(), name="mfa_authenticate"),
    path("second-factor/again", CodeAgainView.as_view(), name="mfa_reauthenticate"),
    path("second-factor/all", security, name="mfa_index"),
    path(
        "second-factor/app",
        _dressed(totp_views.ActivateTOTPView, "app.html"),
        name="mfa_activate_totp",
    ),
    path(
        "second-factor/app/remove",
        _dressed(totp_views.DeactivateTOTPView, "remove_app.html"),
        name="mfa_deactivate_totp",
    ),
    path(
        "recovery-codes",
        _dressed(code_views.ViewRecoveryCodesView, "codes.html"),
        name="mfa_view_recovery_codes",
    ),
    path(
        "recovery-codes/new",
        _dressed(code_views.GenerateRecoveryCodesView, "new_codes.html"),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "recovery-codes/file",
        code_views.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("passkeys/login", passkey_views.LoginWebAuthnView.as_view(), name="mfa_login_webauthn"),
    path(
        "passkeys/add",
        _dressed(passkey_views.AddWebAuthnView, "add_passkey.html"),
        name="mfa_add_webauthn",
    ),
    path(
        "passkeys/again",
        _dressed(passkey_views.ReauthenticateWebAuthnView, "confirm.html"),
        name="mfa_reauthenticate_webauthn",
    ),
    path("passkeys/all", security, name="mfa_list_webauthn"),
    path("passkeys/<int:pk>/remove", _RemovesPasskey.as_view(), name="mfa_remove_webauthn"),
]
