"""Asking about an item, answering, confirming an answer, making it a note for everybody."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from touchstone.apps.guidelines.models import GuidelineNote
from touchstone.apps.guidelines.operations import add_note
from touchstone.apps.labeling.asking.models import (
    ItemAnswer,
    ItemAnswerNote,
    ItemAnswerReading,
    ItemQuestion,
    QuestionKind,
)
from touchstone.apps.labeling.asking.queries import unanswered
from touchstone.apps.labeling.models import Assignment
from touchstone.apps.ledger.operations import record
from touchstone.apps.people.models import User
from touchstone.lib.errors import NotVisible, Refused

LONGEST_TEXT = 4000
# More open questions than anybody answers in a day are a sign that something else is wrong.
MOST_OPEN = 50


class QuestionRefused(Refused):
    """A question or an answer cannot be as sent."""

    code = "question_refused"


class TooManyQuestions(Refused):
    """The person waits for many answers already."""

    code = "too_many_questions"


class AlreadyANote(Refused):
    """The answer became a note before."""

    code = "already_a_note"


@transaction.atomic
def ask(*, assignment_id: UUID, kind: str, text: str, by: User, at: datetime) -> ItemQuestion:
    """Ask about an item, or report it; the task stays what and whose it is.

    Whoever sends the same once more while it waits for an answer gets the first.

    :raises NotVisible: `by` was never given such a task.
    :raises QuestionRefused: the kind is unknown, or a question says nothing or too much.
    :raises TooManyQuestions: `MOST_OPEN` of theirs wait for an answer.
    """
    words = _words(text)
    if kind not in set(QuestionKind):
        raise QuestionRefused(_("Choose what it is: a question, a broken item, harmful content."))
    if kind == QuestionKind.QUESTION and not words:
        raise QuestionRefused(_("Write your question first. Nothing was sent."))
    # One after the other for each person, so that what is sent twice is kept once.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    task = Assignment.objects.filter(pk=assignment_id, annotator=by).first()
    if task is None:
        raise NotVisible(_("There is no such task."))
    waiting = unanswered(ItemQuestion.objects.filter(by=by))
    same = waiting.filter(assignment=task, kind=kind, text=words).first()
    return same or _asked(task, kind, words, waiting.count(), by, at)


def _asked(
    task: Assignment, kind: str, text: str, waiting: int, by: User, at: datetime
) -> ItemQuestion:
    if waiting >= MOST_OPEN:
        raise TooManyQuestions(
            _("Many of your questions wait for an answer already. Nothing was sent."),
            open=waiting,
        )
    question = ItemQuestion.objects.create(
        assignment=task,
        item_id=task.item_id,
        project_id=task.project_id,
        by=by,
        guideline_version_id=task.guideline_version_id,
        kind=kind,
        text=text,
        at=at,
    )
    record(
        event="labeling.question.asked",
        subject=question,
        by=by,
        at=at,
        project_id=task.project_id,
        kind=kind,
    )
    return question


def _words(text: str) -> str:
    """What was written, without the space around it.

    :raises QuestionRefused: it is too long, or holds what no text holds.
    """
    words = text.strip()
    if len(words) > LONGEST_TEXT or "\0" in words:
        raise QuestionRefused(
            _("Write at most %(most)d characters. Nothing was sent.") % {"most": LONGEST_TEXT}
        )
    return words


@transaction.atomic
def answer_question(*, question: ItemQuestion, text: str, by: User, at: datetime) -> ItemAnswer:
    """Answer a question; whoever asked finds it where they asked.

    :raises QuestionRefused: the answer says nothing or too much.
    """
    words = _words(text)
    if not words:
        raise QuestionRefused(_("Write the answer first. Nothing was sent."))
    answer = ItemAnswer.objects.create(question=question, text=words, by=by, at=at)
    record(
        event="labeling.question.answered",
        subject=question,
        by=by,
        at=at,
        project_id=question.project_id,
        answer=answer.pk,
    )
    return answer


@transaction.atomic
def confirm_answers(*, question: ItemQuestion, by: User, at: datetime) -> int:
    """Whoever asked has read what was answered; returns how many answers were new.

    :raises NotVisible: somebody else asked.
    """
    if question.by_id != by.pk:
        raise NotVisible(_("There is no such question."))
    ItemQuestion.objects.select_for_update(no_key=True).get(pk=question.pk)
    new = list(question.answers.filter(reading=None))
    ItemAnswerReading.objects.bulk_create(ItemAnswerReading(answer=each, at=at) for each in new)
    if new:
        record(
            event="labeling.question.confirmed",
            subject=question,
            by=by,
            at=at,
            project_id=question.project_id,
            answers=len(new),
        )
    return len(new)


@transaction.atomic
def make_note(
    *, answer: ItemAnswer, text_en: str, text_fr: str, by: User, at: datetime
) -> GuidelineNote:
    """Make of an answer a note to the guideline version that the question was asked under.

    :raises AlreadyANote: it is one already.
    :raises GuidelineRefused: the English text is missing, or a text is too long.
    """
    question = ItemQuestion.objects.select_related("guideline_version__guideline").get(
        pk=answer.question_id
    )
    ItemQuestion.objects.select_for_update(no_key=True).get(pk=question.pk)
    if ItemAnswerNote.objects.filter(answer=answer).exists():
        raise AlreadyANote(_("This answer is a note already. The first note is kept."))
    note = add_note(
        version=question.guideline_version, text_en=text_en, text_fr=text_fr, by=by, at=at
    )
    ItemAnswerNote.objects.create(answer=answer, note=note)
    return note
