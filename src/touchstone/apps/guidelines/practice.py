"""Practice examples of a guideline: an item with its right answer and the reason for it.

    [{"key": "eggs", "locale": "en-US", "query": "how long to boil an egg",
      "content": {"title": …, "text": …}, "outcome": "label", "right": [3],
      "explanation": {"en": …, "fr": …}}, …]

`right` holds the values of the main question that are right; none where the right thing is not to
judge, which `outcome` says (`cannot_judge`, `escalate`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from babel import Locale
from django.utils.translation import gettext as _

from touchstone.apps.guidelines.answers import OUTCOMES, Answered, Outcome, validate_answers
from touchstone.apps.guidelines.layouts import content_rules
from touchstone.apps.guidelines.reading import (
    BrokenSchema,
    broken,
    key,
    list_of,
    mapping,
    names,
    require_unique,
)
from touchstone.apps.guidelines.shapes import LabelSchema, grade_of, in_language
from touchstone.apps.markets.policies import LANGUAGES
from touchstone.lib.errors import Refused

ENTRIES = frozenset({"key", "locale", "query", "content", "outcome", "right", "explanation"})
MOST_EXAMPLES = 200


class BrokenPractice(Refused):
    """Practice examples cannot be used; the message and `details["field"]` name the example."""

    code = "broken_practice"


@dataclass(frozen=True)
class Example:
    """One item to practise on; `right` holds the grades of the right answers."""

    key: str
    locale: str
    query: str
    content: Mapping[str, object]
    outcome: Outcome
    right: tuple[int, ...]
    explanation: Mapping[str, str]

    @property
    def language(self) -> str:
        """The language of the item."""
        return self.locale.split("-")[0]

    @property
    def direction(self) -> str:
        """How the language of the item is written: `rtl` or `ltr`."""
        return str(Locale.parse(self.language).text_direction)

    def why(self, language: str) -> str:
        """The explanation in `language`, or else in English."""
        return in_language(self.explanation, language)


def parse_practice(given: object, schema: LabelSchema) -> tuple[Example, ...]:
    """Read examples from their JSON; each right answer must be one of the schema.

    :raises BrokenPractice: they cannot be used; the message says which example and why.
    """
    try:
        examples = tuple(_example(each, schema) for each in list_of(given, "practice"))
        if len(examples) > MOST_EXAMPLES:
            raise broken("practice", _("at most %(most)d examples") % {"most": MOST_EXAMPLES})
        require_unique("practice", [example.key for example in examples])
    except BrokenSchema as fault:
        field, reason = fault.details["field"], fault.details["reason"]
        raise BrokenPractice(
            _("The practice examples cannot be used. %(field)s: %(reason)s.")
            % {"field": field, "reason": reason},
            field=field,
            reason=reason,
        ) from fault
    return examples


def _example(given: object, schema: LabelSchema) -> Example:
    entries = mapping(given, "practice", ENTRIES)
    name = key(entries.get("key"), "practice")
    outcome = _outcome(entries.get("outcome", "label"), name)
    return Example(
        key=name,
        locale=_locale(entries.get("locale"), name),
        query=_query(entries.get("query"), name),
        content=_content(entries.get("content"), name, schema),
        outcome=outcome,
        right=_right(entries.get("right", []), name, outcome, schema),
        explanation=names(entries.get("explanation"), name),
    )


def _content(given: object, name: str, schema: LabelSchema) -> Mapping[str, object]:
    if not isinstance(given, Mapping):
        raise broken(name, _("“content” must be an object"))
    rules = content_rules(schema)
    for column, fault in rules.faults(given) if rules else ():
        raise broken(name, f"{column}: {fault}")
    return dict(given)


def _outcome(given: object, name: str) -> Outcome:
    for outcome in OUTCOMES:
        if given == outcome:
            return outcome
    raise broken(name, _("“outcome” is one of: %(known)s") % {"known": ", ".join(OUTCOMES)})


def _locale(given: object, name: str) -> str:
    if not isinstance(given, str) or given.split("-")[0] not in LANGUAGES:
        raise broken(name, _("“locale” is a language tag such as fr-FR"))
    return given


def _query(given: object, name: str) -> str:
    if not isinstance(given, str) or not given.strip():
        raise broken(name, _("“query” is a text"))
    return given


def _right(given: object, name: str, outcome: Outcome, schema: LabelSchema) -> tuple[int, ...]:
    values = list_of(given, name)
    if (outcome == "label") != bool(values):
        raise broken(name, _("a label has its right answers, and nothing else has any"))
    main = schema.main_field
    known = [True, False] if main.kind == "boolean" else [option.value for option in main.options]
    for value in values:
        # `True == 1`, and it is no grade.
        if not any(type(value) is type(each) and value == each for each in known):
            raise broken(name, _("%(value)s is no answer of “%(field)s”") % {
                "value": value, "field": main.key,
            })  # fmt: skip
    return tuple(sorted({grade_of(main, value) for value in values}))


@dataclass(frozen=True)
class Feedback:
    """What somebody is told about a practice answer; nothing of it is kept."""

    hit: bool
    answered: Answered
    example: Example


def check_practice(schema: LabelSchema, example: Example, answers: object) -> Feedback:
    """Hold an answer against an example.

    :raises InvalidAnswers: the answers do not fit the schema.
    """
    answered = validate_answers(schema, answers, query=example.query, content=example.content)
    same = answered.outcome == example.outcome
    hit = same and (answered.grade is None or answered.grade in example.right)
    return Feedback(hit, answered, example)


def for_reader(examples: Sequence[Example], tags: Sequence[str]) -> tuple[Example, ...]:
    """The examples that somebody who reads `tags` can judge.

    Those of their locales, or else of their languages, or else all there are.
    """
    languages = {tag.split("-")[0] for tag in tags}
    mine = [each for each in examples if each.locale in tags]
    near = [each for each in examples if each.language in languages]
    return tuple(mine or near or examples)
