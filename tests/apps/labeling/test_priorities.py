"""Who is served what first: an owner's word on items, and the vendors that a plan names."""

from __future__ import annotations

import pytest

from tests.factories.intake import AT
from tests.factories.labeling import Floor, an_open_project
from touchstone.apps.labeling.models import QueueEntry
from touchstone.apps.labeling.policies import Tier
from touchstone.apps.labeling.priorities import NothingQueued, UnknownItems, prioritise
from touchstone.apps.ledger.models import Event

URGENT = ["i7", "i3"]


@pytest.fixture
def floor(db: None) -> Floor:
    return an_open_project(12)


def tiers(floor: Floor) -> dict[str, int]:
    return dict(QueueEntry.objects.filter(lane=0).values_list("item__key", "tier"))


def test_what_is_urgent_comes_first_and_then_the_rest(floor: Floor) -> None:
    assert set(tiers(floor).values()) == {Tier.NORMAL}
    moved = prioritise(
        project=floor.project, tier=Tier.URGENT, item_keys=URGENT, by=floor.owner, at=AT
    )

    assert moved == 2
    for person in floor.annotators:
        first = floor.lease(person, 2)
        assert {task.item_id for task in first} == {floor.item(key).pk for key in URGENT}
        assert len(floor.lease(person, 20)) == 10


def test_a_locale_waits_when_told_to(floor: Floor) -> None:
    everything = prioritise(project=floor.project, tier=Tier.LOW, by=floor.owner, at=AT)
    again = prioritise(project=floor.project, tier=Tier.LOW, by=floor.owner, at=AT)

    assert (everything, again) == (12, 0)
    assert set(tiers(floor).values()) == {Tier.LOW}
    told = Event.objects.filter(event="labeling.items.prioritised").order_by("pk")
    assert [event.data["items"] for event in told] == [12, 0]


def test_what_is_not_there_is_refused_by_name_and_nothing_moves(floor: Floor) -> None:
    with pytest.raises(UnknownItems, match="i99"):
        prioritise(
            project=floor.project, tier=Tier.HIGH, item_keys=["i1", "i99"], by=floor.owner, at=AT
        )
    with pytest.raises(NothingQueued, match="xx-XX"):
        prioritise(project=floor.project, tier=Tier.HIGH, locale_tag="xx-XX", by=floor.owner, at=AT)
    assert set(tiers(floor).values()) == {Tier.NORMAL}
