"""Cumulative sum charts of a measured value: they find a lasting change, and when it began."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from assay._arrays import FloatArray, IntArray, positive
from assay.charts.chart import TINY, RunLength, positions, standard_scores
from assay.charts.quadrature import normal_density, panel
from assay.results import Result


@dataclass(frozen=True, slots=True, eq=False)
class Cusum(Result):
    """Cumulative sums against their threshold, in the order of time: arrays of shape (T,).

    `up` grows when values run high (for defects: when they run frequent), `down` when they run
    low; `signals` are the positions where either reaches `threshold`, and stay while it does: act,
    then start a new chart. `began` holds for each signal the position after the sum was last 0,
    the usual guess at when the change came (the earlier one, if both sums signal).
    """

    up: FloatArray
    down: FloatArray
    threshold: float
    signals: tuple[int, ...]
    began: tuple[int, ...]
    rule: str
    n: int
    method: str
    warnings: tuple[str, ...] = ()


def cusum_chart(
    values: ArrayLike, *, target: float, sd: float, reference: float = 0.5, threshold: float = 5.0
) -> Cusum:
    """Two-sided CUSUM in standard deviations: sums of what exceeds `reference`, kept above 0.

    up_t = max(0, up_{t−1} + z_t − k), down_t = max(0, down_{t−1} − z_t − k), z = (x − target)/sd.
    Page (1954), Biometrika 41. Rule: a sum at or above `threshold`. k is best at half the shift to
    be found. `target` and `sd` are those in control, known beforehand. Shape (T,).

    :raises ValueError: a value is not finite, or an option is out of range.

    >>> chart = cusum_chart([0.2, -0.5, 1.9, 2.1, 1.7, 2.4], target=0, sd=1)
    >>> chart.up.round(1).tolist(), chart.signals, chart.began
    ([0.0, 0.0, 1.4, 3.0, 4.2, 6.1], (5,), (2,))
    """
    z = standard_scores(values, target=target, sd=sd)
    _parameters(reference, threshold)
    up, since_up = running_sums(z - reference)
    down, since_down = running_sums(-z - reference)
    high, low = up >= threshold - TINY, down >= threshold - TINY
    signals = positions(high | low)
    # Both can be high at once after a leap from one side to the other: the earlier start counts.
    never = len(z)
    start = np.minimum(np.where(high, since_up, never), np.where(low, since_down, never))
    began = tuple(start[list(signals)].tolist())
    rule = f"a sum at or above {threshold:g} standard deviations"
    return Cusum(
        up, down, threshold, signals, began, rule, len(z), f"two-sided CUSUM, k {reference:g}"
    )


def cusum_run_length(
    *, reference: float = 0.5, threshold: float = 5.0, shift: float = 0.0
) -> RunLength:
    """Mean run length of a two-sided CUSUM when the mean has moved by `shift` sds, from sums of 0.

    One side: L(u) = 1 + L(0)Φ(k − u − δ) + ∫_0^h L(x)φ(x + k − u − δ)dx, by Gauss–Legendre
    quadrature; both: 1/L = 1/L⁺ + 1/L⁻. Page (1954); Kemp (1961), JRSS B 23. Normal, independent
    values.

    :raises ValueError: an argument is out of range.

    >>> [round(cusum_run_length(shift=shift).mean, 2) for shift in (0, 1)]
    [465.44, 10.38]
    """
    _parameters(reference, threshold)
    if not math.isfinite(shift):
        raise ValueError(f"shift must be a finite number, not {shift}")
    rate = sum(1 / _one_sided(reference, threshold, each) for each in (shift, -shift))
    return RunLength(1 / rate, "integral equation")


def cusum_threshold(arl0: float, *, reference: float = 0.5) -> float:
    """The threshold at which a chart in control signals once in `arl0` points on average.

    :raises ValueError: `arl0` is out of reach, or `reference` is not above zero.

    >>> round(cusum_threshold(370.4), 3)
    4.775
    """

    def excess(threshold: float) -> float:
        mean = cusum_run_length(reference=reference, threshold=threshold).mean
        return math.log(mean / arl0)

    least = cusum_run_length(reference=reference, threshold=0.01).mean
    if not least < arl0 <= 1e6:
        raise ValueError(f"arl0 must lie between {least:.3g} and 1e6, not {arl0}")
    high = 1.0
    while excess(high) < 0:
        high *= 2
    return float(optimize.brentq(excess, 0.01, high, xtol=1e-8))


def running_sums(steps: FloatArray) -> tuple[FloatArray, IntArray]:
    """S_t = max(0, S_{t−1} + step_t) from 0, and the position after S was last 0: shape (T,).

    >>> sums, since = running_sums(np.array([-1.0, 2.0, -1.0, -3.0, 1.0]))
    >>> sums.tolist(), since.tolist()
    ([0.0, 2.0, 1.0, 0.0, 1.0], [1, 1, 1, 4, 4])
    """
    sums, since = np.zeros(len(steps)), np.zeros(len(steps), dtype=np.int64)
    last, start = 0.0, 0
    for t, step in enumerate(steps.tolist()):
        last = max(0.0, last + step)
        start = t + 1 if last == 0 else start
        sums[t], since[t] = last, start
    return sums, since


def _one_sided(reference: float, threshold: float, shift: float) -> float:
    nodes, sizes = panel(0.0, threshold, 1.0)
    starts = np.concatenate(([0.0], nodes))
    drop = reference - starts - shift
    moves = np.empty((len(starts), len(starts)))
    moves[:, 0] = special.ndtr(drop)
    moves[:, 1:] = normal_density(nodes[None, :] + drop[:, None]) * sizes
    return float(np.linalg.solve(np.eye(len(starts)) - moves, np.ones(len(starts)))[0])


def _parameters(reference: float, threshold: float) -> None:
    positive(reference, "reference"), positive(threshold, "threshold")
