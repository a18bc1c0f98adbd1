"""The phases of a project: pilot, live, pause and resume, close.

A project has no state of its own: each phase is a state of its request, and may only be entered
with what it claims.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from touchstone.apps.intake.operations import move_request
from touchstone.apps.intake.policies import RequestState
from touchstone.apps.intake.queries import origin_of
from touchstone.apps.planning.policies import PILOT_ABOVE_ITEMS
from touchstone.apps.planning.queries import plan_in_force, planned_items
from touchstone.lib.errors import Refused

if TYPE_CHECKING:
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Plan, Project


class NoPlanInForce(Refused):
    """Work starts with an approved plan."""

    code = "no_plan_in_force"

    def __init__(self) -> None:
        super().__init__(_("The project has no approved plan yet. Have one approved first."))


class PilotNeeded(Refused):
    """A large sample goes through a pilot first."""

    code = "pilot_needed"

    def __init__(self, items: int) -> None:
        super().__init__(
            _(
                "The plan samples %(items)d items. Above %(most)d, a pilot comes first: it shows "
                "that guideline, agreement and speed hold. Start the pilot."
            )
            % {"items": items, "most": PILOT_ABOVE_ITEMS},
            items=items,
            most=PILOT_ABOVE_ITEMS,
        )


class NotPaused(Refused):
    """Only a paused project is resumed."""

    code = "not_paused"

    def __init__(self) -> None:
        super().__init__(_("The project is not paused, so there is nothing to resume."))


@transaction.atomic
def start_pilot(*, project: Project, by: User, at: datetime, reason: str = "") -> None:
    """Let annotators begin on a pilot.

    :raises NoPlanInForce: no plan is approved.
    :raises IllegalTransition: the project is not in `planned`.
    """
    _plan(project)
    _move(project, RequestState.PILOT, by=by, at=at, reason=reason)


@transaction.atomic
def go_live(*, project: Project, by: User, at: datetime, reason: str = "") -> None:
    """Let the whole of the work begin.

    :raises NoPlanInForce: no plan is approved.
    :raises PilotNeeded: the sample is too large to go live straight from the plan.
    :raises IllegalTransition: the project is neither in `planned` nor in `pilot`.
    """
    items = planned_items(_plan(project))
    project.request.refresh_from_db(fields=["state"])
    if project.request.state == RequestState.PLANNED and items > PILOT_ABOVE_ITEMS:
        raise PilotNeeded(items)
    _move(project, RequestState.LIVE, by=by, at=at, reason=reason)


@transaction.atomic
def pause(*, project: Project, by: User, at: datetime, reason: str = "") -> None:
    """Stop handing out work; what is under way may still be submitted.

    :raises IllegalTransition: the project is in no phase that can be paused.
    """
    _move(project, RequestState.PAUSED, by=by, at=at, reason=reason)


@transaction.atomic
def resume(*, project: Project, by: User, at: datetime, reason: str = "") -> None:
    """Go back to the phase from which the project was paused.

    :raises NotPaused: it is not paused.
    """
    origin = origin_of(project.request)
    if origin is None:
        raise NotPaused
    _move(project, origin, by=by, at=at, reason=reason)


@transaction.atomic
def close(*, project: Project, by: User, at: datetime, reason: str = "") -> None:
    """End a project whose return has been reviewed.

    :raises IllegalTransition: its return has not been reviewed.
    """
    _move(project, RequestState.CLOSED, by=by, at=at, reason=reason)


def _plan(project: Project) -> Plan:
    plan = plan_in_force(project)
    if plan is None:
        raise NoPlanInForce
    return plan


def _move(project: Project, to: RequestState, *, by: User, at: datetime, reason: str) -> None:
    move_request(request=project.request, to=to, by=by, at=at, reason=reason)
