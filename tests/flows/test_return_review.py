"""The return is reviewed once there is one, and only after the delivery was accepted."""

from __future__ import annotations

import pytest

from tests.factories.datasets import a_release
from tests.factories.economics import a_lot
from tests.factories.evaluations import an_evaluation
from tests.factories.labeled import LATER, Labeled, a_labeled_project
from touchstone.apps.economics.models import ReturnEstimate
from touchstone.apps.economics.operations import estimate_return, post_lot_costs
from touchstone.apps.economics.policies import Assumptions
from touchstone.apps.intake.models import LabelingRequest, RequestState, Transition
from touchstone.apps.intake.operations import IllegalTransition
from touchstone.flows.return_review import NoReturnYet, review_return


@pytest.fixture
def scene(db: None) -> Labeled:
    """A labeled project whose delivery was accepted."""
    scene = a_labeled_project()
    LabelingRequest.objects.update(state=RequestState.ACCEPTED)
    return scene


def estimated(scene: Labeled) -> ReturnEstimate:
    post_lot_costs(lot=a_lot(scene), by=scene.owner, at=LATER)
    return estimate_return(
        evaluation=an_evaluation(scene, a_release(scene)), metric="nDCG@10",
        assumptions=Assumptions(), seed=1, by=scene.owner, at=LATER,
    )  # fmt: skip


def state(scene: Labeled) -> str:
    return LabelingRequest.objects.get(project=scene.project).state


def test_a_reviewed_return_moves_the_request_on(scene: Labeled) -> None:
    estimate = estimated(scene)
    found = review_return(project=scene.project, by=scene.owner, at=LATER, note="As hoped.")

    assert found == estimate
    assert state(scene) == RequestState.ROI_REVIEWED
    assert Transition.objects.latest("id").reason == "As hoped."


def test_without_an_estimate_there_is_nothing_to_review(scene: Labeled) -> None:
    with pytest.raises(NoReturnYet):
        review_return(project=scene.project, by=scene.owner, at=LATER)
    assert state(scene) == RequestState.ACCEPTED


def test_a_delivery_that_was_not_accepted_has_no_reviewed_return(scene: Labeled) -> None:
    estimated(scene)
    LabelingRequest.objects.update(state=RequestState.DELIVERED)
    with pytest.raises(IllegalTransition):
        review_return(project=scene.project, by=scene.owner, at=LATER)
