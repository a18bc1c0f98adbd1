"""Approving a plan: it comes into force, the request is planned, its risks enter the register."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from touchstone.apps.intake.operations import move_request
from touchstone.apps.intake.policies import RequestState
from touchstone.apps.planning import operations as planning
from touchstone.apps.planning.queries import draft_of
from touchstone.apps.risks.operations import open_risk
from touchstone.apps.risks.queries import open_risks_of

if TYPE_CHECKING:
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Plan

FIRST_REVIEW_AFTER = timedelta(days=14)


@transaction.atomic
def approve(*, plan: Plan, by: User, at: datetime) -> Plan:
    """Put a submitted plan in force.

    The first approval takes the request to `planned`. Risks of the plan enter the register in the
    project owner's care, but for those that an earlier version brought and that are still open.

    :raises RequestNotPlannable: the project is over or paused.
    :raises PlanNotInState: the plan is not awaiting approval (any more).
    :raises ApprovedBySubmitter: `by` submitted it.
    """
    planning.approve_plan(plan=plan, by=by, at=at)
    request = plan.project.request
    request.refresh_from_db(fields=["state"])
    if request.state == RequestState.APPROVED:
        move_request(request=request, to=RequestState.PLANNED, by=by, at=at)
    _open_risks(plan, by=by, at=at)
    return plan


def _open_risks(plan: Plan, *, by: User, at: datetime) -> None:
    project = plan.project
    known = set(open_risks_of(project).values_list("cause", "event", "consequence"))
    for draft in draft_of(plan).risks:
        if (draft.cause, draft.event, draft.consequence) not in known:
            open_risk(
                project=project,
                draft=draft,
                owner=project.owner,
                review_date=at.date() + FIRST_REVIEW_AFTER,
                by=by,
                at=at,
            )
