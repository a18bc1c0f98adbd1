"""The EWMA chart: a moving average with memory, for small and slow drifts."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from assay._arrays import FloatArray, IntArray, positive
from assay.charts.chart import Chart, RunLength, outside, positions, standard_scores
from assay.charts.quadrature import normal_density, panel

Limits: TypeAlias = Literal["widening", "constant"]

SETTLED = 1e-6
"""Widening limits this close to their final width, relatively, count as constant."""


def ewma_chart(
    values: ArrayLike,
    *,
    target: float,
    sd: float,
    weight: float = 0.2,
    width: float = 2.962,
    limits: Limits = "widening",
) -> Chart:
    """Exponentially weighted moving average z_t = λx_t + (1 − λ)z_{t−1}, from z_0 = target.

    Limits: target ± width·sd·√(λ/(2 − λ)·(1 − (1 − λ)^{2t})), widening with t, or their constant
    end value. Roberts (1959), Technometrics 1. Rule: an average outside its limits. `target` and
    `sd` are those of single values in control, known beforehand; values independent, roughly
    normal. For shares with uneven counts give their scores, with target 0 and sd 1. Small weights
    find small drifts; weight 1 is a Shewhart chart. `p_values` are normal. Shape (T,).

    :raises ValueError: a value is not finite, or an option is out of range.

    >>> chart = ewma_chart([0.1, -0.2, 0.9, 1.4, 1.8, 2.2], target=0, sd=1)
    >>> chart.points.round(3).tolist(), chart.signals
    ([0.02, -0.024, 0.161, 0.409, 0.687, 0.99], (5,))
    """
    z, keep = standard_scores(values, target=target, sd=sd), 1 - _weight(weight)
    averages, last = np.empty_like(z), 0.0
    for t, value in enumerate(z.tolist()):
        averages[t] = last = keep * last + weight * value
    spread = _spread(weight, np.arange(1, len(z) + 1), limits)
    reach = positive(width, "width") * spread
    return Chart(
        target + sd * averages, target - sd * reach, target + sd * reach, target,
        positions(outside(averages, -reach, reach)), 2 * special.ndtr(-np.abs(averages) / spread),
        f"an average outside target ± {width:g} of its standard deviations", len(z),
        f"EWMA, weight {weight:g}, {limits} limits",
    )  # fmt: skip


def ewma_run_length(
    *, weight: float = 0.2, width: float = 2.962, shift: float = 0.0, limits: Limits = "widening"
) -> RunLength:
    """Mean run length of an EWMA chart when the mean has moved by `shift` standard deviations.

    The integral equation L(u) = 1 + ∫ L(z)·φ((z − (1 − λ)u)/λ − shift)/λ dz over the limits:
    Crowder (1987), Technometrics 29, by Gauss–Legendre quadrature; the widening stretch is carried
    forward point by point. Normal, independent values; the change is there from the first point.

    :raises ValueError: an argument is out of range.

    >>> found = [ewma_run_length(shift=shift, limits="constant") for shift in (0, 1)]
    >>> [round(each.mean, 2) for each in found]
    [499.74, 10.54]
    """
    _weight(weight), positive(width, "width")
    _known(limits)
    if not math.isfinite(shift):
        raise ValueError(f"shift must be a finite number, not {shift}")
    reach = width * float(_spread(weight, np.asarray([1]), "constant")[0])
    nodes, sizes = panel(-reach, reach, weight)
    step = _kernel(nodes, nodes, weight, shift) * sizes
    to_go = np.linalg.solve(np.eye(len(nodes)) - step, np.ones(len(nodes)))
    if limits == "constant":
        mean = 1 + float(_kernel(np.zeros(1), nodes, weight, shift)[0] @ (sizes * to_go))
    else:
        mean = _widening_run(weight, width, shift)
    return RunLength(mean, f"integral equation, {limits} limits")


def ewma_width(arl0: float, *, weight: float = 0.2, limits: Limits = "widening") -> float:
    """The limits' width at which a chart in control signals once in `arl0` points on average.

    Widening limits at weights below 0.02 take some ten seconds.

    :raises ValueError: `arl0` is not above 2, or `weight` is out of range.

    >>> round(ewma_width(500, weight=0.1, limits="constant"), 3)
    2.814
    """
    if not 2 < arl0 < math.inf:
        raise ValueError(f"arl0 must be a finite number above 2, not {arl0}")

    _known(limits)

    def excess(width: float, chosen: Limits) -> float:
        mean = ewma_run_length(weight=weight, width=width, limits=chosen).mean
        return math.log(mean / arl0)

    width = float(optimize.brentq(excess, 0.1, 6.0, args=("constant",), xtol=1e-6))
    if limits == "constant":
        return width
    # Narrow beginnings cost early alarms, so the widening chart must be a little wider.
    beyond = width + 0.5
    while excess(beyond, limits) < 0:
        beyond += 0.5
    return float(optimize.brentq(excess, width, beyond, args=(limits,), xtol=1e-4))


def _widening_run(weight: float, width: float, shift: float) -> float:
    """Σ P(run > t) while limits widen, then what the constant chart has still to go."""
    last = 1 if weight == 1 else math.ceil(math.log(SETTLED) / (2 * math.log1p(-weight)))
    reach = width * _spread(weight, np.arange(1, last + 1), "widening")
    nodes, sizes = panel(-float(reach[0]), float(reach[0]), weight)
    density = _kernel(np.zeros(1), nodes, weight, shift)[0]
    total = 1.0
    for t in range(1, last):
        total += float(density @ sizes)
        following, following_sizes = panel(-float(reach[t]), float(reach[t]), weight)
        density = (density * sizes) @ _kernel(nodes, following, weight, shift)
        nodes, sizes = following, following_sizes
    step = _kernel(nodes, nodes, weight, shift) * sizes
    to_go = np.linalg.solve(np.eye(len(nodes)) - step, np.ones(len(nodes)))
    return total + float((density * sizes) @ to_go)


def _kernel(start: FloatArray, end: FloatArray, weight: float, shift: float) -> FloatArray:
    """Density of the next average at `end` (columns) when the last was `start` (rows)."""
    needed = (end[None, :] - (1 - weight) * start[:, None]) / weight
    return normal_density(needed - shift) / weight


def _spread(weight: float, t: IntArray, limits: Limits) -> FloatArray:
    """Standard deviation of the average after t points, in those of one value."""
    _known(limits)
    grown = 1 - (1 - weight) ** (2.0 * t) if limits == "widening" else np.ones(len(t))
    return np.asarray(np.sqrt(weight / (2 - weight) * grown), dtype=np.float64)


def _known(limits: Limits) -> None:
    if limits not in ("widening", "constant"):
        raise ValueError(f"limits are widening or constant, not {limits!r}")


def _weight(weight: float) -> float:
    if not 0.01 <= weight <= 1:
        raise ValueError(f"weight must lie between 0.01 and 1, not {weight}")
    return weight
