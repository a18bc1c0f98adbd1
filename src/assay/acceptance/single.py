"""Single sampling plans: check n labels of a lot, accept it with at most c defects among them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from assay._arrays import FloatArray, finite_vector, open_share
from assay.acceptance.chances import binomial_chance, hypergeometric_chance
from assay.results import Result, TooLittle


@dataclass(frozen=True, slots=True)
class SinglePlan(Result):
    """Check `n` labels drawn at random from a lot; accept it with at most `c` defects.

    `lot_size` N makes every chance about this one lot (hypergeometric); without it the lot is
    large beside the sample (binomial).

    >>> SinglePlan(80, 2).c
    2
    """

    n: int
    c: int
    lot_size: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.c < self.n:
            raise ValueError(f"c must lie between 0 and n − 1, not {self.c} with n {self.n}")
        if self.lot_size is not None and self.lot_size < self.n:
            raise ValueError(f"a lot of {self.lot_size} has no {self.n} labels to check")


@dataclass(frozen=True, slots=True)
class DesignedPlan(Result):
    """The smallest plan that keeps both promises, and the risks that it really runs.

    `producer_risk` is the chance to reject a lot at `aql` (None when no `aql` was asked),
    `consumer_risk` the chance to accept one at `ltpd`: whole numbers make them smaller than asked.
    """

    plan: SinglePlan
    ltpd: float
    consumer_risk: float
    aql: float | None
    producer_risk: float | None
    method: str
    warnings: tuple[str, ...] = ()
    diagnostics: Mapping[str, Any] = field(default_factory=dict, hash=False)


def single_plan(
    aql: float,
    ltpd: float,
    *,
    alpha: float = 0.05,
    beta: float = 0.10,
    lot_size: int | None = None,
    most: int = 20_000,
) -> DesignedPlan | TooLittle:
    """The smallest (n, c) that accepts good lots and rejects bad ones with the wanted chances.

    P(accept | share ≤ aql) ≥ 1 − alpha and P(accept | share ≥ ltpd) ≤ beta, exact: for c = 0, 1, …
    the smallest n that meets the second is taken, until it meets the first too. Dodge & Romig
    (1959); Guenther (1969), J. Quality Technology 1. Assumes checks drawn at random within the lot
    and right themselves: an auditor's own errors move both risks.

    With `lot_size` N the lot holds whole defects: at most ⌊aql·N⌋ is good, at least ⌈ltpd·N⌉ bad.
    Beyond `most` checks the answer is TooLittle.

    :raises ValueError: not 0 < aql < ltpd < 1, or another argument is out of range.

    >>> found = single_plan(0.02, 0.06)
    >>> found.plan.n, found.plan.c, round(found.producer_risk, 4), round(found.consumer_risk, 4)
    (194, 7, 0.0426, 0.0993)
    """
    if not open_share(aql, "aql") < open_share(ltpd, "ltpd"):
        raise ValueError(f"aql {aql} must be below ltpd {ltpd}")
    open_share(alpha, "alpha"), open_share(beta, "beta")
    _check_lot(lot_size)
    good, bad = _chance_at(aql, lot_size, math.floor), _chance_at(ltpd, lot_size, math.ceil)
    top = most if lot_size is None else min(most, lot_size)
    c, n = 0, 1
    while (reached := _fewest(bad, c, beta, n, top)) is not None:
        n = reached
        if good(c, n) >= 1 - alpha:
            return DesignedPlan(
                SinglePlan(n, c, lot_size), ltpd, bad(c, n), aql, 1 - good(c, n), _named(lot_size),
                _whole_lot(n, lot_size),
            )  # fmt: skip
        c += 1
    return TooLittle(f"{most} checks cannot tell a share of {aql} from {ltpd}", most)


def zero_defect_plan(
    ltpd: float, *, beta: float = 0.10, lot_size: int | None = None
) -> DesignedPlan:
    """The fewest checks that must all be right before a share of `ltpd` can be ruled out.

    n = ⌈ln β / ln(1 − ltpd)⌉ for a large lot, hypergeometric for one of `lot_size`. Cheap, and
    hard on good lots: `diagnostics["even_odds"]` is the share at which half the lots fail.

    :raises ValueError: an argument is out of range.

    >>> zero_defect_plan(0.01, beta=0.05).plan.n, zero_defect_plan(0.01, lot_size=500).plan.n
    (299, 184)
    """
    open_share(ltpd, "ltpd"), open_share(beta, "beta")
    _check_lot(lot_size)
    bad = _chance_at(ltpd, lot_size, math.ceil)
    most = lot_size or math.ceil(math.log(beta) / math.log1p(-ltpd)) + 1
    n = _fewest(bad, 0, beta, 1, most) or most
    plan = SinglePlan(n, 0, lot_size)
    even = quality_at(plan, 0.5)
    return DesignedPlan(
        plan, ltpd, bad(0, n), None, None, _named(lot_size),
        (f"rejects half the lots that are {100 * even:.2g} % wrong", *_whole_lot(n, lot_size)),
        {"even_odds": even},
    )  # fmt: skip


def acceptance_number(n: int, aql: float, *, alpha: float = 0.05) -> int:
    """The smallest c at which `n` checks accept lots at `aql` with a chance of 1 − alpha.

    For a tightened or reduced companion of a plan: the same n at a stricter or looser `aql`.
    Binomial.

    :raises ValueError: n < 1, or a share is not between 0 and 1.

    >>> acceptance_number(80, 0.025), acceptance_number(80, 0.015)
    (5, 3)
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, not {n}")
    open_share(aql, "aql"), open_share(alpha, "alpha")
    low, high = -1, n
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _enough(middle, n, aql, alpha) else (middle, high)
    return high


