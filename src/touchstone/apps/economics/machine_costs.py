"""What machine annotators cost, posted as it adds up to whole minor units.

A call costs less than a cent, so single calls cannot land in a ledger of cents. What is posted is
what all calls have cost, less what was posted before, in whole minor units; the rest waits. So the
ledger is never further off than one minor unit, and posting twice posts once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import ROUND_DOWN, Decimal

from django.db import transaction
from django.db.models import F, Sum

from touchstone.apps.economics.models import CostEvent
from touchstone.apps.economics.policies import QualityClass, Work
from touchstone.apps.economics.posting import Line, post
from touchstone.apps.labeling.machines.queries import spent_on
from touchstone.apps.ledger.operations import record
from touchstone.apps.markets.queries import get_currency
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Plan, Project
from touchstone.apps.planning.queries import newest_plan, plan_in_force


@transaction.atomic
def post_machine_costs(
    *, project: Project, annotator: User, by: User, at: datetime
) -> list[CostEvent]:
    """Post what a machine's calls have cost since they were last posted; returns the new rows.

    :raises NoExchangeRate: a currency has no rate to the project's; nothing was posted.
    """
    plan = plan_in_force(project) or newest_plan(project)
    if plan is None:
        return []
    # Before the sums are read: two that post at once must not both post the same calls.
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    events, added = post(project, list(_lines(project, annotator, plan)), by=by, at=at)
    if added:
        record(
            event="economics.costs.posted",
            subject=project,
            by=by,
            at=at,
            project_id=project.pk,
            lines=added,
            minor_units=sum(event.project_minor_units for event in events),
            currency=project.request.currency_id,
        )
    return events


def _lines(project: Project, annotator: User, plan: Plan) -> Iterator[Line]:
    for spent in spent_on(project, annotator):
        currency = get_currency(spent.currency)
        stem = f"machine:{annotator.pk}/{spent.currency}/"
        whole = Decimal(1).scaleb(-currency.digits)
        due = (spent.cost - _posted(project, stem)).quantize(whole, rounding=ROUND_DOWN)
        if due >= whole:
            yield Line(
                subject=f"{stem}call:{spent.last_call}",
                plan=plan,
                work=Work.MACHINE,
                quality_class=QualityClass.PRODUCTION,
                quantity=1,
                unit_price=due,
                currency=currency,
                note=annotator.name,
            )


def _posted(project: Project, stem: str) -> Decimal:
    rows = CostEvent.objects.filter(project=project, subject__startswith=stem)
    total = rows.aggregate(sum=Sum(F("unit_price") * F("quantity")))["sum"]
    return Decimal(total or 0)
