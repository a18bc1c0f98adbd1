"""Reading JSON into a schema, piece by piece; what is wrong is told by name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from django.utils.translation import gettext as _

from touchstone.lib.errors import Refused

NAMED_IN = ("en", "fr")
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


class BrokenSchema(Refused):
    """A label schema cannot be used; the message and `details["field"]` name the field."""

    code = "broken_schema"


def broken(field: str, reason: str) -> BrokenSchema:
    """The refusal of a schema because of one of its fields (or entries)."""
    return BrokenSchema(
        _("The label schema cannot be used. %(field)s: %(reason)s.")
        % {"field": field, "reason": reason},
        field=field,
        reason=reason,
    )


def mapping(given: object, name: str, known: AbstractSet[str]) -> Mapping[str, object]:
    """An object with none but known entries.

    :raises BrokenSchema: it is no object, or has others.
    """
    if not isinstance(given, Mapping):
        raise broken(name, _("it must be an object"))
    strange = sorted(str(each) for each in given.keys() - known)
    if strange:
        raise broken(name, _("unknown entries: %(entries)s") % {"entries": ", ".join(strange)})
    return given


def list_of(given: object, name: str) -> Sequence[object]:
    """A list.

    :raises BrokenSchema: it is none.
    """
    if not isinstance(given, list | tuple):
        raise broken(name, _("it must be a list"))
    return given


def key(given: object, name: str) -> str:
    """A key: small letters, digits and _, a letter first.

    :raises BrokenSchema: it is none.
    """
    if not isinstance(given, str) or not KEY.fullmatch(given):
        raise broken(
            name,
            _("“%(key)s” is not a key: small letters, digits and _, a letter first")
            % {"key": given},
        )
    return given


def truth(given: object, field: str, entry: str) -> bool:
    """True or false.

    :raises BrokenSchema: it is something else.
    """
    if not isinstance(given, bool):
        raise broken(field, _("“%(entry)s” is true or false") % {"entry": entry})
    return given


def whole(given: object, field: str, entry: str, least: int, most: int) -> int:
    """A whole number within bounds.

    :raises BrokenSchema: it is none, or outside.
    """
    if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= most:
        raise broken(
            field,
            _("“%(entry)s” is a whole number from %(least)d to %(most)d")
            % {"entry": entry, "least": least, "most": most},
        )
    return given


def names(given: object, field: str) -> Mapping[str, str]:
    """Names by language, in English and French at least.

    :raises BrokenSchema: they are not, or one of these is missing.
    """
    found = texts(given, field)
    missing = [language for language in NAMED_IN if not found.get(language, "").strip()]
    if missing:
        raise broken(
            field, _("a name is missing in: %(languages)s") % {"languages": ", ".join(missing)}
        )
    return found


def texts(given: object, field: str) -> Mapping[str, str]:
    """Texts by language.

    :raises BrokenSchema: they are not.
    """
    if not isinstance(given, Mapping) or not all(
        isinstance(language, str) and isinstance(text, str) for language, text in given.items()
    ):
        raise broken(field, _("names and help are texts by language"))
    return dict(given)


def require_unique(field: str, values: Sequence[object]) -> None:
    """Refuse what is said twice.

    :raises BrokenSchema: a value is there more than once.
    """
    twice = sorted({str(value) for value in values if values.count(value) > 1})
    if twice:
        raise broken(field, _("said twice: %(values)s") % {"values": ", ".join(twice)})
