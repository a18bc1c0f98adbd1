"""Reading the risk register. Callers pass a project that they were allowed to see."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from touchstone.apps.markets.queries import NoExchangeRate, convert
from touchstone.apps.planning.models import Project
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
class RegisterSummary:
    """The open risks together; money in minor units of `currency`.

    `left_out` counts those in another currency for which no exchange rate was known.
    """

    open: int
    overdue: int
    expected_minor_units: int
    currency: str
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

    Losses in another currency than the request's are compared at the rate known when the risk was
    opened; where none was known, the risk comes before the others: nobody can say it is small.
    """
    assessed = [assess(r) for r in project.risks.select_related("owner", "currency")]

    def rank(each: AssessedRisk) -> tuple[bool, bool, int, int]:
        risk, worth = each.risk, _in_currency_of(project, each)
        return risk.state != Risk.State.OPEN, worth is not None, -(worth or 0), risk.number

    return sorted(assessed, key=rank)


def register_summary(project: Project, today: date) -> RegisterSummary:
    """How many risks are open, how many of them wait for review, and what to expect from them."""
    risks = list(open_risks_of(project))
    worths = [_in_currency_of(project, assess(risk)) for risk in risks]
    return RegisterSummary(
        open=len(risks),
        overdue=sum(risk.review_date < today for risk in risks),
        expected_minor_units=sum(worth for worth in worths if worth is not None),
        currency=project.request.currency_id,
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


def _in_currency_of(project: Project, each: AssessedRisk) -> int | None:
    """The expected loss in the currency of the request; None when no rate was known."""
    source, target = each.risk.currency_id, project.request.currency_id
    with suppress(NoExchangeRate):
        return convert(each.expected_minor_units, source, target, each.risk.opened_at.date())
    return None
