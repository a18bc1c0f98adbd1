"""One row of a file into one item, with everything that can be wrong with it.

What needs more than the row (duplicates, what the project already has) is checked in `staging.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from touchstone.apps.guidelines.policies import ContentRules
from touchstone.apps.items.faults import Faults
from touchstone.apps.items.policies import (
    MOST_FIELD_BYTES,
    MOST_KEY_CHARACTERS,
    MOST_OVERLAP,
    MOST_POSITION,
    MOST_STRATUM_CHARACTERS,
    PRIORITIES,
    SHOWN,
    Columns,
    is_storable,
)
from touchstone.apps.items.structured import in_shape

_WHOLE = re.compile(r"[+-]?[0-9]{1,12}(\.0*)?")
_DECIMAL = re.compile(r"[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)([eE][+-]?[0-9]{1,4})?")
# Beyond this a float no longer tells one whole number from the next.
_MOST_WHOLE_FLOAT = 2.0**53


class MappedRow(NamedTuple):
    """One row in our words. What was wrong in the file is None (or the default) here."""

    line: int
    item_id: str | None
    query_id: str | None
    query: str | None
    document_id: str | None
    locale: str | None
    content: dict[str, object]
    position: int | None = None
    stratum: str = ""
    inclusion_probability: float = 1.0
    overlap: int | None = None
    priority: int | None = None
    gold: tuple[int, ...] = ()


@dataclass(frozen=True)
class Locales:
    """The locales we know, by their tag in lower case, and those that the request asks for."""

    known: Mapping[str, str]
    requested: frozenset[str]


class Unreadable(ValueError):
    """A value is no text, or not text that can be kept."""


def as_text(value: object) -> str:
    """A value as a CSV would have it: what is missing is empty, a whole number has no fraction.

    Data frames turn a column of whole numbers with a gap into floats; 2.0 means 2.

    :raises Unreadable: bytes that are not UTF-8.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes):
        return _bytes_text(value)
    if isinstance(value, list | dict | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _float_text(value: float) -> str:
    if value != value:  # not a number: a data frame's word for missing
        return ""
    if value.is_integer() and abs(value) < _MOST_WHOLE_FLOAT:
        return str(int(value))
    return repr(value)


def _bytes_text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise Unreadable(_("The bytes in this field are not UTF-8.")) from error


class RowReader:
    """Reads rows with the columns of one file; `faults` receives what is wrong."""

    def __init__(
        self,
        columns: Columns,
        locales: Locales,
        grades: Collection[int] | None,
        faults: Faults,
        rules: ContentRules | None = None,
    ) -> None:
        self._columns = columns
        self._locales = locales
        self._grades = grades
        self._faults = faults
        self._rules = rules
        shown = tuple((name, columns.places[name]) for name in SHOWN if name in columns.places)
        self._content = shown + columns.extra

    def read(self, line: int, values: Sequence[object]) -> MappedRow:
        """The row in our words; each fault in it is noted."""
        return MappedRow(
            line,
            self._key(line, values, "item_id"),
            self._key(line, values, "query_id"),
            self._required(line, values, "query"),
            self._key(line, values, "document_id"),
            self._locale(line, values),
            self._content_of(line, values),
            self._whole(line, values, "position", 0, MOST_POSITION),
            self._stratum(line, values),
            self._probability(line, values),
            self._whole(line, values, "overlap", 1, MOST_OVERLAP),
            self._priority(line, values),
            self._gold(line, values),
        )

    def _fault(self, line: int, ours: str, message: str) -> None:
        self._faults.add(line, self._columns.name(ours), message)

    def _text(self, line: int, name: str, value: object) -> str | None:
        """The value as text that the database can hold, or None and a fault."""
        try:
            text = as_text(value)
        except Unreadable as error:
            self._faults.add(line, name, str(error))
            return None
        if len(text) > MOST_FIELD_BYTES // 4 and len(text.encode(errors="replace")) > (
            MOST_FIELD_BYTES
        ):
            message = _("The field is longer than %(most)d bytes.") % {"most": MOST_FIELD_BYTES}
        elif not is_storable(text):
            message = _("The field holds a NUL character or half a character. Remove it.")
        else:
            return text
        self._faults.add(line, name, message)
        return None

    def _known(self, line: int, values: Sequence[object], ours: str) -> str | None:
        """The text of one of our own columns; empty when the file has no such column."""
        place = self._columns.places.get(ours)
        if place is None:
            return ""
        if isinstance(values[place], list | dict):
            self._fault(line, ours, _("The field holds a list or an object; write plain text."))
            return None
        return self._text(line, self._columns.found[place], values[place])

    def _required(self, line: int, values: Sequence[object], ours: str) -> str | None:
        text = self._known(line, values, ours)
        if text is None or text.strip():
            return text
        self._fault(line, ours, _("The field is empty, but every item needs it."))
        return None

    def _short(self, line: int, ours: str, text: str | None, most: int) -> str | None:
        if text is None or len(text.strip()) <= most:
            return text and text.strip()
        message = _("The field is longer than %(most)d characters.")
        self._fault(line, ours, message % {"most": most})
        return None

    def _key(self, line: int, values: Sequence[object], ours: str) -> str | None:
        return self._short(line, ours, self._required(line, values, ours), MOST_KEY_CHARACTERS)

    def _stratum(self, line: int, values: Sequence[object]) -> str:
        text = self._known(line, values, "stratum")
        return self._short(line, "stratum", text, MOST_STRATUM_CHARACTERS) or ""

    def _locale(self, line: int, values: Sequence[object]) -> str | None:
        text = self._required(line, values, "locale")
        if text is None:
            return None
        tag = self._locales.known.get(text.strip().replace("_", "-").lower())
        if tag is None:
            message = _("We know no locale “%(tag)s”. Write a tag such as fr-FR.")
            self._fault(line, "locale", message % {"tag": text[:40]})
        elif tag not in self._locales.requested:
            message = _("The labeling request does not ask for %(tag)s; it asks for %(asked)s.")
            asked = ", ".join(sorted(self._locales.requested))
            self._fault(line, "locale", message % {"tag": tag, "asked": asked})
            return None
        return tag

    def _content_of(self, line: int, values: Sequence[object]) -> dict[str, object]:
        """What the annotator will see, in the shape that the task type's layout needs."""
        shown = self._shown(line, values)
        if self._rules is None:
            return dict(shown)
        content, faults = in_shape(self._rules, shown)
        for name, message in faults:
            self._fault(line, name, message)
        return content

    def _shown(self, line: int, values: Sequence[object]) -> dict[str, str]:
        """What the annotator will see, by name. A missing field and an empty one are the same."""
        content = {}
        for name, place in self._content:
            value = values[place]
            if value is None or value == "":
                continue
            text = self._text(line, self._columns.found[place], value)
            if text:
                content[name] = text
        return content

    def _whole(
        self, line: int, values: Sequence[object], ours: str, least: int, most: int
    ) -> int | None:
        text = (self._known(line, values, ours) or "").strip()
        if not text:
            return None
        number = whole(text)
        if number is not None and least <= number <= most:
            return number
        message = _("“%(text)s” is not a whole number between %(least)d and %(most)d.")
        self._fault(line, ours, message % {"text": text[:40], "least": least, "most": most})
        return None

    def _priority(self, line: int, values: Sequence[object]) -> int | None:
        """How soon the item is wanted, from 0 for urgent; None when the file does not say."""
        text = (self._known(line, values, "priority") or "").strip().lower()
        if not text:
            return None
        if text in PRIORITIES:
            return PRIORITIES.index(text)
        message = _("“%(text)s” is no priority: write one of %(known)s.")
        self._fault(line, "priority", message % {"text": text[:40], "known": ", ".join(PRIORITIES)})
        return None

    def _probability(self, line: int, values: Sequence[object]) -> float:
        text = (self._known(line, values, "inclusion_probability") or "").strip()
        if not text:
            return 1.0
        number = float(text.replace(",", ".")) if _DECIMAL.fullmatch(text) else 0.0
        if 0 < number <= 1:
            return number
        message = _("“%(text)s” is no inclusion probability: write a number above 0, at most 1.")
        self._fault(line, "inclusion_probability", message % {"text": text[:40]})
        return 1.0

    def _gold(self, line: int, values: Sequence[object]) -> tuple[int, ...]:
        """The accepted grades of a gold item, `2|3`; in JSON and Parquet a list will do."""
        place = self._columns.places.get("gold")
        if place is None:
            return ()
        value = values[place]
        if isinstance(value, list):
            value = "|".join(as_text(each) for each in value)
        text = (self._text(line, self._columns.found[place], value) or "").strip()
        if not text:
            return ()
        grades = [whole(part.strip()) for part in text.split("|")]
        found = tuple(sorted({grade for grade in grades if grade is not None}))
        if None in grades:
            message = _("“%(text)s” is no gold answer: write grades such as 2 or 2|3.")
            self._fault(line, "gold", message % {"text": text[:40]})
            return ()
        self._check_scale(line, found)
        return found

    def _check_scale(self, line: int, found: Sequence[int]) -> None:
        if self._grades is None:
            return
        for grade in found:
            if grade not in self._grades:
                scale = ", ".join(str(each) for each in sorted(self._grades))
                message = _("%(grade)d is outside the scale, which has the grades %(scale)s.")
                self._fault(line, "gold", message % {"grade": grade, "scale": scale})


def whole(text: str) -> int | None:
    """The whole number that `text` writes, `2.0` included; None if it writes none."""
    return int(text.partition(".")[0]) if _WHOLE.fullmatch(text) else None
