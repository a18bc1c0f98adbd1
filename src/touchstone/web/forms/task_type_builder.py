"""The builder of task types: a label schema as forms, and forms as a label schema.

Which rows there are and in which order says the page: each row carries a hidden marker with the
prefix of its fields, and markers come in the order of the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from touchstone.apps.guidelines.policies import BrokenSchema, parse_schema
from touchstone.apps.guidelines.schemas import KINDS
from touchstone.apps.guidelines.shapes import SIDED
from touchstone.web.forms.task_types import (
    BAD_KEY,
    KEY,
    NAMED_IN,
    AnswerForm,
    QuestionForm,
    SchemaForm,
    TypeForm,
    key_from,
    lines_by_language,
)

PREFIX = re.compile(r"[a-z][a-z0-9-]{0,39}")
GRADE = re.compile(r"-?\d{1,3}")
REASONS = ("cannot_judge", "escalate")
BLANK = "__prefix__"
# What each kind of question has beside its name; the page hides the rest.
OWN: Mapping[str, tuple[str, ...]] = {
    "multiple": ("least", "most"),
    "number": ("least", "most", "step", "unit"),
    "text": ("longest",),
    "span": ("of",),
    "ranking": ("of",),
}
WITH_ANSWERS = ("ordinal", "single", "multiple", "span")
Texts = dict[str, str]


@dataclass
class Question:
    """One question with its answers, under the prefix of its fields."""

    prefix: str
    form: QuestionForm
    answers: list[AnswerForm] = field(default_factory=list)
    is_main: bool = False

    @property
    def kind(self) -> str:
        """The kind chosen so far."""
        shown = self.form.shown("kind")
        return shown if shown in KINDS else KINDS[0]

    @property
    def key(self) -> str:
        """The key that was written, or else the one that the English name makes."""
        return str(self.form.given("key") or key_from(str(self.form.given("name_en") or "")))

    @property
    def has_answers(self) -> bool:
        return self.kind in WITH_ANSWERS

    @property
    def own(self) -> tuple[str, ...]:
        return OWN.get(self.kind, ())


class Builder:
    """The whole form. `faults` says what is wrong with lists, which have no form of their own."""

    def __init__(
        self,
        form: TypeForm,
        questions: list[Question],
        cannot_judge: list[AnswerForm],
        escalate: list[AnswerForm],
    ) -> None:
        self.form, self.questions = form, questions
        self.cannot_judge, self.escalate = cannot_judge, escalate
        self.faults: dict[str, str] = {}
        self.blank_question = Question(BLANK, QuestionForm(prefix=BLANK, initial={"screen": 1}))
        self.blank_answer = AnswerForm(prefix=BLANK)

    # --- from what was posted, from a schema --------------------------------------------------

    @classmethod
    def posted(cls, data: QueryDict, teaching: Iterable[tuple[str, str]]) -> Builder:
        """What somebody sent, row by row as it stood on their page."""
        main = data.get("main")
        return cls(
            TypeForm(data, teaching=teaching),
            [
                Question(
                    prefix,
                    QuestionForm(data, prefix=prefix),
                    _answers(data, f"{prefix}-answers"),
                    is_main=prefix == main,
                )
                for prefix in _markers(data, "question")
            ],
            _answers(data, "cannot_judge"),
            _answers(data, "escalate"),
        )

    @classmethod
    def started(
        cls,
        schema: Mapping[str, Any],
        initial: Mapping[str, Any],
        teaching: Iterable[tuple[str, str]],
    ) -> Builder:
        """The form for a schema that holds, or for one that has hardly begun."""
        start = {
            "layout": schema.get("layout", "result"),
            "context": ", ".join(schema.get("context", [])),
            "sides": ", ".join(schema.get("sides") or []),
            "metric": schema.get("metric", ""),
        }
        return cls(
            TypeForm(initial=start | dict(initial), teaching=teaching),
            [_question(n, given, schema) for n, given in enumerate(_in_order(schema), 1)],
            _started(schema.get("cannot_judge", []), "c"),
            _started(schema.get("escalate", []), "e"),
        )

    # --- to a schema --------------------------------------------------------------------------

    def schema(self, *, lenient: bool = False) -> dict[str, Any]:
        """The label schema as it is written.

        `lenient` fills what is still missing, so that a half-written type can be looked at.
        """
        layout = self.form.given("layout") or "result"
        sides = self._sides()
        writer = _Writer(lenient=lenient, sided=bool(sides))
        keys = [writer.key(each.key, f"question_{n}") for n, each in enumerate(self.questions, 1)]
        named = list(zip(keys, self.questions, strict=True))
        context = self.form.listed("context")
        schema: dict[str, Any] = {
            "layout": layout,
            "context": [key for key in context if not lenient or KEY.fullmatch(key)],
            "fields": [writer.question(key, each) for key, each in named],
            "main": next((key for key, each in named if each.is_main), None),
            "cannot_judge": writer.answers(self.cannot_judge, "single"),
            "escalate": writer.answers(self.escalate, "single"),
        }
        if len(screens := _screens(named)) > 1:
            schema["screens"] = screens
        optional = {"sides": sides, "metric": self.form.given("metric")}
        return schema | {name: value for name, value in optional.items() if value}

    def _sides(self) -> list[str]:
        return self.form.listed("sides") if self.form.given("layout") in SIDED else []

    # --- what is wrong ------------------------------------------------------------------------

    def is_valid(self) -> bool:
        """Whether a schema comes out of it; what is wrong stands beside what it is about."""
        pieces: list[SchemaForm] = [self.form, *self.cannot_judge, *self.escalate]
        for question in self.questions:
            pieces += [question.form, *(question.answers if question.has_answers else [])]
        right = [piece.is_valid() for piece in pieces]
        right += [_has_a_key(each) for each in self.questions]
        chosen = [each for each in self.questions if each.has_answers]
        right += [_are_right(each.answers, each.kind, sided=bool(self._sides())) for each in chosen]
        right += [
            _are_right(each, "single", sided=False) for each in (self.cannot_judge, self.escalate)
        ]
        if not all(right):
            return False
        try:
            parse_schema(self.schema())
        except BrokenSchema as broken:
            self.blame(str(broken.details["field"]), str(broken.details["reason"]))
            return False
        return True

    def blame(self, name: str, reason: str) -> None:
        """Put what was refused beside what it is about: a question, an entry, the whole."""
        reason = f"{reason[:1].upper()}{reason[1:]}"
        for question in self.questions:
            if question.key == name:
                question.form.add_error(None, reason)
                return
        if name in self.form.fields:
            self.form.add_error(name, reason)
        elif name in {"fields", "main", "screens", *REASONS}:
            self.faults["fields" if name in {"main", "screens"} else name] = (
                _("Choose which question is the label.")
                if name == "main" and not any(each.is_main for each in self.questions)
                else reason
            )
        else:
            self.form.add_error(None, reason)

    @property
    def errors(self) -> bool:
        """Whether something is marked as wrong."""
        pieces: list[SchemaForm] = [self.form, *self.cannot_judge, *self.escalate]
        for question in self.questions:
            pieces += [question.form, *question.answers]
        return bool(self.faults) or any(piece.is_bound and piece.errors for piece in pieces)


def _markers(data: QueryDict, name: str) -> list[str]:
    return [each for each in dict.fromkeys(data.getlist(name)) if PREFIX.fullmatch(each)]


def _answers(data: QueryDict, marker: str) -> list[AnswerForm]:
    return [
        AnswerForm(data, prefix=prefix, empty_permitted=True) for prefix in _markers(data, marker)
    ]


def _in_order(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The questions in the order of the screens."""
    fields = list(schema.get("fields", []))
    if not schema.get("screens"):
        return fields
    places = [key for screen in schema["screens"] for key in screen]
    return sorted(fields, key=lambda each: places.index(each["key"]))


