"""The fields of a schema, kind by kind."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from django.utils.translation import gettext as _

from touchstone.apps.guidelines.reading import (
    broken,
    key,
    list_of,
    mapping,
    names,
    require_unique,
    texts,
    truth,
    whole,
)
from touchstone.apps.guidelines.shapes import KINDS, LONGEST_TEXT, Field, Kind, Option

GRADES = range(-100, 101)
MOST_OPTIONS = 60
LONGEST_FIELD_TEXT = 20_000
LONGEST_UNIT = 12
LARGEST_NUMBER = 10**15  # beyond it a browser's numbers are no longer exact

COMMON = frozenset({"key", "kind", "required", "names", "help", "options"})
OWN: Mapping[Kind, frozenset[str]] = {
    "multiple": frozenset({"least", "most"}),
    "number": frozenset({"least", "most", "step", "unit"}),
    "text": frozenset({"longest"}),
    "span": frozenset({"of"}),
    "ranking": frozenset({"of"}),
}
OPTION = frozenset({"value", "hotkey", "names", "help", "mirror"})
# How many options a kind has at least; the others have none.
CHOICES: Mapping[Kind, int] = {"ordinal": 2, "single": 2, "multiple": 2, "span": 1}


def read_field(given: object) -> Field:
    """Read one field from its JSON.

    :raises BrokenSchema: it cannot be used; the message says which field and why.
    """
    name = key(given.get("key") if isinstance(given, Mapping) else given, "fields")
    assert isinstance(given, Mapping)  # or it would have no key
    kind = _kind(given.get("kind"), name)
    entries = mapping(given, name, COMMON | OWN.get(kind, frozenset()))
    options = _options(entries.get("options", []), name, kind)
    field = Field(
        key=name,
        kind=kind,
        required=truth(entries.get("required", False), name, "required"),
        names=names(entries.get("names"), name),
        help=texts(entries.get("help", {}), name),
        options=options,
    )
    finish = FINISH.get(kind)
    return finish(field, entries) if finish else field


def read_reason(given: object, name: str) -> Option:
    """Read one reason not to judge, or to escalate.

    :raises BrokenSchema: it cannot be used.
    """
    reason = mapping(given, name, OPTION - {"mirror"})
    return _option(reason, name, "single")


def _kind(given: object, name: str) -> Kind:
    for kind in KINDS:
        if given == kind:
            return kind
    raise broken(
        name,
        _("the kind “%(kind)s” is not known here; known kinds: %(known)s")
        % {"kind": given, "known": ", ".join(KINDS)},
    )


def _options(given: object, name: str, kind: Kind) -> tuple[Option, ...]:
    options = tuple(_option(each, name, kind) for each in list_of(given, name))
    if kind not in CHOICES:
        if options:
            raise broken(name, _("a field of this kind has no options"))
        return ()
    if len(options) < CHOICES[kind]:
        if kind == "span":
            raise broken(name, _("what is marked needs at least one option, its tag"))
        raise broken(name, _("a choice needs at least two options"))
    if len(options) > MOST_OPTIONS:
        raise broken(name, _("it has more than %(most)d options") % {"most": MOST_OPTIONS})
    values = [option.value for option in options]
    require_unique(name, values)
    require_unique(name, [option.hotkey for option in options if option.hotkey])
    if kind == "ordinal" and values != sorted(values, key=int):
        raise broken(name, _("the grades of a scale go up"))
    _check_mirrors(options, name)
    return options


def _option(given: object, name: str, kind: Kind) -> Option:
    option = mapping(given, name, OPTION)
    hotkey = option.get("hotkey", "")
    if not isinstance(hotkey, str) or not re.fullmatch(r"[0-9a-z]?", hotkey):
        raise broken(name, _("a hotkey is one digit or one small letter"))
    mirror = option.get("mirror")
    return Option(
        value=_value(option.get("value"), name, kind),
        names=names(option.get("names"), name),
        help=texts(option.get("help", {}), name),
        hotkey=hotkey,
        mirror=None if mirror is None else _value(mirror, name, kind),
    )


def _value(given: object, name: str, kind: Kind) -> int | str:
    if kind == "ordinal":
        if isinstance(given, bool) or not isinstance(given, int) or given not in GRADES:
            raise broken(name, _("a grade is a whole number from -100 to 100"))
        return given
    return key(given, name)


def _check_mirrors(options: tuple[Option, ...], name: str) -> None:
    mirrors = {option.value: option.mirror for option in options if option.mirror is not None}
    for value, mirror in mirrors.items():
        if mirrors.get(mirror) != value:
            raise broken(
                name,
                _("“%(value)s” mirrors “%(mirror)s”, which does not mirror it back")
                % {"value": value, "mirror": mirror},
            )


def _multiple(field: Field, entries: Mapping[str, object]) -> Field:
    count = len(field.options)
    given = entries.get("least"), entries.get("most")
    least = None if given[0] is None else whole(given[0], field.key, "least", 1, count)
    most = None if given[1] is None else whole(given[1], field.key, "most", least or 1, count)
    return _with(field, least=least, most=most)


def _number(field: Field, entries: Mapping[str, object]) -> Field:
    bounds = {entry: _finite(entries.get(entry), field.key, entry) for entry in ("least", "most")}
    least, most = bounds["least"], bounds["most"]
    if least is not None and most is not None and least >= most:
        raise broken(field.key, _("“least” is below “most”"))
    step = _finite(entries.get("step"), field.key, "step")
    if step is not None and step <= 0:
        raise broken(field.key, _("“step” is above zero"))
    unit = entries.get("unit", "")
    if not isinstance(unit, str) or len(unit) > LONGEST_UNIT:
        raise broken(
            field.key, _("“unit” is a text of at most %(most)d characters") % {"most": LONGEST_UNIT}
        )
    return _with(field, least=least, most=most, step=step, unit=unit)


def _finite(given: object, name: str, entry: str) -> float | None:
    if given is None:
        return None
    if (
        isinstance(given, bool)
        or not isinstance(given, int | float)
        or not abs(given) <= LARGEST_NUMBER
        or not math.isfinite(given)
    ):
        raise broken(name, _("“%(entry)s” is a number") % {"entry": entry})
    return given


def _text(field: Field, entries: Mapping[str, object]) -> Field:
    given = entries.get("longest", LONGEST_TEXT)
    return _with(field, longest=whole(given, field.key, "longest", 1, LONGEST_FIELD_TEXT))


def _of_content(field: Field, entries: Mapping[str, object]) -> Field:
    of = entries.get("of")
    if of is None:
        raise broken(field.key, _("say with “of” which content it is about"))
    return _with(field, of=key(of, field.key))


def _with(field: Field, **changed: object) -> Field:
    return replace(field, **changed)  # type: ignore[arg-type]


FINISH: Mapping[Kind, Callable[[Field, Mapping[str, object]], Field]] = {
    "multiple": _multiple,
    "number": _number,
    "text": _text,
    "span": _of_content,
    "ranking": _of_content,
}
