"""A label schema as the screen shows it: names in one language, and a key for each answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from touchstone.apps.guidelines.policies import (
    Field,
    LabelSchema,
    Option,
    grade_of,
    in_language,
)
from touchstone.apps.people.keymap import ACTIONS

# Keys that mean something on the screen itself; a schema cannot take them.
RESERVED = frozenset(key for key in ACTIONS.values() if len(key) == 1)
# Layouts of what has a quality of its own, whatever was searched for.
BY_ITSELF = frozenset({"result", "video", "media", "ad"})
# What answers get when a schema names no key of use: digits, and letters when they run out.
FREE = "1234567890" + "wadfzbjlmopyi"


@dataclass(frozen=True)
class Choice:
    """One answer that can be given with one key."""

    value: str
    name: str
    help: str
    hotkey: str


@dataclass(frozen=True)
class Question:
    """One question of a task; `of` names the content that it marks or orders."""

    key: str
    kind: str
    required: bool
    is_main: bool
    name: str
    help: str
    choices: tuple[Choice, ...]
    least: float | None = None
    most: float | None = None
    step: float | None = None
    unit: str = ""
    longest: int = 0
    of: str = ""

    @property
    def free_keys(self) -> str:
        """The keys for what only the item names: the entries of a ranking."""
        return FREE


@dataclass(frozen=True)
class Screen:
    """The questions asked together. `without_query`: the item is judged whatever was searched."""

    questions: tuple[Question, ...]
    without_query: bool


def screens_of(schema: LabelSchema, language: str) -> tuple[Screen, ...]:
    """Every question of a schema, screen by screen.

    What comes after the screen with the label is judged without the query: nobody who has just
    graded how well a page meets a need judges the page by itself while the need is in sight. Where
    there is nothing to judge without a query (it is the item, or a suggestion goes on from it), it
    stays.
    """
    found: list[Screen] = []
    apart = False
    for keys in schema.screens or (tuple(field.key for field in schema.fields),):
        questions = tuple(_question(schema.field(key), schema, language) for key in keys)
        found.append(Screen(questions, without_query=apart))
        apart = apart or (schema.main in keys and schema.layout in BY_ITSELF)
    return tuple(found)


def label_question(schema: LabelSchema, language: str) -> Question:
    """The question whose answer is the label, its choices valued by their grades."""
    question = _question(schema.main_field, schema, language)
    values: Sequence[object] = schema.main_field.values or (True, False)
    return replace(
        question,
        kind="ordinal",
        choices=tuple(
            replace(choice, value=str(grade_of(schema.main_field, value)))
            for choice, value in zip(question.choices, values, strict=True)
        ),
    )


def reasons_of(schema: LabelSchema, language: str) -> tuple[Choice, ...]:
    """Why an item could not be judged, each with a digit."""
    return _choices(schema.cannot_judge, language)


def escalations_of(schema: LabelSchema, language: str) -> tuple[Choice, ...]:
    """Why an expert should look at an item, each with a digit."""
    return _choices(schema.escalate, language)


def hotkeys(wanted: Sequence[str]) -> list[str]:
    """The keys that a schema asks for, or the first free ones where it asks for none of use."""
    usable = ["" if key in RESERVED else key for key in wanted]
    free = iter(key for key in FREE if key not in usable)
    return [key or next(free, "") for key in usable]


def _question(field: Field, schema: LabelSchema, language: str) -> Question:
    return Question(
        key=field.key,
        kind=field.kind,
        required=field.required,
        is_main=field.key == schema.main,
        name=field.name(language),
        help=in_language(field.help, language),
        choices=_yes_no() if field.kind == "boolean" else _choices(field.options, language),
        least=field.least,
        most=field.most,
        step=field.step,
        unit=field.unit,
        longest=field.longest,
        of=field.of,
    )


def _choices(options: Sequence[Option], language: str) -> tuple[Choice, ...]:
    keys = hotkeys([option.hotkey for option in options])
    return tuple(
        Choice(str(option.value), option.name(language), in_language(option.help, language), key)
        for option, key in zip(options, keys, strict=True)
    )


def _yes_no() -> tuple[Choice, ...]:
    return (Choice("true", _("Yes"), "", "1"), Choice("false", _("No"), "", "0"))
