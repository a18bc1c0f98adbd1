"""Totals, means and ratios of the frame from items drawn with unequal chances."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from assay._arrays import FloatArray, finite_vector, open_share, same_length
from assay.intervals import normal_quantile
from assay.results import Estimate, TooLittle
from assay.sampling.allocation import kish_n_eff

Design: TypeAlias = Literal["poisson", "fixed"]
"""Each item drawn on its own, so that n varies; or a fixed number n drawn, as in this package."""

SHOWN = {"poisson": "Poisson variance", "fixed": "Hájek-Rosén variance, t interval"}


def horvitz_thompson(
    values: ArrayLike, probabilities: ArrayLike, *, design: Design = "poisson", level: float = 0.95
) -> Estimate | TooLittle:
    """Total of the frame from a sample with unequal chances: Σ y_i/π_i.

    Horvitz & Thompson (1952), JASA 47. With design "poisson" the variance is that of independent
    draws, Σ (1 − π_i)(y_i/π_i)², which overstates that of a fixed-size draw, and the interval
    normal. With "fixed" it is m/(m−1)·Σ(1 − π_i)(y_i/π_i − B)², B = Σ(1 − π_i)y_i/π_i ÷ Σ(1 − π_i),
    over the m items with π < 1 (Hájek 1964; Rosén 1997), and the interval t with m − 1 degrees of
    freedom. Shape (n,) each.

    :raises ValueError: lengths differ, a value is not finite, or a probability is not in (0, 1].

    >>> horvitz_thompson([1, 0, 1, 0, 1, 0], [1, 1, 0.5, 0.5, 0.1, 0.1]).value
    13.0
    """
    y, chance = _weighted(values, probabilities)
    if short := _short(chance, design, "a weighted total"):
        return short
    error = _error(y, chance, design)
    return _interval(float((y / chance).sum()), error, chance, design, level,
                     "Horvitz-Thompson total")  # fmt: skip


def hajek(
    values: ArrayLike, probabilities: ArrayLike, *, design: Design = "poisson", level: float = 0.95
) -> Estimate | TooLittle:
    """Mean of the frame from a sample with unequal chances: Σ(y_i/π_i) / Σ(1/π_i).

    Hájek (1971). Steadier than the Horvitz–Thompson total over N, at a bias of order 1/n.
    Linearised variance: that of the total of y_i − ŷ, as in `horvitz_thompson`, over (Σ 1/π_i)².
    Shape (n,) each.

    :raises ValueError: lengths differ, a value is not finite, or a probability is not in (0, 1].

    >>> hajek([1, 0, 1, 0, 1, 0], [1, 1, 0.5, 0.5, 0.1, 0.1]).value
    0.5
    """
    y, chance = _weighted(values, probabilities)
    if short := _short(chance, design, "a weighted mean"):
        return short
    size = float((1 / chance).sum())
    mean = float((y / chance).sum() / size)
    error = _error(y - mean, chance, design) / size
    return _interval(mean, error, chance, design, level, "Hájek mean, linearised")


def ratio(
    numerators: ArrayLike,
    denominators: ArrayLike,
    probabilities: ArrayLike,
    *,
    design: Design = "poisson",
    level: float = 0.95,
) -> Estimate | TooLittle:
    """Ratio of two totals of the frame: R̂ = Σ(y_i/π_i) / Σ(x_i/π_i).

    For shares of something that items hold different amounts of: bad impressions over all
    impressions, with queries as items. Linearised variance: that of the total of y_i − R̂x_i, as
    in `horvitz_thompson`, over (Σ x_i/π_i)². Biased by order 1/n; rough while the denominator's
    total itself is known to worse than some 10 %. Cochran (1977), ch. 6. Shape (n,) each.

    :raises ValueError: lengths differ, a value is not finite, a denominator is negative, or a
        probability is not in (0, 1].

    >>> ratio([5, 0, 2], [100, 50, 20], [1, 0.5, 0.1]).value
    0.0625
    """
    y, chance = _weighted(numerators, probabilities)
    x = finite_vector(denominators, "denominators")
    same_length(numerators=y, denominators=x)
    if (x < 0).any():
        raise ValueError("denominators must not be negative")
    if short := _short(chance, design, "a ratio"):
        return short
    whole = float((x / chance).sum())
    if whole == 0:
        return TooLittle("all denominators are 0", len(y))
    value = float((y / chance).sum() / whole)
    error = _error(y - value * x, chance, design) / whole
    return _interval(value, error, chance, design, level, "ratio of totals, linearised")


def _weighted(values: ArrayLike, probabilities: ArrayLike) -> tuple[FloatArray, FloatArray]:
    y, chance = finite_vector(values, "values"), finite_vector(probabilities, "probabilities")
    same_length(values=y, probabilities=chance)
    if ((chance <= 0) | (chance > 1)).any():
        raise ValueError("inclusion probabilities must lie above 0 and at most at 1")
    return y, chance


def _short(chance: FloatArray, design: Design, what: str) -> TooLittle | None:
    if design not in SHOWN:
        raise ValueError(f"design must be 'poisson' or 'fixed', not {design!r}")
    if len(chance) < 2:
        return TooLittle(f"{what} needs two drawn items", len(chance))
    if design == "fixed" and np.count_nonzero(chance < 1) == 1:
        return TooLittle("one item alone was drawn by chance: it shows no spread", len(chance))
    return None


def _error(y: FloatArray, chance: FloatArray, design: Design) -> float:
    """Standard error of Σ y/π."""
    expanded, left = y / chance, 1 - chance
    if design == "poisson":
        return float(np.sqrt((left * expanded**2).sum()))
    by_chance = int(np.count_nonzero(left))
    if by_chance == 0:
        return 0.0
    centre = (left * expanded).sum() / left.sum()
    spread = float((left * (expanded - centre) ** 2).sum())
    return float(np.sqrt(spread * by_chance / (by_chance - 1)))


def _interval(
    value: float, error: float, chance: FloatArray, design: Design, level: float, what: str
) -> Estimate:
    share = (1 + open_share(level, "level")) / 2
    freedom = np.count_nonzero(chance < 1) - 1
    if design == "poisson":
        quantile = normal_quantile(share)
    else:
        quantile = float(special.stdtrit(freedom, share)) if freedom > 0 else 0.0
    n, reach = len(chance), quantile * error
    rough = n < 30 and error > 0
    return Estimate(
        value, value - reach, value + reach, level, n, f"{what}; {SHOWN[design]}",
        ("fewer than 30 items: the interval is rough",) if rough else (),
        {"standard_error": error, "kish_n_eff": kish_n_eff(1 / chance)},
    )  # fmt: skip
