"""The form that a machine's reply must have, and reading it into answers like a person's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from touchstone.apps.guidelines.policies import Field, LabelSchema

FENCE = re.compile(r"```[a-z]*\s*(.*?)\s*```", re.DOTALL)
QUERY = "query"

# A kind of field as JSON schema. The strict mode of providers wants every property required and
# no bounds on numbers and lists, so an answer left out is null, and bounds are checked afterwards.
KINDS: Mapping[str, Callable[[Field], dict[str, Any]]] = {
    "ordinal": lambda field: {"type": ["integer", "null"], "enum": [*field.values, None]},
    "single": lambda field: {"type": ["string", "null"], "enum": [*field.values, None]},
    "multiple": lambda field: _list_of({"type": "string", "enum": list(field.values)}),
    "boolean": lambda field: {"type": ["boolean", "null"]},
    "number": lambda field: {"type": ["number", "null"]},
    "text": lambda field: {"type": ["string", "null"]},
    "span": lambda field: _list_of(
        _object(
            {"quote": {"type": "string"}, "tag": {"type": "string", "enum": list(field.values)}}
        )
    ),
    "ranking": lambda field: _list_of({"type": "string"}),
}


class Unreadable(ValueError):
    """The answer is not JSON of the form that was asked for."""


def reply_schema(schema: LabelSchema) -> dict[str, Any]:
    """The JSON schema of an answer, in the subset that strict structured output takes."""
    reasons = [reason.value for reason in (*schema.cannot_judge, *schema.escalate)]
    outcomes = ["label"]
    outcomes += ["cannot_judge"] if schema.cannot_judge else []
    outcomes += ["escalate"] if schema.escalate else []
    return _object(
        {
            # Before the outcome: what is written first is thought of first.
            "evidence": {"type": "string"},
            "outcome": {"type": "string", "enum": outcomes},
            "reason": {"type": ["string", "null"], "enum": [*dict.fromkeys(reasons), None]},
            "values": _object({field.key: KINDS[field.kind](field) for field in schema.fields}),
        }
    )


def answers_of(
    schema: LabelSchema, text: str, *, query: str, content: Mapping[str, object]
) -> dict[str, object]:
    """The answers that a reply gives, not yet checked against the schema.

    :raises Unreadable: the reply is not JSON, or not of the form that was asked for.
    """
    reply = _read(text)
    outcome = reply.get("outcome")
    if outcome != "label":
        return {"outcome": outcome, "reason": reply.get("reason")}
    values = reply.get("values")
    if not isinstance(values, dict):
        raise Unreadable("the reply has no values")
    texts = {**content, QUERY: query}
    spans = {field.key: texts.get(field.of) for field in schema.fields if field.kind == "span"}
    given = {key: value for key, value in values.items() if value is not None}
    return {
        "outcome": outcome,
        "values": {
            key: _spans(value, spans[key]) if key in spans else value
            for key, value in given.items()
        },
    }


def _read(text: str) -> dict[str, Any]:
    fenced = FENCE.fullmatch(text.strip())
    try:
        found = json.loads(fenced[1] if fenced else text)
    except (ValueError, RecursionError):
        raise Unreadable("the reply is not JSON") from None
    if not isinstance(found, dict):
        raise Unreadable("the reply is not an object")
    return found


def _spans(given: object, text: object) -> list[dict[str, object]]:
    """Quoted passages by where they stand: models quote well and count badly.

    A quote that stands several times means the first place that no other quote has.
    """
    if not isinstance(given, list) or not isinstance(text, str):
        raise Unreadable("the passages are not a list, or there is no text to mark")
    tags: dict[tuple[int, int], object] = {}
    for each in given:
        quote = each.get("quote") if isinstance(each, dict) else None
        if not isinstance(quote, str) or not quote:
            raise Unreadable("a passage has no words")
        tags[_free_place(quote, text, tags)] = each.get("tag")
    return [{"start": start, "end": end, "tag": tags[start, end]} for start, end in sorted(tags)]


def _free_place(quote: str, text: str, taken: Iterable[tuple[int, int]]) -> tuple[int, int]:
    start = text.find(quote)
    while start >= 0:
        end = start + len(quote)
        if all(start >= last or end <= first for first, last in taken):
            return start, end
        start = text.find(quote, start + 1)
    raise Unreadable("a quoted passage does not stand in the text")


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _list_of(entries: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": ["array", "null"], "items": dict(entries)}
