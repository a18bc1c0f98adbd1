"""Disagreements: when a case opens, what the expert sees, and that it is settled once."""

from __future__ import annotations

import dataclasses

import pytest

from tests.factories.labeled import LATER, SCHEMA
from tests.factories.labeling import CANNOT_JUDGE, Floor, a_grade, an_open_project, submit
from touchstone.apps.guidelines.models import TaskType
from touchstone.apps.guidelines.policies import InvalidAnswers, parse_schema
from touchstone.apps.labeling.operations import expire_leases
from touchstone.apps.ledger.models import Event
from touchstone.apps.planning.models import Plan, Project
from touchstone.apps.quality.models import Adjudication
from touchstone.apps.quality.operations import (
    AlreadyDone,
    NoPlanInForce,
    ReasonMissing,
    decide_lot,
    open_adjudications,
    settle,
)
from touchstone.apps.quality.policies import disagreement
from touchstone.apps.quality.queries import adjudication_for, adjudication_queue, settled_grades
from touchstone.apps.quality.queues import queue_sizes, waiting_cases
from touchstone.lib.errors import NotVisible


@pytest.fixture
def floor(db: None) -> Floor:
    return an_open_project(4, gold=1)


def judged(floor: Floor, key: str, *grades: int | None) -> None:
    """The item's judgments, one by each annotator; None cannot judge."""
    for person, grade in zip(floor.annotators, grades, strict=False):
        answers = CANNOT_JUDGE if grade is None else a_grade(grade)
        submit(floor.task(person, key), person, answers)


def opened(floor: Floor) -> dict[str, float]:
    """The cases there are after opening, with their spread, by item key."""
    open_adjudications(project=floor.project, by=floor.owner, at=LATER)
    return dict(Adjudication.objects.values_list("item__key", "spread"))


def a_case(floor: Floor) -> Adjudication:
    judged(floor, "i0", 0, 1, 3)
    opened(floor)
    return Adjudication.objects.get()


def settled(case: Adjudication, floor: Floor, grade: int = 2, why: str = " It fits. ") -> None:
    settle(adjudication=case, grade=grade, rationale=why, by=floor.owner, at=LATER)


@pytest.mark.parametrize(
    ("grades", "spread"),
    [
        ([], None),
        ([1], None),
        ([1, 1], None),
        ([0, 3], 3),
        ([0, 0, 3], None),
        ([0, 1, 2], 2),
        ([0, 0, 1, 1], 1),
        ([0, 0, 0, 1, 1, 1, 2], 2),
        ([2, 2, 2, 0, 1], None),
    ],
)
def test_a_majority_of_more_than_half_settles(grades: list[int], spread: int | None) -> None:
    assert disagreement(grades) == spread


def test_a_case_opens_where_nothing_is_settled(floor: Floor) -> None:
    judged(floor, "i0", 0, 1, 3)
    judged(floor, "i1", 2, 2, 0)
    judged(floor, "i2", 1, None, 2)
    judged(floor, "i3", 1, None, None)

    assert opened(floor) == {"i0": 3, "i2": 1}
    assert Event.objects.get(event="quality.adjudications.opened").data["cases"] == 2
    assert opened(floor) == {"i0": 3, "i2": 1}, "and none opens twice"


def test_gold_and_unfinished_items_open_none(floor: Floor) -> None:
    judged(floor, "g0", 0, 1, 3)
    judged(floor, "i0", 0, 3)

    assert opened(floor) == {}


def test_an_item_in_somebodys_hand_is_not_finished(floor: Floor) -> None:
    judged(floor, "i0", 0, 3)
    floor.task(floor.annotators[2], "i0")
    assert floor.entry("i0").taken == floor.entry("i0").need

    assert opened(floor) == {}
    expire_leases(project=floor.project, at=LATER)
    submit(floor.task(floor.annotators[2], "i0", at=LATER), floor.annotators[2], at=LATER)
    assert opened(floor) == {"i0": 3}


