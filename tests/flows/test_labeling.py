"""Work with gold mixed in: how much, never twice, never alone, and never told."""

from __future__ import annotations

import dataclasses
import random
from datetime import timedelta
from math import sqrt
from uuid import uuid4

import pytest

from tests.factories.labeled import AT, LOCALE
from tests.factories.labeling import (
    CANNOT_JUDGE,
    GOLD_GRADE,
    Floor,
    a_grade,
    an_annotator,
    an_open_project,
)
from touchstone.apps.intake.models import LabelingRequest, RequestState
from touchstone.apps.labeling.models import Assignment, Judgment, QueueEntry
from touchstone.apps.labeling.operations import MOST_LEASES, TooManyLeases, release_lease
from touchstone.apps.labeling.policies import Lane
from touchstone.apps.labeling.queries import LeasedTask
from touchstone.apps.people.models import Fluency, User
from touchstone.apps.planning.models import Plan
from touchstone.apps.quality.mixing import enough_gold, gold_share
from touchstone.apps.quality.models import GoldAnswer, GoldMark
from touchstone.flows.labeling import (
    GuidelineUnread,
    NotOpenForWork,
    Submitted,
    lease_work,
    submit_work,
    work_in_hand,
)

SOON = AT + timedelta(minutes=1)
OVER = AT + timedelta(minutes=30)


@pytest.fixture
def floor(db: None) -> Floor:
    """Ten items, four gold items, gold in every other place."""
    return an_open_project(10, gold=4, gold_rate="0.5")


def lease(floor: Floor, by: User, count: int = 1, at: object = AT) -> list[LeasedTask]:
    return lease_work(project=floor.project, by=by, count=count, at=at)  # type: ignore[arg-type]


def answer(task: LeasedTask, by: User, answers: dict[str, object], key: str = "") -> Submitted:
    return submit_work(
        assignment_id=task.assignment_id,
        lease=task.lease,
        answers=answers,
        idempotency_key=key or uuid4().hex,
        seconds=10,
        by=by,
        at=SOON,
    )


def gold_of(floor: Floor) -> set[int]:
    return set(GoldAnswer.objects.filter(project=floor.project).values_list("item_id", flat=True))


def golden(floor: Floor, tasks: list[LeasedTask]) -> list[LeasedTask]:
    gold = gold_of(floor)
    return [task for task in tasks if task.item_id in gold]


def in_state(floor: Floor, state: RequestState) -> None:
    LabelingRequest.objects.filter(project=floor.project).update(state=state)
    floor.project.request.refresh_from_db()


def first_gold(floor: Floor, by: User) -> LeasedTask:
    """A gold task, as the flow hands it out."""
    while True:
        (task,) = lease(floor, by)
        if golden(floor, [task]):
            return task


# --- how gold is mixed in -----------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 10])
def test_gold_comes_at_the_rate_of_the_plan(db: None, count: int) -> None:
    rate, wanted = 0.2, 200
    known = enough_gold(0.8)
    floor = an_open_project(wanted, gold=90 + known, gold_rate=str(rate), overlap=1, annotators=1)
    ana = floor.annotators[0]
    random.seed(20260302)
    for number in range(known):
        answer(floor.task(ana, f"g{number}"), ana, a_grade())

    tasks = label(floor, ana, wanted, count)

    found = len(golden(floor, tasks))
    assert abs(found - rate * wanted) < 4 * sqrt(wanted * rate * (1 - rate))


@pytest.mark.slow
def test_a_newcomer_gets_more_gold_until_enough_is_known(db: None) -> None:
    rate, wanted = 0.1, 150
    floor = an_open_project(2 * wanted, gold=90, gold_rate=str(rate), overlap=1, annotators=1)
    ana = floor.annotators[0]
    random.seed(1)

    found = len(golden(floor, label(floor, ana, wanted, 5)))

    share = gold_share(plan_rate=rate, given=0, standard=0.8, judgments_a_day=360)
    assert share == pytest.approx(2 * rate)
    assert abs(found - share * wanted) < 4 * sqrt(wanted * share * (1 - share))
    assert found - rate * wanted > 2 * sqrt(wanted * rate * (1 - rate)), "more than the plan's"


