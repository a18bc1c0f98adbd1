"""The languages in which the workbench speaks: the console's and more, right-to-left ones too.

The console's language is the request's; here it is the person's own wherever the workbench has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import get_language

if TYPE_CHECKING:
    from touchstone.apps.people.models import User


def language_of(user: User) -> str:
    """The language of a person's screens; that of the request when the workbench lacks theirs."""
    if user.language in dict(settings.WORKBENCH_LANGUAGES):
        return user.language
    return get_language() or settings.LANGUAGE_CODE


def direction_of(language: str) -> str:
    """How a language is written: `rtl` or `ltr`."""
    return "rtl" if language.split("-")[0] in settings.LANGUAGES_BIDI else "ltr"
