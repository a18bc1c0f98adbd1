"""What a label schema is once it is read: plain values. `schemas` reads them from JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Kind = Literal["ordinal", "single", "multiple", "boolean", "number", "text", "span", "ranking"]
Layout = Literal["result", "pair", "lists", "suggestion", "ad", "media", "query", "video"]

KINDS: tuple[Kind, ...] = (
    "ordinal",
    "single",
    "multiple",
    "boolean",
    "number",
    "text",
    "span",
    "ranking",
)
LAYOUTS: tuple[Layout, ...] = (
    "result",
    "pair",
    "lists",
    "suggestion",
    "ad",
    "media",
    "query",
    "video",
)
# What the labels are for; the console offers the measures of `assay` by these names.
METRICS = (
    "ndcg",
    "err",
    "precision",
    "win_rate",
    "side_score",
    "defect_rate",
    "prevalence",
    "f1",
    "mean",
)
LABEL_KINDS: tuple[Kind, ...] = ("ordinal", "single", "boolean")
SIDED: tuple[Layout, ...] = ("pair", "lists")
SIDES = ("left", "right")
"""The contents of a pair or of lists, unless a schema names others."""
FALLBACK = "en"
LONGEST_TEXT = 2000
QUERY = "query"
"""The name under which a span reads the query's own text."""


@dataclass(frozen=True)
class Option:
    """One possible answer of a field, or one reason why an item cannot be judged.

    `mirror` is the value that means the same when the two sides are swapped; None: this one.
    """

    value: int | str
    names: Mapping[str, str]
    help: Mapping[str, str]
    hotkey: str = ""
    mirror: int | str | None = None

    def name(self, language: str) -> str:
        """What the option is called in `language`, or else in English."""
        return in_language(self.names, language)


@dataclass(frozen=True)
class Field:
    """One question of a task.

    `least` and `most` bound a number, or how many options a `multiple` takes; `of` names the
    content that a `span` marks or a `ranking` orders.
    """

    key: str
    kind: Kind
    required: bool
    names: Mapping[str, str]
    help: Mapping[str, str]
    options: tuple[Option, ...]
    least: float | None = None
    most: float | None = None
    step: float | None = None
    unit: str = ""
    longest: int = LONGEST_TEXT
    of: str = ""

    def name(self, language: str) -> str:
        """What the field is called in `language`, or else in English."""
        return in_language(self.names, language)

    @property
    def values(self) -> tuple[int | str, ...]:
        """The values of the options, in order."""
        return tuple(option.value for option in self.options)


@dataclass(frozen=True)
class LabelSchema:
    """What a task asks: its fields, the main one, reasons not to judge, what the screen shows.

    `screens` holds the keys of the fields screen by screen; `sides` the two contents that may be
    swapped, or nothing.
    """

    fields: tuple[Field, ...]
    main: str
    cannot_judge: tuple[Option, ...]
    context: tuple[str, ...]
    layout: Layout = "result"
    screens: tuple[tuple[str, ...], ...] = ()
    sides: tuple[str, ...] = ()
    escalate: tuple[Option, ...] = ()
    metric: str = ""

    @cached_property
    def main_field(self) -> Field:
        """The field whose answer is the label."""
        return self.field(self.main)

    def field(self, key: str) -> Field:
        """The field of that key, which the schema has."""
        return next(field for field in self.fields if field.key == key)

    @property
    def grades(self) -> tuple[int, ...]:
        """The numbers that a label can be, in order; see `grade_of`."""
        field = self.main_field
        if field.kind == "boolean":
            return (0, 1)
        return tuple(grade_of(field, value) for value in field.values)

    @property
    def is_ordered(self) -> bool:
        """Whether one label can be nearer to another: a scale can, and so can two sides.

        Other choices are kinds. Taking these for degrees is a known error of ESCI labels.
        """
        return self.main_field.kind == "ordinal" or bool(self.sides)

    @property
    def needs_item(self) -> bool:
        """Whether answers can only be checked against the item's own content."""
        return any(field.of for field in self.fields)


def in_language(names: Mapping[str, str], language: str) -> str:
    """The text for `language` (`fr-CA` reads `fr`), or else the English one, or else nothing."""
    return names.get(language) or names.get(language.split("-")[0]) or names.get(FALLBACK) or ""


def language_of(names: Mapping[str, str], language: str) -> str:
    """The language that `in_language` answers in, for those who read it aloud."""
    return next((key for key in (language, language.split("-")[0]) if names.get(key)), FALLBACK)


def grade_of(field: Field, value: object) -> int:
    """An answer to the main field as a number: the grade, the place in the list, or 0 and 1."""
    if field.kind == "single":
        return next(place for place, each in enumerate(field.values) if each == value)
    assert isinstance(value, int)
    return int(value)
