"""A person's own account: preferences, password, API tokens."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from touchstone.apps.people.operations import (
    issue_token,
    revoke_token,
    set_password,
    set_preferences,
)
from touchstone.apps.people.queries import grants_of, token_for, tokens_of
from touchstone.lib.errors import Refused
from touchstone.web.access import person, signed_in
from touchstone.web.forms.account import PasswordForm, PreferencesForm, TokenForm
from touchstone.web.views.sessions import remember_language


@signed_in(methods=("GET", "POST"))
def account(request: HttpRequest) -> HttpResponseBase:
    """Language and time zone; the rest of the page has its own addresses."""
    user = person(request)
    if request.method == "GET":
        return _page(request, {})
    form = PreferencesForm(request.POST)
    if not form.is_valid():
        return _page(request, {"form": form}, status=422)
    set_preferences(user=user, **form.cleaned_data, by=user, at=timezone.now())
    messages.success(request, _("Your preferences are saved."))
    return remember_language(redirect("web:account"), user.language)


def _page(request: HttpRequest, context: dict[str, object], status: int = 200) -> HttpResponse:
    user = person(request)
    initial = {"language": user.language, "time_zone": user.time_zone}
    found = {
        "form": PreferencesForm(initial=initial),
        "password_form": PasswordForm(),
        "token_form": TokenForm(),
        "tokens": tokens_of(user),
        "grants": grants_of(user),
        "now": timezone.now(),
    }
    return render(request, "web/account.html", found | context, status=status)


@sensitive_post_parameters()
@signed_in(methods=("POST",))
def password(request: HttpRequest) -> HttpResponseBase:
    """A new password, for who knows the old one."""
    user, form = person(request), PasswordForm(request.POST)
    if form.is_valid() and not user.check_password(form.cleaned_data["old"]):
        form.add_error("old", _("This is not your present password."))
    if form.is_valid():
        try:
            set_password(user=user, password=form.cleaned_data["new"], by=user, at=timezone.now())
        except Refused as refused:
            form.add_error("new", str(refused))
        else:
            update_session_auth_hash(request, user)
            messages.success(request, _("Your password is changed; other sessions have ended."))
            return redirect("web:account")
    return _page(request, {"password_form": form}, status=422)


@signed_in(methods=("POST",))
def tokens(request: HttpRequest) -> HttpResponseBase:
    """Make a token. It is shown on this one answer and never again."""
    user, form = person(request), TokenForm(request.POST)
    if form.is_valid():
        try:
            token, plain = issue_token(
                user=user, name=form.cleaned_data["name"], by=user, at=timezone.now(),
                expires_at=form.expires_at(timezone.now()),
            )  # fmt: skip
        except Refused as refused:
            form.add_error("name", str(refused))
        else:
            response = _page(request, {"plain_token": plain, "new_token": token})
            response["Cache-Control"] = "no-store"
            return response
    return _page(request, {"token_form": form}, status=422)


@signed_in(methods=("POST",), back="web:account")
def revoke(request: HttpRequest, number: int) -> HttpResponseBase:
    """End a token."""
    user = person(request)
    revoke_token(token=token_for(user, number), by=user, at=timezone.now())
    messages.success(request, _("The token no longer works."))
    return redirect("web:account")
