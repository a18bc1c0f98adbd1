"""One answer of a field, kind by kind: in the form that is kept, or refused by the field's name."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from django.utils.translation import gettext as _

from touchstone.apps.guidelines.shapes import QUERY, Field, Kind
from touchstone.lib.errors import Refused

Answer: TypeAlias = int | float | str | bool | list[str] | list[dict[str, int | str]]

MOST_SPANS = 200
LARGEST_NUMBER = 10**15
SHOWN_LENGTH = 80
SPAN = frozenset({"start", "end", "tag"})


class InvalidAnswers(Refused):
    """Answers do not fit their schema; the message and `details["field"]` name the field."""

    code = "invalid_answers"


class Item(NamedTuple):
    """What was judged, as far as answers refer to it."""

    query: str
    content: Mapping[str, object]

    def of(self, name: str) -> object:
        """The content of that name; the query's text where no content has its name."""
        if name == QUERY and QUERY not in self.content:
            return self.query
        return self.content.get(name)


def read_value(field: Field, given: object, item: Item) -> Answer | None:
    """One answer, or None where an optional field was left empty.

    :raises InvalidAnswers: it does not fit; the message names the field.
    """
    if given is None or given == "" or given == []:
        if field.required:
            raise invalid(field.key, _("it must be answered"))
        return None
    return READ[field.kind](field, given, item)


def _boolean(field: Field, given: object, item: Item) -> bool:
    if not isinstance(given, bool):
        raise invalid(field.key, _("it is true or false"))
    return given


def _text(field: Field, given: object, item: Item) -> str | None:
    found = text(given, field.key, field.longest)
    if field.required and not found:
        raise invalid(field.key, _("it must be answered"))
    return found or None


def _choice(field: Field, given: object, item: Item) -> int | str:
    # `True == 1` and `2.0 == 2`, and neither is a grade.
    for value in field.values:
        if type(given) is type(value) and given == value:
            return value
    known = {"given": shortly(given), "known": ", ".join(str(value) for value in field.values)}
    if field.kind == "ordinal":
        raise invalid(field.key, _("%(given)s is a grade outside the scale (%(known)s)") % known)
    raise invalid(field.key, _("%(given)s is none of the options (%(known)s)") % known)


def _multiple(field: Field, given: object, item: Item) -> list[str]:
    chosen = [str(_choice(field, each, item)) for each in _list(field, given, len(field.options))]
    twice = sorted({each for each in chosen if chosen.count(each) > 1})
    if twice:
        raise invalid(field.key, _("said twice: %(values)s") % {"values": ", ".join(twice)})
    if field.least is not None and len(chosen) < field.least:
        raise invalid(field.key, _("choose at least %(least)d") % {"least": field.least})
    if field.most is not None and len(chosen) > field.most:
        raise invalid(field.key, _("choose at most %(most)d") % {"most": field.most})
    return [str(value) for value in field.values if value in chosen]


def _number(field: Field, given: object, item: Item) -> float:
    if (
        isinstance(given, bool)
        or not isinstance(given, int | float)
        or not abs(given) <= LARGEST_NUMBER
    ):
        # Not a number and the infinities fail the comparison too.
        raise invalid(field.key, _("it is a number, below 10^15"))
    if field.least is not None and given < field.least:
        raise invalid(field.key, _("it is at least %(least)g") % {"least": field.least})
    if field.most is not None and given > field.most:
        raise invalid(field.key, _("it is at most %(most)g") % {"most": field.most})
    if field.step is not None and not _on_step(given, field.least or 0, field.step):
        raise invalid(field.key, _("it goes in steps of %(step)g") % {"step": field.step})
    return given


def _on_step(given: float, start: float, step: float) -> bool:
    steps = (given - start) / step
    return math.isclose(steps, round(steps), rel_tol=1e-12, abs_tol=1e-6)


def _span(field: Field, given: object, item: Item) -> list[dict[str, int | str]]:
    marked = item.of(field.of)
    if not isinstance(marked, str) or not marked:
        raise invalid(field.key, _("this item has no text to mark"))
    spans: list[dict[str, int | str]] = []
    last = 0
    for each in _list(field, given, MOST_SPANS):
        start, end, tag = _place(field, each, len(marked))
        if start < last:
            raise invalid(field.key, _("marked passages come in order and do not overlap"))
        last = end
        spans.append({"start": start, "end": end, "tag": tag})
    return spans


def _place(field: Field, given: object, length: int) -> tuple[int, int, str]:
    if not isinstance(given, Mapping) or set(given) != SPAN:
        raise invalid(field.key, _("a marked passage has exactly start, end and tag"))
    start, end, tag = given["start"], given["end"], given["tag"]
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= length:
        raise invalid(
            field.key,
            _("a passage from %(start)s to %(end)s is not within the %(length)d characters")
            % {"start": shortly(start), "end": shortly(end), "length": length},
        )
    if not isinstance(tag, str) or tag not in field.values:
        raise invalid(
            field.key,
            _("%(given)s is none of the options (%(known)s)")
            % {"given": shortly(tag), "known": ", ".join(map(str, field.values))},
        )
    return start, end, tag


def _ranking(field: Field, given: object, item: Item) -> list[str]:
    known = ids_of(item.of(field.of))
    if not known:
        raise invalid(field.key, _("this item has nothing to put into order"))
    order = _list(field, given, len(known))
    if not all(isinstance(each, str) for each in order) or sorted(map(str, order)) != sorted(known):
        raise invalid(
            field.key,
            _("each of these is named once, the best first: %(known)s")
            % {"known": ", ".join(known)},
        )
    return [str(each) for each in order]


def ids_of(given: object) -> list[str]:
    """The ids of a list of objects; empty where it is something else."""
    if not isinstance(given, list):
        return []
    ids = [each.get("id") for each in given if isinstance(each, Mapping)]
    return [each for each in ids if isinstance(each, str)]


def _list(field: Field, given: object, most: int) -> Sequence[object]:
    if not isinstance(given, list):
        raise invalid(field.key, _("it is a list"))
    if len(given) > most:
        raise invalid(field.key, _("the list has at most %(most)d entries") % {"most": most})
    return given


def text(given: object, name: str, longest: int) -> str:
    """A text that can be kept, without the space around it.

    :raises InvalidAnswers: it is none, too long, or holds what cannot be stored.
    """
    if not isinstance(given, str):
        raise invalid(name, _("it must be a text"))
    if len(given) > longest:
        raise invalid(name, _("it has at most %(limit)d characters") % {"limit": longest})
    if "\x00" in given or any("\ud800" <= each <= "\udfff" for each in given):
        raise invalid(name, _("it holds a character that cannot be stored"))
    return given.strip()


def shortly(given: object) -> str:
    """What was given, cut to what fits a message."""
    shown = str(given)
    return shown if len(shown) <= SHOWN_LENGTH else f"{shown[:SHOWN_LENGTH]}…"


def invalid(name: str, reason: str) -> InvalidAnswers:
    """The refusal of answers because of one field (or entry)."""
    return InvalidAnswers(
        _("The answers were not taken. %(field)s: %(reason)s.") % {"field": name, "reason": reason},
        field=name,
    )


READ: Mapping[Kind, Callable[[Field, object, Item], Answer | None]] = {
    "ordinal": _choice,
    "single": _choice,
    "multiple": _multiple,
    "boolean": _boolean,
    "number": _number,
    "text": _text,
    "span": _span,
    "ranking": _ranking,
}