def label(floor: Floor, by: User, wanted: int, count: int) -> list[LeasedTask]:
    """Answer `wanted` tasks or a few more, leased by `count`."""
    tasks: list[LeasedTask] = []
    while len(tasks) < wanted:
        batch = lease(floor, by, count)
        tasks += batch
        for task in batch:
            answer(task, by, a_grade())
    return tasks


def test_a_plan_without_gold_gets_none(db: None) -> None:
    floor = an_open_project(10, gold=4, gold_rate="0")

    assert golden(floor, lease(floor, floor.annotators[0], 50)) == []


def test_nobody_sees_a_gold_item_twice(floor: Floor) -> None:
    ana = floor.annotators[0]
    random.seed(1)

    seen: list[int] = []
    for turn in range(40):
        at = AT + turn * timedelta(hours=1)
        for number, task in enumerate(lease(floor, ana, 3, at)):
            seen.append(task.item_id)
            if number == 0:
                release_lease(assignment_id=task.assignment_id, lease=task.lease, by=ana, at=at)

    gold = gold_of(floor)
    assert sorted(item for item in seen if item in gold) == sorted(gold)


def test_everybody_may_get_the_same_gold(floor: Floor) -> None:
    random.seed(2)

    given = [golden(floor, lease(floor, person, 20)) for person in floor.annotators]

    assert all(len(tasks) == 4 for tasks in given)


@pytest.mark.parametrize("count", [1, 2, 20])
def test_gold_is_never_given_when_there_is_no_work(floor: Floor, count: int) -> None:
    ana = floor.annotators[0]
    floor.lease(ana, 20)

    for seed in range(30):
        random.seed(seed)
        assert lease(floor, ana, count) == []


def test_gold_comes_alone_while_there_is_work(floor: Floor) -> None:
    """A task at a time is how most people work: the rate must hold for them too."""
    assert golden(floor, [first_gold(floor, floor.annotators[0])])


def test_gold_takes_the_place_of_work(floor: Floor) -> None:
    random.seed(3)

    tasks = lease(floor, floor.annotators[0], 6)

    assert len(tasks) == 6
    assert 0 < len(golden(floor, tasks)) < 6


def test_gold_stands_anywhere_in_a_batch(floor: Floor) -> None:
    places = set()
    for seed, person in enumerate([floor.hire() for _each in range(12)]):
        random.seed(seed)
        tasks = lease(floor, person, 4)
        places |= {tasks.index(task) for task in golden(floor, tasks)}
        Assignment.objects.filter(annotator=person).update(state="expired", ended_at=OVER)
        QueueEntry.objects.filter(lane=Lane.OPEN).update(taken=0)

    assert places == {0, 1, 2, 3}


def test_gold_in_another_language_is_not_given(db: None) -> None:
    floor = an_open_project(8, gold=4, gold_rate="0.5", locales=(LOCALE, "fr-FR"))
    french = floor.hire("fr-FR")
    random.seed(4)

    tasks = lease(floor, french, 8)

    assert {task.locale for task in tasks} == {"fr-FR"}
    assert golden(floor, tasks) == []


def test_gold_that_was_retired_is_not_given(floor: Floor) -> None:
    GoldAnswer.objects.update(retired_at=AT)
    random.seed(5)

    assert golden(floor, lease(floor, floor.annotators[0], 20)) == []


def test_nothing_in_a_task_tells_gold_from_work(floor: Floor) -> None:
    random.seed(6)
    ana = floor.annotators[0]
    tasks = lease(floor, ana, 12)
    gold = golden(floor, tasks)
    assert gold

    for task in tasks:
        assert {field.name for field in dataclasses.fields(task)} == {
            "assignment_id", "item_id", "lease", "leased_until", "query", "locale", "direction",
            "content",
        }  # fmt: skip
        assert set(task.content) == {"title"}
    assert len({task.leased_until for task in tasks}) == 1
    answers = [answer(task, ana, a_grade()) for task in tasks]
    assert {field.name for field in dataclasses.fields(answers[0])} == {
        "judgment_id", "late", "counts", "submitted_at",
    }  # fmt: skip
    assert len({(each.late, each.counts, each.submitted_at) for each in answers}) == 1


