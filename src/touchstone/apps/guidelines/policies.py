"""Do answers fit their schema, does a version number fit the change, what does a text look like.

Plain functions without the ORM. Schemas themselves are read in `schemas` and offered here too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

from touchstone.apps.guidelines.schemas import (
    BrokenSchema,
    Field,
    LabelSchema,
    Option,
    grade_of,
    in_language,
    parse_schema,
)
from touchstone.lib.errors import Refused

__all__ = [
    "Answered",
    "BrokenSchema",
    "Field",
    "InvalidAnswers",
    "LabelSchema",
    "Option",
    "Outcome",
    "grade_of",
    "in_language",
    "parse_schema",
    "render",
    "validate_answers",
]

Outcome = Literal["label", "cannot_judge", "escalate"]

OUTCOMES: tuple[Outcome, ...] = ("label", "cannot_judge", "escalate")
ENTRIES = frozenset({"outcome", "values", "reason", "comment"})
REASON_LENGTH = 60  # what a judgment row holds
TEXT_LENGTH = 4000


class InvalidAnswers(Refused):
    """Answers do not fit their schema; the message and `details["field"]` name the field."""

    code = "invalid_answers"


@dataclass(frozen=True)
class Answered:
    """Answers that fit their schema. `grade` is the main answer as a number, None without one."""

    outcome: Outcome
    grade: int | None
    values: Mapping[str, int | str | bool]
    reason: str
    comment: str


def validate_answers(schema: LabelSchema, answers: object) -> Answered:
    """Read what an annotator answered.

    A label has values and no reason; the two ways of not labeling have a reason and no values.

    :raises InvalidAnswers: the answers do not fit the schema; the message names the field.
    """
    if not isinstance(answers, Mapping):
        raise _invalid("answers", _("they must be an object"))
    strange = sorted(str(each) for each in answers.keys() - ENTRIES)
    if strange:
        raise _invalid(
            "answers", _("unknown entries: %(entries)s") % {"entries": ", ".join(strange)}
        )
    outcome = _outcome(answers.get("outcome"))
    values = _values(schema, answers.get("values") or {}, outcome)
    return Answered(
        outcome=outcome,
        grade=grade_of(schema.main_field, values[schema.main]) if outcome == "label" else None,
        values=values,
        reason=_reason(schema, answers.get("reason") or "", outcome),
        comment=_text(answers.get("comment") or "", "comment"),
    )


def _outcome(given: object) -> Outcome:
    for outcome in OUTCOMES:
        if given == outcome:
            return outcome
    raise _invalid("outcome", _("it is one of: %(known)s") % {"known": ", ".join(OUTCOMES)})


def _values(schema: LabelSchema, given: object, outcome: Outcome) -> Mapping[str, int | str | bool]:
    if not isinstance(given, Mapping):
        raise _invalid("values", _("they must be an object"))
    if outcome != "label":
        if given:
            raise _invalid("values", _("only a label has values"))
        return {}
    known = {field.key for field in schema.fields}
    for key in given:
        if key not in known:
            raise _invalid(str(key), _("the schema has no such field"))
    answered = {field.key: _answer(field, given.get(field.key)) for field in schema.fields}
    return {key: value for key, value in answered.items() if value is not None}


def _answer(field: Field, given: object) -> int | str | bool | None:
    """One answer, or None where an optional field was left empty."""
    if given is None or given == "":
        if field.required:
            raise _invalid(field.key, _("it must be answered"))
        return None
    if field.kind == "text":
        return _text(given, field.key)
    if field.kind == "boolean":
        if not isinstance(given, bool):
            raise _invalid(field.key, _("it is true or false"))
        return given
    return _choice(field, given)


def _choice(field: Field, given: object) -> int | str:
    # `True == 1` and `2.0 == 2`, and neither is a grade.
    for value in field.values:
        if type(given) is type(value) and given == value:
            return value
    known = ", ".join(str(value) for value in field.values)
    if field.kind == "ordinal":
        raise _invalid(
            field.key,
            _("%(given)s is a grade outside the scale (%(known)s)")
            % {"given": given, "known": known},
        )
    raise _invalid(
        field.key,
        _("%(given)s is none of the options (%(known)s)") % {"given": given, "known": known},
    )


def _reason(schema: LabelSchema, given: object, outcome: Outcome) -> str:
    reason = _text(given, "reason")
    if outcome == "label":
        if reason:
            raise _invalid("reason", _("a label needs none"))
        return ""
    known = [str(option.value) for option in schema.cannot_judge]
    if outcome == "cannot_judge" and reason not in known:
        raise _invalid("reason", _("it is one of: %(known)s") % {"known": ", ".join(known) or "–"})
    if not reason:
        raise _invalid("reason", _("say why an expert should look"))
    if len(reason) > REASON_LENGTH:
        raise _invalid(
            "reason",
            _("it has at most %(limit)d characters; put the rest into the comment")
            % {"limit": REASON_LENGTH},
        )
    return reason


def _text(given: object, field: str) -> str:
    if not isinstance(given, str):
        raise _invalid(field, _("it must be a text"))
    if "\x00" in given:
        raise _invalid(field, _("it holds a character that cannot be stored"))
    if len(given) > TEXT_LENGTH:
        raise _invalid(field, _("it has at most %(limit)d characters") % {"limit": TEXT_LENGTH})
    return given.strip()


def _invalid(field: str, reason: str) -> InvalidAnswers:
    return InvalidAnswers(
        _("The answers were not taken. %(field)s: %(reason)s.")
        % {"field": field, "reason": reason},
        field=field,
    )


@lru_cache(maxsize=64)
def render(markdown: str) -> SafeString:
    """Markdown as HTML. Tags in the text are shown as text, never passed through."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    return mark_safe(parser.render(markdown))
