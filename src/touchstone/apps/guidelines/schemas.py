"""Label schemas: what a task asks, as plain values read from JSON. Answers are in `policies`.

A schema says which fields a task screen asks for. Kinds: `ordinal` (grades in order), `single` (one
of several), `boolean`, `text`. Other kinds are refused by name until the service knows how to
aggregate them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from touchstone.lib.errors import Refused

Kind = Literal["ordinal", "single", "boolean", "text"]

KINDS: tuple[Kind, ...] = ("ordinal", "single", "boolean", "text")
NAMED_IN = ("en", "fr")
FALLBACK = "en"
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
GRADES = range(0, 101)


class BrokenSchema(Refused):
    """A label schema cannot be used; the message names the field and the reason."""

    code = "broken_schema"


@dataclass(frozen=True)
class Option:
    """One possible answer of a field, or one reason why an item cannot be judged."""

    value: int | str
    names: Mapping[str, str]
    help: Mapping[str, str]
    hotkey: str = ""

    def name(self, language: str) -> str:
        """What the option is called in `language`, or else in English."""
        return in_language(self.names, language)


@dataclass(frozen=True)
class Field:
    """One question of a task."""

    key: str
    kind: Kind
    required: bool
    names: Mapping[str, str]
    help: Mapping[str, str]
    options: tuple[Option, ...]

    def name(self, language: str) -> str:
        """What the field is called in `language`, or else in English."""
        return in_language(self.names, language)

    @property
    def values(self) -> tuple[int | str, ...]:
        """The values of the options, in order."""
        return tuple(option.value for option in self.options)


@dataclass(frozen=True)
class LabelSchema:
    """What a task asks: its fields, the main one, reasons not to judge, what the screen shows."""

    fields: tuple[Field, ...]
    main: str
    cannot_judge: tuple[Option, ...]
    context: tuple[str, ...]

    @property
    def main_field(self) -> Field:
        """The field whose answer is the label."""
        return next(field for field in self.fields if field.key == self.main)

    @property
    def grades(self) -> tuple[int, ...]:
        """The numbers that a label can be, in order; see `grade_of`."""
        field = self.main_field
        if field.kind == "boolean":
            return (0, 1)
        return tuple(grade_of(field, value) for value in field.values)


def in_language(names: Mapping[str, str], language: str) -> str:
    """The text for `language` (`fr-CA` reads `fr`), or else the English one, or else nothing."""
    return names.get(language) or names.get(language.split("-")[0]) or names.get(FALLBACK) or ""


def grade_of(field: Field, value: int | str | bool) -> int:
    """An answer to the main field as a number: the grade, the place in the list, or 0 and 1."""
    if field.kind == "single":
        return field.values.index(value)
    return int(value)


def parse_schema(given: object) -> LabelSchema:
    """Read a schema from its JSON.

    :raises BrokenSchema: it cannot be used; the message says which field and why.
    """
    schema = _mapping(given, "schema", {"fields", "main", "cannot_judge", "context"})
    fields = tuple(_field(each) for each in _list(schema.get("fields"), "fields"))
    if not fields:
        raise _broken("fields", _("a schema asks at least one question"))
    _require_unique("fields", [field.key for field in fields])
    reasons = tuple(_reason(each) for each in _list(schema.get("cannot_judge", []), "cannot_judge"))
    _require_unique("cannot_judge", [reason.value for reason in reasons])
    context = tuple(_key(each, "context") for each in _list(schema.get("context", []), "context"))
    _require_unique("context", context)
    return LabelSchema(fields, _main(schema.get("main"), fields), reasons, context)


def _main(given: object, fields: Sequence[Field]) -> str:
    named = [field for field in fields if field.key == given]
    if not named:
        raise _broken("main", _("it names no field: %(main)s") % {"main": given})
    if named[0].kind == "text":
        raise _broken("main", _("a text cannot be the label"))
    if not named[0].required:
        raise _broken("main", _("the main field must be required"))
    return named[0].key


def _field(given: object) -> Field:
    key = _key(given.get("key") if isinstance(given, Mapping) else given, "fields")
    field = _mapping(given, key, {"key", "kind", "required", "names", "help", "options"})
    kind = _kind(field.get("kind"), key)
    required = field.get("required", False)
    if not isinstance(required, bool):
        raise _broken(key, _("“required” is true or false"))
    return Field(
        key=key,
        kind=kind,
        required=required,
        names=_names(field.get("names"), key),
        help=_texts(field.get("help", {}), key),
        options=_options(field.get("options", []), key, kind),
    )


def _kind(given: object, key: str) -> Kind:
    for kind in KINDS:
        if given == kind:
            return kind
    raise _broken(
        key,
        _("the kind “%(kind)s” is not known here; known kinds: %(known)s")
        % {"kind": given, "known": ", ".join(KINDS)},
    )


def _options(given: object, key: str, kind: Kind) -> tuple[Option, ...]:
    options = tuple(_option(each, key, kind) for each in _list(given, key))
    if kind in ("boolean", "text"):
        if options:
            raise _broken(key, _("a field of this kind has no options"))
        return ()
    if len(options) < 2:
        raise _broken(key, _("a choice needs at least two options"))
    values = [option.value for option in options]
    _require_unique(key, values)
    _require_unique(key, [option.hotkey for option in options if option.hotkey])
    if kind == "ordinal" and values != sorted(values, key=int):
        raise _broken(key, _("the grades of a scale go up"))
    return options


def _option(given: object, key: str, kind: Kind) -> Option:
    option = _mapping(given, key, {"value", "hotkey", "names", "help"})
    hotkey = option.get("hotkey", "")
    if not isinstance(hotkey, str) or not re.fullmatch(r"[0-9a-z]?", hotkey):
        raise _broken(key, _("a hotkey is one digit or one small letter"))
    return Option(
        value=_value(option.get("value"), key, kind),
        names=_names(option.get("names"), key),
        help=_texts(option.get("help", {}), key),
        hotkey=hotkey,
    )


def _value(given: object, key: str, kind: Kind) -> int | str:
    if kind == "ordinal":
        if isinstance(given, bool) or not isinstance(given, int) or given not in GRADES:
            raise _broken(key, _("a grade is a whole number from 0 to 100"))
        return given
    return _key(given, key)


def _reason(given: object) -> Option:
    reason = _mapping(given, "cannot_judge", {"value", "hotkey", "names", "help"})
    return _option(reason, "cannot_judge", "single")


def _mapping(given: object, name: str, known: set[str]) -> Mapping[str, object]:
    if not isinstance(given, Mapping):
        raise _broken(name, _("it must be an object"))
    strange = sorted(str(each) for each in given.keys() - known)
    if strange:
        raise _broken(name, _("unknown entries: %(entries)s") % {"entries": ", ".join(strange)})
    return given


def _list(given: object, name: str) -> Sequence[object]:
    if not isinstance(given, list | tuple):
        raise _broken(name, _("it must be a list"))
    return given


def _key(given: object, name: str) -> str:
    if not isinstance(given, str) or not KEY.fullmatch(given):
        raise _broken(
            name,
            _("“%(key)s” is not a key: small letters, digits and _, a letter first")
            % {"key": given},
        )
    return given


def _names(given: object, key: str) -> Mapping[str, str]:
    names = _texts(given, key)
    missing = [language for language in NAMED_IN if not names.get(language, "").strip()]
    if missing:
        raise _broken(
            key, _("a name is missing in: %(languages)s") % {"languages": ", ".join(missing)}
        )
    return names


def _texts(given: object, key: str) -> Mapping[str, str]:
    if not isinstance(given, Mapping) or not all(
        isinstance(language, str) and isinstance(text, str) for language, text in given.items()
    ):
        raise _broken(key, _("names and help are texts by language"))
    return dict(given)


def _require_unique(key: str, values: Sequence[object]) -> None:
    twice = sorted({str(value) for value in values if values.count(value) > 1})
    if twice:
        raise _broken(key, _("said twice: %(values)s") % {"values": ", ".join(twice)})


def _broken(field: str, reason: str) -> BrokenSchema:
    return BrokenSchema(
        _("The label schema cannot be used. %(field)s: %(reason)s.")
        % {"field": field, "reason": reason},
        field=field,
    )
