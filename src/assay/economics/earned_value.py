"""Earned value: is the money keeping pace with the labels, and the labels with the plan.

Earned is what is accepted: accepted labels × planned unit price, never what was submitted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from assay._arrays import FloatArray, finite_vector, positive
from assay.results import Result, TooLittle


@dataclass(frozen=True, slots=True)
class EarnedValue(Result):
    """Where a project stands, in money.

    Variances `cost_variance` EV − AC and `schedule_variance` EV − PV; indices `cpi` EV/AC and
    `spi` EV/PV, below 1 is bad. Estimates at completion: `eac` BAC/CPI (cost goes on as it went),
    `eac_at_plan` AC + BAC − EV (the rest goes as planned), `eac_with_schedule` AC + (BAC − EV)/
    (CPI·SPI) (lateness costs too); `to_complete` EAC − AC. `tcpi` (BAC − EV)/(BAC − AC) is the
    index that the rest needs to end on budget, infinite where the budget is gone.
    """

    cost_variance: float
    schedule_variance: float
    cpi: float
    spi: float
    eac: float
    eac_at_plan: float
    eac_with_schedule: float
    to_complete: float
    variance_at_completion: float
    tcpi: float
    method: str
    warnings: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class EarnedSchedule(Result):
    """`earned` periods of the plan are done after `actual`; `spi_time` is their ratio."""

    earned: float
    actual: float
    spi_time: float
    method: str
    warnings: tuple[str, ...] = ()


def earned_value(
    *, budget: float, planned: float, earned: float, actual: float
) -> EarnedValue | TooLittle:
    """Earned-value indices and estimates at completion; PMI (2019), ANSI/PMI 19-006.

    `budget` BAC of the whole project; to date `planned` PV, `earned` EV (accepted labels × planned
    unit price) and `actual` AC. SPI tends to 1 at the end however late: `earned_schedule` does
    not. Nothing earned, spent or planned yet is too little for indices.

    :raises ValueError: `budget` is not above zero, another amount is negative, or `planned` or
        `earned` exceeds `budget`.

    >>> now = earned_value(budget=100_000, planned=50_000, earned=45_000, actual=54_000)
    >>> round(now.cpi, 4), now.spi, round(now.eac), round(now.eac_with_schedule), round(now.tcpi, 4)
    (0.8333, 0.9, 120000, 127333, 1.1957)
    """
    positive(budget, "budget")
    for name, amount in (("planned", planned), ("earned", earned), ("actual", actual)):
        if not 0 <= amount < np.inf:
            raise ValueError(f"{name} must be a finite amount not below zero, not {amount}")
    for name, amount in (("planned", planned), ("earned", earned)):
        if amount > budget * (1 + 1e-9):
            raise ValueError(f"{name} must not exceed the budget of {budget:g}, as {amount:g} does")
    if min(planned, earned, actual) == 0:
        return TooLittle("nothing is planned, earned or spent yet", 0)
    cpi, spi, rest = earned / actual, earned / planned, budget - earned
    eac = budget / cpi
    left = budget - actual
    tcpi = rest / left if left > 0 else (np.inf if rest > 0 else 1.0)
    return EarnedValue(
        earned - actual, earned - planned, cpi, spi, eac, actual + rest,
        actual + rest / (cpi * spi), eac - actual, budget - eac, float(tcpi),
        "earned value on accepted labels",
        ("the budget is spent and work is left",) if left <= 0 < rest else (),
        {"budget": budget, "planned": planned, "earned": earned, "actual": actual},
    )  # fmt: skip


def earned_schedule(planned: ArrayLike, *, earned: float, actual: float) -> EarnedSchedule:
    """How many periods of the plan the work done amounts to; Lipke (2003).

    ES = C + (EV − PV_C)/(PV_{C+1} − PV_C), C the last period whose plan is met; SPI(t) = ES/AT.
    `planned` (T,) is the cumulated plan at the end of each period, in money or labels; `earned` is
    in the same unit, `actual` AT in periods. Progress within a period is taken as even. Where the
    plan stands still (a holiday, or its end), ES is the time nearest to AT.

    :raises ValueError: the plan is empty, falls or is not finite; `earned` is negative or exceeds
        the plan, or `actual` is not above zero.

    >>> found = earned_schedule([10, 30, 60], earned=45, actual=3)
    >>> found.earned, round(found.spi_time, 4)
    (2.5, 0.8333)
    """
    plan = np.concatenate([[0.0], finite_vector(planned, "planned")])
    if len(plan) < 2 or plan[-1] <= 0 or (np.diff(plan) < 0).any():
        raise ValueError("planned must be a cumulated plan that never falls and ends above zero")
    if not 0 <= earned <= plan[-1]:
        raise ValueError(f"earned must lie between 0 and {plan[-1]:g}, not {earned}")
    time = positive(actual, "actual")
    first, last = (_time_of(plan, earned, side) for side in ("left", "right"))
    done = min(max(time, first), last)
    return EarnedSchedule(done, time, done / time, "earned schedule")


def _time_of(plan: FloatArray, earned: float, side: Literal["left", "right"]) -> float:
    """The first or the last time at which the plan is at `earned`."""
    later = int(np.searchsorted(plan, earned, side=side))
    if side == "left":
        later = max(later, 1)
    elif later == len(plan):
        return float(later - 1)
    before, after = plan[later - 1], plan[later]
    return later - 1 + (float((earned - before) / (after - before)) if after > before else 0.0)
