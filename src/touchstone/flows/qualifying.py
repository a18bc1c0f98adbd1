"""The way to the work: the quiz of the guideline, the test on known items.

What is handed out before an attempt carries no right answer; what is told after a test is how many
were right, never which.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from touchstone.apps.guidelines.queries import (
    has_read,
    last_attempt,
    quiz_of,
)
from touchstone.apps.guidelines.quizzes import Question, Quiz, mark_quiz, parse_quiz
from touchstone.apps.guidelines.teaching import again_at, attempt_quiz
from touchstone.apps.quality import gold_tests
from touchstone.apps.quality.policies import pass_mark
from touchstone.apps.quality.qualified import (
    TaskOfTest,
    held_by,
    newest_result,
    newest_test,
    next_task,
    retest_at,
)
from touchstone.flows.labeling import GuidelineUnread, working_plan
from touchstone.flows.qualification import (
    NEXT_STEP,
    NothingAsked,
    PathStep,
    QualificationNeeded,
    consents_to,
    locales_of,
    path_to_work,
)
from touchstone.flows.sittings import end_sitting, may_look, open_sitting
from touchstone.lib.errors import NotVisible, Refused

if TYPE_CHECKING:
    from touchstone.apps.guidelines.models import GuidelineQuiz, QuizAttempt
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Plan, Project
    from touchstone.apps.quality.models import GoldTest, Qualification


@dataclass(frozen=True)
class Told:
    """A question after an attempt: what was chosen, what is right, and why."""

    question: Question
    chosen: tuple[str, ...]
    is_right: bool


@dataclass(frozen=True)
class Result:
    """What came of a quiz or a test, in numbers; `expires_at` only when it was passed."""

    score: int
    n: int
    pass_mark: int
    passed: bool
    at: datetime
    expires_at: datetime | None


@dataclass(frozen=True)
class AskedQuestion:
    """A question before an attempt: nothing here says what is right."""

    key: str
    kind: str
    name: str
    choices: tuple[tuple[str, str], ...]
    language: str


@dataclass(frozen=True)
class QuizDesk:
    """The quiz as one person finds it.

    `again_at` is set while they have to wait, `told` once they have tried, `is_passed` while a
    pass holds.
    """

    questions: tuple[AskedQuestion, ...]
    pass_mark: int
    is_passed: bool
    again_at: datetime | None
    result: Result | None
    told: tuple[Told, ...]


@dataclass(frozen=True)
class TestDesk:
    """A test as one person finds it: not begun, at a task, or over with its result.

    `is_begun` without a `task`: `begin_test` gives leave to look at the next item, where looking
    is exposure.
    """

    __test__ = False  # a test of people, none of pytest's

    locale_tag: str
    size: int
    pass_mark: int
    done: int
    is_begun: bool
    is_passed: bool
    task: TaskOfTest | None
    again_at: datetime | None
    result: Result | None


def path_of(*, project: Project, by: User, at: datetime) -> tuple[PathStep, ...]:
    """The steps of one person's way to the work on a project.

    :raises NotOpenForWork: the project does not hand out work now.
    """
    plan = working_plan(project)
    held = held_by(by, [plan.guideline_version.guideline_id], at)
    return path_to_work(
        plan=plan,
        held=held,
        tags=locales_of(plan, by),
        has_read=has_read(plan.guideline_version, by),
        consents=consents_to(project, by),
    )


# --- the quiz -----------------------------------------------------------------------------------


def open_quiz(*, project: Project, by: User, language: str, at: datetime) -> QuizDesk:
    """The quiz of the guideline in force, and what came of the last attempt.

    :raises NotOpenForWork: the project does not hand out work now.
    :raises NothingAsked: the plan asks for no quiz.
    :raises GuidelineUnread: the guideline comes first.
    """
    plan, quiz = _quiz_before(project, by)
    content, attempt = parse_quiz(quiz.content), last_attempt(quiz, by)
    is_passed = held_by(by, [plan.guideline_version.guideline_id], at).quiz(plan.guideline_version)
    wait = again_at(quiz, by)
    return QuizDesk(
        questions=tuple(_asked(each, language) for each in content.questions),
        pass_mark=content.pass_mark,
        is_passed=is_passed,
        again_at=wait if wait is not None and wait > at else None,
        result=_result(newest_result(by, plan, None)),
        told=_told(content, attempt) if attempt else (),
    )


@transaction.atomic
def send_quiz(*, project: Project, by: User, answers: object, language: str, at: datetime) -> None:
    """Mark an attempt. Who has passed already keeps that: nothing is marked again.

    :raises InvalidQuizAnswers: a question is unanswered or unknown; nothing was kept.
    :raises QuizTooSoon: the wait after the last attempt is not over.
    :raises NotOpenForWork: as `open_quiz`, with `NothingAsked` and `GuidelineUnread`.
    """
    plan, quiz = _quiz_before(project, by)
    version = plan.guideline_version
    if held_by(by, [version.guideline_id], at).quiz(version):
        return
    attempt, _marked = attempt_quiz(quiz=quiz, answers=answers, language=language, by=by, at=at)
    gold_tests.keep_quiz_result(
        attempt=attempt, version=version, days=plan.qualification_days, at=at
    )


def _quiz_before(project: Project, by: User) -> tuple[Plan, GuidelineQuiz]:
    plan = working_plan(project)
    quiz = quiz_of(plan.guideline_version) if plan.quiz_required else None
    if quiz is None:
        raise NothingAsked(_("This project asks for no quiz."))
    _require_reading(plan, by)
    return plan, quiz


def _require_reading(plan: Plan, by: User) -> None:
    if not has_read(plan.guideline_version, by):
        raise GuidelineUnread(_("Read the guideline and confirm it before you start."))


def _asked(question: Question, language: str) -> AskedQuestion:
    choices = tuple((choice.value, choice.name(language)) for choice in question.options)
    name, spoken = question.name(language), question.language(language)
    return AskedQuestion(question.key, question.kind, name, choices, spoken)


def _told(quiz: Quiz, attempt: QuizAttempt) -> tuple[Told, ...]:
    marked = mark_quiz(quiz, attempt.answers)
    return tuple(
        Told(each, marked.chosen[each.key], each.key in marked.right) for each in quiz.questions
    )


def _result(found: Qualification | None) -> Result | None:
    if found is None:
        return None
    return Result(
        score=found.score,
        n=found.n,
        pass_mark=found.pass_mark,
        passed=found.passed,
        at=found.at,
        expires_at=found.expires_at if found.passed else None,
    )


# --- the test -----------------------------------------------------------------------------------


def open_test(
    *, project: Project, by: User, locale_tag: str, at: datetime, sitting: UUID | None = None
) -> TestDesk:
    """The test in one locale as it stands; opening it starts nothing.

    `sitting` is what `begin_test` and `answer_test` gave, where looking at items is exposure.

    :raises NotOpenForWork: the project does not hand out work now.
    :raises NothingAsked: the plan asks for no test.
    :raises NotVisible: the person does not label in this locale here.
    :raises GuidelineUnread: the guideline comes first.
    :raises QualificationNeeded: the quiz comes first.
    """
    plan = _test_before(project, by, locale_tag, at)
    test = newest_test(project=project, user=by, locale_tag=locale_tag)
    under_way = test if test and gold_tests.is_under_way(test, plan.guideline_version) else None
    following = next_task(under_way) if under_way else None
    looks = following and may_look(project=project, by=by, sitting=sitting, at=at)
    held = held_by(by, [plan.guideline_version.guideline_id], at)
    wait = retest_at(test)
    return TestDesk(
        locale_tag=locale_tag,
        size=under_way.size if under_way else plan.gold_test_size,
        pass_mark=_mark(plan, locale_tag, under_way),
        done=following.position - 1 if following else 0,
        is_begun=under_way is not None,
        is_passed=held.test(project.pk, plan.guideline_version, locale_tag),
        task=following if looks else None,
        again_at=wait if wait is not None and wait > at else None,
        result=_result(newest_result(by, plan, locale_tag)),
    )


def _mark(plan: Plan, locale_tag: str, test: GoldTest | None) -> int:
    if test is not None:
        return test.pass_mark
    standard = plan.locales.get(locale=locale_tag).gold_accuracy
    return pass_mark(plan.gold_test_size, float(standard)).right


@transaction.atomic
def begin_test(*, project: Project, by: User, locale_tag: str, at: datetime) -> UUID | None:
    """Draw the test, unless one is under way or passed; returns leave to look at its next item.

    The leave is None where none is needed: where the items expose nobody, or nothing is left.

    :raises RetestTooSoon: the last one failed not long ago.
    :raises TooFewTestItems: there is not enough gold that this person has never seen.
    :raises ConsentNeeded: as a lease, with `TopicDeclined` and `ExposureLimit`.
    :raises NotOpenForWork: as `open_test`, with all the others.
    """
    plan = _test_before(project, by, locale_tag, at)
    held = held_by(by, [plan.guideline_version.guideline_id], at)
    if held.test(project.pk, plan.guideline_version, locale_tag):
        return None
    gold_tests.start_test(plan=plan, locale_tag=locale_tag, by=by, at=at)
    return open_sitting(project=project, plan=plan, by=by, at=at)


@dataclass(frozen=True)
class GoOn:
    """Where to go on after an answer: the locale of the test, and leave to look at the next."""

    locale_tag: str
    sitting: UUID | None


def answer_test(
    *,
    project: Project,
    by: User,
    task_id: UUID,
    answers: Mapping[str, object],
    at: datetime,
    sitting: UUID | None = None,
) -> GoOn:
    """Keep one answer, and book what was seen for it.

    Without leave to look at the next item, `begin_test` says why there is none.

    :raises NotVisible: it is no task of a test of theirs on this project.
    :raises AlreadyDone: it was answered; the first answer is kept.
    :raises InvalidAnswers: the answers do not fit the schema; nothing was kept.
    """
    test = _answered(project, by, task_id, answers, sitting, at)
    if next_task(test) is None:
        return GoOn(test.locale_id, None)
    try:
        # After what was kept: a limit that is reached now does not undo it.
        following = open_sitting(project=project, plan=test.plan, by=by, at=at)
    except Refused:
        following = None
    return GoOn(test.locale_id, following)


@transaction.atomic
def _answered(
    project: Project,
    by: User,
    task_id: UUID,
    answers: Mapping[str, object],
    sitting: UUID | None,
    at: datetime,
) -> GoldTest:
    kept = gold_tests.answer_test(project=project, task_id=task_id, answers=answers, by=by, at=at)
    test: GoldTest = kept.task.test
    end_sitting(sitting=sitting, plan=test.plan, by=by, at=at)
    return test


def _test_before(project: Project, by: User, locale_tag: str, at: datetime) -> Plan:
    plan = working_plan(project)
    if not plan.gold_test_size:
        raise NothingAsked(_("This project asks for no test."))
    if locale_tag not in locales_of(plan, by):
        raise NotVisible(_("You do not label in this language here."))
    _require_reading(plan, by)
    held = held_by(by, [plan.guideline_version.guideline_id], at)
    if held.lacks(plan, locale_tag) == "quiz":
        raise QualificationNeeded(NEXT_STEP["quiz"], step="quiz", locale=locale_tag)
    return plan
