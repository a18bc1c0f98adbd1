"""Shewhart charts of a share of defects per period: the p chart, and Laney's p′ chart."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from assay._arrays import FloatArray, finite_vector, open_share, positive, same_length
from assay.charts.chart import TINY, Chart, RunLength, outside, positions
from assay.results import TooLittle

FEWEST_POINTS = 8
"""Fewer periods cannot say what is usual."""

FEW_POINTS = 20
"""Below this many periods the estimated limits are themselves unsure."""

EXPECTED_DEFECTS = 5
"""Below this many defects per period the normal limits are poor."""

RANGE_FACTOR = 2 / math.sqrt(math.pi)
"""Mean distance of two standard normal values, 1.128: control charts call it d₂."""


def p_chart(
    defects: ArrayLike,
    checked: ArrayLike,
    *,
    centre: float | None = None,
    baseline: int | None = None,
    width: float = 3.0,
) -> Chart | TooLittle:
    """Share of defects per period against p̄ ± width·√(p̄(1 − p̄)/n_t), kept within 0 and 1.

    Shewhart (1931). p̄ is `centre` where a standard is given, else the pooled share of the first
    `baseline` periods (all, if None). Rule: a point outside its limits. `p_values` are exact
    binomial, two-sided. Assumes independent labels of one common chance: over large periods real
    shares vary more than that (a warning says so, by a χ² test of the baseline at 1 %), and
    `laney_chart` is the one to use. `defects`, `checked`: shape (T,).

    TooLittle where p̄ must be estimated from fewer than eight periods, or from periods without a
    defect.

    :raises ValueError: not 0 ≤ defects ≤ checked with checked ≥ 1, or an option is out of range.

    >>> chart = p_chart([5, 9, 8, 17], [100] * 4, centre=0.08)
    >>> chart.signals, chart.upper.round(6).tolist()[0], chart.lower.tolist()[0]
    ((3,), 0.161388, 0.0)
    """
    found, n = _counts(defects, checked)
    used = _baseline(len(n), baseline)
    middle = _centre(found, n, centre, used)
    if isinstance(middle, TooLittle):
        return middle
    warnings = _doubts(n, middle, centre, used)
    excess = _dispersion(found[:used], n[:used])
    if used >= FEWEST_POINTS and excess["p_dispersion"] < 0.01:
        warnings += ("shares vary more than chance would make them: use laney_chart",)
    spread = np.sqrt(middle * (1 - middle) / n)
    return _chart(
        found / n, middle, spread * positive(width, "width"), _binomial_p(found, n, middle),
        f"a share outside p̄ ± {width:g} standard deviations", "p chart", warnings, excess,
    )  # fmt: skip


def laney_chart(
    defects: ArrayLike,
    checked: ArrayLike,
    *,
    centre: float | None = None,
    baseline: int | None = None,
    width: float = 3.0,
) -> Chart | TooLittle:
    """The p chart with limits widened to how much shares really vary: p̄ ± width·σ_p,t·σ_z.

    σ_z = mean |z_t − z_{t−1}| / 1.128 of z_t = (p_t − p̄)/√(p̄(1 − p̄)/n_t) over the baseline.
    Laney (2002), Quality Engineering 14(4). Successive differences make σ_z blind to slow drift,
    which therefore still signals. p-values are normal, 2Φ(−|z|/σ_z). Shape (T,).

    `diagnostics["sigma_z"]` near 1 says that a p chart would do; below 1 the limits are narrower
    than binomial. TooLittle with a baseline of fewer than eight periods.

    :raises ValueError: not 0 ≤ defects ≤ checked with checked ≥ 1, or an option is out of range.

    >>> chart = laney_chart([300, 420, 310, 400, 350, 290, 410, 360], [5000] * 8)
    >>> round(chart.diagnostics["sigma_z"], 3), chart.signals
    (4.183, ())
    """
    found, n = _counts(defects, checked)
    used = _baseline(len(n), baseline)
    if used < FEWEST_POINTS:
        return TooLittle(f"a baseline needs {FEWEST_POINTS} periods", used)
    middle = _centre(found, n, centre, used)
    if isinstance(middle, TooLittle):
        return middle
    spread = np.sqrt(middle * (1 - middle) / n)
    z = (found / n - middle) / spread
    sigma_z = float(np.abs(np.diff(z[:used])).mean() / RANGE_FACTOR)
    if sigma_z == 0:
        return TooLittle("shares that never change show no spread", used)
    return _chart(
        found / n, middle, spread * sigma_z * positive(width, "width"),
        2 * special.ndtr(-np.abs(z) / sigma_z),
        f"a share outside p̄ ± {width:g} standard deviations of Laney's p′", "Laney p′ chart",
        _doubts(n, middle, None, used), {"sigma_z": sigma_z},
    )  # fmt: skip


def p_chart_run_length(
    *, centre: float, checked: int, share: float | None = None, width: float = 3.0
) -> RunLength:
    """Exact run length of a p chart when the true share is `share` (`centre`, if None).

    1/P(a binomial count outside the limits). Far from the nominal 370 where counts are small.

    :raises ValueError: an argument is out of range.

    >>> found = p_chart_run_length(centre=0.08, checked=100)
    >>> round(found.mean), round(found.p_signal, 6)
    (415, 0.002409)
    """
    if checked < 1:
        raise ValueError(f"checked must be at least 1, not {checked}")
    reach = positive(width, "width") * math.sqrt(open_share(centre, "centre") * (1 - centre))
    low = checked * centre - reach * math.sqrt(checked)
    high = checked * centre + reach * math.sqrt(checked)
    truth = centre if share is None else open_share(share, "share")
    chance = 0.0
    if (top := math.floor(high + TINY * checked)) < checked:
        chance += float(special.bdtrc(top, checked, truth))
    if (bottom := math.ceil(low - TINY * checked)) > 0:
        chance += float(special.bdtr(bottom - 1, checked, truth))
    return RunLength(1 / chance if chance else math.inf, "exact binomial", chance)


def laney_run_length(
    *,
    centre: float,
    checked: int,
    sigma_z: float,
    share: float | None = None,
    width: float = 3.0,
) -> RunLength:
    """Run length of a p′ chart when the true share is `share` (`centre`, if None).

    Shares are taken as N(share, σ_z²·share(1 − share)/n), and the limits as known: 370 in control
    at width 3. Limits from a short baseline make it more variable.

    :raises ValueError: an argument is out of range.

    >>> round(laney_run_length(centre=0.05, checked=5000, sigma_z=3).mean, 1)
    370.4
    """
    if checked < 1:
        raise ValueError(f"checked must be at least 1, not {checked}")
    truth = centre if share is None else open_share(share, "share")
    unit = positive(sigma_z, "sigma_z") / math.sqrt(checked)
    reach = positive(width, "width") * unit * math.sqrt(open_share(centre, "centre") * (1 - centre))
    spread = unit * math.sqrt(truth * (1 - truth))
    below = special.ndtr((centre - reach - truth) / spread) if centre > reach else 0.0
    above = special.ndtr((truth - centre - reach) / spread) if centre + reach < 1 else 0.0
    chance = float(below + above)
    return RunLength(1 / chance if chance else math.inf, "normal, known limits", chance)


def _counts(defects: ArrayLike, checked: ArrayLike) -> tuple[FloatArray, FloatArray]:
    found, n = finite_vector(defects, "defects"), finite_vector(checked, "checked")
    same_length(defects=found, checked=n)
    if (n < 1).any():
        raise ValueError(f"checked must be at least 1 in every period, not {n.min():g}")
    if wrong := [x for x, most in zip(found, n, strict=True) if not 0 <= x <= most]:
        raise ValueError(f"defects must lie between 0 and checked, not {wrong[0]:g}")
    return found, n


def _baseline(periods: int, baseline: int | None) -> int:
    if baseline is None:
        return periods
    if not 1 <= baseline <= periods:
        raise ValueError(f"baseline must lie between 1 and {periods} periods, not {baseline}")
    return baseline


def _centre(found: FloatArray, n: FloatArray, centre: float | None, used: int) -> float | TooLittle:
    if centre is not None:
        return open_share(centre, "centre")
    if used < FEWEST_POINTS:
        return TooLittle(f"a baseline needs {FEWEST_POINTS} periods", used)
    pooled = float(found[:used].sum() / n[:used].sum())
    if pooled in (0.0, 1.0):
        return TooLittle("a baseline where all labels are alike shows no spread", used)
    return pooled


def _doubts(n: FloatArray, middle: float, centre: float | None, used: int) -> tuple[str, ...]:
    doubts: tuple[str, ...] = ()
    if centre is None and used < FEW_POINTS:
        doubts += (f"limits from {used} periods only",)
    if len(n) and float(n.min()) * min(middle, 1 - middle) < EXPECTED_DEFECTS:
        doubts += ("few defects per period: normal limits are poor, a Bernoulli CUSUM is better",)
    return doubts


def _dispersion(found: FloatArray, n: FloatArray) -> dict[str, float]:
    """Pearson's χ² of equal shares per degree of freedom, and its p-value."""
    pooled = float(found.sum() / n.sum()) if len(n) else 0.0
    if len(n) < 2 or pooled in (0.0, 1.0):
        return {"dispersion": 1.0, "p_dispersion": 1.0}
    chi = float(((found - n * pooled) ** 2 / (n * pooled * (1 - pooled))).sum())
    return {
        "dispersion": chi / (len(n) - 1),
        "p_dispersion": float(special.chdtrc(len(n) - 1, chi)),
    }


def _binomial_p(found: FloatArray, n: FloatArray, middle: float) -> FloatArray:
    """Twice the smaller exact tail, at most 1."""
    below = special.bdtr(found, n.astype(np.int64), middle)
    above = special.bdtrc(np.maximum(found - 1, 0), n.astype(np.int64), middle)
    tail = np.minimum(below, np.where(found > 0, above, 1.0))
    return np.asarray(np.minimum(2 * tail, 1.0), dtype=np.float64)


def _chart(
    points: FloatArray, middle: float, reach: FloatArray, p_values: FloatArray, rule: str,
    method: str, warnings: tuple[str, ...], diagnostics: dict[str, Any],
) -> Chart:  # fmt: skip
    lower, upper = np.maximum(middle - reach, 0.0), np.minimum(middle + reach, 1.0)
    return Chart(
        points, lower, upper, middle, positions(outside(points, lower, upper)), p_values, rule,
        len(points), method, warnings, diagnostics,
    )  # fmt: skip
