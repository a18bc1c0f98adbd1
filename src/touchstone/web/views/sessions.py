"""Coming and going: sign-in, sign-out, the language of the screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from touchstone.apps.people.operations import record_failed_sign_in, set_preferences
from touchstone.apps.people.queries import sign_in_allowed
from touchstone.web.forms.signin import SignInForm

if TYPE_CHECKING:
    from touchstone.apps.people.models import User

YEAR_SECONDS = 365 * 24 * 3600


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Sign in. An unknown address and a wrong password get the same words."""
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        user = _who(request, form)
        if user is not None:
            login(request, user)
            return remember_language(redirect(_next(request)), user.language)
        status = 429 if form.errors.as_data()["__all__"][0].code == "limit" else 422
    context = {"form": form, "next": request.GET.get("next", request.POST.get("next", ""))}
    return render(request, "web/sign_in.html", context, status=status)


def _who(request: HttpRequest, form: SignInForm) -> User | None:
    email, at = form.cleaned_data["email"], timezone.now()
    network = request.META.get("REMOTE_ADDR", "")
    if not sign_in_allowed(email=email, network=network, at=at):
        form.add_error(None, _limit())
        return None
    user: User | None = authenticate(
        request, username=email, password=form.cleaned_data["password"]
    )
    if user is None:
        record_failed_sign_in(email=email, network=network, at=at)
        form.add_error(None, _("This address and password do not belong together."))
    return user


def _limit() -> ValidationError:
    text = _("Too many attempts. Wait 15 minutes and try again, or ask an administrator.")
    return ValidationError(text, code="limit")


def _next(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    return target if _is_ours(request, target) else "/"


def _is_ours(request: HttpRequest, target: str) -> bool:
    return url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )


@require_POST
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """End the session."""
    logout(request)
    return redirect("web:sign_in")


@require_POST
def language(request: HttpRequest) -> HttpResponseBase:
    """Switch the language here and for the next time."""
    chosen = request.POST.get("language", "")
    response = redirect(_next(request))
    if chosen not in dict(settings.LANGUAGES):
        return response
    if request.user.is_authenticated:
        user: User = request.user
        set_preferences(
            user=user, language=chosen, time_zone=user.time_zone, by=user, at=timezone.now()
        )
    return remember_language(response, chosen)


def remember_language(response: HttpResponseBase, chosen: str) -> HttpResponseBase:
    """Keep the language in the cookie that Django's LocaleMiddleware reads."""
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=YEAR_SECONDS,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response
