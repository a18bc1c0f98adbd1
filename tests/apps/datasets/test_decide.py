"""The requester's decision: once, with a reason when it is a return."""

from __future__ import annotations

import pytest

from tests.factories.datasets import a_release
from tests.factories.labeled import LATER, Labeled
from touchstone.apps.datasets.models import Release, ReleaseDecision
from touchstone.apps.datasets.operations import AlreadyDecided, InvalidDecision, decide_release


@pytest.fixture
def release(scene: Labeled) -> Release:
    return a_release(scene)


def decide(release: Release, decision: str, reason: str = "") -> ReleaseDecision:
    requester = release.project.request.requester
    return decide_release(release=release, decision=decision, reason=reason, by=requester, at=LATER)


def test_a_release_is_accepted(release: Release) -> None:
    decided = decide(release, "accepted")

    assert release.decision == decided
    assert decided.by == release.project.request.requester


def test_a_release_is_returned_with_a_reason(release: Release) -> None:
    assert decide(release, "returned", " The test part is too small. ").reason == (
        "The test part is too small."
    )


def test_a_decision_stands(release: Release) -> None:
    decide(release, "accepted")
    with pytest.raises(AlreadyDecided):
        decide(release, "returned", "On second thought.")
    assert ReleaseDecision.objects.get().decision == "accepted"


@pytest.mark.parametrize(("decision", "reason"), [("returned", "  "), ("perhaps", "why not")])
def test_a_decision_that_is_none_is_refused(release: Release, decision: str, reason: str) -> None:
    with pytest.raises(InvalidDecision):
        decide(release, decision, reason)
    assert not ReleaseDecision.objects.exists()
