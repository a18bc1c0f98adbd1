"""Reading the risk register. Callers pass a project that they were allowed to see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from touchstone.apps.markets.queries import NoExchangeRate, convert
from touchstone.apps.planning.models import Project
from touchstone.apps.planning.queries import budget_currencies
from touchstone.apps.risks.models import Risk
from touchstone.apps.risks.policies import LossDistribution, loss_from_interval
from touchstone.lib.errors import NotVisible


@dataclass(frozen=True)
class AssessedRisk:
    """A risk with its figures, in minor units of `risk.currency`.

    `typical` and `severe` are the 50th and 95th percentile of the loss if the event happens.
    """

    risk: Risk
    mean_minor_units: int
    typical_minor_units: int
    severe_minor_units: int
    expected_minor_units: int


@dataclass(frozen=True)
class RiskTotals:
    """A project's register in short; the expected loss of the open risks is in minor units of the
    project's budget currency.

    `left_out` counts open risks in another currency for which no exchange rate was known.
    """

    open: int
    expected_loss: float
    overdue: int
    occurred: int
    left_out: int


def assess(risk: Risk) -> AssessedRisk:
    """The figures of one risk: its lognormal loss and the expected loss."""
    loss = loss_of(risk)
    return AssessedRisk(
        risk=risk,
        mean_minor_units=round(loss.mean),
        typical_minor_units=round(loss.quantile(0.5)),
        severe_minor_units=round(loss.quantile(0.95)),
        expected_minor_units=round(loss.expected(float(risk.probability))),
    )


def loss_of(risk: Risk) -> LossDistribution:
    """The loss of a risk, if its event happens."""
    return loss_from_interval(risk.loss_low_minor_units, risk.loss_high_minor_units)


def risks_of(project: Project) -> list[AssessedRisk]:
    """Every risk of a project: open ones first, the most expensive in expectation on top.

    Losses in another currency than the budget's are compared at the rate known when the risk was
    opened; where none was known, the risk comes before the others: nobody can say it is small.
    """
    currency = budget_currencies([project])[project.pk]
    assessed = [assess(r) for r in project.risks.select_related("owner", "currency")]

    def rank(each: AssessedRisk) -> tuple[bool, bool, int, int]:
        risk, worth = each.risk, _expected_in(currency, each)
        return risk.state != Risk.State.OPEN, worth is not None, -(worth or 0), risk.number

    return sorted(assessed, key=rank)


def totals_by_project(
    projects: Sequence[Project], today: date, *, currencies: Mapping[int, str] | None = None
) -> dict[int, RiskTotals]:
    """The registers of many projects in short, in two queries, by project id.

    `currencies` are those of the budgets, from a caller who knows them, and save one query.
    A project without risks is left out. A risk in a foreign currency costs two queries more.
    """
    budgeted = currencies or budget_currencies(projects)
    registers: dict[int, list[Risk]] = {}
    for risk in Risk.objects.filter(project__in=projects):
        registers.setdefault(risk.project_id, []).append(risk)
    return {pk: _totals(risks, budgeted[pk], today) for pk, risks in registers.items()}


def _totals(risks: list[Risk], currency: str, today: date) -> RiskTotals:
    still_open = [risk for risk in risks if risk.state == Risk.State.OPEN]
    worths = [_expected_in(currency, assess(risk)) for risk in still_open]
    return RiskTotals(
        open=len(still_open),
        expected_loss=float(sum(worth for worth in worths if worth is not None)),
        overdue=sum(risk.review_date < today for risk in still_open),
        occurred=sum(risk.state == Risk.State.OCCURRED for risk in risks),
        left_out=worths.count(None),
    )


def open_risks_of(project: Project) -> QuerySet[Risk]:
    """The risks of a project that may still happen."""
    return project.risks.filter(state=Risk.State.OPEN)


def risk_of(project: Project, number: int) -> Risk:
    """One risk of a project.

    :raises NotVisible: the project has no risk of this number.
    """
    risk = project.risks.select_related("owner", "currency").filter(number=number).first()
    if risk is None:
        raise NotVisible(_("There is no such risk."))
    return risk


def _expected_in(currency: str, each: AssessedRisk) -> int | None:
    """The expected loss in minor units of `currency`; None when no rate was known."""
    opened_on = each.risk.opened_at.date()
    with suppress(NoExchangeRate):
        return convert(each.expected_minor_units, each.risk.currency_id, currency, opened_on)
    return None
