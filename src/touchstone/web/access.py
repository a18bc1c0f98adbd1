"""Who gets to a page, and what becomes of a refusal. What a role may do is not decided here.

Every view carries `capability`, `scope` and `methods`, so that the matrix of addresses and roles
can be generated from the addresses. The view itself finds its object through `project_for` or
`request_for`; this decorator turns what they and the operations raise into pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, Literal, cast
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from touchstone.apps.people.policies import Capability
from touchstone.apps.people.queries import holds_somewhere
from touchstone.lib.errors import NotAllowed, NotVisible, Refused

if TYPE_CHECKING:
    from touchstone.apps.people.models import User

View = Callable[..., HttpResponseBase]
Scope = Literal["project", "request", "service", "self"]


def person(request: HttpRequest) -> User:
    """The signed-in user; only for views behind `needs` or `signed_in`."""
    return cast("User", request.user)


def needs(
    capability: Capability,
    *,
    scope: Scope = "project",
    methods: tuple[str, ...] = ("GET",),
    back: str = "",
) -> Callable[[View], View]:
    """Say what a view needs. With `scope="service"` it is checked here, else by the view.

    `back` names the page (of the same object) to return to with the message when an operation
    refuses; without it the refusal is a page of its own, 409.
    """

    def decorate(view: View) -> View:
        guarded = _guarded(view, methods, back, capability if scope == "service" else None)
        guarded.capability, guarded.scope = capability, scope  # type: ignore[attr-defined]
        return guarded

    return decorate


def signed_in(*, methods: tuple[str, ...] = ("GET",), back: str = "") -> Callable[[View], View]:
    """For pages that everybody with an account has, about themselves or about what they may see."""

    def decorate(view: View) -> View:
        guarded = _guarded(view, methods, back, None)
        guarded.capability, guarded.scope = None, "self"  # type: ignore[attr-defined]
        return guarded

    return decorate


def _guarded(view: View, methods: tuple[str, ...], back: str, required: Capability | None) -> View:
    accepted = (*methods, "HEAD") if "GET" in methods else methods

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("web:sign_in"))
        if request.method not in accepted:
            return HttpResponseNotAllowed(accepted)
        with clock_of(person(request)):
            try:
                if required and not holds_somewhere(person(request), required):
                    raise NotAllowed(_("Your role does not allow this."))
                return view(request, *args, **kwargs)
            except NotVisible as error:
                return render(request, "404.html", {"message": error.message}, status=404)
            except NotAllowed as error:
                return render(request, "403.html", {"message": error.message}, status=403)
            except Refused as error:
                return _refused(request, error, back, kwargs)

    guarded.methods = methods  # type: ignore[attr-defined]
    return guarded


@contextmanager
def clock_of(user: User) -> Iterator[None]:
    """Show times in the person's zone while their page is made."""
    with timezone.override(ZoneInfo(user.time_zone)):
        yield


def _refused(
    request: HttpRequest, error: Refused, back: str, kwargs: dict[str, Any]
) -> HttpResponseBase:
    if not back:
        return render(request, "web/refused.html", {"message": error.message}, status=409)
    messages.error(request, str(error))
    return redirect(back, **kwargs)
