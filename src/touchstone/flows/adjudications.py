"""The adjudicator's journey: a disagreement, the grades given without names, the expert's word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from touchstone.apps.guidelines.queries import schema_of
from touchstone.apps.planning.queries import plan_in_force
from touchstone.apps.quality import operations as quality
from touchstone.apps.quality.queries import BlindTask, adjudication_for, adjudication_queue
from touchstone.apps.quality.queues import queue_sizes
from touchstone.flows.looks import end_look, open_look

if TYPE_CHECKING:
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Project


@dataclass(frozen=True)
class CaseDesk:
    """The widest open disagreement, if there is one, and how many wait with it."""

    task: BlindTask | None
    waiting: int


def next_case(*, project: Project, by: User, at: datetime) -> CaseDesk:
    """The case to settle next; none without a plan in force, whose scale would be unknown.

    :raises ConsentNeeded, TopicDeclined, ExposureLimit: they may not look at it, see `looks`.
    """
    plan = plan_in_force(project)
    if plan is None:
        return CaseDesk(None, 0)
    cases = adjudication_queue(project, schema_of(plan.task_type), most=1)
    if cases:
        open_look(project=project, subject=_subject(cases[0].pk), by=by, at=at)
    return CaseDesk(cases[0] if cases else None, queue_sizes(project).cases_open)


def _subject(number: int) -> str:
    return f"case {number}"


@transaction.atomic
def settle_case(
    *, project: Project, number: int, grade: int, rationale: str, by: User, at: datetime
) -> None:
    """Settle a disagreement with a grade and the reason for it.

    :raises NotVisible: the project has no such case.
    :raises AlreadyDone: the case is settled.
    :raises ReasonMissing: there is no rationale.
    :raises InvalidAnswers: the grade is outside the scale.
    """
    case = adjudication_for(project, number)
    quality.settle(adjudication=case, grade=grade, rationale=rationale, by=by, at=at)
    end_look(project=project, subject=_subject(number), by=by, at=at)
