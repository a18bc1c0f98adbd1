"""Uncertain quantities: what is put into a sum of money, and how its outcome is told."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy import special

from assay._arrays import FloatArray, open_share, positive
from assay.intervals import normal_quantile
from assay.results import Result


@dataclass(frozen=True, slots=True)
class Normal(Result):
    """An uncertain quantity given by mean and standard deviation; sd 0 means it is known.

    >>> Normal(0.4, 0.25).drawn(np.random.default_rng(1), 2).round(3).tolist()
    [0.486, 0.605]
    """

    mean: float
    sd: float = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mean) and math.isfinite(self.sd) and self.sd >= 0):
            raise ValueError(f"no normal quantity has mean {self.mean} and sd {self.sd}")

    def drawn(self, rng: np.random.Generator, draws: int) -> FloatArray:
        return rng.normal(self.mean, self.sd, size=draws)


@dataclass(frozen=True, slots=True)
class Between(Result):
    """A positive quantity given by a low and a high end that hold `share` of it: lognormal.

    μ = (ln low + ln high)/2, σ = (ln high − ln low)/(2 z).

    >>> money = Between(10_000, 200_000)
    >>> round(money.sigma, 5), round(money.mean, -2)
    (0.91064, 67700.0)
    """

    low: float
    high: float
    share: float = 0.9

    def __post_init__(self) -> None:
        if not 0 < self.low < self.high < math.inf:
            raise ValueError(f"need 0 < low < high, not {self.low} and {self.high}")
        open_share(self.share, "share")

    @property
    def sigma(self) -> float:
        return math.log(self.high / self.low) / (2 * normal_quantile((1 + self.share) / 2))

    @property
    def mean(self) -> float:
        return math.sqrt(self.low * self.high) * math.exp(self.sigma**2 / 2)

    def drawn(self, rng: np.random.Generator, draws: int) -> FloatArray:
        return rng.lognormal(math.log(self.low * self.high) / 2, self.sigma, size=draws)


Uncertain: TypeAlias = Normal | Between


@dataclass(frozen=True, slots=True)
class Spread(Result):
    """An uncertain outcome: its mean, its median `p50`, and the ends `p10`, `p90` of the middle
    80 %."""

    mean: float
    p10: float
    p50: float
    p90: float

    def __str__(self) -> str:
        return f"{self.p50:.3g} (P10 {self.p10:.3g}, P90 {self.p90:.3g}; mean {self.mean:.3g})"


def shrink_normal(observed: Normal, prior: Normal) -> Normal:
    """An experiment's result after what was believed before it: precision-weighted mean.

    Precision 1/sd² each; the posterior of a normal mean. State the prior before the result is
    seen.

    :raises ValueError: a standard deviation is 0.

    >>> found = shrink_normal(Normal(0.8, 0.3), Normal(0.2, 0.3))
    >>> round(found.mean, 3), round(found.sd, 3)
    (0.5, 0.212)
    """
    seen = 1 / positive(observed.sd, "observed.sd") ** 2
    held = 1 / positive(prior.sd, "prior.sd") ** 2
    mean = (seen * observed.mean + held * prior.mean) / (seen + held)
    return Normal(mean, math.sqrt(1 / (seen + held)))


def normal_at(quantity: Normal, share: float) -> float:
    """The quantile at `share`, also where the sd is 0."""
    return quantity.mean + quantity.sd * normal_quantile(share) if quantity.sd else quantity.mean


def share_above(quantity: Normal, bound: float, *, or_equal: bool = False) -> float:
    """P(X > bound), or P(X ≥ bound): they differ where the sd is 0."""
    if quantity.sd == 0:
        return float(quantity.mean > bound or (or_equal and quantity.mean == bound))
    return float(special.ndtr((quantity.mean - bound) / quantity.sd))


def expected_excess(quantity: Normal, bound: float) -> float:
    """E max(X − bound, 0) = (m − b)Φ(d) + s·φ(d) with d = (m − b)/s."""
    over = quantity.mean - bound
    if quantity.sd == 0:
        return max(over, 0.0)
    d = over / quantity.sd
    density = math.exp(-d * d / 2) / math.sqrt(2 * math.pi)
    return over * float(special.ndtr(d)) + quantity.sd * density
