"""A schema as the screen shows it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories.guidelines import graded_relevance
from touchstone.apps.guidelines.policies import parse_schema
from touchstone.workbench.languages import direction_of
from touchstone.workbench.questions import RESERVED, hotkeys, questions_of, reasons_of


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        (["0", "1", "2"], ["0", "1", "2"]),
        (["", "", ""], ["1", "2", "3"]),
        (["2", "", ""], ["2", "1", "3"]),
        (["x", "s", "a"], ["1", "2", "a"]),
        ([""] * 11, [*"1234567890", ""]),
    ],
)
def test_each_answer_gets_a_key_that_means_nothing_else(
    wanted: list[str], given: list[str]
) -> None:
    assert hotkeys(wanted) == given
    assert not RESERVED & set(given)


def test_answers_are_named_in_the_language_of_the_screen() -> None:
    schema = parse_schema(graded_relevance())

    arabic = questions_of(schema, "ar")[0]
    assert arabic.is_main and arabic.required
    assert [choice.name for choice in arabic.choices] == [
        option.names["ar"] for option in schema.main_field.options
    ]
    english = [reason.name for reason in reasons_of(schema, "en")]
    assert [reason.name for reason in reasons_of(schema, "sv")] == english
    assert [reason.hotkey for reason in reasons_of(schema, "en")] == ["1", "2", "3", "4"]


def test_yes_and_no_are_choices_too() -> None:
    schema: dict[str, Any] = graded_relevance()
    schema["fields"].append(
        {"key": "fresh", "kind": "boolean", "names": {"en": "Fresh?", "fr": "Récent ?"}}
    )

    fresh = questions_of(parse_schema(schema), "fr")[1]
    assert [(choice.value, choice.hotkey) for choice in fresh.choices] == [
        ("true", "1"),
        ("false", "0"),
    ]
    assert fresh.name == "Récent ?"


@pytest.mark.parametrize(
    ("language", "direction"), [("ar", "rtl"), ("he-IL", "rtl"), ("fr", "ltr")]
)
def test_a_language_has_its_direction(language: str, direction: str) -> None:
    assert direction_of(language) == direction
