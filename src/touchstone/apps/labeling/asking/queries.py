"""Reading questions: one's own with their answers, and those of a project.

What goes to whoever asked is the same for every item. Callers of a project's questions pass a
project on which the reader may answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils.translation import gettext as _

from touchstone.apps.guidelines.policies import presented
from touchstone.apps.labeling.asking.models import ItemAnswer, ItemQuestion
from touchstone.apps.labeling.queries import schema_of_plan
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Project
from touchstone.lib.errors import NotVisible


@dataclass(frozen=True)
class Waiting:
    """How many questions of somebody wait for an answer, how many have one they have not read."""

    open: int
    new: int


def unanswered(rows: QuerySet[ItemQuestion]) -> QuerySet[ItemQuestion]:
    """Those that have no answer."""
    return rows.exclude(_answered())


def _answered() -> Exists:
    return Exists(ItemAnswer.objects.filter(question=OuterRef("pk")))


def my_questions(user: User) -> QuerySet[ItemQuestion]:
    """What somebody asked, newest first, with the answers (and `reading`, if they confirmed it)."""
    answers = ItemAnswer.objects.select_related("reading")
    return (
        ItemQuestion.objects.filter(by=user)
        .select_related("project", "item__query__locale", "guideline_version")
        .prefetch_related(Prefetch("answers", answers))
        .order_by("-pk")
    )


def waiting_of(user: User) -> Waiting:
    """How many questions of somebody are open, and how many have a new answer."""
    mine = ItemQuestion.objects.filter(by=user)
    new = ItemAnswer.objects.filter(question__by=user, reading=None)
    return Waiting(unanswered(mine).count(), new.values("question").distinct().count())


def questions_of(project: Project, *, only: str = "") -> QuerySet[ItemQuestion]:
    """The questions of a project: the open ones first, the oldest of them first of all.

    `only` is "open" or "answered".
    """
    rows = ItemQuestion.objects.filter(project=project).annotate(answered=_answered())
    if only:
        rows = rows.filter(answered=only == "answered")
    answers = ItemAnswer.objects.select_related("by", "reading", "note_made__note")
    return (
        rows.select_related("by", "item__query__locale", "guideline_version", "assignment")
        .prefetch_related(Prefetch("answers", answers))
        .order_by("answered", "pk")
    )


def open_questions(project: Project) -> int:
    """How many questions of a project wait for an answer."""
    return unanswered(ItemQuestion.objects.filter(project=project)).count()


def question_of(project: Project, pk: int) -> ItemQuestion:
    """One question of a project.

    :raises NotVisible: there is no such question.
    """
    found = questions_of(project).filter(pk=pk).first()
    if found is None:
        raise NotVisible(_("There is no such question."))
    return found


def question_by(user: User, pk: int) -> ItemQuestion:
    """One question that somebody asked themselves.

    :raises NotVisible: they asked none of this number.
    """
    found = my_questions(user).filter(pk=pk).first()
    if found is None:
        raise NotVisible(_("There is no such question."))
    return found


def answer_of(project: Project, pk: int) -> ItemAnswer:
    """One answer to a question of a project.

    :raises NotVisible: there is no such answer.
    """
    found = ItemAnswer.objects.filter(question__project=project, pk=pk).first()
    if found is None:
        raise NotVisible(_("There is no such answer."))
    return found


def shown_content(question: ItemQuestion) -> Mapping[str, object]:
    """The item's content as its task type lets it be shown, in the item's own orientation."""
    schema = schema_of_plan(question.assignment.plan_id)
    return presented(schema, question.item.content, swapped=False)
