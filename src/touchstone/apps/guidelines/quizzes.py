"""The quiz of a guideline and its practice examples: read from JSON, marked, without the ORM.

    {"pass_mark": 2, "wait_minutes": 15, "questions": [
        {"key": "language", "kind": "single", "names": {"en": …, "fr": …},
         "options": [{"value": "yes", "names": {…}}, …],
         "right": ["no"], "explanation": {"en": …, "fr": …}}, …]}

`pass_mark` is how many questions must be right; a multiple choice is right when all of its right
options are chosen and no other. `wait_minutes` lie between two attempts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from touchstone.apps.guidelines.reading import (
    BrokenSchema,
    broken,
    key,
    list_of,
    mapping,
    names,
    require_unique,
    whole,
)
from touchstone.apps.guidelines.shapes import in_language, language_of
from touchstone.lib.errors import Refused

Kind = Literal["single", "multiple"]
Given = Mapping[str, Sequence[str]]

KINDS: tuple[Kind, ...] = ("single", "multiple")
ENTRIES = frozenset({"pass_mark", "wait_minutes", "questions"})
QUESTION = frozenset({"key", "kind", "names", "options", "right", "explanation"})
OPTION = frozenset({"value", "names"})
MOST_QUESTIONS = 60
MOST_OPTIONS = 10
MOST_WAIT_MINUTES = 7 * 24 * 60


class BrokenQuiz(Refused):
    """A quiz cannot be used; the message and `details["field"]` name the question."""

    code = "broken_quiz"


class InvalidQuizAnswers(Refused):
    """What was answered does not fit the quiz; nothing was kept."""

    code = "invalid_quiz_answers"


@dataclass(frozen=True)
class Choice:
    """One option of a question."""

    value: str
    names: Mapping[str, str]

    def name(self, language: str) -> str:
        """Its name in `language`, or else in English."""
        return in_language(self.names, language)


@dataclass(frozen=True)
class Question:
    """One question; `right` and `explanation` are told after an attempt only."""

    key: str
    kind: Kind
    names: Mapping[str, str]
    options: tuple[Choice, ...]
    right: frozenset[str]
    explanation: Mapping[str, str]

    def name(self, language: str) -> str:
        """The question in `language`, or else in English."""
        return in_language(self.names, language)

    def language(self, wanted: str) -> str:
        """The language in which `name` answers."""
        return language_of(self.names, wanted)

    def why(self, language: str) -> str:
        """The explanation in `language`, or else in English."""
        return in_language(self.explanation, language)


@dataclass(frozen=True)
class Quiz:
    """The questions of a guideline, how many must be right, how long to wait between attempts."""

    pass_mark: int
    wait_minutes: int
    questions: tuple[Question, ...]


def parse_quiz(given: object) -> Quiz:
    """Read a quiz from its JSON.

    :raises BrokenQuiz: it cannot be used; the message says which question and why.
    """
    try:
        return _quiz(given)
    except BrokenSchema as fault:
        field, reason = fault.details["field"], fault.details["reason"]
        raise BrokenQuiz(
            _("The quiz cannot be used. %(field)s: %(reason)s.")
            % {"field": field, "reason": reason},
            field=field,
            reason=reason,
        ) from fault


def _quiz(given: object) -> Quiz:
    entries = mapping(given, "quiz", ENTRIES)
    questions = tuple(_question(each) for each in list_of(entries.get("questions"), "questions"))
    if not 1 <= len(questions) <= MOST_QUESTIONS:
        raise broken(
            "questions", _("it has from 1 to %(most)d questions") % {"most": MOST_QUESTIONS}
        )
    require_unique("questions", [question.key for question in questions])
    wait = entries.get("wait_minutes", 0)
    return Quiz(
        pass_mark=whole(entries.get("pass_mark"), "quiz", "pass_mark", 1, len(questions)),
        wait_minutes=whole(wait, "quiz", "wait_minutes", 0, MOST_WAIT_MINUTES),
        questions=questions,
    )


def _question(given: object) -> Question:
    entries = mapping(given, "questions", QUESTION)
    name = key(entries.get("key"), "questions")
    kind = entries.get("kind")
    if kind not in KINDS:
        raise broken(
            name,
            _("“%(kind)s” is not known here; known kinds: %(known)s")
            % {"kind": kind, "known": ", ".join(KINDS)},
        )
    options = tuple(_option(each, name) for each in list_of(entries.get("options"), name))
    if not 2 <= len(options) <= MOST_OPTIONS:
        raise broken(name, _("it has from 2 to %(most)d options") % {"most": MOST_OPTIONS})
    require_unique(name, [option.value for option in options])
    return Question(
        key=name,
        kind=kind,
        names=names(entries.get("names"), name),
        options=options,
        right=_right(entries.get("right"), name, kind, options),
        explanation=names(entries.get("explanation"), name),
    )


def _option(given: object, name: str) -> Choice:
    entries = mapping(given, name, OPTION)
    return Choice(key(entries.get("value"), name), names(entries.get("names"), name))


def _right(given: object, name: str, kind: object, options: Sequence[Choice]) -> frozenset[str]:
    right = [key(each, name) for each in list_of(given, name)]
    require_unique(name, right)
    strange = sorted(set(right) - {option.value for option in options})
    if strange:
        raise broken(name, _("no such options: %(options)s") % {"options": ", ".join(strange)})
    if not right or (kind == "single" and len(right) != 1):
        raise broken(name, _("a single choice has one right option, a multiple one or more"))
    return frozenset(right)


@dataclass(frozen=True)
class Marked:
    """An attempt as it was marked: which questions were right, and whether that is enough."""

    chosen: Mapping[str, tuple[str, ...]]
    right: frozenset[str]
    passed: bool


def mark_quiz(quiz: Quiz, given: object) -> Marked:
    """Mark the chosen options, by question.

    :raises InvalidQuizAnswers: a question is unknown or unanswered, or an option is not offered.
    """
    if not isinstance(given, Mapping):
        raise _invalid("answers", _("they must be an object"))
    known = {question.key: question for question in quiz.questions}
    for name in given:
        if name not in known:
            raise _invalid(str(name)[:60], _("the quiz has no such question"))
    chosen = {name: _chosen(question, given.get(name)) for name, question in known.items()}
    right = frozenset(name for name, values in chosen.items() if set(values) == known[name].right)
    return Marked(chosen, right, len(right) >= quiz.pass_mark)


def _chosen(question: Question, given: object) -> tuple[str, ...]:
    if not isinstance(given, list | tuple) or not given:
        raise _invalid(question.key, _("choose an answer"))
    if question.kind == "single" and len(given) > 1:
        raise _invalid(question.key, _("choose one answer only"))
    offered = [option.value for option in question.options]
    if any(value not in offered for value in given) or len(set(given)) < len(given):
        raise _invalid(question.key, _("choose among the answers that are offered"))
    return tuple(value for value in offered if value in given)


def _invalid(field: str, reason: str) -> InvalidQuizAnswers:
    return InvalidQuizAnswers(
        _("Your answers were not taken. %(field)s: %(reason)s.")
        % {"field": field, "reason": reason},
        field=field,
        reason=reason,
    )
