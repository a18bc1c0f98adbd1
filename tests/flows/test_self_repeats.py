"""Items asked again among the work: how many, never alone, never gold, and never told."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from math import sqrt
from uuid import uuid4

import pytest

from tests.factories import wellbeing
from tests.factories.labeled import AT
from tests.factories.labeling import Floor, a_grade, an_open_project, submit
from tests.factories.wellbeing import a_harmful_floor
from touchstone.apps.consensus.operations import run_consensus
from touchstone.apps.datasets.long_form import judgments_of, rows_seen_by
from touchstone.apps.economics.models import CostEvent
from touchstone.apps.economics.policies import QualityClass
from touchstone.apps.economics.queries import accepted_by_project
from touchstone.apps.intake.models import LabelingRequest, RequestState
from touchstone.apps.labeling import repeats
from touchstone.apps.labeling.models import Assignment, Judgment, QueueEntry
from touchstone.apps.labeling.queries import LeasedTask
from touchstone.apps.ledger.models import Event
from touchstone.apps.people.models import User
from touchstone.apps.quality.measuring import Slice, graded_work
from touchstone.apps.quality.models import GoldAnswer, GoldMark
from touchstone.apps.quality.queries import standing_judgments, waiting_for_lot
from touchstone.apps.wellbeing.models import Exposure, Reservation
from touchstone.flows.acceptance import decide_lot
from touchstone.flows.labeling import Submitted, lease_work, submit_work, work_in_hand
from touchstone.flows.phases import close

pytestmark = pytest.mark.slow  # each has a night of work behind it

NEXT_DAY = AT + timedelta(days=1)


@pytest.fixture(autouse=True)
def near(monkeypatch: pytest.MonkeyPatch) -> None:
    """One other item between, so that a small project has something to ask again."""
    monkeypatch.setattr(repeats, "OTHERS_BETWEEN", 1)


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """A repeat in each place, as far as there are any."""
    monkeypatch.setattr(random, "random", lambda: 0.0)


def drawn(monkeypatch: pytest.MonkeyPatch, *, gold: str, repeats: str) -> None:
    """What is drawn for each place: gold first, then a repeat for each place that is left."""
    draws = iter([0.0 if place == "!" else 0.9 for place in gold + repeats])
    monkeypatch.setattr(random, "random", lambda: next(draws, 0.5))


@pytest.fixture
def floor(db: None) -> Floor:
    """Twelve items; the first annotator judged six of them yesterday."""
    found = an_open_project(12, repeat_rate="0.1")
    worked(found, found.annotators[0], range(6))
    return found


def worked(floor: Floor, by: User, numbers: Iterable[int], grade: int = 1) -> None:
    for number in numbers:
        at = AT + number * timedelta(minutes=1)
        submit(floor.task(by, f"i{number}", at=at), by, a_grade(grade), at=at)


def lease(floor: Floor, by: User, count: int = 1, at: datetime = NEXT_DAY) -> list[LeasedTask]:
    return lease_work(project=floor.project, by=by, count=count, at=at)


def answer(task: LeasedTask, by: User, at: datetime = NEXT_DAY, grade: int = 1) -> Submitted:
    return submit_work(
        assignment_id=task.assignment_id,
        lease=task.lease,
        answers=a_grade(grade),
        idempotency_key=uuid4().hex,
        seconds=10,
        by=by,
        at=at,
    )


def asked_again(tasks: Iterable[LeasedTask]) -> list[LeasedTask]:
    rows = Assignment.objects.in_bulk([task.assignment_id for task in tasks])
    return [task for task in tasks if rows[task.assignment_id].repeat]


# --- how many, and which --------------------------------------------------------------------------


def test_a_plan_without_repeats_asks_nothing_again(db: None, always: None) -> None:
    floor = an_open_project(12)
    ana = floor.annotators[0]
    worked(floor, ana, range(6))

    assert asked_again(lease(floor, ana, 6)) == []


@pytest.mark.slow
def test_repeats_come_at_the_rate_of_the_plan(db: None) -> None:
    rate, wanted = 0.1, 300
    floor = an_open_project(wanted + 60, overlap=1, annotators=1, repeat_rate=str(rate))
    ana = floor.annotators[0]
    worked(floor, ana, range(60))
    random.seed(20260302)

    found, at = 0, NEXT_DAY
    for _turn in range(wanted // 5):
        at += timedelta(minutes=1)
        tasks = lease(floor, ana, 5, at)
        found += len(asked_again(tasks))
        for task in tasks:
            answer(task, ana, at)

    assert abs(found - rate * wanted) < 4 * sqrt(wanted * rate * (1 - rate))


def test_repeats_take_the_place_of_work(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn(monkeypatch, gold="......", repeats="!.!...")

    tasks = lease(floor, floor.annotators[0], 6)

    assert len(tasks) == 6
    assert len(asked_again(tasks)) == 2
    assert len({task.item_id for task in tasks}) == 6


def test_a_repeat_comes_alone_while_there_is_work(floor: Floor, always: None) -> None:
    """A task at a time is how most people work: the rate must hold for them too."""
    ana = floor.annotators[0]
    tasks = lease(floor, ana)

    assert len(asked_again(tasks)) == 1
    judged = Judgment.objects.filter(annotator=ana).values_list("item", flat=True)
    assert tasks[0].item_id in set(judged)


@pytest.mark.parametrize("count", [1, 3, 20])
def test_nothing_is_asked_again_when_there_is_no_work(
    floor: Floor, always: None, count: int
) -> None:
    ana = floor.annotators[0]
    floor.lease(ana, 20, at=NEXT_DAY)

    assert lease(floor, ana, count) == []


def test_with_nothing_far_enough_back_there_is_work_in_every_place(
    floor: Floor, always: None
) -> None:
    ben = floor.annotators[1]

    assert len(lease(floor, ben, 4)) == 4
    assert not Assignment.objects.filter(repeat=True).exists()


def test_what_is_gold_by_now_is_not_asked_again(floor: Floor, always: None) -> None:
    ana = floor.annotators[0]
    items = [floor.item(f"i{number}") for number in range(4)]
    for item in items:
        GoldAnswer.objects.create(
            item=item, project=floor.project, accepted=[1], added_by=floor.owner, added_at=AT,
            retired_at=AT if item == items[0] else None,
        )  # fmt: skip

    tasks = lease(floor, ana, 5)

    assert [task.item_id for task in asked_again(tasks)] == [floor.item("i4").pk]
    assert not GoldMark.objects.exists()


def test_gold_and_repeats_share_a_batch(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    floor = an_open_project(12, gold=2, gold_rate="0.5", repeat_rate="0.1")
    ana = floor.annotators[0]
    worked(floor, ana, range(6))
    drawn(monkeypatch, gold="!...", repeats="!..")

    tasks = lease(floor, ana, 4)

    gold = set(GoldAnswer.objects.values_list("item_id", flat=True))
    assert len(tasks) == 4
    assert len([task for task in tasks if task.item_id in gold]) == 1
    assert len(asked_again(tasks)) == 1


def test_only_the_same_person_gets_it(floor: Floor, always: None) -> None:
    for person in floor.annotators:
        for task in asked_again(lease(floor, person, 3)):
            assert Judgment.objects.filter(item=task.item_id, annotator=person).exists()


# --- never told -----------------------------------------------------------------------------------


def test_nothing_tells_a_repeat_from_work(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = floor.annotators[0]
    drawn(monkeypatch, gold="....", repeats="!...")
    tasks = lease(floor, ana, 4)
    (again,) = asked_again(tasks)

    assert len({task.leased_until for task in tasks}) == 1
    assert all(set(task.content) == {"title"} for task in tasks)
    held = work_in_hand(project=floor.project, by=ana, at=NEXT_DAY)
    assert {task.assignment_id for task in held} == {task.assignment_id for task in tasks}
    told = [answer(task, ana) for task in tasks]
    assert {(each.late, each.counts) for each in told} == {(False, True)}
    assert not Judgment.objects.get(assignment=again.assignment_id).counts


def test_a_late_answer_is_told_as_work_is_that_still_finds_its_place(
    floor: Floor, always: None
) -> None:
    ana = floor.annotators[0]
    (task,) = lease(floor, ana)
    over = NEXT_DAY + timedelta(minutes=31)

    told = answer(task, ana, over)

    assert (told.late, told.counts) == (True, True)


def test_the_sides_are_drawn_anew(floor: Floor) -> None:
    """Sides hang on the random id of the assignment, and a repeat has one of its own."""
    ana = floor.annotators[0]
    items = [floor.item(f"i{number}").pk for number in range(6)]

    again = {task.item_id: task for task in floor.lease(ana, 6, NEXT_DAY, (), items, again=True)}

    for item in items:
        first = Assignment.objects.get(item=item, annotator=ana, repeat=False)
        assert again[item].assignment_id != first.pk


# --- what it is, and is not, to everybody else ----------------------------------------------------


def repeated(floor: Floor, grade: int = 3) -> Judgment:
    """The first annotator says something else about an item."""
    ana = floor.annotators[0]
    (task,) = floor.lease(ana, at=NEXT_DAY, item_ids=[floor.item("i0").pk], again=True)
    told = answer(task, ana, grade=grade)
    return Judgment.objects.get(pk=told.judgment_id)


def test_no_figure_and_no_delivery_knows_of_it(floor: Floor) -> None:
    for person in floor.annotators[1:]:
        worked(floor, person, range(6))
    piece = Slice(floor.project, None)

    def known() -> tuple[object, ...]:
        run = run_consensus(project=floor.project, by=floor.owner, at=NEXT_DAY + timedelta(days=1))
        return (
            list(graded_work(piece)), list(standing_judgments(floor.project)),
            waiting_for_lot(floor.project), run.input_hash, run.judgments,
            list(rows_seen_by(run)),
            list(judgments_of(floor.project)),
        )  # fmt: skip

    before = known()
    repeat = repeated(floor)

    assert known() == before
    assert str(repeat.pk) not in {str(row.pk) for row in judgments_of(floor.project)}


def test_it_is_paid_with_the_next_lot_and_is_no_accepted_judgment(floor: Floor) -> None:
    decide_lot(
        project=floor.project, locale_tag="en-US", decision="accepted", reason="",
        by=floor.owner, at=NEXT_DAY,
    )  # fmt: skip
    repeat = repeated(floor)
    worked(floor, floor.annotators[1], range(2))
    decide_lot(
        project=floor.project, locale_tag="en-US", decision="accepted", reason="",
        by=floor.owner, at=NEXT_DAY,
    )  # fmt: skip

    (cost,) = CostEvent.objects.filter(subject=f"repeat:{repeat.pk}")
    assert (cost.quantity, cost.quality_class) == (1, QualityClass.APPRAISAL)
    assert accepted_by_project([floor.project]) == {floor.project.pk: 8}


def test_a_project_closes_over_open_repeats(floor: Floor, always: None) -> None:
    ana = floor.annotators[0]
    (task,) = lease(floor, ana)
    LabelingRequest.objects.filter(project=floor.project).update(state=RequestState.ROI_REVIEWED)
    floor.project.request.refresh_from_db()

    close(project=floor.project, by=floor.owner, at=NEXT_DAY)

    assert answer(task, ana).counts, "what was under way is kept"
    assert QueueEntry.objects.get(item=task.item_id).taken == 1


def test_exposure_is_booked_for_a_repeat(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    floor = a_harmful_floor("S3", items=4)
    ana = floor.annotators[0]
    (first, *_rest) = wellbeing.lease(floor, ana, 2)
    answer(first, ana, wellbeing.AT, grade=1)
    monkeypatch.setattr("touchstone.flows.labeling.repeats_to_mix", lambda **_: [first.item_id])

    (again,) = asked_again(wellbeing.lease(floor, ana, 2))

    assert again.item_id == first.item_id
    assert Reservation.objects.filter(lease=again.lease, ended_at=None).exists()
    before = Exposure.objects.filter(user=ana).count()
    answer(again, ana, wellbeing.AT + timedelta(minutes=1))
    assert Exposure.objects.filter(user=ana).count() == before + 1


def test_a_lease_with_repeats_has_its_entry_in_the_ledger(floor: Floor, always: None) -> None:
    before = Event.objects.filter(event="labeling.items.leased").count()

    lease(floor, floor.annotators[0], 2)

    events = Event.objects.filter(event="labeling.items.leased").order_by("-id")
    assert events.count() == before + 1
    assert events[0].data["items"] == 2
