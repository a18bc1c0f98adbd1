"""A label schema as the screen shows it: names in one language, and a key for each answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from touchstone.apps.guidelines.policies import Field, LabelSchema, Option, in_language

# Keys that mean something on the screen itself; a schema cannot take them.
RESERVED = frozenset("xsgc")
DIGITS = "1234567890"


@dataclass(frozen=True)
class Choice:
    """One answer that can be given with one key."""

    value: str
    name: str
    help: str
    hotkey: str


@dataclass(frozen=True)
class Question:
    """One question of a task; a text has no choices."""

    key: str
    kind: str
    required: bool
    is_main: bool
    name: str
    help: str
    choices: tuple[Choice, ...]


def questions_of(schema: LabelSchema, language: str) -> tuple[Question, ...]:
    """Every question of a schema, in order."""
    return tuple(_question(field, schema, language) for field in schema.fields)


def main_question(schema: LabelSchema, language: str) -> Question:
    """The question whose answer is the label."""
    return _question(schema.main_field, schema, language)


def reasons_of(schema: LabelSchema, language: str) -> tuple[Choice, ...]:
    """Why an item could not be judged, each with a digit."""
    return _choices(schema.cannot_judge, language)


def hotkeys(wanted: Sequence[str]) -> list[str]:
    """The keys that a schema asks for, or the first free digits where it asks for none of use."""
    usable = ["" if key in RESERVED else key for key in wanted]
    free = iter(digit for digit in DIGITS if digit not in usable)
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
    )


def _choices(options: Sequence[Option], language: str) -> tuple[Choice, ...]:
    keys = hotkeys([option.hotkey for option in options])
    return tuple(
        Choice(str(option.value), option.name(language), in_language(option.help, language), key)
        for option, key in zip(options, keys, strict=True)
    )


def _yes_no() -> tuple[Choice, ...]:
    return (Choice("true", _("Yes"), "", "1"), Choice("false", _("No"), "", "0"))
