"""Label schemas: what a task asks, read from JSON. `shapes` has the values they are read into.

A schema says which fields a task asks for, on which screens, which of them is the label, how the
item is laid out and which reasons there are not to judge it.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from touchstone.apps.guidelines.fields import read_field, read_reason
from touchstone.apps.guidelines.reading import BrokenSchema, broken, key, list_of, mapping
from touchstone.apps.guidelines.reading import require_unique as _require_unique
from touchstone.apps.guidelines.shapes import (
    FALLBACK,
    KINDS,
    LABEL_KINDS,
    LAYOUTS,
    METRICS,
    QUERY,
    SIDED,
    Field,
    Kind,
    LabelSchema,
    Layout,
    Option,
    grade_of,
    in_language,
)

__all__ = [
    "FALLBACK",
    "KINDS",
    "LAYOUTS",
    "METRICS",
    "QUERY",
    "BrokenSchema",
    "Field",
    "Kind",
    "LabelSchema",
    "Layout",
    "Option",
    "grade_of",
    "in_language",
    "parse_schema",
]

ENTRIES = frozenset(
    {
        "fields",
        "main",
        "cannot_judge",
        "escalate",
        "context",
        "layout",
        "screens",
        "sides",
        "metric",
    }
)


def parse_schema(given: object) -> LabelSchema:
    """Read a schema from its JSON.

    :raises BrokenSchema: it cannot be used; the message says which field and why.
    """
    schema = mapping(given, "schema", ENTRIES)
    fields = tuple(read_field(each) for each in list_of(schema.get("fields"), "fields"))
    if not fields:
        raise broken("fields", _("a schema asks at least one question"))
    _require_unique("fields", [field.key for field in fields])
    layout = _layout(schema.get("layout", "result"))
    main = _main(schema.get("main"), fields)
    return LabelSchema(
        fields=fields,
        main=main,
        cannot_judge=_reasons(schema.get("cannot_judge", []), "cannot_judge"),
        context=_keys(schema.get("context", []), "context"),
        layout=layout,
        screens=_screens(schema.get("screens"), fields),
        sides=_sides(schema.get("sides"), layout, fields, main),
        escalate=_reasons(schema.get("escalate", []), "escalate"),
        metric=_metric(schema.get("metric", "")),
    )


def _layout(given: object) -> Layout:
    for layout in LAYOUTS:
        if given == layout:
            return layout
    raise broken(
        "layout",
        _("“%(layout)s” is not known here; known layouts: %(known)s")
        % {"layout": given, "known": ", ".join(LAYOUTS)},
    )


def _metric(given: object) -> str:
    if given == "" or given in METRICS:
        return str(given)
    raise broken(
        "metric",
        _("“%(metric)s” is not known here; known metrics: %(known)s")
        % {"metric": given, "known": ", ".join(METRICS)},
    )


def _main(given: object, fields: Sequence[Field]) -> str:
    named = [field for field in fields if field.key == given]
    if not named:
        raise broken("main", _("it names no field: %(main)s") % {"main": given})
    if named[0].kind == "text":
        raise broken("main", _("a text cannot be the label"))
    if named[0].kind not in LABEL_KINDS:
        raise broken(
            "main",
            _("a field of the kind “%(kind)s” cannot be the label; these can: %(known)s")
            % {"kind": named[0].kind, "known": ", ".join(LABEL_KINDS)},
        )
    if not named[0].required:
        raise broken("main", _("the main field must be required"))
    return named[0].key


def _reasons(given: object, name: str) -> tuple[Option, ...]:
    reasons = tuple(read_reason(each, name) for each in list_of(given, name))
    _require_unique(name, [reason.value for reason in reasons])
    _require_unique(name, [reason.hotkey for reason in reasons if reason.hotkey])
    return reasons


def _keys(given: object, name: str) -> tuple[str, ...]:
    keys = tuple(key(each, name) for each in list_of(given, name))
    _require_unique(name, keys)
    return keys


def _screens(given: object, fields: Sequence[Field]) -> tuple[tuple[str, ...], ...]:
    """The keys of the fields screen by screen: one screen when nothing is said."""
    every = [field.key for field in fields]
    if given is None:
        return (tuple(every),)
    screens = tuple(_keys(each, "screens") for each in list_of(given, "screens"))
    shown = [each for screen in screens for each in screen]
    _require_unique("screens", shown)
    strange, missing = sorted(set(shown) - set(every)), sorted(set(every) - set(shown))
    if strange:
        raise broken("screens", _("no such fields: %(fields)s") % {"fields": ", ".join(strange)})
    if missing or not all(screens):
        raise broken(
            "screens",
            _("each field is on one screen and no screen is empty; missing: %(fields)s")
            % {"fields": ", ".join(missing) or "–"},
        )
    return screens


def _sides(given: object, layout: Layout, fields: Sequence[Field], main: str) -> tuple[str, ...]:
    if given is None:
        _refuse_mirrors(fields)
        return ()
    if layout not in SIDED:
        raise broken(
            "sides", _("only these layouts have sides: %(known)s") % {"known": ", ".join(SIDED)}
        )
    sides = _keys(given, "sides")
    if len(sides) != 2:
        raise broken("sides", _("there are two"))
    for field in fields:
        _check_sided(field, sides, is_main=field.key == main)
    return sides


def _refuse_mirrors(fields: Sequence[Field]) -> None:
    for field in fields:
        if any(option.mirror is not None for option in field.options):
            raise broken(field.key, _("“mirror” needs “sides”"))


def _check_sided(field: Field, sides: Sequence[str], *, is_main: bool) -> None:
    if field.of in sides:
        raise broken(field.key, _("it cannot be about a side, since the sides are swapped"))
    if not is_main:
        return
    if field.kind == "boolean":
        raise broken(
            field.key, _("a yes or no cannot be the label of two sides; offer a choice instead")
        )
    bare = [str(option.value) for option in field.options if option.mirror is None]
    if bare:
        raise broken(
            field.key,
            _("say with “mirror” what these mean when the sides are swapped: %(values)s")
            % {"values": ", ".join(bare)},
        )
