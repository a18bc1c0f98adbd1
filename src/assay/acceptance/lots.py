"""Deciding one lot from what its checks found so far: accept, reject, or go on checking."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from assay.acceptance.sequential import SequentialPlan, decision_numbers
from assay.acceptance.single import SinglePlan
from assay.results import Result

Verdict: TypeAlias = Literal["accept", "reject", "continue"]


@dataclass(frozen=True, slots=True)
class LotDecision(Result):
    """What to do with a lot, and the numbers that say so.

    After `checked` checks with `defects` defects: accept with at most `accept_at` (None: no count
    accepts yet), reject from `reject_from` on. `left` is the most checks still to come.
    """

    verdict: Verdict
    reason: str
    checked: int
    defects: int
    accept_at: int | None
    reject_from: int
    left: int


def decide_lot(plan: SinglePlan | SequentialPlan, *, checked: int, defects: int) -> LotDecision:
    """Decide a lot after `checked` checks; call it after every check, or when all are in.

    A single plan is decided early where the remaining checks cannot change it (curtailment, which
    leaves its risks as they are). For a sequential plan give the counts after every check: a batch
    that crossed a line and came back must be read in order, by `decide_in_order`. The share of
    defects in a lot decided early is a biased estimate of its quality.

    :raises ValueError: not 0 ≤ defects ≤ checked ≤ the plan's checks.

    >>> decide_lot(SinglePlan(80, 2), checked=41, defects=3).reason
    '3 defects in 41 checks: reject with at least 3'
    >>> decide_lot(SinglePlan(80, 2), checked=60, defects=1).verdict
    'continue'
    """
    longest = plan.n if isinstance(plan, SinglePlan) else plan.limit
    if not 0 <= defects <= checked <= longest:
        raise ValueError(
            f"need 0 ≤ defects ≤ checked ≤ {longest}, not {defects} defects in {checked} checks"
        )
    accept_at, reject_from = _numbers(plan, checked)
    verdict: Verdict = "continue"
    if defects >= reject_from:
        verdict = "reject"
    elif accept_at is not None and defects <= accept_at:
        verdict = "accept"
    reason = _reason(verdict, checked, defects, accept_at, reject_from)
    left = longest - checked if verdict == "continue" else 0
    return LotDecision(verdict, reason, checked, defects, accept_at, reject_from, left)


def decide_in_order(plan: SinglePlan | SequentialPlan, outcomes: Iterable[bool]) -> LotDecision:
    """Read checks in the order they were made (True: a defect) and stop at the first decision.

    Checks after it are not read: they cannot bring a decided lot back. A plan has decided by its
    last check; with fewer outcomes than that the verdict may be to continue.

    >>> plan = SequentialPlan(0.05, 0.15, 0.05, 0.10, limit=231)
    >>> found = decide_in_order(plan, [True, True, False, True, True] + [False] * 100)
    >>> found.verdict, found.checked, found.defects
    ('reject', 4, 3)
    """
    found = decide_lot(plan, checked=0, defects=0)
    for outcome in outcomes:
        found = decide_lot(
            plan, checked=found.checked + 1, defects=found.defects + int(bool(outcome))
        )
        if found.verdict != "continue":
            break
    return found


def _numbers(plan: SinglePlan | SequentialPlan, checked: int) -> tuple[int | None, int]:
    if isinstance(plan, SinglePlan):
        spare = plan.c - (plan.n - checked)
        return (spare if spare >= 0 else None), plan.c + 1
    if checked == 0:
        return None, math.ceil(plan.reject_intercept)
    accept, reject = decision_numbers(plan)
    number = int(accept[checked - 1])
    return (number if number >= 0 else None), int(reject[checked - 1])


def _reason(
    verdict: Verdict, checked: int, defects: int, accept_at: int | None, reject_from: int
) -> str:
    seen = f"{_counted(defects, 'defect')} in {_counted(checked, 'check')}"
    if verdict == "reject":
        return f"{seen}: reject with at least {reject_from}"
    if verdict == "accept":
        return f"{seen}: accept with at most {accept_at}"
    bound = "no count accepts yet" if accept_at is None else f"accept with at most {accept_at}"
    return f"{seen}: {bound}, reject with at least {reject_from}"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
