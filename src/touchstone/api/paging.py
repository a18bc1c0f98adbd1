"""Long lists, a page at a time, by the key of the last row seen.

A page costs the same at the start and at the end of a list, and rows added meanwhile never make
one appear twice.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from ninja import Query, Schema
from pydantic import Field

from touchstone.lib.errors import Refused

Row = TypeVar("Row", bound=Model)
Out = TypeVar("Out")


class BadCursor(Refused):
    """The cursor does not come from an earlier page."""

    code = "bad_cursor"


class PageIn(Schema):
    """Which page is wanted."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(max_length=400)] = ""


Paging = Annotated[PageIn, Query()]


class Page(Schema, Generic[Out]):
    """Some rows, and the cursor of the next page when there are more."""

    items: list[Out]
    next: str | None


def page(
    rows: QuerySet[Row], key: str, paging: PageIn, shown: Callable[[Row], Out]
) -> dict[str, Any]:
    """The rows after the cursor, by `key`: a unique column, with a minus for newest first.

    :raises BadCursor: the cursor is not one that an earlier page gave.
    """
    column = key.removeprefix("-")
    if paging.cursor:
        beyond = "lt" if key.startswith("-") else "gt"
        rows = rows.filter(**{f"{column}__{beyond}": _read(rows, column, paging.cursor)})
    found = list(rows.order_by(key)[: paging.limit + 1])
    kept = found[: paging.limit]
    more = len(found) > len(kept)
    return {
        "items": [shown(row) for row in kept],
        "next": _write(getattr(kept[-1], column)) if more else None,
    }


def _write(value: object) -> str:
    return base64.urlsafe_b64encode(str(value).encode()).decode().rstrip("=")


def _read(rows: QuerySet[Any], column: str, cursor: str) -> Any:
    padded = cursor + "=" * (-len(cursor) % 4)
    try:
        text = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
        if "\0" in text:
            raise ValueError("no key holds a null character")
        return rows.model._meta.get_field(column).to_python(text)
    except (binascii.Error, ValueError, ValidationError) as error:
        raise BadCursor(_("This cursor does not come from an earlier page.")) from error