def _question(n: int, given: Mapping[str, Any], schema: Mapping[str, Any]) -> Question:
    screens = schema.get("screens") or [[given["key"]]]
    on = next(at for at, keys in enumerate(screens, 1) if given["key"] in keys or len(screens) == 1)
    plain = ("key", "kind", "required", "least", "most", "step", "unit", "longest", "of")
    initial = {name: given[name] for name in plain if name in given} | {"screen": on}
    form = QuestionForm(initial=initial | _texts(given), prefix=f"q{n}")
    answers = _started(given.get("options", []), f"q{n}-a")
    return Question(f"q{n}", form, answers, is_main=given["key"] == schema.get("main"))


def _started(options: Sequence[Mapping[str, Any]], prefix: str) -> list[AnswerForm]:
    return [
        AnswerForm(
            initial={name: option[name] for name in ("value", "hotkey", "mirror") if name in option}
            | _texts(option),
            prefix=f"{prefix}{n}",
        )
        for n, option in enumerate(options, 1)
    ]


def _texts(given: Mapping[str, Any]) -> dict[str, str]:
    names, help_ = given.get("names", {}), given.get("help", {})
    others = {"more_names": names, "more_help": help_}
    return {
        **{f"name_{language}": names.get(language, "") for language in NAMED_IN},
        **{f"help_{language}": help_.get(language, "") for language in NAMED_IN},
        **{
            name: lines_by_language({key: texts[key] for key in texts if key not in NAMED_IN})
            for name, texts in others.items()
        },
    }


