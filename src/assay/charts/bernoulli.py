"""The Bernoulli CUSUM: labels right or wrong one after another, as for a rater's gold answers."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import linalg

from assay._arrays import FloatArray, finite_vector, open_share, positive
from assay.charts.chart import TINY, RunLength, positions
from assay.charts.cusum import Cusum, running_sums

NEGLIGIBLE = 1e-12
"""Excursions rarer than this share of the alarms are left out."""


def bernoulli_cusum(outcomes: ArrayLike, *, p0: float, p1: float, threshold: float) -> Cusum:
    """Log-likelihood sums for a rise of the share of defects from `p0` to `p1`.

    S_t = max(0, S_{t−1} + ln(p1/p0)) after a defect, max(0, S_{t−1} + ln((1 − p1)/(1 − p0))) after
    a right label. Reynolds & Stoumbos (1999), J. Quality Technology 31. Rule: S at or above
    `threshold`. Needs no periods: it may signal after any label. `outcomes`: shape (T,), 1 or True
    for a defect. `down` is zero throughout.

    :raises ValueError: not 0 < p0 < p1 < 1, or an outcome is neither 0 nor 1.

    >>> chart = bernoulli_cusum([0, 1, 0, 1, 1], p0=0.05, p1=0.15, threshold=2.5)
    >>> chart.up.round(6).tolist(), chart.signals, chart.began
    ([0.0, 1.098612, 0.987387, 2.085999, 3.184611], (4,), (1,))
    """
    seen = finite_vector(outcomes, "outcomes")
    if wrong := [x for x in seen.tolist() if x not in (0.0, 1.0)]:
        raise ValueError(f"outcomes must be 0 or 1, not {wrong[0]:g}")
    rise, fall = _steps(p0, p1)
    up, since = running_sums(np.where(seen == 1, rise, -fall))
    signals = positions(up >= positive(threshold, "threshold") - TINY)
    return Cusum(
        up, np.zeros_like(up), threshold, signals, tuple(int(since[t]) for t in signals),
        f"a log-likelihood ratio sum at or above {threshold:g}", len(seen),
        f"Bernoulli CUSUM, {p0:g} to {p1:g}",
    )  # fmt: skip


def bernoulli_run_length(*, p0: float, p1: float, threshold: float, share: float) -> RunLength:
    """Exact mean number of labels to a signal when the true share of defects is `share`, from 0.

    Each return of the sum to 0 starts afresh, so L = E[labels of an excursion]/P(it ends in a
    signal); the chances of all (defects, labels) an excursion passes are added up. Independent
    labels.

    :raises ValueError: an argument is out of range.

    >>> rule = {"p0": 0.05, "p1": 0.15, "threshold": 3.5}
    >>> [round(bernoulli_run_length(share=share, **rule).mean, 1) for share in (0.05, 0.15)]
    [912.3, 42.6]
    """
    rise, fall = _steps(p0, p1)
    positive(threshold, "threshold"), open_share(share, "share")
    labels, alarms = _excursion(rise, fall, threshold, share)
    return RunLength(labels / alarms, "exact, sums over excursions")


def bernoulli_threshold(arl0: float, *, p0: float, p1: float) -> float:
    """The lowest threshold at which a chart at `p0` signals at most once in `arl0` labels.

    The mean run length climbs in steps, so that what is got can exceed `arl0`: ask
    `bernoulli_run_length`.

    :raises ValueError: `arl0` is not above 1/p0 and at most 1e6, or not 0 < p0 < p1 < 1.

    >>> round(bernoulli_threshold(913, p0=0.05, p1=0.15), 2)
    3.5
    """
    rise, fall = _steps(p0, p1)
    if not 1 / p0 < arl0 <= 1e6:
        raise ValueError(f"arl0 must lie between {1 / p0:.3g} and 1e6, not {arl0}")
    low, high = 0.0, rise
    while _mean(rise, fall, high, p0) < arl0:
        low, high = high, high + rise
    while high - low > 1e-4:
        middle = (low + high) / 2
        low, high = (middle, high) if _mean(rise, fall, middle, p0) < arl0 else (low, middle)
    return high


def _mean(rise: float, fall: float, threshold: float, share: float) -> float:
    labels, alarms = _excursion(rise, fall, threshold, share)
    return labels / alarms


def _excursion(rise: float, fall: float, threshold: float, share: float) -> tuple[float, float]:
    """Expected labels of one excursion from 0, and the chance that it ends in a signal.

    After a defects and b right labels the sum is a·rise − b·fall. Defect by defect, `alive` holds
    the chance of each b, from `first` on, that leaves the sum between 0 and the threshold.
    """
    if rise >= threshold - TINY:
        return 1.0, share
    alive, first, defects = np.asarray([share]), 0, 1
    labels, alarms = 1.0, 0.0
    while float(alive.sum()) > NEGLIGIBLE * alarms:
        end = math.ceil((defects * rise - TINY) / fall)
        to_zero = end - first - np.arange(len(alive))
        labels += float(alive @ (1 - (1 - share) ** to_zero)) / share
        after = _at_next_defect(alive, end - first, share)
        defects += 1
        lowest = math.floor((defects * rise - threshold + TINY) / fall) + 1
        over = max(0, lowest - first)
        alarms += float(after[:over].sum())
        alive, first = after[over:], first + over
    return labels, alarms


def _at_next_defect(alive: FloatArray, room: int, share: float) -> FloatArray:
    """The chance that the next defect comes after each number of right labels: shape (room,).

    y_b = (1 − p)·y_{b−1} + p·alive_b, a system of two diagonals.
    """
    padded = np.zeros(room)
    padded[: len(alive)] = share * alive
    diagonals = np.vstack((np.ones(room), np.full(room, share - 1)))
    return np.asarray(linalg.solve_banded((1, 0), diagonals, padded), dtype=np.float64)


def _steps(p0: float, p1: float) -> tuple[float, float]:
    if not open_share(p0, "p0") < open_share(p1, "p1"):
        raise ValueError(f"p0 {p0} must be below p1 {p1}")
    return math.log(p1 / p0), math.log1p(-p0) - math.log1p(-p1)
