"""Quizzes: what can be published, how an attempt is marked, how long to wait for the next."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests.factories.guidelines import (
    PUBLISHED_AT,
    GuidelineFactory,
    GuidelineVersionFactory,
)
from tests.factories.people import UserFactory
from touchstone.apps.guidelines.models import GuidelineQuiz, GuidelineVersion, QuizAttempt
from touchstone.apps.guidelines.operations import publish_version
from touchstone.apps.guidelines.queries import quiz_of
from touchstone.apps.guidelines.quizzes import (
    BrokenQuiz,
    InvalidQuizAnswers,
    mark_quiz,
    parse_quiz,
)
from touchstone.apps.guidelines.teaching import QuizTooSoon, attempt_quiz
from touchstone.apps.ledger.models import Event


def both(name: str) -> dict[str, str]:
    return {"en": name, "fr": f"{name} (fr)"}


def question(key: str, kind: str, right: list[str]) -> dict[str, Any]:
    return {
        "key": key,
        "kind": kind,
        "names": both(f"About {key}"),
        "options": [{"value": value, "names": both(value)} for value in ("a", "b", "c")],
        "right": right,
        "explanation": both(f"Because of {key}"),
    }


def a_quiz(**changes: object) -> dict[str, Any]:
    """Three questions of which two must be right; a quarter of an hour between attempts."""
    return {
        "pass_mark": 2,
        "wait_minutes": 15,
        "questions": [
            question("one", "single", ["a"]),
            question("two", "single", ["b"]),
            question("all", "multiple", ["a", "c"]),
        ],
        **changes,
    }


RIGHT = {"one": ["a"], "two": ["b"], "all": ["a", "c"]}
WRONG = {"one": ["b"], "two": ["a"], "all": ["b"]}


def publish(
    guideline: Any, number: tuple[int, int, int], quiz: Any = None, practice: Any = None
) -> GuidelineVersion:
    major, minor, patch = number
    return publish_version(
        guideline=guideline, major=major, minor=minor, patch=patch,
        texts={"en": "Read."}, changes="More.", quiz=quiz, practice=practice,
        by=UserFactory(), at=PUBLISHED_AT,
    )  # fmt: skip


# --- what can be published ----------------------------------------------------------------------


def broken(change: Any) -> dict[str, Any]:
    quiz = copy.deepcopy(a_quiz())
    change(quiz)
    return quiz


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda q: q.pop("pass_mark"), "quiz"),
        (lambda q: q.update(pass_mark=4), "quiz"),
        (lambda q: q.update(pass_mark=True), "quiz"),
        (lambda q: q.update(wait_minutes=-1), "quiz"),
        (lambda q: q.update(hint="no"), "quiz"),
        (lambda q: q.update(questions=[]), "questions"),
        (lambda q: q["questions"].append(q["questions"][0]), "questions"),
        (lambda q: q["questions"][0].update(kind="text"), "one"),
        (lambda q: q["questions"][0].update(right=[]), "one"),
        (lambda q: q["questions"][0].update(right=["a", "b"]), "one"),
        (lambda q: q["questions"][2].update(right=["a", "z"]), "all"),
        (lambda q: q["questions"][1]["names"].pop("fr"), "two"),
        (lambda q: q["questions"][1]["explanation"].pop("en"), "two"),
        (lambda q: q["questions"][1]["options"].pop(), None),
        (lambda q: q["questions"][1].update(options=q["questions"][1]["options"][:1]), "two"),
    ],
)
def test_a_broken_quiz_is_refused_by_name(change: Any, field: str | None) -> None:
    if field is None:
        assert len(parse_quiz(broken(change)).questions) == 3  # two options will do
        return
    with pytest.raises(BrokenQuiz) as refused:
        parse_quiz(broken(change))
    assert refused.value.details["field"] == field


def test_a_version_with_a_broken_quiz_is_not_published(db: None) -> None:
    with pytest.raises(BrokenQuiz):
        publish(GuidelineFactory(), (1, 0, 0), a_quiz(pass_mark=9))

    assert not GuidelineVersion.objects.exists()


def test_a_minor_version_keeps_the_quiz_and_a_major_one_does_not(db: None) -> None:
    guideline = GuidelineFactory()
    first = publish(guideline, (1, 0, 0), a_quiz())
    patch = publish(guideline, (1, 0, 1))
    newer = publish(guideline, (1, 1, 0), a_quiz(pass_mark=3))
    major = publish(guideline, (2, 0, 0))

    assert quiz_of(first) == quiz_of(patch) == first.quiz
    assert quiz_of(newer) == newer.quiz != first.quiz
    assert quiz_of(major) is None


# --- marking ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "right", "passed"),
    [
        (RIGHT, {"one", "two", "all"}, True),
        (RIGHT | {"one": ["c"]}, {"two", "all"}, True),
        (RIGHT | {"all": ["a"], "one": ["c"]}, {"two"}, False),
        (RIGHT | {"all": ["a", "b", "c"]}, {"one", "two"}, True),
        (RIGHT | {"all": ["c", "a"]}, {"one", "two", "all"}, True),
        (WRONG, set(), False),
    ],
)
def test_a_multiple_choice_is_right_as_a_whole(answers: Any, right: set[str], passed: bool) -> None:
    marked = mark_quiz(parse_quiz(a_quiz()), answers)

    assert (marked.right, marked.passed) == (right, passed)


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ([], "answers"),
        ({}, "one"),
        (RIGHT | {"three": ["a"]}, "three"),
        (RIGHT | {"two": []}, "two"),
        (RIGHT | {"two": "b"}, "two"),
        (RIGHT | {"two": ["a", "b"]}, "two"),
        (RIGHT | {"all": ["a", "a"]}, "all"),
        (RIGHT | {"all": ["z"]}, "all"),
        (RIGHT | {"all": [["a"]]}, "all"),
    ],
)
def test_what_does_not_fit_is_refused_and_costs_no_attempt(
    db: None, answers: Any, field: str
) -> None:
    version = publish(GuidelineFactory(), (1, 0, 0), a_quiz())

    with pytest.raises(InvalidQuizAnswers) as refused:
        attempt_quiz(
            quiz=version.quiz, answers=answers, language="en", by=UserFactory(), at=PUBLISHED_AT
        )
    assert refused.value.details["field"] == field
    assert not QuizAttempt.objects.exists()


# --- attempts -----------------------------------------------------------------------------------


def test_who_fails_waits_and_who_waited_tries_again(db: None) -> None:
    version, ana = publish(GuidelineFactory(), (1, 0, 0), a_quiz()), UserFactory()

    def attempt(answers: Any, minutes: int) -> bool:
        at = PUBLISHED_AT + timedelta(minutes=minutes)
        found, _marked = attempt_quiz(
            quiz=version.quiz, answers=answers, language="fr", by=ana, at=at
        )
        return found.passed

    assert not attempt(WRONG, 0)
    with pytest.raises(QuizTooSoon) as refused:
        attempt(RIGHT, 14)
    assert refused.value.details["again_at"] == PUBLISHED_AT + timedelta(minutes=15)
    assert attempt(RIGHT, 15)
    assert [(a.right, a.n, a.pass_mark, a.language) for a in QuizAttempt.objects.all()] == [
        (0, 3, 2, "fr"), (3, 3, 2, "fr"),
    ]  # fmt: skip
    assert Event.objects.filter(event="guidelines.quiz.attempted").count() == 2


def test_one_person_waits_for_themselves_only(db: None) -> None:
    version = publish(GuidelineFactory(), (1, 0, 0), a_quiz())
    for person in (UserFactory(), UserFactory()):
        attempt_quiz(quiz=version.quiz, answers=WRONG, language="en", by=person, at=PUBLISHED_AT)

    assert QuizAttempt.objects.count() == 2


@pytest.mark.parametrize("table", ["guidelinequiz", "guidelinepractice", "quizattempt"])
def test_what_was_published_or_answered_stays(db: None, table: str) -> None:
    version = GuidelineVersionFactory()
    quiz = GuidelineQuiz.objects.create(version=version, content=a_quiz())
    QuizAttempt.objects.create(
        quiz=quiz, user=UserFactory(), language="en", answers={}, right=1, n=3, pass_mark=2,
        at=PUBLISHED_AT,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO guidelines_guidelinepractice (version_id, examples) VALUES (%s, '[]')",
            [version.pk],
        )
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute(f"DELETE FROM guidelines_{table}")


def test_more_right_than_asked_is_not_stored(db: None) -> None:
    quiz = GuidelineQuiz.objects.create(version=GuidelineVersionFactory(), content=a_quiz())

    with pytest.raises(IntegrityError, match="marks_in_range"):
        QuizAttempt.objects.create(
            quiz=quiz, user=UserFactory(), language="en", answers={}, right=4, n=3, pass_mark=2,
            at=PUBLISHED_AT,
        )  # fmt: skip
