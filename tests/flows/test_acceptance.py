"""Accepting a lot pays for it; rejecting one does not; a lot that cannot be paid is not decided."""

from __future__ import annotations

import pytest

from tests.factories.labeled import (
    LATER,
    LOCALE,
    Labeled,
    UserFactory,
    a_labeled_project,
    a_plan,
    currency_of,
    judge,
)
from touchstone.apps.economics.models import CostEvent
from touchstone.apps.markets.queries import NoExchangeRate
from touchstone.apps.quality.models import Lot
from touchstone.flows.acceptance import decide_lot


@pytest.fixture
def scene(db: None) -> Labeled:
    return a_labeled_project()


def decide(scene: Labeled, decision: str, reason: str = "") -> Lot:
    return decide_lot(
        project=scene.project, locale_tag=LOCALE, decision=decision, reason=reason,
        by=scene.owner, at=LATER,
    )  # fmt: skip


def test_an_accepted_lot_is_paid_for(scene: Labeled) -> None:
    lot = decide(scene, "accepted")

    paid = CostEvent.objects.filter(lot=lot)
    assert sum(paid.values_list("quantity", flat=True)) == lot.judgments.count() > 0


def test_a_rejected_lot_is_not(scene: Labeled) -> None:
    decide(scene, "rejected", "Too many misses.")

    assert not CostEvent.objects.exists()


def test_a_lot_that_cannot_be_paid_is_not_decided(scene: Labeled) -> None:
    yen = a_plan(scene.project, currency=currency_of("JPY", 0).pk)
    judge(scene, scene.items[3], UserFactory(), 1, plan=yen)
    with pytest.raises(NoExchangeRate):
        decide(scene, "accepted")
    assert not Lot.objects.exists()
