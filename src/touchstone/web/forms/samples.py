"""The sample item of a preview, as people write it: one line a content, no code.

    title: How long to boil an egg
    text: Six minutes for a soft yolk.
    left.title: …            a part of a side
    left.1.title: …          a part of the first entry of a list

A line without a name goes on with the one before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from touchstone.apps.guidelines.seeds import SEEDS
from touchstone.apps.guidelines.teaching import seeded_practice

NAMED = re.compile(r"([a-z][a-z0-9_]*(?:\.[a-z0-9_]+){0,2})\s*:(.*)")
LONGEST = 20_000


class BadLines(ValueError):
    """The lines cannot be read; the message says which and why."""


def content_of(text: str) -> dict[str, Any]:
    """The content of an item, from its lines.

    :raises BadLines: a line has no name, or a name is a text here and a part there.
    """
    if len(text) > LONGEST:
        raise BadLines(
            _("Write at most %(most)d characters. Nothing was changed.") % {"most": LONGEST}
        )
    values: dict[str, list[str]] = {}
    name = ""
    for line in text.replace("\r\n", "\n").split("\n"):
        found = NAMED.fullmatch(line)
        if found:
            name = found[1]
            values[name] = [found[2].strip()]
        elif name:
            values[name].append(line)
        elif line.strip():
            raise BadLines(
                _("“%(line)s” has no name; write for example “title: %(line)s”.")
                % {"line": line.strip()[:40]}
            )
    return _nested({name: "\n".join(lines).strip() for name, lines in values.items()})


def _nested(values: Mapping[str, str]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for name, value in values.items():
        *places, last = name.split(".")
        here = content
        for place in places:
            here = here.setdefault(place, {})
            if not isinstance(here, dict):
                raise BadLines(_("“%(name)s” is a text and has parts as well.") % {"name": place})
        if isinstance(here.get(last), dict):
            raise BadLines(_("“%(name)s” is a text and has parts as well.") % {"name": last})
        here[last] = value
    return {name: _listed(value) for name, value in content.items()}


def _listed(value: Any) -> Any:
    """Parts that are numbered are the entries of a list, each with its number as its id."""
    if not isinstance(value, dict) or not all(
        name.isdecimal() and len(name) < 9 and isinstance(each, dict)
        for name, each in value.items()
    ):
        return value
    return [{"id": name, **value[name]} for name in sorted(value, key=int)]


def lines_of(content: Mapping[str, Any]) -> str:
    """The lines that `content_of` reads back."""
    return "\n".join(f"{name}: {value}" for name, value in _flat(content))


def _flat(content: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in content.items():
        path = f"{before}{name}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path}.")
        elif isinstance(value, list):
            for number, each in enumerate(value, 1):
                parts = each if isinstance(each, Mapping) else {"text": each}
                inner = {key: part for key, part in parts.items() if key != "id"}
                yield from _flat(inner, f"{path}.{number}.")
        else:
            yield path, str(value)


# The template whose practice shows a layout best, where several have it.
OF_LAYOUT = {
    "result": "graded-relevance",
    "pair": "pairwise",
    "lists": "side-by-side",
    "suggestion": "suggestion-quality",
    "ad": "search-ads",
    "media": "search-security",
    "query": "query-understanding",
    "video": "video-result",
}


def sample_of(key: str, layout: str, language: str) -> dict[str, str]:
    """A sample to begin with: from the practice of the template `key`, or of one in `layout`."""
    known = {seed.key for seed in SEEDS}
    practice: Any = seeded_practice(key if key in known else OF_LAYOUT[layout]) or []
    mine = [each for each in practice if each["locale"].split("-")[0] == language]
    example = (mine or practice)[0]
    return {
        "sample_query": example["query"],
        "sample_locale": example["locale"],
        "sample_lines": lines_of(example["content"]),
    }
