"""Writing what teaches beside the text: the quiz with its attempts, the practice examples."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from django.db import transaction
from django.utils.translation import gettext as _

from touchstone.apps.guidelines.models import (
    GuidelinePractice,
    GuidelineQuiz,
    GuidelineVersion,
    QuizAttempt,
)
from touchstone.apps.guidelines.policies import parse_schema
from touchstone.apps.guidelines.practice import parse_practice
from touchstone.apps.guidelines.queries import last_attempt
from touchstone.apps.guidelines.quizzes import Marked, mark_quiz, parse_quiz
from touchstone.apps.ledger.operations import record
from touchstone.apps.people.models import User
from touchstone.lib.errors import Refused

SEEDED = Path(__file__).parent / "lessons"


class QuizTooSoon(Refused):
    """Some time must pass after an attempt that failed; `details["again_at"]` says until when."""

    code = "quiz_too_soon"


def keep(
    *,
    version: GuidelineVersion,
    quiz: Mapping[str, object] | None,
    practice: Sequence[object] | None,
) -> None:
    """Keep what is published with a version; part of `operations.publish_version`.

    :raises BrokenQuiz: the quiz cannot be used.
    :raises BrokenPractice: the practice examples cannot be used.
    """
    if quiz is not None:
        parse_quiz(quiz)
        GuidelineQuiz.objects.create(version=version, content=quiz)
    if practice is not None:
        parse_practice(practice, parse_schema(version.task_type.schema))
        GuidelinePractice.objects.create(version=version, examples=practice)


def again_at(quiz: GuidelineQuiz, user: User) -> datetime | None:
    """When `user` may try a quiz again after an attempt that failed; None before the first."""
    last = last_attempt(quiz, user)
    if last is None or last.passed:
        return None
    return last.at + timedelta(minutes=parse_quiz(quiz.content).wait_minutes)


@transaction.atomic
def attempt_quiz(
    *, quiz: GuidelineQuiz, answers: object, language: str, by: User, at: datetime
) -> tuple[QuizAttempt, Marked]:
    """Mark and keep one attempt.

    :raises InvalidQuizAnswers: a question is unknown or unanswered; nothing was kept.
    :raises QuizTooSoon: the last attempt failed and the wait is not over.
    """
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # one attempt at a time
    wait = again_at(quiz, by)
    if wait is not None and at < wait:
        raise QuizTooSoon(
            _("You can try the quiz again later. Read the explanations meanwhile."), again_at=wait
        )
    content = parse_quiz(quiz.content)
    marked = mark_quiz(content, answers)
    attempt = QuizAttempt.objects.create(
        quiz=quiz,
        user=by,
        language=language,
        answers=marked.chosen,
        right=len(marked.right),
        n=len(content.questions),
        pass_mark=content.pass_mark,
        at=at,
    )
    record(
        event="guidelines.quiz.attempted",
        subject=attempt,
        by=by,
        at=at,
        right=attempt.right,
        n=attempt.n,
        passed=attempt.passed,
    )
    return attempt, marked


def seeded_quiz(key: str) -> Mapping[str, object] | None:
    """The quiz that the service starts with for a guideline, if it has one."""
    return cast("Mapping[str, object] | None", _seeded(key, "quiz.json"))


def seeded_practice(key: str) -> Sequence[object] | None:
    """The practice examples that the service starts with for a guideline, if it has some."""
    return cast("Sequence[object] | None", _seeded(key, "practice.json"))


def _seeded(key: str, name: str) -> object:
    path = SEEDED / key / name
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
