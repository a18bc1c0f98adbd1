"""What labels cost, what they are worth, and how sure that is.

Amounts are plain floats in one currency of one date: the caller converts. Nothing here returns a
return on investment without its spread.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from scipy import special

from assay._arrays import FloatArray, closed_share, open_share, positive
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


@dataclass(frozen=True, slots=True)
class ReturnOnInvestment(Result):
    """What a spend brings, with its spread.

    `value` and `net` = value − cost are money, `roi` = net/cost. `p_value_exceeds_cost` is the
    chance that value > cost, the same event as a return above zero (`p_roi_positive`). `evpi` is
    the expected value of perfect information: the most that learning the outcome before deciding
    could be worth, E max(net, 0) − max(E net, 0).
    """

    roi: Spread
    value: Spread
    net: Spread
    p_roi_positive: float
    p_value_exceeds_cost: float
    evpi: float
    cost: float
    method: str
    warnings: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)


def effective_labels(n: float, accuracy: float) -> float:
    """Labels weighted by what they tell: n·(2a − 1)².

    For two classes and symmetric noise, to first order near a = ½; an approximation elsewhere.
    A label of accuracy ½ tells nothing.

    :raises ValueError: n is negative, or `accuracy` is not between ½ and 1.

    >>> round(effective_labels(1000, 0.92), 1)
    705.6
    """
    if n < 0 or not 0.5 <= accuracy <= 1:
        raise ValueError(f"need n ≥ 0 and accuracy in [0.5, 1], not {n} and {accuracy}")
    return n * (2 * accuracy - 1) ** 2


def cost_per_accepted_label(
    cost_per_hour: float,
    labels_per_hour: float,
    *,
    checked_share: float,
    check_cost_ratio: float,
    acceptance: float,
) -> float:
    """Cost of an accepted label: rate/throughput · (1 + checked·ratio) / acceptance.

    `checked_share` of labels are checked at `check_cost_ratio` of a label's cost each;
    `acceptance` is the share accepted, not infinite rework.

    :raises ValueError: a number is out of range.

    >>> accepted = cost_per_accepted_label(
    ...     12, 50, checked_share=0.1, check_cost_ratio=0.6, acceptance=0.95)
    >>> round(accepted, 4)
    0.2678
    """
    made = positive(cost_per_hour, "cost_per_hour") / positive(labels_per_hour, "labels_per_hour")
    if check_cost_ratio < 0 or closed_share(acceptance, "acceptance") == 0:
        raise ValueError("check_cost_ratio must not be negative, acceptance must be above zero")
    checks = 1 + closed_share(checked_share, "checked_share") * check_cost_ratio
    return made * checks / acceptance


def cost_per_effective_label(cost_per_accepted: float, accuracy: float) -> float:
    """Cost of one label's worth of information: cost per accepted label / (2a − 1)².

    Infinite at accuracy ½. The unit in which vendors of different accuracy can be compared.

    :raises ValueError: the cost is negative, or `accuracy` is not between ½ and 1.

    >>> round(cost_per_effective_label(0.267789, 0.92), 4)
    0.3795
    """
    if cost_per_accepted < 0:
        raise ValueError(f"a cost must not be negative, like {cost_per_accepted}")
    worth = effective_labels(1.0, accuracy)
    return cost_per_accepted / worth if worth else math.inf


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


def return_on_investment(
    *,
    uplift: Normal,
    slope: Normal,
    value_per_point: Uncertain,
    p_launch: float,
    attribution: float,
    cost: float,
    rng: np.random.Generator | None = None,
    draws: int = 200_000,
) -> ReturnOnInvestment:
    """Return of a labeling spend, as a distribution.

    value = uplift (points of the offline metric) × slope (online points per offline point)
    × value_per_point × attribution if launched, which happens with `p_launch` whatever the
    uplift; else 0. The factors are taken as independent. A launch that waits for a good uplift
    would make more of it: this is cautious there.

    Where at most one factor is uncertain, and that one normal, the result is exact; otherwise it
    is simulated with `rng`.

    :raises ValueError: a share or the cost is out of range, or `rng` is needed and missing.

    >>> found = return_on_investment(
    ...     uplift=Normal(0.4, 0.25), slope=Normal(1), value_per_point=Normal(1_200_000),
    ...     p_launch=1, attribution=0.6, cost=180_000)
    >>> str(found.roi), round(found.p_roi_positive, 3)
    ('0.6 (P10 -0.682, P90 1.88; mean 0.6)', 0.726)
    """
    closed_share(p_launch, "p_launch"), closed_share(attribution, "attribution")
    positive(cost, "cost")
    factors: tuple[Uncertain, ...] = (uplift, slope, value_per_point)
    given = {"uplift": uplift, "slope": slope, "value_per_point": value_per_point,
             "p_launch": p_launch, "attribution": attribution}  # fmt: skip
    launched = _normal_product(factors, attribution)
    if launched is not None:
        return _exact_return(launched, p_launch, cost, given)
    if rng is None:
        raise ValueError("several factors are uncertain, or one is not normal: pass an rng")
    if draws < 1000:
        raise ValueError(f"draws must be at least 1000, not {draws}")
    value = attribution * np.prod([factor.drawn(rng, draws) for factor in factors], axis=0)
    value = np.where(rng.random(draws) < p_launch, value, 0.0)
    return _simulated_return(value, cost, given)


def _normal_product(factors: tuple[Uncertain, ...], attribution: float) -> Normal | None:
    """The product of the factors where it is normal, else None."""
    unsure = [each for each in factors if isinstance(each, Between) or each.sd > 0]
    if len(unsure) > 1 or any(isinstance(each, Between) for each in unsure):
        return None
    known = attribution * math.prod(each.mean for each in factors if each not in unsure)
    chosen = unsure[0] if unsure else Normal(1.0)
    return Normal(known * chosen.mean, abs(known) * getattr(chosen, "sd", 0.0))


def _exact_return(
    launched: Normal, p_launch: float, cost: float, given: Mapping[str, Any]
) -> ReturnOnInvestment:
    """Value is N(m, s) with probability p_launch and 0 otherwise: exact throughout."""
    quantiles = [_mixture_quantile(launched, p_launch, share) for share in (0.1, 0.5, 0.9)]
    value = Spread(p_launch * launched.mean, *quantiles)
    above = p_launch * _share_above(launched, cost)
    gain = p_launch * _expected_excess(launched, cost)
    return _wrapped(value, above, gain, cost, "exact: normal value, launched or not", given)


def _simulated_return(
    value: FloatArray, cost: float, given: Mapping[str, Any]
) -> ReturnOnInvestment:
    p10, p50, p90 = (float(each) for each in np.quantile(value, [0.1, 0.5, 0.9]))
    spread = Spread(float(value.mean()), p10, p50, p90)
    above = float((value > cost).mean())
    gain = float(np.maximum(value - cost, 0).mean())
    return _wrapped(spread, above, gain, cost, f"simulated, {len(value)} draws", given)


def _wrapped(
    value: Spread, above: float, gain: float, cost: float, method: str, given: Mapping[str, Any]
) -> ReturnOnInvestment:
    net = Spread(*(each - cost for each in (value.mean, value.p10, value.p50, value.p90)))
    roi = Spread(*(each / cost for each in (net.mean, net.p10, net.p50, net.p90)))
    unsure = 0 < above < 1 and roi.p10 < 0 < roi.p90
    return ReturnOnInvestment(
        roi=roi, value=value, net=net, p_roi_positive=above, p_value_exceeds_cost=above,
        evpi=max(0.0, gain - max(net.mean, 0.0)), cost=cost, method=method,
        warnings=("the range P10 to P90 holds both a gain and a loss",) if unsure else (),
        parameters=given,
    )  # fmt: skip


def _mixture_quantile(launched: Normal, p_launch: float, share: float) -> float:
    """Quantile of a value that is 0 with probability 1 − p_launch, else normal."""
    if p_launch == 0:
        return 0.0
    below = p_launch * (1 - _share_above(launched, 0.0, or_equal=True))
    if share < below:
        return _normal_at(launched, share / p_launch)
    if share <= below + (1 - p_launch):
        return 0.0
    return _normal_at(launched, (share - (1 - p_launch)) / p_launch)


def _normal_at(quantity: Normal, share: float) -> float:
    return quantity.mean + quantity.sd * normal_quantile(share) if quantity.sd else quantity.mean


def _share_above(quantity: Normal, bound: float, *, or_equal: bool = False) -> float:
    if quantity.sd == 0:
        return float(quantity.mean > bound or (or_equal and quantity.mean == bound))
    return float(special.ndtr((quantity.mean - bound) / quantity.sd))


def _expected_excess(quantity: Normal, bound: float) -> float:
    """E max(X − bound, 0) = (m − b)Φ(d) + s·φ(d) with d = (m − b)/s."""
    over = quantity.mean - bound
    if quantity.sd == 0:
        return max(over, 0.0)
    d = over / quantity.sd
    density = math.exp(-d * d / 2) / math.sqrt(2 * math.pi)
    return over * float(special.ndtr(d)) + quantity.sd * density
