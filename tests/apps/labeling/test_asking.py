"""Questions about items: asked once, answered where they were asked, kept for good."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from tests.factories.labeled import AT
from tests.factories.labeling import Floor, an_open_project
from touchstone.apps.guidelines.models import GuidelineNote
from touchstone.apps.guidelines.operations import GuidelineRefused
from touchstone.apps.labeling.asking import operations
from touchstone.apps.labeling.asking.models import ItemAnswer, ItemQuestion
from touchstone.apps.labeling.asking.operations import (
    AlreadyANote,
    QuestionRefused,
    TooManyQuestions,
    answer_question,
    ask,
    confirm_answers,
    make_note,
)
from touchstone.apps.labeling.asking.queries import (
    answer_of,
    my_questions,
    open_questions,
    question_by,
    question_of,
    questions_of,
    waiting_of,
)
from touchstone.apps.labeling.models import Assignment, AssignmentState
from touchstone.apps.ledger.models import Event
from touchstone.lib.errors import NotVisible

LATER = AT + timedelta(minutes=5)


def asked(floor: Floor, text: str = "Does a rumour count?", kind: str = "question") -> ItemQuestion:
    """The first annotator asks about a task in their hands."""
    ana = floor.annotators[0]
    held = Assignment.objects.filter(annotator=ana).first()
    assignment = held.pk if held else floor.task(ana).assignment_id
    return ask(assignment_id=assignment, kind=kind, text=text, by=ana, at=AT)


def test_a_question_keeps_its_item_its_guideline_and_the_task(floor: Floor) -> None:
    question = asked(floor, "  Does a rumour count?\n")

    task = question.assignment
    assert (question.item_id, question.project_id) == (task.item_id, floor.project.pk)
    assert question.guideline_version == floor.plan.guideline_version
    assert question.text == "Does a rumour count?"
    assert task.state == AssignmentState.LEASED
    assert Event.objects.get(event="labeling.question.asked").data == {"kind": "question"}


def test_what_is_sent_twice_is_kept_once_until_it_is_answered(floor: Floor) -> None:
    question = asked(floor)

    assert asked(floor) == question
    answer_question(question=question, text="Yes.", by=floor.owner, at=LATER)
    assert asked(floor) != question
    assert asked(floor, "Another.") != asked(floor, kind="broken")


def test_a_report_may_go_without_words_but_a_question_not(floor: Floor) -> None:
    assert asked(floor, "", "harmful").text == ""
    with pytest.raises(QuestionRefused, match="Write your question"):
        asked(floor, " \n")
    with pytest.raises(QuestionRefused, match="at most 4000"):
        asked(floor, "x" * 4001)
    with pytest.raises(QuestionRefused, match="at most"):
        asked(floor, "a\0b")
    with pytest.raises(QuestionRefused, match="Choose what it is"):
        asked(floor, "Hm.", "praise")

    assert ItemQuestion.objects.count() == 1


def test_nobody_asks_about_a_task_that_was_never_theirs(floor: Floor) -> None:
    task = floor.task(floor.annotators[0])

    for assignment, by in ((task.assignment_id, floor.annotators[1]), (uuid4(), floor.owner)):
        with pytest.raises(NotVisible):
            ask(assignment_id=assignment, kind="broken", text="", by=by, at=AT)


def test_too_many_open_questions_are_refused(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "MOST_OPEN", 2)
    first = asked(floor, "One?")
    asked(floor, "Two?")

    with pytest.raises(TooManyQuestions) as refusal:
        asked(floor, "Three?")
    assert refusal.value.details == {"open": 2}
    assert asked(floor, "One?") == first
    answer_question(question=first, text="Yes.", by=floor.owner, at=LATER)
    assert asked(floor, "Three?").pk


def test_an_answer_is_new_until_it_is_read(floor: Floor) -> None:
    ana = floor.annotators[0]
    question = asked(floor)
    assert (waiting_of(ana).open, waiting_of(ana).new) == (1, 0)

    for text in ("Yes.", "Yes, but only with a source."):
        answer_question(question=question, text=text, by=floor.owner, at=LATER)
    assert (waiting_of(ana).open, waiting_of(ana).new) == (0, 1)
    assert open_questions(floor.project) == 0

    assert confirm_answers(question=question, by=ana, at=LATER) == 2
    assert confirm_answers(question=question, by=ana, at=LATER) == 0
    assert (waiting_of(ana).open, waiting_of(ana).new) == (0, 0)
    (mine,) = my_questions(ana)
    assert [each.text for each in mine.answers.all()] == ["Yes.", "Yes, but only with a source."]


def test_an_answer_says_something(floor: Floor) -> None:
    question = asked(floor)

    with pytest.raises(QuestionRefused, match="Write the answer"):
        answer_question(question=question, text="  ", by=floor.owner, at=LATER)
    assert not ItemAnswer.objects.exists()


def test_only_who_asked_reads_and_confirms(floor: Floor) -> None:
    question = asked(floor)
    ben = floor.annotators[1]

    assert list(my_questions(ben)) == []
    with pytest.raises(NotVisible):
        question_by(ben, question.pk)
    with pytest.raises(NotVisible):
        confirm_answers(question=question, by=ben, at=LATER)


def test_open_questions_come_first_and_the_oldest_of_them(floor: Floor) -> None:
    first, second, third = (asked(floor, text) for text in ("One?", "Two?", "Three?"))
    answer_question(question=first, text="Yes.", by=floor.owner, at=LATER)

    assert list(questions_of(floor.project)) == [second, third, first]
    assert list(questions_of(floor.project, only="open")) == [second, third]
    assert list(questions_of(floor.project, only="answered")) == [first]


def test_another_projects_question_does_not_exist(floor: Floor) -> None:
    question = asked(floor)
    answer = answer_question(question=question, text="Yes.", by=floor.owner, at=LATER)
    other = an_open_project(1, key="other").project

    with pytest.raises(NotVisible):
        question_of(other, question.pk)
    with pytest.raises(NotVisible):
        answer_of(other, answer.pk)
    assert answer_of(floor.project, answer.pk) == answer


def test_an_answer_becomes_a_note_once(floor: Floor) -> None:
    question = asked(floor)
    answer = answer_question(question=question, text="Yes.", by=floor.owner, at=LATER)

    with pytest.raises(GuidelineRefused):
        make_note(answer=answer, text_en="", text_fr="Oui.", by=floor.owner, at=LATER)
    note = make_note(
        answer=answer, text_en="A rumour counts.", text_fr="", by=floor.owner, at=LATER
    )

    assert note.version == question.guideline_version
    with pytest.raises(AlreadyANote):
        make_note(answer=answer, text_en="Again.", text_fr="", by=floor.owner, at=LATER)
    assert GuidelineNote.objects.count() == 1


def test_nothing_that_was_said_is_changed_or_unsaid(floor: Floor) -> None:
    question = asked(floor)
    answer = answer_question(question=question, text="Yes.", by=floor.owner, at=LATER)
    confirm_answers(question=question, by=floor.annotators[0], at=LATER)
    make_note(answer=answer, text_en="Yes.", text_fr="", by=floor.owner, at=LATER)

    for table in ("itemanswernote", "itemanswerreading", "itemanswer", "itemquestion"):
        for change in (f"DELETE FROM labeling_{table}", f"UPDATE labeling_{table} SET at = at"):
            if table == "itemanswernote":
                change = change.replace("SET at = at", "SET note_id = note_id")
            with (
                pytest.raises(IntegrityError, match="append-only"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(change)


def test_the_database_keeps_no_question_without_words(floor: Floor) -> None:
    question = asked(floor)

    question.pk, question.text = None, ""
    with pytest.raises(IntegrityError, match="question_says_something"), transaction.atomic():
        question.save(force_insert=True)
    with pytest.raises(IntegrityError, match="answer_says_something"), transaction.atomic():
        ItemAnswer.objects.create(question_id=1, text="", by=floor.owner, at=AT)
