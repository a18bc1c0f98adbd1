"""One's own last answers, to look back at.

Every answer has the same fields, whatever was asked for and whatever became of it: nothing here
tells gold from work, or a question that was asked twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from touchstone.apps.guidelines.values import Item
from touchstone.apps.guidelines.words import Said, answers_in_words
from touchstone.apps.labeling.queries import schema_of_plan

if TYPE_CHECKING:
    from touchstone.apps.labeling.models import Judgment


@dataclass(frozen=True)
class PastAnswer:
    """An answer as its author is shown it."""

    judgment_id: int
    assignment_id: UUID
    query: str
    locale: str
    direction: str
    outcome: str
    answers: tuple[Said, ...]
    comment: str
    guideline_version: str
    seconds: float
    submitted_at: datetime
    late: bool
    counts: bool


def past_answer(judgment: Judgment, language: str) -> PastAnswer:
    """A judgment in words. To its author an answer counts that was asked for a second time."""
    item = judgment.item
    query = item.query
    said = answers_in_words(
        schema_of_plan(judgment.plan_id),
        judgment.answers,
        item=Item(query.text, item.content),
        swapped=judgment.swapped,
        language=language,
    )
    return PastAnswer(
        judgment_id=judgment.pk,
        assignment_id=judgment.assignment_id,
        query=query.text,
        locale=query.locale_id,
        direction=query.locale.direction,
        outcome=judgment.outcome,
        answers=said,
        comment=judgment.comment,
        guideline_version=str(judgment.guideline_version),
        seconds=judgment.seconds,
        submitted_at=judgment.submitted_at,
        late=judgment.late,
        counts=judgment.counts or judgment.repeat,
    )
