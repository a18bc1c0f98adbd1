"""Sequential plans: check one label after another, and stop as soon as the lot is clear."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from assay._arrays import FloatArray, IntArray, open_share
from assay.acceptance.single import checked_shares, single_plan
from assay.results import Result, TooLittle

LONGEST = 3
"""A sequential plan is cut off at this many times the size of the single plan: Wald (1947, §3.8)
shows that this hardly moves the risks."""


@dataclass(frozen=True, slots=True)
class SequentialPlan(Result):
    """Wald's sequential probability ratio test between two shares of defects, cut off at `limit`.

    Each defect adds `step_defect` to the log ratio, each right label takes `step_right` away; the
    lot is accepted at `log_accept` and below, rejected at `log_reject` and above. The same in
    counts: with d defects in k checks, accept at d ≤ slope·k − `accept_intercept`, reject at
    d ≥ slope·k + `reject_intercept`. At `limit` checks the lot is accepted unless the log ratio is
    above 0.

    >>> plan = SequentialPlan(0.05, 0.15, 0.05, 0.10, limit=231)
    >>> [round(x, 4) for x in (plan.slope, plan.accept_intercept, plan.reject_intercept)]
    [0.0919, 1.8608, 2.3891]
    """

    aql: float
    ltpd: float
    alpha: float
    beta: float
    limit: int

    def __post_init__(self) -> None:
        if not open_share(self.aql, "aql") < open_share(self.ltpd, "ltpd"):
            raise ValueError(f"aql {self.aql} must be below ltpd {self.ltpd}")
        open_share(self.alpha, "alpha"), open_share(self.beta, "beta")
        if self.alpha + self.beta >= 1:
            raise ValueError(f"alpha + beta must be below 1, not {self.alpha + self.beta}")
        if self.limit < 1:
            raise ValueError(f"limit must be at least 1, not {self.limit}")

    @property
    def step_defect(self) -> float:
        return math.log(self.ltpd / self.aql)

    @property
    def step_right(self) -> float:
        return math.log1p(-self.aql) - math.log1p(-self.ltpd)

    @property
    def log_accept(self) -> float:
        return math.log(self.beta / (1 - self.alpha))

    @property
    def log_reject(self) -> float:
        return math.log((1 - self.beta) / self.alpha)

    @property
    def slope(self) -> float:
        return self.step_right / (self.step_defect + self.step_right)

    @property
    def accept_intercept(self) -> float:
        return -self.log_accept / (self.step_defect + self.step_right)

    @property
    def reject_intercept(self) -> float:
        return self.log_reject / (self.step_defect + self.step_right)


@dataclass(frozen=True, slots=True, eq=False)
class SequentialCurve(Result):
    """How a sequential plan behaves at each share of defects: arrays of shape (k,).

    `p_accept` is the operating characteristic, `expected_checks` the average sample number (ASN),
    `p_limit` the chance that no line is crossed before the limit decides.
    """

    shares: FloatArray
    p_accept: FloatArray
    expected_checks: FloatArray
    p_limit: FloatArray
    method: str


def sequential_plan(
    aql: float, ltpd: float, *, alpha: float = 0.05, beta: float = 0.10, limit: int | None = None
) -> SequentialPlan | TooLittle:
    """Wald's sequential plan: a third to a half fewer checks, on average, than the single plan.

    Lines at ln(β/(1 − α)) and ln((1 − β)/α): Wald (1945), Annals of Mathematical Statistics 16.
    `limit` is three times the single plan's n unless given. Wald's lines hold the two risks to
    α/(1 − β) and β/(1 − α), and their sum to α + β, but for the cut-off, which hardly moves them;
    `sequential_curve` gives them exactly. Checks must come in random order. Binomial: where a lot
    is small beside the limit the risks are on the safe side.

    TooLittle where the single plan is beyond reach and no `limit` is given.

    :raises ValueError: not 0 < aql < ltpd < 1, or another argument is out of range.

    >>> plan = sequential_plan(0.02, 0.06)
    >>> plan.limit, round(plan.log_reject, 4), round(plan.log_accept, 4)
    (582, 2.8904, -2.2513)
    """
    if limit is None:
        fixed = single_plan(aql, ltpd, alpha=alpha, beta=beta)
        if isinstance(fixed, TooLittle):
            return fixed
        limit = LONGEST * fixed.plan.n
    return SequentialPlan(aql, ltpd, alpha, beta, limit)


def sequential_curve(plan: SequentialPlan, shares: ArrayLike) -> SequentialCurve:
    """Exact operating characteristic and average sample number, cut-off included.

    The distribution of the number of defects is carried from check to check, and what crosses a
    line leaves it. Binomial; k shares, L = limit and D the largest rejection number cost O(k·L·D).

    :raises ValueError: a share is not between 0 and 1.

    >>> found = sequential_curve(sequential_plan(0.05, 0.15), [0.05, 0.15])
    >>> found.p_accept.round(3).tolist(), found.expected_checks.round(1).tolist()
    ([0.965, 0.096], [41.8, 39.3])
    """
    at = checked_shares(shares)
    accept, reject = decision_numbers(plan)
    counts = np.arange(int(reject.max()) + 2)
    alive = np.zeros((len(at), len(counts)))
    alive[:, 0] = 1.0
    accepted, checks, undecided = np.zeros(len(at)), np.zeros(len(at)), np.zeros(len(at))
    for k in range(1, plan.limit + 1):
        checks += alive.sum(axis=1)
        hit = alive[:, :-1] * at[:, None]
        alive = alive * (1 - at[:, None])
        alive[:, 1:] += hit
        accepted += alive[:, counts <= accept[k - 1]].sum(axis=1)
        if k == plan.limit:
            undecided = _between_lines(plan, alive, counts)
        alive[:, (counts <= accept[k - 1]) | (counts >= reject[k - 1])] = 0.0
    method = f"exact binomial; cut off at {plan.limit} checks"
    return SequentialCurve(at, accepted, checks, undecided, method)


def decision_numbers(plan: SequentialPlan) -> tuple[IntArray, IntArray]:
    """After each check, the most defects that accept and the fewest that reject: shape (limit,).

    Below 0 no count accepts yet. At the limit the two meet.

    >>> accept, reject = decision_numbers(SequentialPlan(0.05, 0.15, 0.05, 0.10, limit=231))
    >>> accept[[0, 20, 230]].tolist(), reject[[0, 20, 230]].tolist()
    ([-2, 0, 21], [3, 5, 22])
    """
    checks = np.arange(1, plan.limit + 1)
    accept = np.floor(plan.slope * checks - plan.accept_intercept).astype(np.int64)
    reject = np.ceil(plan.slope * checks + plan.reject_intercept).astype(np.int64)
    accept[-1] = math.floor(plan.slope * plan.limit)
    reject[-1] = accept[-1] + 1
    return accept, reject


def _between_lines(plan: SequentialPlan, alive: FloatArray, counts: IntArray) -> FloatArray:
    """The mass that only the cut-off decides."""
    middle = plan.slope * plan.limit
    low, high = middle - plan.accept_intercept, middle + plan.reject_intercept
    return np.asarray(alive[:, (counts > low) & (counts < high)].sum(axis=1), dtype=np.float64)