def test_rejected_grades_open_none(floor: Floor) -> None:
    judged(floor, "i0", 0, 1, 3)
    decide_lot(
        project=floor.project, locale_tag="en-US", decision="rejected", reason="Misses",
        by=floor.owner, at=LATER,
    )  # fmt: skip

    assert opened(floor) == {}


def test_an_expert_sees_the_grades_and_nobodys_name(floor: Floor) -> None:
    judged(floor, "i0", 3, 0, 1)
    judged(floor, "i1", 1, 2, 0)
    judged(floor, "i2", 0, 1, None)
    opened(floor)

    tasks = adjudication_queue(floor.project, parse_schema(SCHEMA))

    assert [task.grades for task in tasks] == [(0, 1, 3), (0, 1, 2), (0, 1)], "widest first"
    assert len(adjudication_queue(floor.project, parse_schema(SCHEMA), most=1)) == 1
    told = str([dataclasses.asdict(task) for task in tasks])
    assert not any(person.name in told for person in floor.annotators)
    assert waiting_cases(Project.objects.all()) == {floor.project.pk: 3}


def test_an_expert_settles_it(floor: Floor) -> None:
    case = a_case(floor)

    settled(case, floor)

    case.refresh_from_db()
    assert (case.grade, case.rationale, case.settled_by) == (2, "It fits.", floor.owner)
    assert settled_grades(floor.project) == {case.item_id: 2}
    assert adjudication_queue(floor.project, parse_schema(SCHEMA)) == []
    sizes = queue_sizes(floor.project)
    assert (sizes.cases_open, sizes.cases_settled) == (0, 1)


def test_a_case_is_settled_once(floor: Floor) -> None:
    case = a_case(floor)
    settled(case, floor, 2)

    with pytest.raises(AlreadyDone):
        settled(case, floor, 3)
    assert settled_grades(floor.project) == {case.item_id: 2}


@pytest.mark.parametrize("why", ["", "  \n"])
def test_a_decision_says_why(floor: Floor, why: str) -> None:
    with pytest.raises(ReasonMissing):
        settled(a_case(floor), floor, why=why)
    assert settled_grades(floor.project) == {}


@pytest.mark.parametrize("grade", [-1, 4])
def test_a_grade_outside_the_scale_settles_nothing(floor: Floor, grade: int) -> None:
    with pytest.raises(InvalidAnswers, match=rf"{grade} is a grade outside the scale"):
        settled(a_case(floor), floor, grade)
    assert settled_grades(floor.project) == {}


def test_other_questions_of_the_schema_do_not_matter(floor: Floor) -> None:
    case = a_case(floor)
    fields = [dict(field, required=True) for field in SCHEMA["fields"]]  # type: ignore[union-attr]
    TaskType.objects.update(schema=SCHEMA | {"fields": fields})

    settled(case, floor)

    assert settled_grades(floor.project) == {case.item_id: 2}


def test_the_grade_of_a_choice_is_its_place(floor: Floor) -> None:
    case = a_case(floor)
    names = {"en": "x", "fr": "x"}
    choice = {
        "key": "kind", "kind": "single", "required": True, "names": names,
        "options": [{"value": each, "names": names} for each in ("shop", "news", "video")],
    }  # fmt: skip
    TaskType.objects.update(schema={"fields": [choice], "main": "kind", "cannot_judge": []})

    with pytest.raises(InvalidAnswers):
        settled(case, floor, 3)
    settled(case, floor, 2)
    assert settled_grades(floor.project) == {case.item_id: 2}


def test_without_a_plan_there_is_no_scale(floor: Floor) -> None:
    case = a_case(floor)
    Plan.objects.update(state="superseded")

    with pytest.raises(NoPlanInForce):
        settled(case, floor)


def test_another_projects_case_does_not_exist(floor: Floor) -> None:
    case = a_case(floor)
    other = an_open_project(0, key="other").project

    assert adjudication_for(floor.project, case.pk) == case
    with pytest.raises(NotVisible):
        adjudication_for(other, case.pk)
