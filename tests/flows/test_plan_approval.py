"""Approving a plan end to end: in force, request planned, risks in the register."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from tests.factories.intake import AT, person, places
from tests.factories.planning import PlanRiskDraftFactory, a_project, a_submitted_plan
from touchstone.apps.intake.models import LabelingRequest, RequestState
from touchstone.apps.intake.operations import move_request
from touchstone.apps.intake.queries import transitions_of
from touchstone.apps.ledger.queries import events_of_project
from touchstone.apps.people.models import Role, User
from touchstone.apps.planning.models import Plan, Project
from touchstone.apps.planning.operations import (
    ApprovedBySubmitter,
    PlanNotInState,
    RequestNotPlannable,
)
from touchstone.apps.planning.queries import plan_in_force
from touchstone.apps.risks.operations import close_risk
from touchstone.flows.plan_approval import approve


@dataclass(frozen=True)
class Scene:
    owner: User
    approver: User
    project: Project


def a_scene() -> Scene:
    places()
    owner, approver = (person(name, Role.PROJECT_OWNER) for name in ("odile", "pia"))
    project = a_project(requester=person("rita", Role.REQUESTER), owner=owner)
    return Scene(owner, approver, project)


@pytest.fixture
def scene(db: None) -> Scene:
    return a_scene()


def test_the_first_approval_plans_the_request_and_opens_the_risks(scene: Scene) -> None:
    risks = (PlanRiskDraftFactory(), PlanRiskDraftFactory())
    plan = a_submitted_plan(scene.project, risks=risks)

    approve(plan=plan, by=scene.approver, at=AT)

    assert plan_in_force(scene.project) == plan
    assert LabelingRequest.objects.get().state == RequestState.PLANNED
    register = list(scene.project.risks.order_by("number"))
    assert [risk.cause for risk in register] == [risk.cause for risk in risks]
    assert {risk.owner for risk in register} == {scene.owner}
    assert all(risk.review_date > AT.date() for risk in register)


def test_the_callers_project_shows_the_new_state(scene: Scene) -> None:
    plan = a_submitted_plan(scene.project)

    approve(plan=plan, by=scene.approver, at=AT)

    assert plan.project.request.state == RequestState.PLANNED


def test_a_later_approval_leaves_the_state_and_adds_only_new_risks(scene: Scene) -> None:
    kept, closed, new = (PlanRiskDraftFactory() for _ in range(3))
    approve(plan=a_submitted_plan(scene.project, risks=(kept, closed)), by=scene.approver, at=AT)
    move_request(request=scene.project.request, to=RequestState.PILOT, by=scene.owner, at=AT)
    over = scene.project.risks.get(cause=closed.cause)
    close_risk(risk=over, state="closed", note="Signed.", by=scene.owner, at=AT)

    again = a_submitted_plan(
        scene.project, risks=(kept, closed, new), change_note="One vendor more."
    )
    approve(plan=again, by=scene.approver, at=AT + timedelta(days=1))

    assert LabelingRequest.objects.get().state == RequestState.PILOT
    opened = scene.project.risks.filter(state="open").values_list("cause", flat=True)
    # What was closed and is planned for again is a risk again.
    assert sorted(opened) == sorted(risk.cause for risk in (kept, closed, new))
    assert scene.project.risks.count() == 4


@pytest.mark.parametrize("who", ["owner", "approver"])
def test_a_refused_approval_changes_nothing(scene: Scene, who: str) -> None:
    plan = a_submitted_plan(scene.project, risks=(PlanRiskDraftFactory(),))
    if who == "approver":
        move_request(request=scene.project.request, to=RequestState.PAUSED, by=scene.owner, at=AT)
    before = (LabelingRequest.objects.get().state, events_of_project(scene.project.pk).count())

    with pytest.raises((ApprovedBySubmitter, RequestNotPlannable)):
        approve(plan=plan, by=getattr(scene, who), at=AT)

    after = (LabelingRequest.objects.get().state, events_of_project(scene.project.pk).count())
    assert after == before
    assert Plan.objects.get(pk=plan.pk).state == "submitted"
    assert not scene.project.risks.exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_approvals_at_once_one_counts_and_risks_enter_once() -> None:
    scene = a_scene()
    users = [scene.approver, person("paul", Role.PROJECT_OWNER)]
    plan = a_submitted_plan(scene.project, risks=(PlanRiskDraftFactory(),))
    together = Barrier(2)

    def attempt(user: User) -> bool:
        mine = Plan.objects.get(pk=plan.pk)
        together.wait()
        try:
            approve(plan=mine, by=user, at=AT)
        except PlanNotInState:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, users)) == [False, True]
    assert scene.project.risks.count() == 1
    assert transitions_of(scene.project.request).filter(to_state="planned").count() == 1