def _screens(named: Sequence[tuple[str, Question]]) -> list[list[str]]:
    screens: dict[int, list[str]] = {}
    for key, question in named:
        screens.setdefault(question.form.given("screen") or 1, []).append(key)
    return [screens[number] for number in sorted(screens)]


def _has_a_key(question: Question) -> bool:
    if question.form.errors or question.key:
        return True
    question.form.add_error("key", _("No key can be made of this name; write one."))
    return False


def _are_right(answers: Iterable[AnswerForm], kind: str, *, sided: bool) -> bool:
    """Whether each value can be one; who reads the schema could only name the question."""
    faults = [
        (answer, name, fault)
        for answer in answers
        if answer.has_changed() and not answer.errors
        for name, fault in _value_faults(answer, kind)
        if sided or name != "mirror"
    ]
    for answer, name, fault in faults:
        answer.add_error(name, fault)
    return not faults


def _value_faults(answer: AnswerForm, kind: str) -> Iterator[tuple[str, Any]]:
    value, mirror = str(answer.given("value") or ""), str(answer.given("mirror") or "")
    form, says = GRADE, _("A grade is a whole number from -100 to 100.")
    if kind != "ordinal":
        form, says = KEY, str(BAD_KEY)
        value = value or key_from(str(answer.given("name_en") or ""))
    if not form.fullmatch(value):
        yield "value", says
    if mirror and not form.fullmatch(mirror):
        yield "mirror", says


@dataclass(frozen=True)
class _Writer:
    """Writes the JSON of questions and answers; `lenient` fills the gaps."""

    lenient: bool
    sided: bool

    def key(self, found: str, instead: str) -> str:
        return found if KEY.fullmatch(found) or not self.lenient else instead

    def question(self, key: str, question: Question) -> dict[str, Any]:
        given: dict[str, Any] = {
            "key": key,
            "kind": question.kind,
            "required": bool(question.form.given("required"))
            or (self.lenient and question.is_main),
            **self._texts(question.form),
        }
        if question.has_answers:
            given["options"] = self.answers(question.answers, question.kind)
        for name in question.own:
            value = _plain(question.form.given(name))
            if value not in (None, ""):
                given[name] = value
        return given

    def answers(self, answers: Sequence[AnswerForm], kind: str) -> list[dict[str, Any]]:
        filled = [each for each in answers if each.has_changed()]
        return [self._answer(each, kind, n) for n, each in enumerate(filled)]

    def _answer(self, form: AnswerForm, kind: str, n: int) -> dict[str, Any]:
        given: dict[str, Any] = {"value": self._value(form, kind, n), **self._texts(form)}
        if hotkey := form.given("hotkey"):
            given["hotkey"] = hotkey
        mirror = str(form.given("mirror") or "")
        if self.sided and mirror:
            given["mirror"] = (
                int(mirror) if kind == "ordinal" and GRADE.fullmatch(mirror) else mirror
            )
        return given

    def _value(self, form: AnswerForm, kind: str, n: int) -> int | str:
        written = str(form.given("value") or "")
        if kind == "ordinal":
            if GRADE.fullmatch(written):
                return int(written)
            return n if self.lenient else written
        return self.key(written or key_from(str(form.given("name_en") or "")), f"answer_{n}")

    def _texts(self, form: SchemaForm) -> dict[str, Texts]:
        names = {key: str(form.given(f"name_{key}") or "") for key in NAMED_IN}
        if self.lenient:
            spoken = next(filter(None, names.values()), "…")
            names = {key: name or spoken for key, name in names.items()}
        help_ = {key: str(form.given(f"help_{key}") or "") for key in NAMED_IN}
        help_ = {key: text for key, text in help_.items() if text}
        texts = {"names": names | (form.given("more_names") or {})}
        help_ |= form.given("more_help") or {}
        return texts | ({"help": help_} if help_ else {})


def _plain(value: Any) -> Any:
    """A whole number as one: `3.0` is no number of answers."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
