"""Practice examples, and the quizzes and examples that the service starts with."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.apps.guidelines.test_quizzes import publish
from tests.factories.guidelines import GuidelineFactory, graded_relevance
from touchstone.apps.guidelines.models import GuidelineVersion
from touchstone.apps.guidelines.policies import InvalidAnswers, parse_schema
from touchstone.apps.guidelines.practice import (
    BrokenPractice,
    check_practice,
    for_reader,
    parse_practice,
)
from touchstone.apps.guidelines.queries import practice_of, with_practice
from touchstone.apps.guidelines.quizzes import parse_quiz
from touchstone.apps.guidelines.seeds import SEEDS
from touchstone.apps.guidelines.teaching import seeded_practice, seeded_quiz

SCHEMA = parse_schema(graded_relevance())


def example(**changes: object) -> dict[str, Any]:
    return {
        "key": "eggs",
        "locale": "en-US",
        "query": "boil an egg",
        "content": {"title": "Ten minutes"},
        "right": [2, 3],
        "explanation": {"en": "It answers.", "fr": "Il répond."},
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"key": "No key"}, "practice"),
        ({"locale": "xx-US"}, "eggs"),
        ({"locale": 3}, "eggs"),
        ({"query": " "}, "eggs"),
        ({"content": "text"}, "eggs"),
        ({"outcome": "perhaps"}, "eggs"),
        ({"right": []}, "eggs"),
        ({"right": [4]}, "eggs"),
        ({"right": [True]}, "eggs"),
        ({"right": ["3"]}, "eggs"),
        ({"outcome": "cannot_judge"}, "eggs"),
        ({"explanation": {"en": "It answers."}}, "eggs"),
        ({"hint": "no"}, "practice"),
    ],
)
def test_a_broken_example_is_refused_by_name(changes: dict[str, object], field: str) -> None:
    with pytest.raises(BrokenPractice) as refused:
        parse_practice([example(**changes)], SCHEMA)
    assert refused.value.details["field"] == field


def test_two_examples_need_two_keys() -> None:
    with pytest.raises(BrokenPractice):
        parse_practice([example(), example()], SCHEMA)


def test_an_example_has_what_its_layout_needs() -> None:
    pairs = next(seed for seed in SEEDS if seed.key == "pairwise")
    bare = example(right=["left"], content={"left": {"title": "A"}})

    with pytest.raises(BrokenPractice) as refused:
        parse_practice([bare], parse_schema(pairs.schema()))
    assert "right" in str(refused.value)


@pytest.mark.parametrize(
    ("answers", "hit"),
    [
        ({"outcome": "label", "values": {"grade": 3}}, True),
        ({"outcome": "label", "values": {"grade": 2}}, True),
        ({"outcome": "label", "values": {"grade": 1}}, False),
        ({"outcome": "cannot_judge", "reason": "wrong_language"}, False),
    ],
)
def test_an_answer_is_held_against_what_is_right(answers: dict[str, Any], hit: bool) -> None:
    (found,) = parse_practice([example()], SCHEMA)

    assert check_practice(SCHEMA, found, answers).hit is hit


def test_not_to_judge_can_be_right() -> None:
    (found,) = parse_practice([example(outcome="cannot_judge", right=[])], SCHEMA)

    refused = {"outcome": "cannot_judge", "reason": "not_enough_information"}
    assert check_practice(SCHEMA, found, refused).hit
    assert not check_practice(SCHEMA, found, {"outcome": "label", "values": {"grade": 0}}).hit
    with pytest.raises(InvalidAnswers):
        check_practice(SCHEMA, found, {"outcome": "label", "values": {"grade": 9}})


def test_one_practises_in_ones_own_language_if_there_is_some() -> None:
    given = [
        example(key="us"),
        example(key="gb", locale="en-GB"),
        example(key="eg", locale="ar-EG"),
    ]
    examples = parse_practice(given, SCHEMA)

    assert [each.key for each in for_reader(examples, ["en-GB"])] == ["gb"]
    assert [each.key for each in for_reader(examples, ["en-IN"])] == ["us", "gb"]
    assert [each.key for each in for_reader(examples, ["de-DE"])] == ["us", "gb", "eg"]
    assert [each.direction for each in examples] == ["ltr", "ltr", "rtl"]


def test_a_minor_version_keeps_the_examples(db: None) -> None:
    guideline = GuidelineFactory()
    first = publish(guideline, (1, 0, 0))
    assert practice_of(first) == () and with_practice([first]) == set()
    taught = _published(guideline, (1, 1, 0))
    later, major = publish(guideline, (1, 1, 1)), publish(guideline, (2, 0, 0))

    assert [each.key for each in practice_of(later)] == ["eggs"]
    assert practice_of(first) == practice_of(major) == ()
    assert with_practice([first, taught, later, major]) == {taught.pk, later.pk}


def _published(guideline: Any, number: tuple[int, int, int]) -> GuidelineVersion:
    return publish(guideline, number, practice=[copy.deepcopy(example())])


# --- what the service starts with ---------------------------------------------------------------


@pytest.mark.parametrize("key", [seed.key for seed in SEEDS])
def test_every_guideline_starts_with_a_quiz_and_examples(key: str) -> None:
    schema = parse_schema(next(seed for seed in SEEDS if seed.key == key).schema())

    quiz = parse_quiz(seeded_quiz(key))
    examples = parse_practice(seeded_practice(key), schema)

    assert 3 <= quiz.pass_mark <= len(quiz.questions)
    assert {each.locale for each in examples} == {"en-US", "fr-FR"}
    # One answer to everything passes neither: not the quiz, nor the practice.
    assert len({each.right for each in examples}) > 1
    assert len({tuple(sorted(question.right)) for question in quiz.questions}) > 1
