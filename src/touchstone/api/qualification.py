"""The way to the work: its steps, the quiz, the test, practice.

No answer is told before an attempt, and of a test only how many were right.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from django.utils.translation import get_language
from ninja import Router, Schema
from pydantic import Field

from touchstone.api.access import ApiRequest, needs, project_of
from touchstone.api.fields import Code, In, SmallObject, Tag
from touchstone.apps.people.policies import Capability
from touchstone.flows import practising, qualifying

if TYPE_CHECKING:
    from touchstone.flows.qualifying import Result, Told

router = Router()

MOST_EXAMPLE = 10**6


class StepOut(Schema):
    """One step of the way; `state` is done, now or later. A test has a locale."""

    step: str
    state: str
    locale: str


class ResultOut(Schema):
    """How many were right, how many had to be, and until when a pass holds."""

    score: int
    of: int
    pass_mark: int
    passed: bool
    at: datetime
    expires_at: datetime | None


class ChoiceOut(Schema):
    """One option of a question."""

    value: str
    name: str


class QuestionOut(Schema):
    """A question as it is asked: `single` takes one option, `multiple` all that are right."""

    key: str
    kind: str
    name: str
    choices: list[ChoiceOut]


class ToldOut(Schema):
    """A question after an attempt."""

    key: str
    chosen: list[str]
    right: list[str]
    is_right: bool
    explanation: str


class QuizOut(Schema):
    """The quiz and what came of the last attempt; `again_at` while the next has to wait."""

    questions: list[QuestionOut]
    pass_mark: int
    passed: bool
    again_at: datetime | None
    result: ResultOut | None
    told: list[ToldOut]


class QuizIn(In):
    """The options chosen, by question."""

    answers: Annotated[dict[Code, list[Code]], Field(max_length=100)]


class TestTaskOut(Schema):
    """One task of a test."""

    task: UUID
    position: int
    query: str
    locale: str
    direction: str
    content: dict[str, Any]
    label_schema: dict[str, Any]


class TestOut(Schema):
    """A test: its next task, or its result.

    Where the items are harmful, `sitting` is leave to look at the task for a while; it goes back
    with the answer. Without one, ask for the task by starting again: limits of exposure hold.
    """

    locale: str
    size: int
    pass_mark: int
    done: int
    passed: bool
    again_at: datetime | None
    result: ResultOut | None
    task: TestTaskOut | None
    sitting: UUID | None


class TestStartIn(In):
    """The locale to be tested in."""

    locale: Tag


class TestAnswerIn(In):
    """Answers to one task of a test, as for work."""

    answers: SmallObject
    sitting: UUID | None = None


class PracticeOut(Schema):
    """One practice example of `total`; none when the guideline has none."""

    number: int
    total: int
    query: str
    locale: str
    direction: str
    content: dict[str, Any]


class PracticeIn(In):
    """The number of the example, and answers to it."""

    example: Annotated[int, Field(ge=1, le=MOST_EXAMPLE)]
    answers: SmallObject


class FeedbackOut(Schema):
    """Whether a practice answer was right, which grades are, and why."""

    is_right: bool
    outcome: str
    right: list[int]
    explanation: str


@router.get("/{slug:key}/qualification", response=list[StepOut])
@needs(Capability.LABEL, scope="project")
def list_steps(request: ApiRequest, key: str) -> list[StepOut]:
    """What you have to do before you label here, in order."""
    steps = qualifying.path_of(project=project_of(request, key), by=request.auth, at=request.at)
    return [StepOut(step=s.name, state=s.state, locale=s.locale_tag) for s in steps]


@router.get("/{slug:key}/quiz", response=QuizOut)
@needs(Capability.LABEL, scope="project")
def get_quiz(request: ApiRequest, key: str) -> QuizOut:
    """The quiz of the guideline in force, in the language of `Accept-Language`."""
    return _quiz_out(request, key)


@router.post("/{slug:key}/quiz", response=QuizOut)
@needs(Capability.LABEL, scope="project")
def send_quiz(request: ApiRequest, key: str, body: QuizIn) -> QuizOut:
    """Send an attempt; what was right and why comes back. A pass is kept, whatever is sent."""
    qualifying.send_quiz(
        project=project_of(request, key),
        by=request.auth,
        answers=body.answers,
        language=get_language() or "en",
        at=request.at,
    )
    return _quiz_out(request, key)


def _quiz_out(request: ApiRequest, key: str) -> QuizOut:
    language = get_language() or "en"
    desk = qualifying.open_quiz(
        project=project_of(request, key), by=request.auth, language=language, at=request.at
    )
    return QuizOut(
        questions=[
            QuestionOut(
                key=each.key,
                kind=each.kind,
                name=each.name,
                choices=[ChoiceOut(value=value, name=name) for value, name in each.choices],
            )
            for each in desk.questions
        ],
        pass_mark=desk.pass_mark,
        passed=desk.is_passed,
        again_at=desk.again_at,
        result=_result_out(desk.result),
        told=[_told_out(each, language) for each in desk.told],
    )


def _told_out(told: "Told", language: str) -> ToldOut:
    return ToldOut(
        key=told.question.key,
        chosen=list(told.chosen),
        right=sorted(told.question.right),
        is_right=told.is_right,
        explanation=told.question.why(language),
    )


def _result_out(result: "Result | None") -> ResultOut | None:
    if result is None:
        return None
    return ResultOut(
        score=result.score,
        of=result.n,
        pass_mark=result.pass_mark,
        passed=result.passed,
        at=result.at,
        expires_at=result.expires_at,
    )


@router.get("/{slug:key}/test", response=TestOut)
@needs(Capability.LABEL, scope="project")
def get_test(request: ApiRequest, key: str, locale: Tag, sitting: UUID | None = None) -> TestOut:
    """A test as it stands; asking starts nothing."""
    return _test_out(request, key, locale, sitting)


@router.post("/{slug:key}/test", response=TestOut)
@needs(Capability.LABEL, scope="project")
def start_test(request: ApiRequest, key: str, body: TestStartIn) -> TestOut:
    """Start the test in one locale, or go on with it."""
    sitting = qualifying.begin_test(
        project=project_of(request, key), by=request.auth, locale_tag=body.locale, at=request.at
    )
    return _test_out(request, key, body.locale, sitting)


@router.post("/{slug:key}/test/{uuid:task}", response=TestOut)
@needs(Capability.LABEL, scope="project")
def answer_test(request: ApiRequest, key: str, task: UUID, body: TestAnswerIn) -> TestOut:
    """Answer one task of your test; the next one comes back, or the result."""
    kept = qualifying.answer_test(
        project=project_of(request, key),
        by=request.auth,
        task_id=task,
        answers=body.answers,
        at=request.at,
        sitting=body.sitting,
    )
    return _test_out(request, key, kept.locale_tag, kept.sitting)


def _test_out(request: ApiRequest, key: str, locale: str, sitting: UUID | None) -> TestOut:
    desk = qualifying.open_test(
        project=project_of(request, key),
        by=request.auth,
        locale_tag=locale,
        at=request.at,
        sitting=sitting,
    )
    task = desk.task
    return TestOut(
        locale=desk.locale_tag,
        size=desk.size,
        pass_mark=desk.pass_mark,
        done=desk.done,
        passed=desk.is_passed,
        again_at=desk.again_at,
        result=_result_out(desk.result),
        sitting=sitting if desk.task else None,
        task=None
        if task is None
        else TestTaskOut(
            task=task.pk,
            position=task.position,
            query=task.query,
            locale=task.locale,
            direction=task.direction,
            content=dict(task.content),
            label_schema=dict(task.schema_json),
        ),
    )


@router.get("/{slug:key}/practice", response=PracticeOut)
@needs(Capability.LABEL, scope="project")
def get_practice(
    request: ApiRequest, key: str, example: Annotated[int, Field(ge=1, le=MOST_EXAMPLE)] = 1
) -> PracticeOut:
    """One example to practise on; numbers go round."""
    desk = practising.practise(project=project_of(request, key), by=request.auth, number=example)
    return PracticeOut(
        number=desk.number,
        total=desk.total,
        query=desk.query,
        locale=desk.locale,
        direction=desk.direction,
        content=dict(desk.content),
    )


@router.post("/{slug:key}/practice", response=FeedbackOut)
@needs(Capability.LABEL, scope="project")
def send_practice(request: ApiRequest, key: str, body: PracticeIn) -> FeedbackOut:
    """Answer an example: you are told at once whether it was right. Nothing is kept."""
    project = project_of(request, key)
    desk = practising.practise(project=project, by=request.auth, number=body.example)
    feedback = practising.check(desk=desk, answers=body.answers)
    example = feedback.example
    return FeedbackOut(
        is_right=feedback.hit,
        outcome=example.outcome,
        right=list(example.right),
        explanation=example.why(get_language() or "en"),
    )
