"""A sample size, and the search for the smallest that has the wanted power."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from assay.results import Result


@dataclass(frozen=True, slots=True)
class SampleSize(Result):
    """The smallest `n` that meets the aim, and what it was computed from."""

    n: int
    method: str
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)


def rounded_up(n: float) -> int:
    """Round up, but let no rounding error add an item."""
    return max(1, math.ceil(round(n, 9)))


def smallest(power_at: Callable[[int], float], power: float, most: int) -> int | None:
    """The smallest n from 2 to `most` whose power, rising with n, reaches `power`; else None."""
    low, high = 1, 2
    while power_at(high) < power:
        low, high = high, high * 2
        if high > most:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        if power_at(middle) < power:
            low = middle
        else:
            high = middle
    return high
