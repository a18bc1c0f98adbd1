"""What every measurement returns: a frozen result, or the reason why there is none.

A result can be read, compared and stored, never changed: its arrays are read-only and its mappings
are read-only views. `as_dict()` gives plain types that `json` can write.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, fields
from enum import Enum
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np

Plain: TypeAlias = bool | int | float | str | list["Plain"] | dict[str, "Plain"] | None


@dataclass(frozen=True, slots=True)
class Result:
    """The base of all results: frozen through and through, and picklable."""

    def __post_init__(self) -> None:
        for each in fields(self):
            object.__setattr__(self, each.name, _frozen(getattr(self, each.name)))

    def __reduce__(self) -> tuple[Any, ...]:
        values = {each.name: _thawed(getattr(self, each.name)) for each in fields(self)}
        return _rebuild, (type(self), values)

    def as_dict(self) -> dict[str, Plain]:
        """Return the fields as JSON-safe plain types.

        Arrays become lists, enumerations their value, other objects their text.
        NaN and infinity become None, because JSON has no word for them.
        """
        return {each.name: plain(getattr(self, each.name)) for each in fields(self)}


@dataclass(frozen=True, slots=True)
class Estimate(Result):
    """A number with its interval.

    `low` and `high` bound `value` at confidence `level` (0.95 means 95 %); `n` counts the
    independent units behind it (queries, items, raters), not the rows. `method` names the
    estimator and the interval; `warnings` says what a reader must know before using it.

    >>> Estimate(0.72, 0.65, 0.78, 0.95, 130, "mean; t interval").as_dict()["value"]
    0.72
    """

    value: float
    low: float
    high: float
    level: float
    n: int
    method: str
    warnings: tuple[str, ...] = ()
    diagnostics: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return f"{self.value:.4g} [{self.low:.4g}, {self.high:.4g}], n={self.n}"


@dataclass(frozen=True, slots=True)
class TooLittle(Result):
    """There is too little data to say anything; `reason` says what is missing, `n` what there was.

    >>> TooLittle("one query has no spread", n=1).n
    1
    """

    reason: str
    n: int

    def __str__(self) -> str:
        return f"too little data: {self.reason} (n={self.n})"


def plain(value: object) -> Plain:
    """Turn a value into JSON-safe plain types (see `Result.as_dict`)."""
    if isinstance(value, Result):
        return value.as_dict()
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, np.generic | np.ndarray):
        return plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(held) for key, held in value.items()}
    if isinstance(value, AbstractSet):
        return [plain(held) for held in sorted(value, key=repr)]
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain(held) for held in value]
    return _plain_scalar(value)


def _plain_scalar(value: object) -> Plain:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return str(value)


def _frozen(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        view = value.view()
        view.flags.writeable = False
        return view
    if isinstance(value, Mapping):
        return MappingProxyType(dict(value))
    if isinstance(value, list):
        return tuple(value)
    return value


def _thawed(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def _rebuild(kind: type[Result], values: dict[str, Any]) -> Result:
    return kind(**values)
