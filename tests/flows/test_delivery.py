"""Delivering and deciding: the release and the request's state move together or not at all."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.factories.labeled import LATER, Labeled, a_labeled_project
from touchstone.apps.datasets.models import Release, ReleaseDecision
from touchstone.apps.datasets.operations import EmptyRelease, InvalidDecision
from touchstone.apps.intake.models import LabelingRequest, RequestState, Transition
from touchstone.apps.intake.operations import IllegalTransition
from touchstone.flows.delivery import decide, deliver

pytestmark = pytest.mark.slow  # each delivers a release


@pytest.fixture
def scene(db: None) -> Labeled:
    return a_labeled_project()


def delivered(scene: Labeled) -> Release:
    return deliver(
        project=scene.project, run=scene.consensus(), test_share=Decimal("0.25"), split_seed=7,
        note="", by=scene.owner, at=LATER, licence="CC0",
    )  # fmt: skip


def state(scene: Labeled) -> str:
    return LabelingRequest.objects.get(project=scene.project).state


def test_a_delivery_waits_for_the_requester(scene: Labeled) -> None:
    release = delivered(scene)

    assert release.card["licence"] == "CC0"
    assert state(scene) == RequestState.DELIVERED


def test_an_accepted_delivery_moves_on(scene: Labeled) -> None:
    decide(release=delivered(scene), decision="accepted", reason="", by=scene.requester, at=LATER)

    assert state(scene) == RequestState.ACCEPTED


def test_a_returned_delivery_sets_to_work_again(scene: Labeled) -> None:
    release = delivered(scene)
    decide(release=release, decision="returned", reason="Too few.", by=scene.requester, at=LATER)

    assert state(scene) == RequestState.LIVE
    assert Transition.objects.latest("id").reason == "Too few."
    again = delivered(scene)
    assert again.version == release.version + 1


def test_a_return_without_a_reason_moves_nothing(scene: Labeled) -> None:
    release = delivered(scene)
    with pytest.raises(InvalidDecision):
        decide(release=release, decision="returned", reason=" ", by=scene.requester, at=LATER)
    assert state(scene) == RequestState.DELIVERED


def test_a_project_that_is_not_live_delivers_nothing(scene: Labeled) -> None:
    LabelingRequest.objects.update(state=RequestState.PLANNED)
    with pytest.raises(IllegalTransition):
        delivered(scene)
    assert not Release.objects.exists()


def test_nothing_is_delivered_without_a_consensus(scene: Labeled) -> None:
    with pytest.raises(EmptyRelease):
        deliver(
            project=scene.project, run=None, test_share=Decimal(0), split_seed=1, note="",
            by=scene.owner, at=LATER,
        )  # fmt: skip
    assert state(scene) == RequestState.LIVE


def test_a_decision_that_comes_too_late_is_not_kept(scene: Labeled) -> None:
    release = delivered(scene)
    LabelingRequest.objects.update(state=RequestState.CANCELLED)
    with pytest.raises(IllegalTransition):
        decide(release=release, decision="accepted", reason="", by=scene.requester, at=LATER)
    assert not ReleaseDecision.objects.exists()
