"""Pilot, live, pause, resume, close."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.factories.intake import AT, person, places
from tests.factories.planning import PlanLocaleDraftFactory, a_project, a_submitted_plan
from touchstone.apps.intake.models import LabelingRequest, RequestState
from touchstone.apps.intake.operations import IllegalTransition, move_request
from touchstone.apps.people.models import Role, User
from touchstone.apps.planning.models import Project
from touchstone.apps.planning.policies import PILOT_ABOVE_ITEMS
from touchstone.flows import phases
from touchstone.flows.plan_approval import approve


@pytest.fixture
def owner(db: None) -> User:
    places()
    return person("odile", Role.PROJECT_OWNER)


def _project(owner: User, items: int) -> Project:
    requester = person("rita", Role.REQUESTER)
    return a_project(requester=requester, owner=owner, locales={"fr-FR": items})


def _planned(owner: User, items: int = 100) -> Project:
    project = _project(owner, items)
    terms = PlanLocaleDraftFactory(sample_size=items, price_per_judgment=Decimal("0.01"))
    plan = a_submitted_plan(project, locales=(terms,))
    approve(plan=plan, by=person("pia", Role.PROJECT_OWNER), at=AT)
    project.request.refresh_from_db()
    return project


def _state() -> str:
    return LabelingRequest.objects.get().state


def test_a_project_goes_through_its_phases(owner: User) -> None:
    project = _planned(owner)

    phases.start_pilot(project=project, by=owner, at=AT)
    assert _state() == project.request.state == RequestState.PILOT
    phases.go_live(project=project, by=owner, at=AT, reason="α holds")
    assert _state() == RequestState.LIVE


@pytest.mark.parametrize("origin", ["approved", "planned", "pilot", "live"])
def test_a_pause_ends_where_it_began(owner: User, origin: str) -> None:
    project = _project(owner, 100)
    for to in ["planned", "pilot", "live"]:
        if project.request.state != origin:
            move_request(request=project.request, to=RequestState(to), by=owner, at=AT)

    phases.pause(project=project, by=owner, at=AT, reason="Site down")
    assert _state() == RequestState.PAUSED
    with pytest.raises(IllegalTransition):
        phases.pause(project=project, by=owner, at=AT)

    phases.resume(project=project, by=owner, at=AT)
    assert _state() == origin
    with pytest.raises(phases.NotPaused):
        phases.resume(project=project, by=owner, at=AT)


@pytest.mark.parametrize("start", [phases.start_pilot, phases.go_live])
def test_no_phase_begins_without_a_plan_in_force(owner: User, start: object) -> None:
    project = _project(owner, 100)
    move_request(request=project.request, to=RequestState.PLANNED, by=owner, at=AT)

    with pytest.raises(phases.NoPlanInForce):
        start(project=project, by=owner, at=AT)  # type: ignore[operator]
    assert _state() == RequestState.PLANNED


def test_a_large_sample_goes_through_a_pilot(owner: User) -> None:
    project = _planned(owner, PILOT_ABOVE_ITEMS + 1)

    with pytest.raises(phases.PilotNeeded, match=str(PILOT_ABOVE_ITEMS + 1)):
        phases.go_live(project=project, by=owner, at=AT)
    assert _state() == RequestState.PLANNED

    phases.start_pilot(project=project, by=owner, at=AT)
    phases.go_live(project=project, by=owner, at=AT)
    assert _state() == RequestState.LIVE


def test_a_small_sample_may_go_live_at_once(owner: User) -> None:
    project = _planned(owner, PILOT_ABOVE_ITEMS)

    phases.go_live(project=project, by=owner, at=AT)

    assert _state() == RequestState.LIVE


def test_a_project_is_closed_after_its_return_is_reviewed(owner: User) -> None:
    project = _planned(owner)
    with pytest.raises(IllegalTransition):
        phases.close(project=project, by=owner, at=AT)

    for to in ("live", "delivered", "accepted", "roi_reviewed"):
        move_request(request=project.request, to=RequestState(to), by=owner, at=AT)
    phases.close(project=project, by=owner, at=AT)

    assert _state() == RequestState.CLOSED