def test_a_reloaded_screen_goes_on_with_the_same_tasks(floor: Floor) -> None:
    ana = floor.annotators[0]
    tasks = lease(floor, ana, 6)

    again = work_in_hand(project=floor.project, by=ana, at=SOON)

    assert {task.assignment_id: task for task in again} == {
        task.assignment_id: task for task in tasks
    }
    assert work_in_hand(project=floor.project, by=ana, at=OVER) == []


# --- who may begin ------------------------------------------------------------------------------


def test_the_guideline_is_read_first(floor: Floor) -> None:
    newcomer = an_annotator(floor.project, LOCALE)

    with pytest.raises(GuidelineUnread):
        lease(floor, newcomer)
    assert not Assignment.objects.exists()


@pytest.mark.parametrize("state", sorted(set(RequestState) - {"pilot", "live"}))
def test_only_a_running_project_hands_out_work(floor: Floor, state: RequestState) -> None:
    in_state(floor, state)

    with pytest.raises(NotOpenForWork):
        lease(floor, floor.annotators[0])
    assert not Assignment.objects.exists()


def test_a_pilot_hands_out_work(floor: Floor) -> None:
    in_state(floor, RequestState.PILOT)

    assert len(lease(floor, floor.annotators[0])) == 1


def test_without_a_plan_there_is_no_work(floor: Floor) -> None:
    Plan.objects.update(state="superseded")

    with pytest.raises(NotOpenForWork):
        lease(floor, floor.annotators[0])


def test_a_pause_does_not_lose_what_was_under_way(floor: Floor) -> None:
    ana = floor.annotators[0]
    (task,) = lease(floor, ana)
    in_state(floor, RequestState.PAUSED)

    assert answer(task, ana, a_grade()).counts


def test_only_languages_that_a_person_speaks_and_the_plan_has(db: None) -> None:
    floor = an_open_project(8, locales=(LOCALE, "fr-FR"))
    both, none = floor.annotators[0], floor.hire("de-DE")
    Fluency.objects.filter(user=floor.annotators[1], locale="fr-FR").delete()

    assert {task.locale for task in lease(floor, both, 8)} == {LOCALE, "fr-FR"}
    assert {task.locale for task in lease(floor, floor.annotators[1], 8)} == {LOCALE}
    assert lease(floor, none, 8) == []


def test_gold_counts_among_what_a_person_holds(db: None) -> None:
    floor = an_open_project(MOST_LEASES, gold=4, gold_rate="0.5")
    ana = floor.annotators[0]
    random.seed(7)
    held = lease(floor, ana, MOST_LEASES)
    assert len(golden(floor, held)) == 4

    with pytest.raises(TooManyLeases):
        lease(floor, ana)
    assert len(work_in_hand(project=floor.project, by=ana, at=SOON)) == MOST_LEASES


# --- marking ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("grade", "hit"), [(GOLD_GRADE, True), (GOLD_GRADE - 1, False)])
def test_an_answer_to_gold_is_marked(floor: Floor, grade: int, hit: bool) -> None:
    ana = floor.annotators[0]
    task = first_gold(floor, ana)

    submitted = answer(task, ana, a_grade(grade), key="once")
    assert answer(task, ana, a_grade(grade), key="once") == submitted

    mark = GoldMark.objects.get()
    assert (mark.judgment_id, mark.hit) == (submitted.judgment_id, hit)
    assert mark.accepted == [GOLD_GRADE]


def test_not_judging_gold_is_neither_right_nor_wrong(floor: Floor) -> None:
    ana = floor.annotators[0]

    assert answer(first_gold(floor, ana), ana, CANNOT_JUDGE).counts
    assert Judgment.objects.count() == 1
    assert not GoldMark.objects.exists()


def test_work_is_not_marked(floor: Floor) -> None:
    ana = floor.annotators[0]

    answer(floor.task(ana, "i0"), ana, a_grade())

    assert not GoldMark.objects.exists()
