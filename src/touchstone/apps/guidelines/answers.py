"""Do answers fit their schema? One submission, read whole or refused by the field's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from django.utils.translation import gettext as _

from touchstone.apps.guidelines.shapes import LabelSchema, Option, grade_of
from touchstone.apps.guidelines.values import (
    Answer,
    InvalidAnswers,
    Item,
    invalid,
    read_value,
    text,
)

__all__ = ["Answered", "InvalidAnswers", "Outcome", "validate_answers"]

Outcome = Literal["label", "cannot_judge", "escalate"]

OUTCOMES: tuple[Outcome, ...] = ("label", "cannot_judge", "escalate")
ENTRIES = frozenset({"outcome", "values", "reason", "comment"})
REASON_LENGTH = 60  # what a judgment row holds
TEXT_LENGTH = 4000


@dataclass(frozen=True)
class Answered:
    """Answers that fit their schema. `grade` is the main answer as a number, None without one."""

    outcome: Outcome
    grade: int | None
    values: Mapping[str, Answer]
    reason: str
    comment: str
    stored: dict[str, object] = field(default_factory=dict)
    """The answers as they are kept: as given, the values in the form that the schema has."""


def validate_answers(
    schema: LabelSchema,
    answers: object,
    *,
    query: str = "",
    content: Mapping[str, object] | None = None,
) -> Answered:
    """Read what an annotator answered.

    A label has values and no reason; the two ways of not labeling have a reason and no values.
    `query` and `content` are the item's: marked passages and orders are checked against them
    (`schema.needs_item` says whether they are needed).

    :raises InvalidAnswers: the answers do not fit the schema; the message names the field.
    """
    if not isinstance(answers, Mapping):
        raise invalid("answers", _("they must be an object"))
    strange = sorted(str(each)[:60] for each in answers.keys() - ENTRIES)[:10]
    if strange:
        raise invalid(
            "answers", _("unknown entries: %(entries)s") % {"entries": ", ".join(strange)}
        )
    outcome = _outcome(answers.get("outcome"))
    values = _values(schema, answers.get("values") or {}, outcome, Item(query, content or {}))
    stored = {key: value for key, value in answers.items() if key != "values" or not values}
    return Answered(
        outcome=outcome,
        grade=grade_of(schema.main_field, values[schema.main]) if outcome == "label" else None,
        values=values,
        reason=_reason(schema, answers.get("reason") or "", outcome),
        comment=text(answers.get("comment") or "", "comment", TEXT_LENGTH),
        stored={**stored, "values": dict(values)} if values else stored,
    )


def _outcome(given: object) -> Outcome:
    for outcome in OUTCOMES:
        if given == outcome:
            return outcome
    raise invalid("outcome", _("it is one of: %(known)s") % {"known": ", ".join(OUTCOMES)})


def _values(
    schema: LabelSchema, given: object, outcome: Outcome, item: Item
) -> Mapping[str, Answer]:
    if not isinstance(given, Mapping):
        raise invalid("values", _("they must be an object"))
    if outcome != "label":
        if given:
            raise invalid("values", _("only a label has values"))
        return {}
    known = {field.key for field in schema.fields}
    for key in given:
        if key not in known:
            raise invalid(str(key)[:60], _("the schema has no such field"))
    answered = {field.key: read_value(field, given.get(field.key), item) for field in schema.fields}
    return {key: value for key, value in answered.items() if value is not None}


def _reason(schema: LabelSchema, given: object, outcome: Outcome) -> str:
    reason = text(given, "reason", TEXT_LENGTH)
    if outcome == "label":
        if reason:
            raise invalid("reason", _("a label needs none"))
        return ""
    if outcome == "cannot_judge":
        return _known_reason(reason, schema.cannot_judge)
    if schema.escalate:
        return _known_reason(reason, schema.escalate)
    # A schema without reasons of its own never keeps somebody from telling what they saw.
    if not reason:
        raise invalid("reason", _("say why an expert should look"))
    if len(reason) > REASON_LENGTH:
        raise invalid(
            "reason",
            _("it has at most %(limit)d characters; put the rest into the comment")
            % {"limit": REASON_LENGTH},
        )
    return reason


def _known_reason(reason: str, options: tuple[Option, ...]) -> str:
    known = [str(option.value) for option in options]
    if reason not in known:
        raise invalid("reason", _("it is one of: %(known)s") % {"known": ", ".join(known) or "–"})
    return reason
