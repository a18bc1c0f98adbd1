"""Answers in words: what was said about an item, in the language of whoever reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from touchstone.apps.guidelines.shapes import Field, LabelSchema, Option
from touchstone.apps.guidelines.sides import presented, unswapped
from touchstone.apps.guidelines.values import Item


@dataclass(frozen=True)
class Said:
    """One question and the answer to it."""

    question: str
    answer: str


def answers_in_words(
    schema: LabelSchema,
    answers: Mapping[str, object],
    *,
    item: Item,
    swapped: bool,
    language: str,
) -> tuple[Said, ...]:
    """What somebody answered, question by question, with the sides as they saw them.

    `answers` is as it is kept, `item` in its own orientation. An item that was not labeled has one
    line: the way in which it was not, and the reason.
    """
    outcome, reason = answers.get("outcome"), answers.get("reason")
    if outcome == "cannot_judge":
        return (Said(_("Cannot judge"), _named(schema.cannot_judge, reason, language)),)
    if outcome == "escalate":
        return (Said(_("Escalate"), _named(schema.escalate, reason, language)),)
    values = answers.get("values")
    given = unswapped(schema, values, swapped) if isinstance(values, Mapping) else {}
    seen = Item(item.query, presented(schema, item.content, swapped))
    return tuple(
        Said(field.name(language), _word(field, given[field.key], seen, language))
        for field in schema.fields
        if field.key in given
    )


def _named(options: tuple[Option, ...], value: object, language: str) -> str:
    """The name of an option; the value itself where the schema has it no longer."""
    found = (option.name(language) for option in options if option.value == value)
    return next(found, str(value))


def _word(field: Field, value: object, item: Item, language: str) -> str:
    return WORDS.get(field.kind, _choice)(field, value, item, language)


def _choice(field: Field, value: object, item: Item, language: str) -> str:
    return _named(field.options, value, language)


def _boolean(field: Field, value: object, item: Item, language: str) -> str:
    return _("Yes") if value else _("No")


def _multiple(field: Field, value: object, item: Item, language: str) -> str:
    chosen = value if isinstance(value, list) else [value]
    return ", ".join(_named(field.options, each, language) for each in chosen)


def _number(field: Field, value: object, item: Item, language: str) -> str:
    return f"{value} {field.unit}".strip()


def _text(field: Field, value: object, item: Item, language: str) -> str:
    return str(value)


def _span(field: Field, value: object, item: Item, language: str) -> str:
    marked = str(item.of(field.of) or "")
    spans = value if isinstance(value, list) else []
    return " · ".join(
        f"“{marked[span['start'] : span['end']]}”: {_named(field.options, span['tag'], language)}"
        for span in spans
    )


def _ranking(field: Field, value: object, item: Item, language: str) -> str:
    entries = item.of(field.of)
    titles = {
        each["id"]: str(each.get("title") or each.get("caption") or each.get("text") or each["id"])
        for each in (entries if isinstance(entries, list) else [])
        if isinstance(each, Mapping) and "id" in each
    }
    order = value if isinstance(value, list) else []
    return " · ".join(f"{n}. {titles.get(each, each)}" for n, each in enumerate(order, start=1))


WORDS: dict[str, Callable[[Field, object, Item, str], str]] = {
    "boolean": _boolean,
    "multiple": _multiple,
    "number": _number,
    "text": _text,
    "span": _span,
    "ranking": _ranking,
}
