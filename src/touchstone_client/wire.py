"""JSON to frozen dataclasses and back, by their type hints.

Fields that the server adds later are ignored, so an older client keeps working.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def decode(kind: type[T], data: Mapping[str, Any]) -> T:
    """One object of the dataclass `kind` from decoded JSON.

    :raises KeyError: the answer lacks a field that has no default.
    """
    values = {
        name: _value(hint, data[name])
        for name, hint, optional in _fields(typing.cast(Any, kind))
        if name in data or not optional
    }
    return kind(**values)


@cache
def _fields(kind: Any) -> tuple[tuple[str, Any, bool], ...]:
    hints = typing.get_type_hints(kind)
    return tuple(
        (
            field.name,
            hints[field.name],
            field.default is not dataclasses.MISSING
            or field.default_factory is not dataclasses.MISSING,
        )
        for field in dataclasses.fields(kind)
    )


def _value(hint: Any, value: Any) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        kinds = [one for one in arguments if one is not type(None)]
        return None if value is None else _value(kinds[0], value)
    if origin is tuple:
        return tuple(_value(arguments[0], one) for one in value)
    if origin is not None and issubclass(origin, Mapping):
        return {key: _value(arguments[1], one) for key, one in value.items()}
    if dataclasses.is_dataclass(hint):
        return decode(typing.cast(type, hint), value)
    return _scalar(hint, value)


def _scalar(hint: Any, value: Any) -> Any:
    if hint in (datetime, date):
        return hint.fromisoformat(value)
    if hint is Decimal:
        return Decimal(value)
    if hint is float and value is not None:
        return float(value)
    return value


def encode(value: Any) -> Any:
    """Dataclasses, dates and decimals as JSON carries them."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: encode(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, Mapping):
        return {str(key): encode(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [encode(one) for one in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value