def acceptance_chance(plan: SinglePlan, shares: ArrayLike) -> FloatArray:
    """The operating characteristic: the chance that `plan` accepts, at each share of defects.

    Binomial; with a lot size the share of that very lot, hypergeometric at the nearest whole
    number of defects. `shares`: shape (k,), or one number, which gives shape (1,).

    :raises ValueError: a share is not between 0 and 1.

    >>> acceptance_chance(SinglePlan(194, 7), [0.02, 0.06]).round(4).tolist()
    [0.9574, 0.0993]
    >>> round(float(acceptance_chance(SinglePlan(50, 1, lot_size=500), 0.02)[0]), 4)
    0.7365
    """
    at = checked_shares(shares)
    if plan.lot_size is None:
        return binomial_chance(plan.c, plan.n, at)
    return hypergeometric_chance(plan.c, plan.n, np.rint(at * plan.lot_size), plan.lot_size)


def quality_at(plan: SinglePlan, chance: float) -> float:
    """The largest share of defects that `plan` still accepts with at least this chance.

    At 0.95, 0.5 and 0.1 these are the points by which a plan is usually described.

    :raises ValueError: `chance` is not between 0 and 1.

    >>> [round(quality_at(SinglePlan(80, 2), chance), 5) for chance in (0.95, 0.5, 0.1)]
    [0.0103, 0.03329, 0.06516]
    """
    open_share(chance, "chance")
    if plan.lot_size is not None:
        return _lot_quality_at(plan, plan.lot_size, chance)
    return float(special.betainccinv(plan.c + 1, plan.n - plan.c, chance))


def checked_shares(shares: ArrayLike) -> FloatArray:
    """Return `shares` as a vector of numbers between 0 and 1.

    :raises ValueError: one is not.

    >>> checked_shares(0.5).tolist()
    [0.5]
    """
    at = finite_vector(np.atleast_1d(np.asarray(shares, dtype=np.float64)), "shares")
    if wrong := [share for share in at.tolist() if not 0 <= share <= 1]:
        raise ValueError(f"shares must lie between 0 and 1, not {wrong[0]}")
    return at


def _lot_quality_at(plan: SinglePlan, lot_size: int, chance: float) -> float:
    low, high = 0, lot_size + 1
    while high - low > 1:
        middle = (low + high) // 2
        kept = hypergeometric_chance(plan.c, plan.n, middle, lot_size) >= chance
        low, high = (middle, high) if kept else (low, middle)
    return low / lot_size


def _chance_at(
    share: float, lot_size: int | None, rounded: Callable[[float], int]
) -> Callable[[int, int], float]:
    """The chance to accept at a share, as a function of c and n."""
    if lot_size is None:
        return lambda c, n: float(binomial_chance(c, n, share))
    # Rounding first: 0.29 · 100 must be 29 defects, whatever floating point makes of it.
    defects = rounded(round(share * lot_size, 9))
    return lambda c, n: float(hypergeometric_chance(c, n, defects, lot_size))


def _fewest(
    bad: Callable[[int, int], float], c: int, beta: float, start: int, most: int
) -> int | None:
    """The smallest n ≥ start with bad(c, n) ≤ beta, which falls with n; None beyond `most`."""
    start = max(start, c + 1)
    if start > most or bad(c, most) > beta:
        return None
    low, step = start - 1, 1
    while low + step < most and bad(c, low + step) > beta:
        low, step = low + step, step * 2
    high = min(low + step, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if bad(c, middle) <= beta else (middle, high)
    return high


def _enough(c: int, n: int, aql: float, alpha: float) -> bool:
    return float(binomial_chance(c, n, aql)) >= 1 - alpha


def _check_lot(lot_size: int | None) -> None:
    if lot_size is not None and lot_size < 1:
        raise ValueError(f"lot_size must be at least 1, not {lot_size}")


def _whole_lot(n: int, lot_size: int | None) -> tuple[str, ...]:
    return ("the lot is too small for a sample: check all of it",) if n == lot_size else ()


def _named(lot_size: int | None) -> str:
    return "exact binomial" if lot_size is None else "exact hypergeometric"
