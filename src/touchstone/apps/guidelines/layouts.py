"""What the content of an item must hold, so that its layout can show it and its fields be answered.

Imports ask this of every row. A plain result may hold whatever its owner has; a pair without a
right side would waste somebody's time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from touchstone.apps.guidelines.shapes import QUERY, SIDED, SIDES, LabelSchema, Layout

Shape = Literal["object", "list"]
Fault = tuple[str, str]
"""A content key and what is wrong with it."""

MOST_ENTRIES = 50
MEDIA_KINDS = ("image", "video")
SUGGESTION_KINDS = ("completion", "related")
ADDRESSES = frozenset({"cover", "clip", "media"})

NEEDED: Mapping[Layout, tuple[str, ...]] = {
    "suggestion": ("suggestion",),
    "ad": ("title",),
    "video": ("caption",),
}
# A side or an entry without any of these would be shown as an empty box.
READABLE = ("title", "text", "caption")


@dataclass(frozen=True)
class ContentRules:
    """`shapes` says which content is an object or a list; `needed` what may not be missing."""

    layout: Layout
    shapes: Mapping[str, Shape]
    needed: tuple[str, ...]

    def faults(self, content: Mapping[str, object]) -> Iterator[Fault]:
        """What is wrong with the content of one item, key by key."""
        missing = [key for key in self.needed if not content.get(key)]
        for key in missing:
            yield key, _("This task type shows it, but it is missing.")
        for key, shape in self.shapes.items():
            if key in content and key not in missing:
                yield from _shape_faults(key, shape, content[key], self.layout)
        yield from _choice_faults(self.layout, content)
        yield from ((key, message) for key, message in _address_faults(content))


def content_rules(schema: LabelSchema) -> ContentRules | None:
    """The rules for items of a task type; None where everything will do."""
    shapes: dict[str, Shape] = {}
    needed = [*NEEDED.get(schema.layout, ())]
    if schema.layout in SIDED:
        sides = schema.sides or SIDES
        shapes |= dict.fromkeys(sides, "object" if schema.layout == "pair" else "list")
        needed += sides
    for field in schema.fields:
        if field.kind == "ranking":
            shapes[field.of] = "list"
        if field.required and field.of and field.of != QUERY:
            needed.append(field.of)
    if schema.layout == "result" and not shapes and not needed:
        return None
    return ContentRules(schema.layout, shapes, tuple(dict.fromkeys(needed)))


def _shape_faults(key: str, shape: Shape, value: object, layout: Layout) -> Iterator[Fault]:
    if shape == "object":
        if not isinstance(value, Mapping):
            yield key, _("It must be an object with a title, a text or a caption.")
        else:
            yield from _object_faults(key, value)
        return
    if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
        yield key, _("It must be a list of objects.")
    elif not 1 <= len(value) <= MOST_ENTRIES:
        yield key, _("It must have from 1 to %(most)d entries.") % {"most": MOST_ENTRIES}
    else:
        yield from _entry_faults(key, value)


def _entry_faults(key: str, entries: list[Mapping[str, object]]) -> Iterator[Fault]:
    ids = [each.get("id") for each in entries]
    if not all(isinstance(each, str) and each for each in ids):
        yield key, _("Each entry needs an “id”.")
    elif len(set(ids)) < len(ids):
        yield key, _("Two entries have the same “id”.")
    for each in entries:
        yield from _object_faults(key, each)


def _object_faults(key: str, value: Mapping[str, object]) -> Iterator[Fault]:
    if not any(isinstance(value.get(name), str) and value.get(name) for name in READABLE):
        yield key, _("It needs a title, a text or a caption.")
    yield from ((key, message) for _name, message in _address_faults(value))


def _choice_faults(layout: Layout, content: Mapping[str, object]) -> Iterator[Fault]:
    message = _("“%(given)s” is none of: %(known)s.")
    if layout == "media":
        if not any(content.get(key) for key in ("title", "text", "media")):
            yield "text", _("There is neither a text nor a medium to look at.")
        if content.get("media") and content.get("media_kind") not in MEDIA_KINDS:
            given = content.get("media_kind", "")
            yield "media_kind", message % {"given": given, "known": ", ".join(MEDIA_KINDS)}
    kind = content.get("kind")
    if layout == "suggestion" and kind and kind not in SUGGESTION_KINDS:
        yield "kind", message % {"given": kind, "known": ", ".join(SUGGESTION_KINDS)}


def _address_faults(content: Mapping[str, object]) -> Iterator[Fault]:
    for key in sorted(ADDRESSES & content.keys()):
        value = content[key]
        if not isinstance(value, str) or not _is_web(value):
            yield key, _("It must be an address that begins with http:// or https://.")


def _is_web(value: str) -> bool:
    try:
        parts = urlsplit(value.strip())
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
