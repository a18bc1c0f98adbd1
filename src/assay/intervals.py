"""Confidence intervals for means and proportions, shared by the modules that report one."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from assay._arrays import FloatArray, finite_vector, open_share
from assay.results import Estimate, TooLittle

CELLS_AT_ONCE = 4_000_000
"""How many resampled cells are held in memory together (32 MB of floats)."""


def mean_interval(values: ArrayLike, *, level: float = 0.95) -> Estimate | TooLittle:
    """Mean of independent values with Student's t interval.

    mean ± t(1 − (1 − level)/2; n − 1) · s/√n.  Student (1908), Biometrika 6(1).
    Assumes independent units (queries, not rows). `values`: shape (n,).

    :raises ValueError: a value is not finite, or `level` is not between 0 and 1.

    >>> interval = mean_interval([0.2, 0.4, 0.6])
    >>> round(interval.low, 4), round(interval.high, 4)
    (-0.0968, 0.8968)
    """
    vector, n = finite_vector(values, "values"), np.size(values)
    open_share(level, "level")
    if n < 2:
        return TooLittle("a mean with an interval needs two values", n)
    mean, error = float(vector.mean()), float(vector.std(ddof=1) / np.sqrt(n))
    reach = float(special.stdtrit(n - 1, (1 + level) / 2)) * error
    return Estimate(
        mean, mean - reach, mean + reach, level, n, "mean; t interval",
        diagnostics={"standard_error": error},
    )  # fmt: skip


def bootstrap_mean(
    values: ArrayLike, *, rng: np.random.Generator, resamples: int = 2000, level: float = 0.95
) -> Estimate | TooLittle:
    """Mean of independent values with a percentile bootstrap interval.

    Efron & Tibshirani (1993), ch. 13. Fewer than five values give no interval: the bootstrap
    cannot show spread that the sample does not have. `values`: shape (n,).

    :raises ValueError: a value is not finite, or `level` is not between 0 and 1.

    >>> rng = np.random.default_rng(7)
    >>> bootstrap_mean([1.0, 2.0, 3.0, 4.0, 5.0], rng=rng).value
    3.0
    """
    vector, n = finite_vector(values, "values"), np.size(values)
    open_share(level, "level")
    if n < 5:
        return TooLittle("a bootstrap needs five values", n)
    means = resample_weights(n, resamples, rng) @ vector / n
    low, high = percentiles(means, level)
    return Estimate(
        float(vector.mean()), low, high, level, n, "mean; percentile bootstrap",
        diagnostics={"resamples": resamples},
    )  # fmt: skip


def wilson(hits: int, trials: int, *, level: float = 0.95) -> Estimate | TooLittle:
    """Proportion with Wilson's score interval, which stays within 0 and 1.

    Wilson (1927), JASA 22(158).

    :raises ValueError: not 0 ≤ hits ≤ trials.

    >>> interval = wilson(46, 50)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.8116, 0.9685)
    """
    if not 0 <= hits <= trials:
        raise ValueError(f"hits must lie between 0 and {trials}, not {hits}")
    if trials == 0:
        return TooLittle("no trials", 0)
    z, share = normal_quantile((1 + open_share(level, "level")) / 2), hits / trials
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    spread = np.sqrt(share * (1 - share) / trials + z * z / (4 * trials**2)) * z
    reach = float(spread / (1 + z * z / trials))
    low, high = max(0.0, middle - reach), min(1.0, middle + reach)
    return Estimate(share, min(low, share), max(high, share), level, trials, "Wilson score")


def normal_quantile(share: float) -> float:
    """The standard normal quantile at `share`."""
    return float(special.ndtri(share))


def percentiles(draws: FloatArray, level: float) -> tuple[float, float]:
    """The two percentiles that hold `level` of the draws between them."""
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def resample_weights(units: int, resamples: int, rng: np.random.Generator) -> FloatArray:
    """How often each unit is drawn in each bootstrap resample: shape (resamples, units)."""
    drawn = rng.integers(units, size=(resamples, units))
    drawn += (np.arange(resamples) * units)[:, None]
    counts = np.bincount(drawn.ravel(), minlength=resamples * units)
    return counts.reshape(resamples, units).astype(np.float64)
