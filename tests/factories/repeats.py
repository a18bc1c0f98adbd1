"""Somebody asked once more about what they judged, through the product's own operations."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from touchstone.apps.labeling import operations as labeling
from touchstone.apps.labeling.models import Judgment
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Project
from touchstone.apps.planning.queries import plan_in_force


def answer_again(
    project: Project, by: User, *, same: int, other: int = 0, at: datetime
) -> list[Judgment]:
    """`by` gives the `same` grade again to so many items, and another to so many `other` ones."""
    plan = plan_in_force(project)
    assert plan is not None
    judged = Judgment.objects.filter(project=project, annotator=by, counts=True)
    graded = judged.filter(item__queue_entry__lane=0, grade__isnull=False).order_by("pk")
    first = {row.item_id: row for row in graded[: same + other]}
    tasks = labeling.lease(
        project=project, plan=plan, annotator=by, count=len(first), at=at, locale_tags=(),
        item_ids=list(first), again=True,
    )  # fmt: skip
    assert len(tasks) == same + other
    return [
        labeling.submit_judgment(
            assignment_id=task.assignment_id,
            lease=task.lease,
            answers=_answers(first[task.item_id], changed=number >= same),
            idempotency_key=uuid4().hex,
            seconds=8,
            by=by,
            at=at,
        )
        for number, task in enumerate(tasks)
    ]


def _answers(first: Judgment, *, changed: bool) -> dict[str, object]:
    assert first.grade is not None
    grade = (first.grade + 1) % 3 if changed else first.grade
    return {"outcome": "label", "values": {"grade": grade}}
