"""Questions about items: annotators ask and read the answers, those who run the project answer."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

from ninja import Query, Router, Schema, Status
from pydantic import Field

from touchstone.api.access import ApiRequest, needs, needs_sign_in, project_of
from touchstone.api.fields import In, Text
from touchstone.api.paging import Page, Paging, page
from touchstone.apps.labeling.asking.operations import answer_question, ask, confirm_answers
from touchstone.apps.labeling.asking.queries import (
    my_questions,
    question_by,
    question_of,
    questions_of,
)
from touchstone.apps.people.policies import Capability

if TYPE_CHECKING:
    from touchstone.apps.labeling.asking.models import ItemQuestion

assignments = Router()
me = Router()
projects = Router()

QuestionNumber = Annotated[int, Field(ge=1, lt=2**63)]


class QuestionIn(In):
    """What is asked or reported; a question needs words, a report may go without."""

    kind: Literal["question", "broken", "harmful"]
    text: Text = ""


class AnswerIn(In):
    """What the project says."""

    text: Text


class AnswerOut(Schema):
    """One answer; `read` once whoever asked has confirmed it."""

    text: str
    at: datetime
    read: bool


class MyQuestionOut(Schema):
    """A question of your own with its answers, oldest first."""

    question: int
    assignment: UUID
    project: str
    kind: str
    text: str
    query: str
    guideline_version: str
    asked_at: datetime
    answers: list[AnswerOut]


class QuestionOut(Schema):
    """A question about an item of a project, with who asked and what was answered."""

    question: int
    item: str
    kind: str
    text: str
    query: str
    locale: str
    guideline_version: str
    asked_by: str
    asked_at: datetime
    answers: list[AnswerOut]


class AskedOut(Schema):
    """The number of the question that was kept."""

    question: int
    asked_at: datetime


class ConfirmedOut(Schema):
    """How many answers were new."""

    answers: int


Which = Annotated[Literal["", "open", "answered"], Query()]


@assignments.post("/{uuid:assignment}/questions", response={201: AskedOut})
@needs(Capability.LABEL, scope="service")
def ask_question(request: ApiRequest, assignment: UUID, body: QuestionIn) -> Status[AskedOut]:
    """Ask about a task of yours, or report it. What is sent twice is kept once."""
    kept = ask(
        assignment_id=assignment, kind=body.kind, text=body.text, by=request.auth, at=request.at
    )
    return Status(201, AskedOut(question=kept.pk, asked_at=kept.at))


@me.get("/questions", response=Page[MyQuestionOut])
@needs_sign_in
def list_my_questions(request: ApiRequest, paging: Paging) -> dict[str, object]:
    """What you asked, the last first, with the answers."""
    return page(my_questions(request.auth), "-id", paging, _mine_out)


@me.post("/questions/{int:question}/read", response=ConfirmedOut)
@needs_sign_in
def confirm_my_answers(request: ApiRequest, question: int) -> ConfirmedOut:
    """Confirm that you have read the answers to a question of yours."""
    found = question_by(request.auth, question)
    new = confirm_answers(question=found, by=request.auth, at=request.at)
    return ConfirmedOut(answers=new)


@projects.get("/{slug:key}/questions", response=Page[QuestionOut])
@needs(Capability.ANSWER_QUESTIONS, scope="project")
def list_questions(
    request: ApiRequest, key: str, paging: Paging, only: Which = ""
) -> dict[str, object]:
    """The questions about a project's items, the last first; `only` the open or answered ones."""
    rows = questions_of(project_of(request, key), only=only)
    return page(rows, "-id", paging, _question_out)


@projects.post("/{slug:key}/questions/{int:question}/answers", response={201: QuestionOut})
@needs(Capability.ANSWER_QUESTIONS, scope="project")
def answer_asked(
    request: ApiRequest, key: str, question: QuestionNumber, body: AnswerIn
) -> Status[QuestionOut]:
    """Answer a question. What is said stays; a correction is one answer more."""
    project = project_of(request, key)
    found = question_of(project, question)
    answer_question(question=found, text=body.text, by=request.auth, at=request.at)
    return Status(201, _question_out(question_of(project, question)))


def _mine_out(question: "ItemQuestion") -> MyQuestionOut:
    return MyQuestionOut(
        question=question.pk,
        assignment=question.assignment_id,
        project=question.project.key,
        kind=question.kind,
        text=question.text,
        query=question.item.query.text,
        guideline_version=str(question.guideline_version),
        asked_at=question.at,
        answers=_answers(question),
    )


def _question_out(question: "ItemQuestion") -> QuestionOut:
    return QuestionOut(
        question=question.pk,
        item=question.item.key,
        kind=question.kind,
        text=question.text,
        query=question.item.query.text,
        locale=question.item.query.locale_id,
        guideline_version=str(question.guideline_version),
        asked_by=question.by.name,
        asked_at=question.at,
        answers=_answers(question),
    )


def _answers(question: "ItemQuestion") -> list[AnswerOut]:
    return [
        AnswerOut(text=each.text, at=each.at, read=hasattr(each, "reading"))
        for each in question.answers.all()
    ]
