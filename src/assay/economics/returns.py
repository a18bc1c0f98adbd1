"""Return of a labeling spend, as a distribution; and what later money is worth today."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from assay._arrays import FloatArray, closed_share, finite_vector, positive
from assay.economics.uncertain import (
    Between,
    Normal,
    Spread,
    Uncertain,
    expected_excess,
    normal_at,
    share_above,
)
from assay.results import Result


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


def net_present_value(amounts: ArrayLike, *, rate: float) -> float:
    """What payments over time are worth at the first of them: Σ amount_t / (1 + rate)^t.

    `amounts` (T,): one a period, the first now (t = 0), spends negative. `rate` is that of one
    period: a yearly 10 % paid by the month is 0.1/12. Brealey & Myers (2003), ch. 2. The amounts
    are taken as known: discount each draw where they are not.

    :raises ValueError: an amount is not finite, or `rate` is not above −1.

    >>> round(net_present_value([-180_000] + [30_000] * 12, rate=0.1 / 12))
    161235
    """
    flows = finite_vector(amounts, "amounts")
    if not (math.isfinite(rate) and rate > -1):
        raise ValueError(f"rate must be a finite number above -1, not {rate}")
    return float(np.sum(flows * (1.0 + rate) ** -np.arange(len(flows))))


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
    above = p_launch * share_above(launched, cost)
    gain = p_launch * expected_excess(launched, cost)
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
    below = p_launch * (1 - share_above(launched, 0.0, or_equal=True))
    if share < below:
        return normal_at(launched, share / p_launch)
    if share <= below + (1 - p_launch):
        return 0.0
    return normal_at(launched, (share - (1 - p_launch)) / p_launch)
