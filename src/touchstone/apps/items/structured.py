"""Content that is an object or a list: JSON in a cell, checked as the task type has it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NoReturn

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from touchstone.apps.guidelines.policies import ContentRules

Content = dict[str, object]


def in_shape(
    rules: ContentRules, content: Mapping[str, str]
) -> tuple[Content, list[tuple[str, str]]]:
    """The content as the rules have it, and what is wrong with it by content key."""
    shaped: Content = dict(content)
    faults: list[tuple[str, str]] = []
    for key in rules.shapes.keys() & content.keys():
        try:
            shaped[key] = _read(content[key])
        except ValueError:
            faults.append((key, _("It is not JSON that can be kept.")))
            del shaped[key]
    told = {key for key, _message in faults}
    return shaped, faults + [fault for fault in rules.faults(shaped) if fault[0] not in told]


def _read(text: str) -> object:
    """A cell's JSON. Ids that are numbers become texts: answers name them as texts.

    :raises ValueError: it is none, or holds what the database cannot.
    """
    try:
        value = json.loads(text, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not all(_is_storable(each) for each in _texts(value)):
        raise ValueError("a character that cannot be stored")
    if isinstance(value, list):
        return [_with_text_id(each) for each in value]
    return value


def _with_text_id(entry: object) -> object:
    if isinstance(entry, dict) and type(entry.get("id")) is int:
        return {**entry, "id": str(entry["id"])}
    return entry


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _is_storable(text: str) -> bool:
    # Escapes hide what the cell's own check looks for: no NUL, no half of a surrogate pair.
    return "\x00" not in text and not any("\ud800" <= each <= "\udfff" for each in text)
