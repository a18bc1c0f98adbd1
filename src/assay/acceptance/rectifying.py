"""What leaves the house when rejected lots are checked in full and their defects put right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize

from assay._arrays import FloatArray
from assay.acceptance.chances import binomial_chance
from assay.acceptance.single import SinglePlan, checked_shares, quality_at
from assay.results import Result


@dataclass(frozen=True, slots=True, eq=False)
class Rectification(Result):
    """Quality after checking and its price at each incoming share: arrays of shape (k,).

    `outgoing` is the share of defects left on average (AOQ), `inspected` the labels checked per
    lot (ATI; infinite for a lot without a size). `worst_outgoing` is the highest AOQ that any
    incoming share can bring (AOQL), at `worst_at`.
    """

    shares: FloatArray
    p_accept: FloatArray
    outgoing: FloatArray
    inspected: FloatArray
    worst_outgoing: float
    worst_at: float
    method: str


def rectification(plan: SinglePlan, shares: ArrayLike) -> Rectification:
    """Average outgoing quality and average total inspection of a plan with full rechecks.

    AOQ = p·P_a·(N − n)/N, ATI = n + (1 − P_a)(N − n). Dodge & Romig (1929), Bell System Technical
    Journal 8. P_a is binomial even for a lot of known size: here `shares` are those of the process
    behind many lots, not of one lot. Assumes that a recheck finds and corrects every defect.
    Shape (k,).

    :raises ValueError: a share is not between 0 and 1.

    >>> found = rectification(SinglePlan(80, 2, lot_size=1000), [0.02])
    >>> found.outgoing.round(6).tolist(), found.inspected.round(3).tolist()
    ([0.014433], [278.335])
    >>> round(found.worst_outgoing, 5)
    0.01574
    """
    at = checked_shares(shares)
    accepted = binomial_chance(plan.c, plan.n, at)
    worst_at, worst = _worst(plan)
    if plan.lot_size is None:
        left, inspected = 1.0, np.where(accepted < 1, np.inf, float(plan.n))
    else:
        left = 1 - plan.n / plan.lot_size
        inspected = plan.n + (1 - accepted) * (plan.lot_size - plan.n)
    return Rectification(
        at, accepted, at * accepted * left, inspected, worst * left, worst_at,
        "binomial; rejected lots checked in full",
    )  # fmt: skip


def _worst(plan: SinglePlan) -> tuple[float, float]:
    """The share that maximises p·P_a(p), and that maximum: log-concave, so it has one peak."""
    endless = SinglePlan(plan.n, plan.c)
    found = optimize.minimize_scalar(
        lambda share: -share * float(binomial_chance(plan.c, plan.n, share)),
        bounds=(0.0, quality_at(endless, 1e-9)), method="bounded", options={"xatol": 1e-10},
    )  # fmt: skip
    return float(found.x), -float(found.fun)
