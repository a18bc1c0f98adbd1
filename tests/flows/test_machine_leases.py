"""What a machine is given, and that no person sees what it said before they commit."""

from __future__ import annotations

import dataclasses
import random
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.factories.labeled import AT
from tests.factories.labeling import Floor, a_grade, an_open_project
from tests.factories.machines import a_machine
from touchstone.apps.labeling.models import QueueEntry
from touchstone.apps.labeling.queries import LeasedTask
from touchstone.apps.people.models import User
from touchstone.apps.quality.models import GoldAnswer, GoldMark
from touchstone.flows.labeling import Submitted, lease_work, submit_work

REMARK = "the machine says 3"


@pytest.fixture
def floor(db: None) -> Floor:
    """Six items, two gold items, gold in every other place."""
    return an_open_project(6, gold=2, overlap=2, gold_rate="0.5", annotators=1)


def answer(task: LeasedTask, by: User, grade: int = 3) -> Submitted:
    return submit_work(
        assignment_id=task.assignment_id,
        lease=task.lease,
        answers=a_grade(grade) | {"comment": REMARK},
        idempotency_key=uuid4().hex,
        seconds=5,
        by=by,
        at=AT + timedelta(minutes=1),
    )


def test_a_machine_takes_no_place_and_gets_no_gold(floor: Floor) -> None:
    machine = a_machine(floor.project)

    tasks = lease_work(project=floor.project, by=machine, count=50, at=AT)

    gold = set(GoldAnswer.objects.values_list("item", flat=True))
    assert len(tasks) == 6
    assert not {task.item_id for task in tasks} & gold
    kept = answer(tasks[0], machine)
    assert (kept.counts, kept.late) == (False, False)
    assert set(QueueEntry.objects.values_list("taken", flat=True)) == {0}
    assert not GoldMark.objects.exists()


def test_gold_is_not_leased_by_name_either(floor: Floor) -> None:
    named = [floor.item("g0").pk, floor.item("i0").pk]

    (task,) = lease_work(
        project=floor.project, by=a_machine(floor.project), count=2, at=AT, item_ids=named
    )

    assert task.item_id == floor.item("i0").pk


def test_a_person_is_shown_the_same_whether_a_machine_judged_or_not(floor: Floor) -> None:
    person, later = floor.annotators[0], floor.hire()
    random.seed(1)
    before = shown(lease_work(project=floor.project, by=person, count=20, at=AT))
    machine = a_machine(floor.project)
    for task in lease_work(project=floor.project, by=machine, count=50, at=AT):
        answer(task, machine)
    random.seed(1)

    after = shown(lease_work(project=floor.project, by=later, count=20, at=AT))

    assert len(after) > 6
    assert after == before
    assert REMARK not in str(after)


def shown(tasks: list[LeasedTask]) -> list[dict[str, object]]:
    """What a person sees of tasks, without what is drawn for each lease."""
    own = {"assignment_id", "lease"}
    rows = [
        {key: value for key, value in dataclasses.asdict(task).items() if key not in own}
        for task in tasks
    ]
    return sorted(rows, key=lambda row: str(row["item_id"]))
