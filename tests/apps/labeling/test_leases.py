"""Leases: who gets which item, how often, for how long, and what becomes of one given back."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.factories.labeled import AT, LOCALE, UserFactory
from tests.factories.labeling import Floor, an_open_project, submit
from touchstone.apps.labeling import claims
from touchstone.apps.labeling.models import Assignment, AssignmentState, QueueEntry
from touchstone.apps.labeling.operations import (
    MOST_LEASES,
    LeaseLost,
    TooManyLeases,
    expire_leases,
    heartbeat,
    release_lease,
    skip,
)
from touchstone.apps.labeling.queries import LeasedTask, tasks_in_hand
from touchstone.apps.ledger.models import Event
from touchstone.apps.people.models import User
from touchstone.lib.errors import NotVisible

FRENCH = "fr-FR"
SOON = AT + timedelta(minutes=10)
OVER = AT + timedelta(minutes=30)


def items_of(tasks: list[LeasedTask]) -> list[int]:
    return [task.item_id for task in tasks]


def give_back(task: LeasedTask, by: User) -> None:
    release_lease(assignment_id=task.assignment_id, lease=task.lease, by=by, at=SOON)


def give_up(task: LeasedTask, by: User) -> None:
    skip(assignment_id=task.assignment_id, lease=task.lease, reason="", by=by, at=SOON)


# --- who gets what ------------------------------------------------------------------------------


def test_every_item_is_handed_out_exactly_as_often_as_it_wants(floor: Floor) -> None:
    people = [*floor.annotators, floor.hire()]

    leased = [item for person in people for item in items_of(floor.lease(person, 50))]

    assert set(Counter(leased).values()) == {3}
    assert len(set(leased)) == 6
    assert all(entry.taken == entry.need for entry in QueueEntry.objects.all())


def test_nobody_gets_an_item_twice(floor: Floor) -> None:
    ana = floor.annotators[0]

    first, second = floor.lease(ana, 4), floor.lease(ana, 4)

    assert (len(first), len(second)) == (4, 2)
    assert not set(items_of(first)) & set(items_of(second))
    for task in first:
        submit(task, ana)
    assert floor.lease(ana, 4) == []


@pytest.mark.parametrize("probe", [0.0, 0.5, 0.999999, 1.0])
def test_a_probe_goes_round_once(floor: Floor, probe: float) -> None:
    for place, entry in enumerate(QueueEntry.objects.all()):
        entry.rnd = place / 10
        entry.save()
    claim = claims.Claim(
        project_id=floor.project.pk,
        annotator_id=floor.annotators[0].pk,
        plan_id=floor.plan.pk,
        guideline_version_id=floor.plan.guideline_version_id,
        at=AT,
        until=OVER,
    )

    claimed = claims.claim_open(claim, locale_tags=[LOCALE], count=50, probe=probe)

    assert len({each.item_id for each in claimed}) == len(claimed) == 6


def test_an_item_may_want_more_or_fewer_than_the_plan(floor: Floor) -> None:
    QueueEntry.objects.filter(item__key="i0").update(need=1)

    for person in floor.annotators:
        floor.lease(person, 6)

    assert floor.entry("i0").taken == 1
    assert Assignment.objects.count() == 1 + 5 * 3


def test_the_directed_lane_is_served_only_by_name(db: None) -> None:
    floor = an_open_project(2, gold=3)
    ana = floor.annotators[0]
    gold = floor.item("g1").pk

    assert len(floor.lease(ana, 20)) == 2
    assert items_of(floor.lease(ana, item_ids=[gold])) == [gold]
    assert floor.lease(ana, item_ids=[gold]) == []


def test_only_the_locales_that_were_named_are_served(db: None) -> None:
    floor = an_open_project(6, locales=(LOCALE, FRENCH))
    ana, ben, chloe = floor.annotators

    assert {task.locale for task in floor.lease(ana, 20, tags=[FRENCH])} == {FRENCH}
    assert len(floor.lease(ben, 20, tags=[FRENCH, LOCALE])) == 6
    assert floor.lease(chloe, 20, tags=[]) == []


def test_another_projects_items_are_not_served(floor: Floor) -> None:
    other = an_open_project(2, key="other")
    ana = floor.annotators[0]

    assert floor.lease(ana, item_ids=[other.item("i0").pk]) == []
    assert len(floor.lease(ana, 50)) == 6


def test_a_task_says_what_to_judge_and_no_more(floor: Floor) -> None:
    task = floor.task(floor.annotators[0], "i3")

    assert task.query == floor.item("i3").query.text
    assert (task.locale, task.direction) == (LOCALE, "ltr")
    assert task.content == {"title": "Result i3"}
    assert task.leased_until == AT + timedelta(minutes=floor.plan.lease_minutes)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_no_more_than_asked_for(floor: Floor, count: int) -> None:
    assert len(floor.lease(floor.annotators[0], count)) == count


def test_nobody_hoards(db: None) -> None:
    floor = an_open_project(MOST_LEASES + 5)
    ana = floor.annotators[0]
    held = floor.lease(ana, MOST_LEASES)

    with pytest.raises(TooManyLeases) as refusal:
        floor.lease(ana)
    assert refusal.value.details == {"held": MOST_LEASES, "most": MOST_LEASES}
    submit(held[0], ana)
    assert len(floor.lease(ana)) == 1
    assert len(floor.lease(ana, 5, at=OVER)) == 5, "leases that ran out weigh nothing"


def test_a_lease_is_on_record(floor: Floor) -> None:
    floor.lease(floor.annotators[0], 4)

    event = Event.objects.get(event="labeling.items.leased")
    assert (event.by_id, event.data["items"]) == (floor.annotators[0].pk, 4)


# --- running out --------------------------------------------------------------------------------


def test_a_lease_that_ran_out_gives_its_place_back(floor: Floor) -> None:
    for person in floor.annotators:
        floor.lease(person, 6)
    late = floor.hire()

    assert floor.lease(late, 6, at=OVER - timedelta(seconds=1)) == []
    assert len(floor.lease(late, 6, at=OVER)) == 6
    assert floor.entry("i0").taken == 1
    assert Assignment.objects.filter(state="expired", ended_at=OVER).count() == 18


def test_leases_end_once_and_in_their_own_project(floor: Floor) -> None:
    other = an_open_project(2, key="other")
    floor.lease(floor.annotators[0], 4)
    other.lease(other.annotators[0], 2)

    assert expire_leases(project=floor.project, at=OVER) == 4
    assert expire_leases(project=floor.project, at=OVER) == 0
    assert other.entry("i0").taken == 1
    assert Event.objects.get(event="labeling.leases.expired").data["leases"] == 4


def test_the_same_person_may_get_it_again_under_another_token(floor: Floor) -> None:
    ana = floor.annotators[0]
    first = floor.task(ana, "i0")

    again = floor.task(ana, "i0", at=OVER)

    assert again.assignment_id == first.assignment_id
    assert again.lease != first.lease
    assert again.leased_until == OVER + timedelta(minutes=30)
    assert floor.entry("i0").taken == 1


def test_work_in_hand_is_what_is_still_held(floor: Floor) -> None:
    ana, ben, _chloe = floor.annotators
    early = floor.task(ana, "i0")
    late = floor.task(ana, "i1", at=SOON)
    floor.task(ben, "i2")
    submit(floor.task(ana, "i3"), ana)

    def in_hand(at: object) -> list[LeasedTask]:
        return tasks_in_hand(project=floor.project, annotator=ana, at=at)  # type: ignore[arg-type]

    assert in_hand(SOON) == [early, late]
    assert in_hand(OVER) == [late]


# --- heartbeats ---------------------------------------------------------------------------------


def test_a_heartbeat_renews_the_lease(floor: Floor) -> None:
    ana = floor.annotators[0]
    task = floor.task(ana)

    until = heartbeat(assignment_id=task.assignment_id, lease=task.lease, by=ana, at=SOON)

    assert until == SOON + timedelta(minutes=30)
    assert expire_leases(project=floor.project, at=OVER) == 0


def test_a_heartbeat_never_shortens_a_lease(floor: Floor) -> None:
    ana = floor.annotators[0]
    task = floor.task(ana, at=SOON)

    until = heartbeat(assignment_id=task.assignment_id, lease=task.lease, by=ana, at=AT)

    assert until == task.leased_until


@pytest.mark.parametrize("expired", [True, False], ids=["ended", "not yet ended"])
def test_a_heartbeat_after_the_end_is_refused(floor: Floor, expired: bool) -> None:
    ana = floor.annotators[0]
    task = floor.task(ana)
    if expired:
        expire_leases(project=floor.project, at=OVER)

    with pytest.raises(LeaseLost):
        heartbeat(assignment_id=task.assignment_id, lease=task.lease, by=ana, at=OVER)
    assert Assignment.objects.get().leased_until == OVER


def test_an_old_token_renews_nothing(floor: Floor) -> None:
    ana = floor.annotators[0]
    task = floor.task(ana)

    with pytest.raises(LeaseLost):
        heartbeat(assignment_id=task.assignment_id, lease=uuid4(), by=ana, at=SOON)


# --- giving back --------------------------------------------------------------------------------


def test_a_task_given_back_is_free_for_anybody(floor: Floor) -> None:
    ana, *others = floor.annotators
    task = floor.task(ana, "i0")
    give_back(task, ana)

    assert floor.entry("i0").taken == 0
    assert floor.task(ana, "i0").lease != task.lease
    for person in others:
        floor.task(person, "i0")
    assert floor.entry("i0").taken == 3


def test_a_skipped_task_is_free_for_others_only(floor: Floor) -> None:
    ana = floor.annotators[0]
    task = floor.task(ana, "i0")
    skip(assignment_id=task.assignment_id, lease=task.lease, reason="upsetting", by=ana, at=SOON)

    assert floor.entry("i0").taken == 0
    assert task.item_id not in items_of(floor.lease(ana, 50))
    assert floor.lease(ana, item_ids=[task.item_id]) == []
    for person in [*floor.annotators[1:], floor.hire()]:
        floor.task(person, "i0")
    event = Event.objects.get(event="labeling.assignment.skipped")
    assert event.data["reason"] == "upsetting"


@pytest.mark.parametrize("act", [give_back, give_up])
def test_what_is_over_is_not_given_back_twice(floor: Floor, act: object) -> None:
    ana = floor.annotators[0]
    task = floor.task(ana, "i0")
    give_back(task, ana)

    with pytest.raises(LeaseLost):
        act(task, ana)  # type: ignore[operator]
    assert floor.entry("i0").taken == 0


@pytest.mark.parametrize("act", [give_back, give_up])
def test_submitted_work_is_not_given_back(floor: Floor, act: object) -> None:
    ana = floor.annotators[0]
    task = floor.task(ana, "i0")
    submit(task, ana)

    with pytest.raises(LeaseLost):
        act(task, ana)  # type: ignore[operator]
    assert Assignment.objects.get().state == AssignmentState.SUBMITTED
    assert floor.entry("i0").taken == 1


@pytest.mark.parametrize("act", [give_back, give_up])
def test_another_persons_task_does_not_exist(floor: Floor, act: object) -> None:
    task = floor.task(floor.annotators[0])
    outsider = UserFactory()

    with pytest.raises(NotVisible):
        act(task, outsider)  # type: ignore[operator]
    with pytest.raises(NotVisible):
        heartbeat(assignment_id=task.assignment_id, lease=task.lease, by=outsider, at=SOON)
    with pytest.raises(NotVisible):
        heartbeat(assignment_id=uuid4(), lease=task.lease, by=floor.annotators[0], at=SOON)
    assert Assignment.objects.get().state == AssignmentState.LEASED
