"""Who gets to a screen, and in which language it speaks. What a role may do is not decided here.

Every view carries `capability`, `scope` and `methods`, so that the matrix of addresses and roles
can be generated from the addresses. The view itself finds its project through `project_for`; this
decorator turns what it and the operations raise into pages.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Literal, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache

from touchstone.apps.people.policies import Capability
from touchstone.apps.wellbeing.operations import ConsentNeeded
from touchstone.lib.errors import NotAllowed, NotVisible, Refused, TouchstoneError
from touchstone.workbench.languages import language_of

if TYPE_CHECKING:
    from touchstone.apps.people.models import User

View = Callable[..., HttpResponseBase]
Scope = Literal["project", "self"]


def person(request: HttpRequest) -> User:
    """The signed-in user; only for views behind `needs` or `signed_in`."""
    return cast("User", request.user)


def shows_media(request: HttpRequest) -> None:
    """Let the page load the images and clips that items point to; see the policy's middleware."""
    request.shows_media = True  # type: ignore[attr-defined]


def needs(
    capability: Capability, *, methods: tuple[str, ...] = ("GET",), back: str = ""
) -> Callable[[View], View]:
    """Say what a view needs on the project in its address; the view asks `project_for`.

    `back` names the screen of the same project to return to with the message when an operation
    refuses; without it the refusal is a screen of its own, 409.
    """

    def decorate(view: View) -> View:
        return _declared(view, capability, "project", methods, back)

    return decorate


def signed_in(*, methods: tuple[str, ...] = ("GET",)) -> Callable[[View], View]:
    """For screens that everybody with an account has, about themselves."""

    def decorate(view: View) -> View:
        return _declared(view, None, "self", methods, "")

    return decorate


def _declared(
    view: View,
    capability: Capability | None,
    scope: Scope,
    methods: tuple[str, ...],
    back: str,
) -> View:
    consent = "work:expert_consent" if capability is Capability.AUDIT else "work:consent"
    guarded = _guarded(view, methods, back, consent)
    guarded.capability, guarded.scope = capability, scope  # type: ignore[attr-defined]
    guarded.methods = methods  # type: ignore[attr-defined]
    return guarded


def _guarded(view: View, methods: tuple[str, ...], back: str, consent: str) -> View:
    accepted = (*methods, "HEAD") if "GET" in methods else methods

    # Never cached: a screen that comes back from the browser's memory would show another's lease.
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("web:sign_in"))
        if request.method not in accepted:
            return HttpResponseNotAllowed(accepted)
        user = person(request)
        with timezone.override(ZoneInfo(user.time_zone)), translation.override(language_of(user)):
            try:
                return view(request, *args, **kwargs)
            except NotVisible as error:
                return _refusal(request, error, 404)
            except NotAllowed as error:
                return _refusal(request, error, 403)
            except ConsentNeeded:
                return _to_consent(request, reverse(consent, kwargs={"key": kwargs["key"]}))
            except Refused as error:
                return _refused(request, error, back, kwargs)

    return guarded


def _to_consent(request: HttpRequest, asked_at: str) -> HttpResponseBase:
    """Ask, and come back to the screen that somebody wanted."""
    after = f"?{urlencode({'next': request.path})}" if request.method == "GET" else ""
    return redirect(asked_at + after)


def _refused(
    request: HttpRequest, error: Refused, back: str, kwargs: dict[str, Any]
) -> HttpResponseBase:
    if not back:
        return _refusal(request, error, 409)
    messages.error(request, str(error))
    return redirect(back, key=kwargs["key"])


def _refusal(request: HttpRequest, error: TouchstoneError, status: int) -> HttpResponse:
    return render(request, "workbench/refused.html", {"message": error.message}, status=status)
