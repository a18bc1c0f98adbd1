"""Which contents of an item a layout shows, and in which order. How is the scripts' affair."""

from __future__ import annotations

from collections.abc import Mapping

from touchstone.apps.guidelines.policies import NEVER_SHOWN, LabelSchema

# What a layout cannot do without; the context of a schema adds to it and never takes it away.
OWN: Mapping[str, tuple[str, ...]] = {
    "result": (),
    "video": ("cover", "clip", "caption"),
    "pair": ("left", "right"),
    "lists": ("left", "right"),
    "suggestion": ("suggestion", "kind"),
    "ad": (
        *("advertiser", "display_url", "title", "text"),
        *("landing_title", "landing_text", "landing_url"),
    ),
    "media": ("media", "media_kind"),
    "query": (),
}
# What a result or a video within a pair or a list may show; the rest could tell whose it is.
PARTS = (
    *("title", "text", "url", "domain"),
    *("caption", "cover", "clip", "author", "published", "duration", "transcript", "ocr"),
)


def shown_keys(schema: LabelSchema) -> tuple[str, ...]:
    """The contents on the screen, in the order of the schema's context."""
    own = tuple(key for key in OWN[schema.layout] if key not in schema.context)
    return tuple(key for key in own + schema.context if key not in NEVER_SHOWN)


def part_keys(schema: LabelSchema) -> tuple[str, ...]:
    """What is shown of each result of a pair or list: what the schema names, or all that can be."""
    named = tuple(key for key in PARTS if key in schema.context)
    return named or PARTS


def sent_keys(schema: LabelSchema) -> tuple[str, ...]:
    """The contents that go to the screen: what is shown, and what a field marks or orders."""
    marked = tuple(field.of for field in schema.fields if field.of and field.of not in NEVER_SHOWN)
    return tuple(dict.fromkeys(shown_keys(schema) + marked))
