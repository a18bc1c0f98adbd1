"""What a plan costs and needs, and when it may be written. Plain functions without the ORM."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal
from typing import Protocol

from touchstone.apps.intake.policies import RequestState
from touchstone.apps.planning.models import Membership, PlanState, SampleMethod

__all__ = (
    "ADJUDICATION_SHARE",
    "APPROVABLE",
    "AUDIT_SHARE",
    "PILOT_ABOVE_ITEMS",
    "PLANNABLE",
    "Capacity",
    "Function",
    "LocaleCost",
    "LocaleTerms",
    "PlanCost",
    "PlanState",
    "SampleMethod",
    "capacity_of",
    "cost_of",
    "full_time_equivalents",
    "gold_overhead",
)

Function = Membership.Function

# Planning shares, to be replaced by a vendor's history when there is one (operations.md §3 reckons
# with 10 % of the work checked).
AUDIT_SHARE = Decimal("0.10")
ADJUDICATION_SHARE = Decimal("0.05")
# A larger sample proves its guideline, agreement and speed in a pilot first (operations.md §1).
PILOT_ABOVE_ITEMS = 1000

PLANNABLE = frozenset(
    {
        RequestState.APPROVED,
        RequestState.PLANNED,
        RequestState.PILOT,
        RequestState.LIVE,
        RequestState.DELIVERED,
        RequestState.PAUSED,
    }
)
# Approving a plan may move the request on, which a pause would silently undo.
APPROVABLE = PLANNABLE - {RequestState.PAUSED}


class LocaleTerms(Protocol):
    """How much is labeled in one locale and what the work costs, in units of the currency."""

    @property
    def locale(self) -> str: ...
    @property
    def sample_size(self) -> int: ...
    @property
    def price_per_judgment(self) -> Decimal: ...
    @property
    def price_per_audit(self) -> Decimal: ...
    @property
    def price_per_adjudication(self) -> Decimal: ...


@dataclass(frozen=True)
class LocaleCost:
    """The expected work in one locale, and its cost in minor units."""

    locale: str
    judgments: int
    repeats: int
    gold_judgments: int
    audits: int
    adjudications: int
    amount_minor_units: int


@dataclass(frozen=True)
class PlanCost:
    """The expected cost of a plan by locale; `total_minor_units` is exactly their sum."""

    locales: tuple[LocaleCost, ...]
    judgments: int
    total_minor_units: int


def gold_overhead(judgments: int, gold_rate: Decimal) -> int:
    """How many gold judgments come on top of `judgments`.

    `gold_rate` g is the share of gold among what is served, so it is g / (1 − g) of the work.
    """
    return _on_top(judgments, gold_rate)


def _on_top(judgments: int, share: Decimal) -> int:
    return _up(judgments * share / (1 - share))


def cost_of(
    locales: Iterable[LocaleTerms],
    *,
    overlap: int,
    gold_rate: Decimal,
    repeat_rate: Decimal = Decimal(0),
    digits: int,
) -> PlanCost:
    """The expected cost of labeling `locales`; `digits` are those of the currency's minor unit.

    For each locale: sample × overlap judgments, the repeats on top of them (`repeat_rate` is their
    share of what is served without gold) and the gold on top of both, at the price of a judgment;
    an audit for `AUDIT_SHARE` of the judgments; an adjudication for `ADJUDICATION_SHARE` of the
    items when more than one person judges each (one alone cannot disagree). Counts are rounded up,
    the amount of a locale half-even to minor units.
    """
    costs = tuple(_locale_cost(terms, overlap, gold_rate, repeat_rate, digits) for terms in locales)
    return PlanCost(
        locales=costs,
        judgments=sum(cost.judgments for cost in costs),
        total_minor_units=sum(cost.amount_minor_units for cost in costs),
    )


def _locale_cost(
    terms: LocaleTerms, overlap: int, gold_rate: Decimal, repeat_rate: Decimal, digits: int
) -> LocaleCost:
    judgments = terms.sample_size * overlap
    repeats = _on_top(judgments, repeat_rate)
    gold = gold_overhead(judgments + repeats, gold_rate)
    audits = _up(judgments * AUDIT_SHARE)
    adjudications = _up(terms.sample_size * ADJUDICATION_SHARE) if overlap > 1 else 0
    amount = (
        (judgments + repeats + gold) * terms.price_per_judgment
        + audits * terms.price_per_audit
        + adjudications * terms.price_per_adjudication
    )
    minor_units = int(amount.scaleb(digits).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
    return LocaleCost(terms.locale, judgments, repeats, gold, audits, adjudications, minor_units)


def _up(number: Decimal) -> int:
    return int(number.to_integral_value(rounding=ROUND_CEILING))


@dataclass(frozen=True)
class Capacity:
    """Judgments to make, gold and repeats included, and the annotator hours for them, by locale."""

    judgments: Mapping[str, int]
    hours: Mapping[str, float]

    @property
    def total_hours(self) -> float:
        """The annotator hours of all locales together."""
        return sum(self.hours.values())


def capacity_of(cost: PlanCost, *, speed_standard: int) -> Capacity:
    """The hours that the work of `cost` takes at `speed_standard` judgments an hour."""
    judgments = {
        each.locale: each.judgments + each.repeats + each.gold_judgments for each in cost.locales
    }
    return Capacity(
        judgments=judgments,
        hours={locale: count / speed_standard for locale, count in judgments.items()},
    )


def full_time_equivalents(
    hours: float, *, hours_per_person: float, shrinkage: float, occupancy: float
) -> float:
    """How many people `hours` of work take (operations.md §2).

    `shrinkage` is the share of paid time away from the queue (leave, training, breaks),
    `occupancy` the share of the rest spent on items.
    """
    return hours / (hours_per_person * (1 - shrinkage) * occupancy)
