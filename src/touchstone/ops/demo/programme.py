"""From a request to an approved plan: the steps that every project of the demonstration shares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from touchstone.apps.intake import operations as intake
from touchstone.apps.intake.policies import RequestState
from touchstone.apps.planning.operations import draft_plan, open_project, submit_plan
from touchstone.apps.planning.queries import project_by_key
from touchstone.flows.plan_approval import approve

if TYPE_CHECKING:
    from touchstone.apps.intake.drafts import RequestDraft
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.drafts import PlanDraft
    from touchstone.apps.planning.models import Plan, Project

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Script:
    """What one project's beginning needs."""

    key: str
    name: str
    request: RequestDraft
    plan: PlanDraft
    requester: User
    owner: User
    approver: User
    filed_at: datetime


def plan(script: Script) -> tuple[Project, Plan]:
    """File, triage, open, plan and approve, an hour apart within the clocks of intake."""
    at, owner = script.filed_at, script.owner
    request = intake.file_request(draft=script.request, by=script.requester, at=at)
    intake.submit_request(request=request, by=script.requester, at=at)
    for hours, state in enumerate(
        (RequestState.TRIAGED, RequestState.SCOPED, RequestState.APPROVED), start=1
    ):
        intake.move_request(request=request, to=state, by=owner, at=at + hours * HOUR)
    project = open_project(
        request=request, key=script.key, name=script.name, owner=owner, by=owner, at=at + 4 * HOUR
    )
    plan = draft_plan(project=project, draft=script.plan, by=owner, at=at + 5 * HOUR)
    plan = submit_plan(plan=plan, by=owner, at=at + 5 * HOUR)
    approve(plan=plan, by=script.approver, at=at + 6 * HOUR)
    found = project_by_key(script.key)
    assert found is not None
    return found, plan
