"""What a judge can save, told before the labels are paid for.

The judge explains the share ρ² of the variance of the human value, and so saves about that share
of the labels: today some 15 to 30 %, not 90 %. Measure ρ on a pilot of the project itself.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from assay._arrays import FloatArray, finite_vector, open_share, positive, same_length
from assay.intervals import normal_quantile
from assay.judges._sample import FEWEST_LABELS, graded, too_few, varies
from assay.results import Estimate, TooLittle
from assay.sizing import SampleSize


def predicted_saving(
    human: ArrayLike, judge: ArrayLike, *, level: float = 0.95, fewest: int = FEWEST_LABELS
) -> Estimate | TooLittle:
    """Share of human labels that the judge would save for a mean: ρ², from a pilot.

    The interval is that of ρ on Fisher's z scale with the standard error of its influence function
    (so that grades need not be normal), squared; it starts at 0 where ρ may be 0. The saving is
    against a plain random sample of humans only, at equal width; a small population caps it.
    Diagnostics: `correlation`, `sd` of the human values, and `needed_for_fixed_weight`, the
    σ_f/(2σ_y) that the correlation must exceed before PPI with λ = 1 helps at all.
    Shape (n,) each; the pilot must be a random sample.

    :raises ValueError: lengths differ, a value is not finite, or an option is out of range.

    >>> found = predicted_saving([0, 1, 1, 0, 1, 0] * 10, [0, 1, 2, 1, 1, 1] * 10)
    >>> round(found.value, 3), round(found.diagnostics["correlation"], 3)
    (0.333, 0.577)
    """
    y, f = finite_vector(human, "human"), graded(judge, "judge")
    n = same_length(human=y, judge=f)
    quantile = normal_quantile((1 + open_share(level, "level")) / 2)
    if refusal := too_few(n, fewest, 5, level):
        return refusal
    if not (varies(y) and varies(f)):
        return TooLittle("human or judge gives one value only: nothing can correlate", n)
    rho, low, high = _correlation(y, f, quantile)
    ends = sorted((low**2, high**2))
    return Estimate(
        rho**2, 0.0 if low <= 0 <= high else ends[0], ends[1], level, n,
        "squared correlation; Fisher z with influence-function error",
        ("the judge is graded the wrong way round",) if rho < 0 else (),
        {"correlation": rho, "sd": float(y.std(ddof=1)),
         "needed_for_fixed_weight": float(f.std(ddof=1) / (2 * y.std(ddof=1)))},
    )  # fmt: skip


def labels_needed(
    half_width: float,
    *,
    sd: float,
    correlation: float,
    population: int | None = None,
    level: float = 0.95,
) -> SampleSize:
    """Human labels for a mean known to ± `half_width` with a judge of the given correlation.

    n₀ = z²σ²(1 − ρ²)/h², and n₀/(1 + n₀/N) for a `population` of N; never under 50, where no
    interval is shown. Cochran (1977), ch. 7. `parameters["human_only"]` is the number without the
    judge. Take `sd` and `correlation` from `predicted_saving`.

    :raises ValueError: a number is out of range.

    >>> found = labels_needed(0.05, sd=0.5, correlation=0.5)
    >>> found.n, found.parameters["human_only"]
    (289, 385)
    """
    z = normal_quantile((1 + open_share(level, "level")) / 2)
    if not -1 <= correlation <= 1:
        raise ValueError(f"correlation must lie between -1 and 1, not {correlation}")
    plain = (z * positive(sd, "sd") / positive(half_width, "half_width")) ** 2
    n, alone = (_sized(each, population) for each in (plain * (1 - correlation**2), plain))
    return SampleSize(
        n, "mean by regression on the judge, normal approximation",
        {"half_width": half_width, "sd": sd, "correlation": correlation, "population": population,
         "level": level, "human_only": alone},
    )  # fmt: skip


def _sized(n: float, population: int | None) -> int:
    if population is None:
        return max(FEWEST_LABELS, math.ceil(round(n, 9)))
    corrected = n / (1 + n / positive(population, "population"))
    return min(population, max(FEWEST_LABELS, math.ceil(round(corrected, 9))))


def _correlation(y: FloatArray, f: FloatArray, quantile: float) -> tuple[float, float, float]:
    """ρ with its interval on Fisher's z scale."""
    a, b = (y - y.mean()) / y.std(), (f - f.mean()) / f.std()
    rho = float(np.clip(np.mean(a * b), -1.0, 1.0))
    if 1 - abs(rho) < 1e-12:
        return rho, rho, rho
    influence = a * b - rho * (a**2 + b**2) / 2
    error = float(influence.std(ddof=1)) / math.sqrt(len(y)) / (1 - rho**2)
    middle = math.atanh(rho)
    return rho, math.tanh(middle - quantile * error), math.tanh(middle + quantile * error)
