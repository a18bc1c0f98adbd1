"""An accepted lot is paid for, a rejected one done again; one that cannot be paid is undecided."""

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
from tests.factories.labeling import an_open_project, submit
from touchstone.apps.economics.models import CostEvent
from touchstone.apps.ledger.models import Event
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


def test_rejected_work_is_done_again_by_others(db: None) -> None:
    floor = an_open_project(2, gold=1, overlap=2, annotators=2)
    for person in floor.annotators:
        for key in ("i0", "i1", "g0"):
            submit(floor.task(person, key), person)
    before = floor.entry("i0").need

    decide_lot(
        project=floor.project, locale_tag=LOCALE, decision="rejected", reason="Too many misses.",
        by=floor.owner, at=LATER,
    )  # fmt: skip

    assert (before, floor.entry("i0").need, floor.entry("i1").need) == (2, 4, 4)
    assert [floor.lease(person, 9) for person in floor.annotators] == [[], []]
    assert [len(floor.lease(floor.hire(), 9)) for _newcomer in range(3)] == [2, 2, 0]
    event = Event.objects.get(event="labeling.items.wanted_again")
    assert (event.by_id, event.data["items"]) == (floor.owner.pk, 3)


def test_accepted_work_is_not_wanted_again(scene: Labeled) -> None:
    decide(scene, "accepted")

    assert not Event.objects.filter(event="labeling.items.wanted_again").exists()
