"""How many labels to buy: for one segment, for several with one budget, against a deadline.

A segment is a locale, a query class, a business line: whatever has a learning curve of its own,
ε(n) = a·n^−b + c. Its floor c moves no decision here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from assay._arrays import FloatArray, finite_vector, positive, same_length
from assay.economics.uncertain import Between
from assay.results import Result


@dataclass(frozen=True, slots=True, eq=False)
class Allocation(Result):
    """A budget over segments: `sizes` (S,) labels in all, of which `orders` (S,) are bought now.

    `spend` (S,) is the money by segment. `marginal` (S,) is the value of the last unit of money in
    each; it is `price_of_money` wherever something is bought, and no higher elsewhere. `gain` is
    the value of all that is bought.
    """

    sizes: FloatArray
    orders: FloatArray
    spend: FloatArray
    marginal: FloatArray
    price_of_money: float
    gain: float
    method: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order(Result):
    """How far to buy: `up_to` labels in all, `order` of them new, and what to expect of it.

    `cost` = price · order + penalty · (1 − p_hit); `p_hit` is the chance that the need is met.
    """

    up_to: float
    order: float
    cost: float
    p_hit: float
    method: str
    warnings: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)


def optimal_labels(*, scale: float, exponent: float, value: float, price: float) -> float:
    """Labels at which a further one is worth its price: n* = (V·a·b/κ)^{1/(1+b)}.

    For ε(n) = a·n^−b + c, a `value` V of an error lower by 1.0, and a `price` κ of a label. The
    curve is taken as known: `labels_worth_buying` has the fan.

    :raises ValueError: a number is not above zero.

    >>> round(optimal_labels(scale=2, exponent=0.3, value=2e6, price=0.25))
    137853
    """
    a, b = positive(scale, "scale"), positive(exponent, "exponent")
    worth = positive(value, "value") / positive(price, "price")
    return float((worth * a * b) ** (1 / (1 + b)))


def allocate_budget(
    *,
    values: ArrayLike,
    scales: ArrayLike,
    exponents: ArrayLike,
    prices: ArrayLike,
    budget: float,
    have: ArrayLike = 0.0,
) -> Allocation:
    """Spend one budget over segments so that the last unit of money is worth the same in each.

    Maximises Σ V_i (a_i h_i^−b_i − a_i n_i^−b_i) with Σ κ_i (n_i − h_i) = budget and n_i ≥ h_i:
    n_i = max(h_i, (V_i a_i b_i/(κ_i λ))^{1/(1+b_i)}), λ by halving its range. With a common b and
    nothing at hand, n_i ∝ (V_i a_i/κ_i)^{1/(1+b)}. `values`, `scales`, `prices` (S,); `exponents`
    and `have` (S,) or one number. Segments do not teach each other here: where they do, give
    `have` as `effective_labels_by_segment`. The whole budget is spent, even where it does not pay:
    it does where `price_of_money` exceeds 1.

    :raises ValueError: lengths differ, or a number is out of range.

    >>> found = allocate_budget(
    ...     values=[3, 1], scales=[1, 2], exponents=0.5, prices=[0.2, 0.4], budget=10_000)
    >>> found.sizes.round(1).tolist(), f"{found.price_of_money:.5e}"
    ([25490.7, 12254.7], '1.84284e-06')
    """
    given = _segments(values=values, scales=scales, exponents=exponents, prices=prices)
    v, a, b, k = given
    held = finite_vector(np.broadcast_to(np.asarray(have, dtype=np.float64), v.shape), "have")
    if held.min() < 0:
        raise ValueError(f"have must not be negative, but holds {held.min():g}")
    money = positive(budget, "budget")
    worth = v * a * b / k

    def bought(log_price: float) -> FloatArray:
        wanted = np.exp((np.log(worth) - log_price) / (1 + b))
        return np.asarray(np.maximum(held, wanted), dtype=np.float64)

    price = _log_price(lambda x: float((k * (bought(x) - held)).sum()), money)
    n = bought(price)
    with np.errstate(divide="ignore"):
        gain = float((v * a * (held**-b - n**-b)).sum())
    return Allocation(
        n, n - held, k * (n - held), worth * n ** -(1 + b), math.exp(price), gain,
        "equal marginal value of money",
        ("a segment starts from nothing: its gain has no bound",) if math.isinf(gain) else (),
    )  # fmt: skip


def order_size(needed: Between | ArrayLike, *, have: float, price: float, penalty: float) -> Order:
    """How far to buy now, when the labels needed are uncertain and missing the aim costs.

    Minimises price·(q − have) + penalty·(1 − F(q)) over q ≥ have, F the distribution of the labels
    needed in all: Learn-Optimize-Collect in one round, Mahmood et al. (2022). `needed` is a
    `Between` (lognormal; exact: price = penalty·f(q) at the upper root) or draws (D,), infinite
    ones allowed, as `LabelsNeeded.draws`. The best q jumps about among few draws; its cost does
    not. With several rounds left buy less: the next curve will know more.

    :raises ValueError: there is no draw, one is NaN, or a number is out of range.

    >>> import math
    >>> reach = math.exp(0.5 * 1.6448536)  # lognormal, median 50,000, σ 0.5
    >>> found = order_size(
    ...     Between(50_000 / reach, 50_000 * reach), have=20_000, price=0.25, penalty=50_000)
    >>> round(found.up_to), round(found.cost), round(found.p_hit, 3)
    (86812, 23449, 0.865)
    """
    if not (math.isfinite(have) and have >= 0):
        raise ValueError(f"have must be a finite number not below zero, not {have}")
    positive(price, "price"), positive(penalty, "penalty")
    if isinstance(needed, Between):
        sizes, reached = _lognormal_choices(needed, have, price, penalty)
        method = "lognormal need, exact"
    else:
        sizes, reached = _drawn_choices(needed, have)
        method = f"need of {np.size(needed)} draws"
    costs = price * (sizes - have) + penalty * (1 - reached)
    best = int(costs.argmin())
    up_to, hit = float(sizes[best]), float(reached[best])
    warnings = () if up_to > have else ("buying nothing costs least",)
    return Order(
        up_to, up_to - have, float(costs[best]), hit, f"least expected cost; {method}", warnings,
        {"have": have, "price": price, "penalty": penalty},
    )  # fmt: skip


def effective_labels_by_segment(sizes: ArrayLike, transfer: ArrayLike) -> FloatArray:
    """Labels of all segments as they count for each: n_eff,i = Σ_j w_ij n_j.

    `sizes` (S,); `transfer` (S, S) holds w_ij, what a label of segment j is worth to segment i, 1
    on the diagonal: 0.2 for en-GB on fr-FR, say. After class-wise learning curves, Mühlenstädt
    (2024). Weights have to be measured (fit the curve of i over n_eff for several w); where no one
    has, use 0 and 1 as bounds. Linear transfer overstates what many foreign labels can do.

    :raises ValueError: shapes differ, a size is negative, a weight is not between 0 and 1, or the
        diagonal is not 1.

    >>> effective_labels_by_segment([1000, 5000], [[1, 0.2], [0.1, 1]]).tolist()
    [2000.0, 5100.0]
    """
    n, weights = finite_vector(sizes, "sizes"), np.asarray(transfer, dtype=np.float64)
    if weights.shape != (len(n), len(n)):
        raise ValueError(f"transfer must be {len(n)} × {len(n)}, not of shape {weights.shape}")
    if not ((weights >= 0) & (weights <= 1)).all():
        raise ValueError("transfer must hold weights between 0 and 1")
    if not (np.diag(weights) == 1).all():
        raise ValueError("the diagonal of transfer must be 1: a label is worth itself")
    if len(n) and n.min() < 0:
        raise ValueError(f"sizes must not be negative, but hold {n.min():g}")
    return np.asarray(weights @ n, dtype=np.float64)


def _segments(**given: ArrayLike) -> list[FloatArray]:
    """Vectors of one length, all above zero; `exponents` may be one number for all."""
    size = np.shape(given["values"])
    vectors = {
        name: finite_vector(
            np.broadcast_to(np.asarray(held, dtype=np.float64), size)
            if np.ndim(held) == 0 else held, name,
        )
        for name, held in given.items()
    }  # fmt: skip
    if same_length(**vectors) == 0:
        raise ValueError("there is no segment")
    for name, vector in vectors.items():
        if vector.min() <= 0:
            raise ValueError(f"{name} must be above zero, but hold {vector.min():g}")
    return list(vectors.values())


def _log_price(spend: Callable[[float], float], budget: float) -> float:
    """The log λ at which the falling `spend` is the budget."""
    low, high = -700.0, 700.0
    for _ in range(200):
        middle = (low + high) / 2
        with np.errstate(over="ignore"):
            low, high = (middle, high) if spend(middle) > budget else (low, middle)
    return (low + high) / 2


def _lognormal_choices(
    needed: Between, have: float, price: float, penalty: float
) -> tuple[FloatArray, FloatArray]:
    """Buying nothing, and the upper root of price = penalty·f(q) where there is one above."""
    mu, sigma = math.log(needed.low * needed.high) / 2, needed.sigma
    level = math.log(price / penalty * sigma * math.sqrt(2 * math.pi))
    inside = sigma**2 - 2 * mu - 2 * level
    sizes = [have]
    if inside > 0:
        root = math.exp(mu - sigma**2 + sigma * math.sqrt(inside))
        sizes += [root] if root > have else []
    chosen = np.array(sizes)
    with np.errstate(divide="ignore"):
        return chosen, np.asarray(special.ndtr((np.log(chosen) - mu) / sigma), dtype=np.float64)


def _drawn_choices(needed: ArrayLike, have: float) -> tuple[FloatArray, FloatArray]:
    """Every draw above what is at hand, with the share of draws that it meets."""
    draws = np.sort(np.asarray(needed, dtype=np.float64))
    if draws.ndim != 1 or len(draws) == 0 or np.isnan(draws).any():
        raise ValueError("needed must hold at least one draw, and no NaN")
    finite = draws[np.isfinite(draws) & (draws > have)]
    sizes = np.concatenate([[have], finite])
    return sizes, np.searchsorted(draws, sizes, side="right") / len(draws)
