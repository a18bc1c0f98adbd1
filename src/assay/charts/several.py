"""Many charts looked at together: which signals are more than chance among so many."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from assay._arrays import FloatArray, closed_share, open_share
from assay.comparison import benjamini_hochberg
from assay.results import Result, TooLittle


@dataclass(frozen=True, slots=True, eq=False)
class Screening(Result):
    """Charts with their p-values, adjusted for their number: arrays of shape (m,), as `names`.

    `flagged` are the names whose adjusted p-value is at most `fdr`, the smallest first.
    """

    names: tuple[Any, ...]
    p_values: FloatArray
    adjusted: FloatArray
    flagged: tuple[Any, ...]
    fdr: float
    n: int
    method: str


def screen_charts(p_values: Mapping[Any, float], *, fdr: float = 0.05) -> Screening | TooLittle:
    """Flag charts so that the expected share of false flags among the flagged is at most `fdr`.

    Benjamini & Hochberg (1995) on one p-value per chart, such as that of its latest point
    (`Chart.p_values[-1]`). Charts independent or positively dependent. One look: repeated weekly,
    the promise holds for each week. A chart alone would be read by its own limits.

    :raises ValueError: a p-value or `fdr` is out of range.

    >>> found = screen_charts({"fr": 0.001, "de": 0.03, "es": 0.4, "it": 0.8})
    >>> found.flagged, found.adjusted.round(3).tolist()
    (('fr',), [0.004, 0.06, 0.533, 0.8])
    """
    open_share(fdr, "fdr")
    if not p_values:
        return TooLittle("no charts", 0)
    names: tuple[Hashable, ...] = tuple(p_values)
    given = np.asarray([p_values[name] for name in names], dtype=np.float64)
    adjusted = benjamini_hochberg(given)
    order = np.argsort(given, kind="stable").tolist()
    flagged = tuple(names[position] for position in order if adjusted[position] <= fdr)
    return Screening(names, given, adjusted, flagged, fdr, len(names), "Benjamini–Hochberg")


def any_false_alarm(charts: int, p_signal: float) -> float:
    """The chance that at least one of several charts in control signals: 1 − (1 − p)^m.

    Independent charts. `p_signal` is one chart's chance per look (`RunLength.p_signal`; 0.0027 at
    three standard deviations).

    :raises ValueError: `charts` is negative, or `p_signal` is not between 0 and 1.

    >>> round(any_false_alarm(60, 0.0027), 2)
    0.15
    """
    if charts < 0:
        raise ValueError(f"charts must not be negative, like {charts}")
    return 1 - (1 - closed_share(p_signal, "p_signal")) ** charts
