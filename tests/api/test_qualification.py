"""The way to the work over HTTP: the steps, the quiz, the test, practice, and publishing them."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from tests.factories import programme as play
from tests.factories.programme import GOLD_ITEMS, KEY, LOCALE, Programme
from touchstone.apps.guidelines.models import GuidelineVersion, QuizAttempt
from touchstone.apps.guidelines.teaching import seeded_practice, seeded_quiz
from touchstone.apps.labeling.models import Judgment
from touchstone.apps.quality.models import GoldTestAnswer
from touchstone_client import Conflict, Forbidden, GoldTest, Invalid, NotFound
from touchstone_client.qualification import Qualifying

SEED = "graded-relevance"
SIZE = GOLD_ITEMS // 2


def right_answers() -> dict[str, list[str]]:
    quiz: Any = seeded_quiz(SEED)
    return {question["key"]: question["right"] for question in quiz["questions"]}


@pytest.fixture
def key(programme: Programme) -> str:
    """A live project with a quiz and a test; the guideline is read."""
    return play.live(programme, quiz_required=True, gold_test_size=SIZE, qualification_days=30)


def ana(programme: Programme) -> Qualifying:
    return programme.client("ana").qualification


def right(test: GoldTest) -> dict[str, object]:
    assert test.task is not None
    query, document = test.task.query.split()[-1], str(test.task.content["title"]).split()[-1]
    return {"outcome": "label", "values": {"grade": play.right_grade(query, document)}}


def states(programme: Programme) -> list[tuple[str, str]]:
    return [(step.step, step.state) for step in ana(programme).steps(KEY)]


def test_from_the_quiz_to_the_first_task(programme: Programme, key: str) -> None:
    work, way = programme.client("ana").work, ana(programme)
    with pytest.raises(Conflict) as refusal:
        work.lease(key)
    assert (refusal.value.code, refusal.value.details["step"]) == ("qualification_needed", "quiz")
    assert way.quiz(key).told == ()

    done = way.send_quiz(key, right_answers())
    assert done.passed and done.result is not None and done.result.expires_at is not None
    assert all(each.is_right and each.explanation for each in done.told)
    with pytest.raises(Conflict) as refusal:
        work.lease(key)
    assert (refusal.value.details["step"], refusal.value.details["locale"]) == ("test", LOCALE)

    assert way.test(key, LOCALE).task is None
    test = way.start_test(key, LOCALE)
    assert (test.size, test.done) == (SIZE, 0)
    while test.task is not None:
        assert test.task.label_schema["main"] == "grade"
        test = way.answer_test(key, test, right(test))
    assert test.passed and test.result is not None
    assert (test.result.score, test.result.of) == (SIZE, SIZE)
    assert states(programme) == [
        ("read", "done"), ("quiz", "done"), ("test", "done"), ("label", "now"),
    ]  # fmt: skip
    assert not Judgment.objects.exists()
    assert work.lease(key).tasks


def test_a_quiz_is_in_ones_language(programme: Programme, key: str) -> None:
    french = programme.client("ana", language="fr").qualification.quiz(key)

    quiz: Any = seeded_quiz(SEED)
    assert french.questions[0].name == quiz["questions"][0]["names"]["fr"]


@pytest.mark.parametrize(
    "change",
    [
        {"for_whom": []},
        {"for_whom": ["me", "searcher"]},
        {"for_whom": ["nobody"]},
        {"strange": ["me"]},
    ],
)
def test_answers_that_do_not_fit_cost_nothing(
    programme: Programme, key: str, change: Mapping[str, list[str]]
) -> None:
    with pytest.raises(Invalid) as refusal:
        ana(programme).send_quiz(key, right_answers() | change)

    assert refusal.value.code == "invalid_quiz_answers"
    assert refusal.value.details["field"] == next(iter(change))
    assert not QuizAttempt.objects.exists()


def test_who_fails_the_quiz_waits(programme: Programme, key: str) -> None:
    way = ana(programme)
    failed = way.send_quiz(key, right_answers() | {"for_whom": ["me"], "two_grades": ["skip"]})
    assert not failed.passed and failed.again_at is not None

    with pytest.raises(Conflict) as refusal:
        way.send_quiz(key, right_answers())
    assert refusal.value.code == "quiz_too_soon"
    with pytest.raises(Conflict) as refusal:
        way.start_test(key, LOCALE)
    assert refusal.value.code == "qualification_needed"


def test_a_test_is_ones_own_and_one_answer_stays(programme: Programme, key: str) -> None:
    way, ben = ana(programme), programme.client("ben").qualification
    way.send_quiz(key, right_answers())
    test = way.start_test(key, LOCALE)
    with pytest.raises(NotFound):
        ben.answer_test(key, test, right(test))
    with pytest.raises(Invalid):
        way.answer_test(key, test, {"outcome": "label", "values": {"grade": 7}})
    assert not GoldTestAnswer.objects.exists()

    way.answer_test(key, test, right(test))
    with pytest.raises(Conflict) as refusal:
        way.answer_test(key, test, right(test))
    assert refusal.value.code == "already_done"
    with pytest.raises(NotFound):
        way.test(key, "xx-XX")
    with pytest.raises(NotFound):
        programme.client("dan").qualification.test(key, LOCALE)


def test_practice_tells_at_once(programme: Programme, key: str) -> None:
    way = ana(programme)
    first = way.practice(key)
    assert (first.number, first.locale) == (1, "en-US")  # near enough to en-GB
    assert way.practice(key, first.total + 1) == first

    told = way.answer_practice(key, 1, {"outcome": "label", "values": {"grade": 1}})
    assert (told.is_right, told.right) == (False, (3,)) and told.explanation
    assert way.answer_practice(key, 1, {"outcome": "label", "values": {"grade": 3}}).is_right
    with pytest.raises(Invalid):
        way.answer_practice(key, 1, {"outcome": "label"})
    assert not Judgment.objects.exists()


def test_a_plan_without_a_quiz_has_none(programme: Programme) -> None:
    key = play.live(programme)

    with pytest.raises(Conflict) as refusal:
        ana(programme).quiz(key)
    assert refusal.value.code == "nothing_asked"
    assert states(programme) == [("read", "done"), ("label", "now")]


# --- publishing ---------------------------------------------------------------------------------


def test_an_owner_publishes_a_version_with_its_lessons(programme: Programme) -> None:
    plans = programme.client("olga").plans
    first = next(each for each in plans.guidelines() if each.guideline == SEED)
    lessons = plans.lessons(first.id)
    assert lessons.quiz == seeded_quiz(SEED)
    assert list(lessons.practice) == seeded_practice(SEED)
    quiz: Any = copy.deepcopy(lessons.quiz)
    quiz["pass_mark"] = 1

    patched = plans.publish(SEED, "1.0.1", texts={"en": "Read."}, changes="Shorter.")
    stricter = plans.publish(
        SEED, "1.1.0", texts={"en": "Read."}, changes="A quiz.", quiz=quiz, practice=[]
    )

    assert plans.lessons(patched.id) == lessons
    assert plans.lessons(stricter.id).quiz["pass_mark"] == 1
    assert plans.lessons(stricter.id).practice == ()


def test_a_broken_quiz_publishes_nothing(programme: Programme) -> None:
    plans = programme.client("olga").plans
    quiz: Any = copy.deepcopy(seeded_quiz(SEED))
    quiz["questions"][0]["right"] = ["nobody"]

    with pytest.raises(Invalid) as refusal:
        plans.publish(SEED, "1.1.0", texts={"en": "Read."}, changes="A quiz.", quiz=quiz)
    assert (refusal.value.code, refusal.value.details["field"]) == ("broken_quiz", "for_whom")
    with pytest.raises(Invalid) as refusal:
        plans.publish(SEED, "1.1.0", texts={"en": "x"}, changes="x", practice=[{"key": "bad"}])
    assert refusal.value.code == "broken_practice"
    with pytest.raises(NotFound):
        plans.publish("nothing", "1.1.0", texts={"en": "x"}, changes="x")
    assert not GuidelineVersion.objects.filter(guideline__key=SEED, minor=1).exists()


@pytest.mark.parametrize("name", ["ana", "quinn", "rita"])
def test_who_writes_no_plans_sees_no_right_answers(programme: Programme, name: str) -> None:
    version = GuidelineVersion.objects.get(guideline__key=SEED)

    with pytest.raises(Forbidden):
        programme.client(name).plans.lessons(version.pk)
    with pytest.raises(Forbidden):
        programme.client(name).plans.publish(SEED, "1.1.0", texts={"en": "x"}, changes="x")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"gold_test_size": 201}, "gold_test_size"),
        ({"qualification_days": 0}, "qualification_days"),
        ({"qualification_days": 1826}, "qualification_days"),
    ],
)
def test_a_plan_cannot_ask_for_nonsense(
    programme: Programme, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        play.planned(programme, **changes)
    assert list(refusal.value.details["fields"]) == [field]


def test_a_plan_cannot_ask_for_a_quiz_that_is_not_there(programme: Programme) -> None:
    bare = programme.client("olga").plans.publish(
        SEED, "2.0.0", texts={"en": "Read."}, changes="All new."
    )

    play.planned(programme)
    draft = play.a_plan(bare.id, quiz_required=True, change_note="A quiz.")

    with pytest.raises(Invalid) as refusal:
        programme.client("olga").plans.draft(KEY, draft)
    assert list(refusal.value.details["fields"]) == ["quiz_required"]
