"""The workbench's own pieces: its languages, names of languages, how a text is written."""

from __future__ import annotations

from babel import Locale, UnknownLocaleError
from django import template
from django.conf import settings
from django.utils.translation import get_language

from touchstone.workbench.languages import direction_of

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
