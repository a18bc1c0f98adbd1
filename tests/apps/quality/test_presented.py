"""Experts see what annotators may see, and their answers are checked against the same item."""

from __future__ import annotations

import pytest

from tests.apps.guidelines.sample_schemas import every_kind
from tests.factories.labeled import LATER, with_role
from tests.factories.labeling import submit
from tests.factories.task_types import a_floor_of
from touchstone.apps.guidelines.policies import NEVER_SHOWN, InvalidAnswers
from touchstone.apps.guidelines.queries import schema_of
from touchstone.apps.people.models import Role
from touchstone.apps.quality import measuring
from touchstone.apps.quality.models import Adjudication
from touchstone.apps.quality.operations import (
    draw_audits,
    open_adjudications,
    settle,
    submit_audit,
)
from touchstone.apps.quality.queries import adjudication_queue, audit_queue, blind_audits

pytestmark = pytest.mark.django_db

SECRETS = dict.fromkeys(NEVER_SHOWN, "secret")


def test_an_auditor_sees_no_price_and_marks_the_items_own_text() -> None:
    floor = a_floor_of(every_kind(), {"i0": {"title": "T", "text": "teh cat", **SECRETS}})
    ana, expert = floor.annotators[0], with_role(Role.QA_LEAD)
    submit(floor.task(ana, "i0"), ana, {"outcome": "label", "values": {"grade": 5}})
    draw_audits(project=floor.project, size=1, seed=1, by=floor.owner, at=LATER)

    (task,) = blind_audits(floor.project, expert)
    audit = audit_queue(floor.project, expert).get()

    assert task.content == {"title": "T", "text": "teh cat"}

    def audited(end: int) -> None:
        marked = [{"start": 4, "end": end, "tag": "typo"}]
        answers = {"outcome": "label", "values": {"grade": 5, "typo": marked}}
        submit_audit(audit=audit, answers=answers, by=expert, at=LATER)

    with pytest.raises(InvalidAnswers, match="7 characters"):
        audited(8)
    audited(7)
    audit.refresh_from_db()
    assert audit.agrees


def test_a_disagreement_about_sides_is_settled_below_zero() -> None:
    lists = {side: [{"id": side, "title": side, "system": "secret"}] for side in ("left", "right")}
    floor = a_floor_of("side-by-side", {"i0": lists})
    for person, grade in zip(floor.annotators, (-3, 0, 2), strict=True):
        task = floor.task(person, "i0")
        shown = -grade if task.assignment_id.int & 1 else grade
        submit(task, person, {"outcome": "label", "values": {"side": shown}})

    assert open_adjudications(project=floor.project, by=floor.owner, at=LATER) == 1
    (task,) = adjudication_queue(floor.project, schema_of(floor.plan.task_type))
    case = Adjudication.objects.get()
    assert task.grades == (-3, 0, 2)
    assert "secret" not in repr(task.content)

    settle(adjudication=case, grade=-3, rationale="Fresher.", by=floor.owner, at=LATER)
    case.refresh_from_db()
    assert case.grade == -3


@pytest.mark.parametrize(
    ("key", "content", "answers", "level"),
    [
        ("esci", {"title": "Kettle"}, ("exact", "irrelevant"), "nominal"),
        ("graded-relevance", {"title": "Kettle"}, (0, 3), "ordinal"),
    ],
)
def test_alpha_takes_kinds_for_kinds_and_grades_for_degrees(
    key: str, content: dict[str, object], answers: tuple[object, object], level: str
) -> None:
    floor = a_floor_of(key, {f"i{number}": content for number in range(6)})
    main = schema_of(floor.plan.task_type).main
    for number in range(6):
        for person in floor.annotators:
            values = {main: answers[number % 2]}
            task = floor.task(person, f"i{number}")
            submit(task, person, {"outcome": "label", "values": values})

    found = measuring.alpha(measuring.Slice(floor.project, None), plan=floor.plan, seed=1, at=LATER)

    assert (found.value, found.parameters["level"]) == (1.0, level)
