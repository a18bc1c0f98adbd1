"""The forms a learning curve can have, ε(n) = a·f(n) + c with f falling, and what follows of each.

power (c = 0) and power_offset: f = n^−b. exponential: f = exp(−n/s). janoschek (Weibull):
f = exp(−(n/s)^d) with d ≤ 1, so that every further label brings less. Viering & Loog (2023), IEEE
TPAMI 45(6), review them; Hestness et al. (2017) found b of 0.07 to 0.35.

A curve is a row of parameters: a, c, then b; or a, c, s, d.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np

from assay._arrays import FloatArray

Form: TypeAlias = Literal["power", "power_offset", "exponential", "janoschek"]

MOST_LABELS = 1e15
"""A curve that reaches its target only beyond this many labels never reaches it."""

STEEPEST = 50.0
"""exp(−50) of the error is left at the first round: no curve that steep can be seen."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a form is searched: bounds of its shape, on sizes relative to the largest round."""

    bounds: tuple[tuple[float, float], ...]
    steps: tuple[int, ...]
    has_floor: bool
    log_of: Callable[[FloatArray, FloatArray], FloatArray]

    @property
    def parameters(self) -> int:
        return 1 + self.has_floor + len(self.bounds)


def _log_power(shape: FloatArray, sizes: FloatArray) -> FloatArray:
    return -shape[..., :1] * np.log(sizes)


def _log_exponential(shape: FloatArray, sizes: FloatArray) -> FloatArray:
    return -sizes / shape[..., :1]


def _log_janoschek(shape: FloatArray, sizes: FloatArray) -> FloatArray:
    return np.asarray(-((sizes / shape[..., :1]) ** shape[..., 1:2]), dtype=np.float64)


SHAPES: dict[str, Shape] = {
    "power": Shape(((0.005, 5.0),), (60,), False, _log_power),
    "power_offset": Shape(((0.005, 5.0),), (60,), True, _log_power),
    "exponential": Shape(((0.02, 100.0),), (60,), True, _log_exponential),
    "janoschek": Shape(((1e-6, 1e3), (0.1, 1.0)), (36, 10), True, _log_janoschek),
}


def shape_of(form: Form) -> Shape:
    """The shape of a form.

    :raises ValueError: there is no such form.
    """
    if form not in SHAPES:
        raise ValueError(f"form must be one of {', '.join(get_args(Form))}, not {form!r}")
    return SHAPES[form]


def errors_of(form: Form, rows: FloatArray, sizes: FloatArray) -> FloatArray:
    """ε(n) of curves (D, p) at `sizes` (m,): shape (D, m)."""
    falling = np.exp(shape_of(form).log_of(rows[:, 2:], sizes))
    return np.asarray(rows[:, :1] * falling + rows[:, 1:2], dtype=np.float64)


def slopes_of(form: Form, rows: FloatArray, sizes: FloatArray) -> FloatArray:
    """−ε′(n) of curves (D, p) at `sizes` (m,) or (D, m): shape (D, m)."""
    reducible = rows[:, :1] * np.exp(shape_of(form).log_of(rows[:, 2:], sizes))
    if form in ("power", "power_offset"):
        return np.asarray(reducible * rows[:, 2:3] / sizes, dtype=np.float64)
    scale = rows[:, 2:3]
    bent = rows[:, 3:4] if form == "janoschek" else np.ones((len(rows), 1))
    return np.asarray(reducible * bent / scale * (sizes / scale) ** (bent - 1), dtype=np.float64)


def sizes_for(form: Form, rows: FloatArray, target: float) -> FloatArray:
    """The n at which each of the curves (D, p) falls to `target`; infinite where it never does."""
    room = target - rows[:, 1]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = np.maximum(rows[:, 0] / room, 1.0)
        if form in ("power", "power_offset"):
            found = ratio ** (1 / rows[:, 2])
        else:
            bent = rows[:, 3] if form == "janoschek" else 1.0
            found = rows[:, 2] * np.log(ratio) ** (1 / bent)
    found = np.where(room > 0, np.maximum(found, 1.0), np.inf)
    return np.where(found > MOST_LABELS, np.inf, found)


def sizes_of_slope(form: Form, rows: FloatArray, slope: float) -> FloatArray:
    """The n beyond which a further label lowers the error by less than `slope`; 0 if from 1 on.

    Every form has a slope that falls with n, so halving the range of log n finds it.
    """
    low, high = np.zeros(len(rows)), np.full(len(rows), np.log(MOST_LABELS))
    for _ in range(80):
        middle = (low + high) / 2
        steep = slopes_of(form, rows, np.exp(middle)[:, None])[:, 0] > slope
        low, high = np.where(steep, middle, low), np.where(steep, high, middle)
    return np.where(slopes_of(form, rows, np.ones(1))[:, 0] > slope, np.exp(low), 0.0)
