"""Risks in money: how much is lost in a year, how much in a bad year, and which treatment pays.

A risk is an event that may happen (once, with a chance; or any number of times, at a rate) and a
loss when it does, lognormal from a range that holds 90 % of it. ISO 31000 vocabulary; the sums of
Hubbard & Seiersen (2016). Ordinal scores are never multiplied.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from assay._arrays import FloatArray, IntArray, closed_share, finite_vector, positive
from assay.economics.uncertain import Between
from assay.results import Result, TooLittle

EVENTS_AT_ONCE = 2_000_000
"""Losses drawn at a time (16 MB)."""


@dataclass(frozen=True, slots=True)
class Risk(Result):
    """One risk of a register: what it costs when it happens, and how often it does.

    Give `chance` (it happens at most once in the period, Bernoulli) or `rate` (the mean number of
    times in the period, Poisson), not both.

    >>> late = Risk("guideline misread", Between(10_000, 200_000), chance=0.2)
    >>> round(late.mean, -1), round(late.p_none, 2)
    (13540.0, 0.8)
    """

    name: str
    loss: Between
    chance: float | None = None
    rate: float | None = None

    def __post_init__(self) -> None:
        if (self.chance is None) == (self.rate is None):
            raise ValueError(f"risk {self.name!r} needs either a chance or a rate")
        if self.chance is not None:
            closed_share(self.chance, f"the chance of {self.name!r}")
        elif self.rate is None or not (math.isfinite(self.rate) and self.rate >= 0):
            raise ValueError(f"the rate of {self.name!r} must not be negative, like {self.rate}")

    @property
    def events(self) -> float:
        """The mean number of times that it happens."""
        return self.chance if self.chance is not None else self.rate or 0.0

    @property
    def mean(self) -> float:
        """The loss to expect in the period."""
        return self.events * self.loss.mean

    @property
    def variance(self) -> float:
        """Of the loss in the period: λ E[X²], less the square of the mean if it happens once."""
        square = self.loss.mean**2 * math.exp(self.loss.sigma**2)
        return self.events * square - (self.mean**2 if self.chance is not None else 0.0)

    @property
    def p_none(self) -> float:
        """The chance that it does not happen in the period."""
        return 1 - self.chance if self.chance is not None else math.exp(-self.events)

    def counted(self, rng: np.random.Generator, draws: int) -> IntArray:
        """How often it happens in each of `draws` periods."""
        if self.chance is not None:
            return (rng.random(draws) < self.chance).astype(np.int64)
        return rng.poisson(self.events, draws).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class LossExceedance(Result):
    """The loss of a period over all risks of a register.

    `mean`, `sd` and `p_none` (no loss at all) are exact; `p50`, `p80`, `p95` are quantiles of the
    simulation, whose sorted `losses` (D,) are the loss exceedance curve: `exceeding` reads it.
    `p95_error` is the simulation's standard error of P95. `shares` is each risk's part of the mean,
    in the order of `names`.
    """

    mean: float
    sd: float
    p_none: float
    p50: float
    p80: float
    p95: float
    p95_error: float
    names: tuple[str, ...]
    shares: FloatArray
    losses: FloatArray
    method: str
    warnings: tuple[str, ...] = ()

    def exceeding(self, amounts: ArrayLike) -> FloatArray:
        """The chance (m,) that the loss exceeds each of `amounts` (m,)."""
        asked = finite_vector(amounts, "amounts")
        above = len(self.losses) - np.searchsorted(self.losses, asked, side="right")
        return np.asarray(above / len(self.losses), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Treatment(Result):
    """What a treatment brings: the `mean_reduction` of the expected loss, less its `cost`.

    `leverage` is mean_reduction/cost: above 1 it pays on average.
    """

    mean_before: float
    mean_after: float
    mean_reduction: float
    cost: float
    leverage: float
    net: float
    method: str
    warnings: tuple[str, ...] = ()


def loss_exceedance(
    risks: Sequence[Risk], *, rng: np.random.Generator, draws: int = 100_000
) -> LossExceedance | TooLittle:
    """Add up the losses of a register over many simulated periods.

    Each risk happens by its chance or rate, and every time costs a fresh lognormal draw; mean and
    variance of the sum are the sums, P(0) the product. Risks are taken as independent: a common
    cause (a vendor that fails in two ways at once) makes bad years worse than told; enter it as one
    risk. A range that experts gave as 90 % holds the truth less often unless they were calibrated.
    An empty register is too little.

    :raises ValueError: two risks have one name, or `draws` is below 1000.

    >>> reach = math.exp(1.6448536)  # lognormal, median 20,000, σ 1
    >>> risk = Risk("lot rejected at the deadline", Between(20_000 / reach, 20_000 * reach), rate=2)
    >>> found = loss_exceedance([risk], rng=np.random.default_rng(1))
    >>> round(found.mean), round(found.sd), round(found.p_none, 4)
    (65949, 76885, 0.1353)
    """
    if draws < 1000:
        raise ValueError(f"draws must be at least 1000, not {draws}")
    names = tuple(risk.name for risk in risks)
    if len(set(names)) < len(names):
        raise ValueError(f"risks need names of their own: {', '.join(names)}")
    if not risks:
        return TooLittle("the register holds no risk", 0)
    losses = np.zeros(draws)
    for risk in risks:
        losses += _drawn(risk, rng, draws)
    losses.sort()
    p50, p80, p95 = np.quantile(losses, [0.5, 0.8, 0.95]).tolist()
    means = np.array([risk.mean for risk in risks])
    mean = float(means.sum())
    return LossExceedance(
        mean, math.sqrt(sum(risk.variance for risk in risks)),
        math.prod(risk.p_none for risk in risks), p50, p80, p95, _quantile_error(losses, 0.95),
        names, means / mean if mean else means, losses,
        f"independent risks, {draws} simulated periods",
    )  # fmt: skip


def treatment_leverage(before: Risk, after: Risk, *, cost: float) -> Treatment:
    """Whether a treatment pays on average: leverage = (mean loss before − after)/cost.

    Boehm (1991), IEEE Software 8(1). `after` is the residual risk: the same risk with a lower
    chance or rate, a smaller loss, or both. A treatment of leverage below 1 may still be bought
    against a ruinous year: compare the P95 of `loss_exceedance` with and without it.

    :raises ValueError: `cost` is not above zero.

    >>> from dataclasses import replace
    >>> risk = Risk("guideline misread", Between(10_000, 200_000), chance=0.2)
    >>> found = treatment_leverage(risk, replace(risk, chance=0.08), cost=3_000)
    >>> round(found.leverage, 2), round(found.net, -1)
    (2.71, 5120.0)
    """
    saved, spent = before.mean - after.mean, positive(cost, "cost")
    warnings = ("the treatment makes the risk larger",) if saved < 0 else ()
    return Treatment(
        before.mean, after.mean, saved, spent, saved / spent, saved - spent,
        "risk-reduction leverage", warnings,
    )  # fmt: skip


def _drawn(risk: Risk, rng: np.random.Generator, draws: int) -> FloatArray:
    """The loss from one risk in each of `draws` periods."""
    block = max(1, int(EVENTS_AT_ONCE / max(1.0, risk.events)))
    parts = []
    for start in range(0, draws, block):
        counts = risk.counted(rng, min(block, draws - start))
        each = risk.loss.drawn(rng, int(counts.sum()))
        period = np.repeat(np.arange(len(counts)), counts)
        parts.append(np.bincount(period, weights=each, minlength=len(counts)))
    return np.concatenate(parts)


def _quantile_error(ordered: FloatArray, share: float) -> float:
    """Half the distance of the quantiles one binomial standard deviation to either side."""
    step = math.sqrt(share * (1 - share) / len(ordered))
    low, high = np.quantile(ordered, [share - step, min(1.0, share + step)])
    return float(high - low) / 2
