"""What a control chart returns, what it costs in false alarms, and the baseline it stands on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from assay._arrays import BoolArray, FloatArray, finite_vector, positive
from assay.results import Result

TINY = 1e-12
"""A point that rounding alone puts beyond its limit is on it."""


@dataclass(frozen=True, slots=True, eq=False)
class Chart(Result):
    """Points against their limits, in the order of time: arrays of shape (T,).

    `signals` are the positions (from 0) where `rule` is broken. `p_values` are the two-sided
    p-values of the points, for `screen_charts`; None where the chart has none.
    """

    points: FloatArray
    lower: FloatArray
    upper: FloatArray
    centre: float
    signals: tuple[int, ...]
    p_values: FloatArray | None
    rule: str
    n: int
    method: str
    warnings: tuple[str, ...] = ()
    diagnostics: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class RunLength(Result):
    """How long a chart runs before it signals: `mean` points, the first included.

    In control this is ARL0, the points between false alarms; after a change ARL1, the points to
    its discovery. Run lengths spread widely: their standard deviation is about as large as a long
    mean. `p_signal` is the chance that one point signals, for charts without memory.
    """

    mean: float
    method: str
    p_signal: float | None = None


def standard_scores(values: ArrayLike, *, target: float, sd: float) -> FloatArray:
    """Distances from `target` in standard deviations: (x − target)/sd, shape (T,).

    :raises ValueError: a value is not finite, or `sd` is not above zero.

    >>> standard_scores([0.2, 0.5], target=0.2, sd=0.1).round(6).tolist()
    [0.0, 3.0]
    """
    vector = finite_vector(values, "values")
    if not np.isfinite(target):
        raise ValueError(f"target must be a finite number, not {target}")
    return np.asarray((vector - target) / positive(sd, "sd"), dtype=np.float64)


def outside(points: FloatArray, lower: FloatArray, upper: FloatArray) -> BoolArray:
    """Where a point lies outside its limits; on them is inside.

    >>> outside(np.array([1.0, 2.0]), np.array([0.0, 0.0]), np.array([1.0, 1.0])).tolist()
    [False, True]
    """
    return np.asarray((points > upper + TINY) | (points < lower - TINY), dtype=np.bool_)


def positions(broken: BoolArray) -> tuple[int, ...]:
    """The positions where a rule is broken.

    >>> positions(np.array([False, True, True]))
    (1, 2)
    """
    return tuple(np.flatnonzero(broken).tolist())
