"""What each endpoint needs, declared where the endpoint stands.

`needs` is both the declaration and the check: the capability it names is the one that
`project_of` and `request_of` ask for, so that the table of endpoints cannot drift from what they
do. `endpoints` lists them all for the generated access matrix and its test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, Literal, ParamSpec, TypeVar

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from touchstone.apps.intake.queries import request_for
from touchstone.apps.people.policies import Capability
from touchstone.apps.people.queries import holds_somewhere
from touchstone.apps.planning.queries import project_for
from touchstone.lib.errors import NotAllowed

if TYPE_CHECKING:
    from ninja import NinjaAPI

    from touchstone.apps.intake.models import LabelingRequest
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Project

P = ParamSpec("P")
R = TypeVar("R")
Scope = Literal["project", "request", "service", "self"]


class ApiRequest(HttpRequest):
    """A request after `needs`: who asks, what the endpoint needs, and when it arrived."""

    auth: User
    needs: Capability
    at: datetime


View = Callable[Concatenate[ApiRequest, P], R]


@dataclass(frozen=True)
class Endpoint:
    """One line of the table of endpoints.

    `scope` says how a refusal looks: on a "project" or "request" (or something that belongs to
    one) an outsider gets 404, on the "service" 403; "self" is open to everybody signed in.
    """

    method: str
    path: str
    operation_id: str
    capability: Capability | None
    scope: Scope


def needs(capability: Capability, *, scope: Scope) -> Callable[[View[P, R]], View[P, R]]:
    """Declare what an endpoint needs; on the "service" it is enough to hold it somewhere.

    For every other scope the endpoint names its object through `project_of` or `request_of`.
    """

    def declare(view: View[P, R]) -> View[P, R]:
        @wraps(view)
        def checked(request: ApiRequest, *args: P.args, **kwargs: P.kwargs) -> R:
            request.needs, request.at = capability, timezone.now()
            if scope == "service" and not holds_somewhere(request.auth, capability):
                raise NotAllowed(_("Your role does not allow this."))
            return view(request, *args, **kwargs)

        checked.capability, checked.scope = capability, scope  # type: ignore[attr-defined]
        return checked

    return declare


def needs_sign_in(view: View[P, R]) -> View[P, R]:
    """Declare that an endpoint is open to everybody who is signed in."""

    @wraps(view)
    def checked(request: ApiRequest, *args: P.args, **kwargs: P.kwargs) -> R:
        request.at = timezone.now()
        return view(request, *args, **kwargs)

    checked.capability, checked.scope = None, "self"  # type: ignore[attr-defined]
    return checked


def project_of(request: ApiRequest, key: str) -> Project:
    """The project that the address names, if the caller may do there what the endpoint needs.

    :raises NotVisible: there is no such project for this person.
    :raises NotAllowed: they may see it but not do this.
    """
    return project_for(request.auth, key, request.needs)


def request_of(request: ApiRequest, number: int) -> LabelingRequest:
    """The labeling request that the address names; as `project_of`."""
    return request_for(request.auth, number, request.needs)


def endpoints(api: NinjaAPI) -> Iterator[Endpoint]:
    """Every operation of the API with what it needs.

    :raises LookupError: an endpoint declares nothing.
    """
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                capability, scope = _declared_by(operation.view_func)
                for method in operation.methods:
                    yield Endpoint(
                        method=method,
                        path=f"/api/v1{prefix}{path}",
                        operation_id=operation.view_func.__name__,
                        capability=capability,
                        scope=scope,
                    )


def _declared_by(view: Any) -> tuple[Capability | None, Scope]:
    try:
        return view.capability, view.scope
    except AttributeError as error:
        raise LookupError(f"{view.__module__}.{view.__name__} declares no capability") from error
