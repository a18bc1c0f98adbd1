"""What labels cost and what they returned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from touchstone_client.transport import Transport
from touchstone_client.wire import decode, encode


@dataclass(frozen=True, kw_only=True)
class CostShare:
    """One part of the costs."""

    key: str
    name: str
    minor_units: int
    quantity: int


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What a project has cost, in minor units of `currency`, as far as you may see.

    `whole` is false when only your vendor's lines are counted. Where a unit cost is missing,
    `reason` says why.
    """

    currency: str
    whole: bool
    total_minor_units: int
    budget_minor_units: int | None
    by_class: tuple[CostShare, ...]
    by_work: tuple[CostShare, ...]
    by_locale: tuple[CostShare, ...]
    by_vendor: tuple[CostShare, ...]
    accepted_judgments: int
    unit_cost_minor_units: float | None
    accuracy: float | None
    effective_cost_minor_units: float | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class CostLine:
    """One cost as it landed; `unit_price` is in units of `currency`."""

    id: int
    work: str
    quality_class: str
    subject: str
    locale: str | None
    vendor: str | None
    lot: int | None
    quantity: int
    unit_price: Decimal
    currency: str
    amount_minor_units: int
    project_minor_units: int
    note: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """What the return rests on besides what was measured; None takes the server's cautious value.

    `slope_mean`, `slope_sd`: online points won for each offline point. `value_sd_share`: how far
    off the stated value may be. `p_launch`: the chance that the change ships. `attribution`: the
    share of the gain that the labels may claim.
    """

    slope_mean: float | None = None
    slope_sd: float | None = None
    value_sd_share: float | None = None
    p_launch: float | None = None
    attribution: float | None = None


@dataclass(frozen=True, kw_only=True)
class ReturnEstimate:
    """The return as a range; money in minor units of `currency`."""

    id: int
    evaluation: int
    metric: str
    difference: float
    standard_error: float
    currency: str
    value_per_point_minor_units: int
    value_source: str
    cost_minor_units: int
    p_positive: float
    roi_mean: float
    roi_p10: float
    roi_p50: float
    roi_p90: float
    value_p10_minor_units: int
    value_p50_minor_units: int
    value_p90_minor_units: int
    parameters: Mapping[str, Any]
    method: str
    method_version: str
    seed: int
    input_hash: str
    by: str
    at: datetime


class Value:
    """`touchstone.value`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def costs(self, project: str) -> Costs:
        """The costs of a project, cut in each way that people ask for."""
        return decode(Costs, self._transport.get(f"/projects/{project}/costs"))

    def cost_lines(self, project: str) -> Iterator[CostLine]:
        """Each cost as it landed, newest first."""
        rows = self._transport.pages(f"/projects/{project}/costs/lines")
        return (decode(CostLine, row) for row in rows)

    def returns(self, project: str) -> Iterator[ReturnEstimate]:
        """The estimates of the return, newest first."""
        rows = self._transport.pages(f"/projects/{project}/returns")
        return (decode(ReturnEstimate, row) for row in rows)

    def estimate_return(
        self,
        project: str,
        *,
        evaluation: int,
        metric: str,
        assumptions: Assumptions | None = None,
        seed: int = 0,
    ) -> ReturnEstimate:
        """Estimate the return on all that the project has cost so far."""
        stated = encode(assumptions or Assumptions())
        body = {
            "evaluation": evaluation,
            "metric": metric,
            "assumptions": {name: one for name, one in stated.items() if one is not None},
            "seed": seed,
        }
        return decode(ReturnEstimate, self._transport.post(f"/projects/{project}/returns", body))

    def review_return(self, project: str, *, note: str = "") -> ReturnEstimate:
        """Confirm that the newest estimate was reviewed: the last step before closing."""
        answer = self._transport.post(f"/projects/{project}/returns/review", {"note": note})
        return decode(ReturnEstimate, answer)
