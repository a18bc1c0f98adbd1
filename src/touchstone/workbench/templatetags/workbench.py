"""The workbench's own pieces: its languages, names of languages, how a text is written, scripts."""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import PrefixNode
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from touchstone.workbench.languages import direction_of

IMPORTED = re.compile(r'^(?:import|export)[^;]*?"(\.{1,2}/[^"]+)";', re.MULTILINE)

register = template.Library()
register.filter("direction", direction_of)


@register.simple_tag
def work_languages() -> list[tuple[str, str]]:
    """The languages to choose from, each by its own name."""
    return list(settings.WORKBENCH_LANGUAGES)


@register.filter
def locale_name(tag: str) -> str:
    """`fr-FR` in the language of the page; the tag itself where CLDR does not know it."""
    try:
        name = Locale.parse(tag, sep="-").get_display_name(get_language())
    except (UnknownLocaleError, ValueError):
        return tag
    return name or tag


@register.filter
def own_name(language: str) -> str:
    """A language by its own name."""
    try:
        return Locale.parse(language, sep="-").get_display_name(language) or language
    except (UnknownLocaleError, ValueError):
        return language


@register.simple_tag
def preload_modules(entry: str) -> SafeString:
    """Ask for all that a script imports at once, not each when the one before has come.

    Scripts import one another by their plain names, so these are not the hashed addresses.
    """
    prefix = PrefixNode.handle_simple("STATIC_URL")
    addresses = ((f"{prefix}{path}",) for path in _imported(entry))
    return format_html_join("\n", '<link rel="modulepreload" href="{}">', addresses)


@lru_cache
def _imported(entry: str) -> tuple[str, ...]:
    """Every module that a script needs, however far down."""
    found: dict[str, None] = {}
    waiting = [entry]
    while waiting:
        path = waiting.pop()
        source = finders.find(path)
        assert source, path
        for name in IMPORTED.findall(Path(source).read_text(encoding="utf-8")):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
            if target not in found:
                found[target] = None
                waiting.append(target)
    return tuple(found)
