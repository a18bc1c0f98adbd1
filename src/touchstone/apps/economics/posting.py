"""Putting cost lines into the ledger, each exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from touchstone.apps.economics.models import CostEvent
from touchstone.apps.economics.policies import line_amount
from touchstone.apps.markets.models import Currency, ExchangeRate
from touchstone.apps.markets.policies import converted
from touchstone.apps.markets.queries import exchange_rate
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Plan, PlanLocale, Project
from touchstone.apps.quality.models import Lot
from touchstone.lib.errors import Refused


class NoPrice(Refused):
    """The plan has no price for the work's locale; nothing was posted."""

    code = "no_price"


@dataclass(frozen=True)
class Line:
    """One cost before it lands; `subject` names what is paid, once in a project."""

    subject: str
    plan: Plan
    work: str
    quality_class: str
    quantity: int
    unit_price: Decimal
    currency: Currency
    locale_tag: str | None = None
    vendor_id: int | None = None
    lot: Lot | None = None
    note: str = ""


def post(
    project: Project, lines: Sequence[Line], *, by: User, at: datetime
) -> tuple[list[CostEvent], int]:
    """The ledger rows of `lines` in their order, and how many of them are new.

    A subject that landed before keeps its row as it is.

    :raises NoExchangeRate: a line's currency has no rate to the project's on the day.
    """
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    subjects = [line.subject for line in lines]
    known = {
        event.subject: event
        for event in CostEvent.objects.filter(project=project, subject__in=subjects)
    }
    rates = _rates(project, [line for line in lines if line.subject not in known], at)
    added = CostEvent.objects.bulk_create(
        _event(project, line, rates[line.currency.pk], by, at)
        for line in lines
        if line.subject not in known
    )
    known.update((event.subject, event) for event in added)
    return [known[subject] for subject in subjects], len(added)


def _rates(project: Project, lines: Sequence[Line], at: datetime) -> dict[str, ExchangeRate | None]:
    ours = project.request.currency_id
    return {
        code: None if code == ours else exchange_rate(code, ours, at.date())
        for code in {line.currency.pk for line in lines}
    }


def _event(
    project: Project, line: Line, rate: ExchangeRate | None, by: User, at: datetime
) -> CostEvent:
    amount = line_amount(line.quantity, line.unit_price, line.currency.digits)
    return CostEvent(
        project=project,
        plan=line.plan,
        lot=line.lot,
        locale_id=line.locale_tag,
        vendor_id=line.vendor_id,
        work=line.work,
        quality_class=line.quality_class,
        subject=line.subject,
        quantity=line.quantity,
        unit_price=line.unit_price,
        currency=line.currency,
        amount_minor_units=amount,
        exchange_rate=rate,
        project_minor_units=_in_project_currency(project, line, amount, rate),
        note=line.note,
        by=by,
        at=at,
    )


def _in_project_currency(
    project: Project, line: Line, amount: int, rate: ExchangeRate | None
) -> int:
    if rate is None:
        return amount
    ours = project.request.currency
    return converted(amount, rate.rate, digits=line.currency.digits, into_digits=ours.digits)


class Prices:
    """The unit prices of a project's plans, by plan and locale; read once."""

    def __init__(self, project: Project) -> None:
        rows = PlanLocale.objects.filter(plan__project=project).select_related("plan__currency")
        self._rows = {(row.plan_id, row.locale_id): row for row in rows}

    def of(self, plan_id: int, locale_tag: str) -> PlanLocale:
        """What work under a plan costs in a locale.

        :raises NoPrice: the plan says nothing of this locale.
        """
        found = self._rows.get((plan_id, locale_tag))
        if found is None:
            raise NoPrice(
                _(
                    "The plan under which this work was done has no price for %(locale)s; "
                    "nothing was posted. Post it as a fixed cost with a note."
                )
                % {"locale": locale_tag}
            )
        return found
