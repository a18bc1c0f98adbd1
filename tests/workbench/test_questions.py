"""A schema as the screen shows it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories.guidelines import graded_relevance
from touchstone.apps.guidelines.policies import parse_schema
from touchstone.workbench.languages import direction_of
from touchstone.workbench.questions import (
    FREE,
    RESERVED,
    escalations_of,
    hotkeys,
    label_question,
    reasons_of,
    screens_of,
)


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        (["0", "1", "2"], ["0", "1", "2"]),
        (["", "", ""], ["1", "2", "3"]),
        (["2", "", ""], ["2", "1", "3"]),
        (["x", "s", "a"], ["1", "2", "a"]),
        ([""] * 12, [*"1234567890", "w", "a"]),
        ([""] * (len(FREE) + 1), [*FREE, ""]),
        (["e", "v", "n", "u"], ["1", "2", "3", "4"]),
    ],
)
def test_each_answer_gets_a_key_that_means_nothing_else(
    wanted: list[str], given: list[str]
) -> None:
    assert hotkeys(wanted) == given
    assert not RESERVED & set(given)


def test_answers_are_named_in_the_language_of_the_screen() -> None:
    schema = parse_schema(graded_relevance())

    arabic = screens_of(schema, "ar")[0].questions[0]
    assert arabic.is_main and arabic.required
    assert [choice.name for choice in arabic.choices] == [
        option.names["ar"] for option in schema.main_field.options
    ]
    english = [reason.name for reason in reasons_of(schema, "en")]
    assert [reason.name for reason in reasons_of(schema, "cy")] == english
    assert [reason.hotkey for reason in reasons_of(schema, "en")] == ["1", "2", "3", "4"]


def test_yes_and_no_are_choices_too() -> None:
    schema: dict[str, Any] = graded_relevance()
    schema["fields"].append(
        {"key": "fresh", "kind": "boolean", "names": {"en": "Fresh?", "fr": "Récent ?"}}
    )

    fresh = screens_of(parse_schema(schema), "fr")[0].questions[1]
    assert [(choice.value, choice.hotkey) for choice in fresh.choices] == [
        ("true", "1"),
        ("false", "0"),
    ]
    assert fresh.name == "Récent ?"


def named(name: str) -> dict[str, str]:
    return {"en": name, "fr": name}


def two_screens() -> dict[str, Any]:
    """Quality is asked on a screen of its own."""
    schema: dict[str, Any] = graded_relevance()
    options = [{"value": n, "names": named(f"Q{n}")} for n in range(-1, 2)]
    quality = {"key": "quality", "kind": "ordinal", "names": named("Quality"), "options": options}
    schema["fields"].append(quality)
    return schema | {"screens": [["grade"], ["quality"]]}


def test_what_follows_the_label_is_judged_without_the_query() -> None:
    schema = two_screens()
    screens = screens_of(parse_schema(schema), "en")
    assert [[question.key for question in screen.questions] for screen in screens] == [
        ["grade"],
        ["quality"],
    ]
    assert [screen.without_query for screen in screens] == [False, True]

    about_the_query = parse_schema(schema | {"layout": "query"})
    assert not any(screen.without_query for screen in screens_of(about_the_query, "en"))
    turned = screens_of(parse_schema(schema | {"screens": [["quality"], ["grade"]]}), "en")
    assert [screen.without_query for screen in turned] == [False, False]


def test_each_kind_brings_its_bounds_along() -> None:
    schema: dict[str, Any] = graded_relevance()
    schema["fields"] += [
        {"key": "seconds", "kind": "number", "names": named("Seconds"), "least": 0, "most": 9.5,
         "step": 0.5, "unit": "s"},
        {"key": "why", "kind": "text", "names": named("Why"), "longest": 80},
        {"key": "words", "kind": "span", "names": named("Words"), "of": "query",
         "options": [{"value": "typo", "names": named("Typo")}]},
    ]  # fmt: skip

    _grade, seconds, why, words = screens_of(parse_schema(schema), "en")[0].questions
    assert (seconds.least, seconds.most, seconds.step, seconds.unit) == (0, 9.5, 0.5, "s")
    assert why.longest == 80
    assert (words.of, words.choices[0].hotkey) == ("query", "1")


def test_a_decision_is_a_grade_whatever_the_label_is() -> None:
    schema: dict[str, Any] = graded_relevance()
    for kind, options, values in (
        ("single", [{"value": key, "names": named(key)} for key in ("exact", "other")], ["0", "1"]),
        ("ordinal", [{"value": n, "names": named(str(n))} for n in (-1, 1)], ["-1", "1"]),
        ("boolean", [], ["1", "0"]),
    ):
        schema["fields"][0] |= {"kind": kind, "options": options}
        question = label_question(parse_schema(schema), "en")
        assert (question.kind, [choice.value for choice in question.choices]) == ("ordinal", values)


def test_escalation_is_offered_with_reasons_only() -> None:
    schema = graded_relevance()
    schema["escalate"] = [{"value": "illegal", "names": named("Illegal")}]
    assert [reason.value for reason in escalations_of(parse_schema(schema), "en")] == ["illegal"]

    schema["escalate"] = []
    assert escalations_of(parse_schema(schema), "en") == ()


@pytest.mark.parametrize(
    ("language", "direction"), [("ar", "rtl"), ("he-IL", "rtl"), ("fr", "ltr")]
)
def test_a_language_has_its_direction(language: str, direction: str) -> None:
    assert direction_of(language) == direction
