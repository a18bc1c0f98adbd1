"""Costs as they land, and the estimate of what they returned.

What is paid: judgments when their lot is accepted, at the price of the plan under which each was
made; audits when done; adjudications when settled; what people were asked again when they answered;
anything else as a fixed cost. A rejected lot
costs nothing: its work was not accepted (operations.md §2: earned is what is accepted, never what
is submitted). An answer of "cannot judge" is work and is paid like a label.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from touchstone.apps.economics.models import CostEvent
from touchstone.apps.economics.policies import Assumptions, QualityClass, Work
from touchstone.apps.economics.posting import Line, Prices, post
from touchstone.apps.economics.returns import (
    InvalidAssumptions,
    NothingToReturn,
    estimate_return,
)
from touchstone.apps.labeling.models import Judgment
from touchstone.apps.ledger.operations import record
from touchstone.apps.markets.queries import get_currency
from touchstone.apps.people.models import User, Vendor
from touchstone.apps.planning.models import Project
from touchstone.apps.planning.queries import newest_plan, plan_in_force
from touchstone.apps.quality.models import Adjudication, Audit, GoldAnswer, Lot
from touchstone.lib.errors import Refused

__all__ = [
    "Assumptions",
    "InvalidAssumptions",
    "InvalidCost",
    "NothingToReturn",
    "estimate_return",
    "post_adjudication_costs",
    "post_audit_costs",
    "post_fixed_cost",
    "post_lot_costs",
    "post_repeat_costs",
]

MOST_PRICE = Decimal("99999999")


class InvalidCost(Refused):
    """A fixed cost that is no cost; nothing was posted."""

    code = "invalid_cost"


@transaction.atomic
def post_lot_costs(*, lot: Lot, by: User, at: datetime) -> list[CostEvent]:
    """Post what an accepted lot costs, by plan and vendor; gold judgments are appraisal.

    Posting a lot again gives the same rows. A rejected lot gives none.

    :raises NoPrice: the plan has no price for the lot's locale.
    :raises NoExchangeRate: the plan's currency has no rate to the project's.
    """
    if lot.decision != Lot.Decision.ACCEPTED:
        return []
    return _posted(lot.project, list(_lot_lines(lot)), lot, by, at)


def _lot_lines(lot: Lot) -> Iterator[Line]:
    prices = Prices(lot.project)
    keys = dict(Vendor.objects.values_list("pk", "key"))
    gold = GoldAnswer.objects.filter(item=OuterRef("item"))
    groups = (
        Judgment.objects.filter(lot_place__lot=lot)
        .annotate(gold=Exists(gold))
        .values("plan", "plan__version", "gold", vendor=F("annotator__vendor"))
        .annotate(n=Count("pk"))
        .order_by("plan__version", "vendor", "gold")
    )
    for group in groups:
        price = prices.of(group["plan"], lot.locale_id)
        vendor = keys.get(group["vendor"], "-")
        kind = "gold" if group["gold"] else "work"
        yield Line(
            subject=f"lot:{lot.number}/plan:{group['plan__version']}/vendor:{vendor}/{kind}",
            plan=price.plan,
            work=Work.JUDGMENT,
            quality_class=QualityClass.APPRAISAL if group["gold"] else QualityClass.PRODUCTION,
            quantity=group["n"],
            unit_price=price.price_per_judgment,
            currency=price.plan.currency,
            locale_tag=lot.locale_id,
            vendor_id=group["vendor"],
            lot=lot,
        )


@transaction.atomic
def post_audit_costs(*, project: Project, by: User, at: datetime) -> list[CostEvent]:
    """Post each audit that is done and not yet posted; returns the new rows.

    :raises NoPrice: the audited judgment's plan has no price for its locale.
    :raises NoExchangeRate: the plan's currency has no rate to the project's.
    """
    audits = Audit.objects.filter(project=project, done_at__isnull=False).values(
        "pk",
        plan=F("judgment__plan"),
        locale=F("judgment__item__query__locale"),
        vendor=F("auditor__vendor"),
    )
    lines = _single_lines(project, audits, Work.AUDIT, QualityClass.APPRAISAL, "price_per_audit")
    return _posted(project, lines, project, by, at)


@transaction.atomic
def post_adjudication_costs(*, project: Project, by: User, at: datetime) -> list[CostEvent]:
    """Post each adjudication that is settled and not yet posted; returns the new rows.

    It is paid at the price of the plan under which its item was last judged. The class is internal
    failure: work done again because the first judgments did not agree.

    :raises NoPrice: that plan has no price for the item's locale.
    :raises NoExchangeRate: the plan's currency has no rate to the project's.
    """
    judged = Judgment.objects.filter(item=OuterRef("item"), repeat=False)
    last = judged.order_by("-submitted_at", "-pk")
    settled = (
        Adjudication.objects.filter(project=project, settled_at__isnull=False)
        .annotate(plan=Subquery(last.values("plan")[:1]))
        .values("pk", "plan", locale=F("item__query__locale"), vendor=F("settled_by__vendor"))
    )
    lines = _single_lines(
        project,
        settled,
        Work.ADJUDICATION,
        QualityClass.INTERNAL_FAILURE,
        "price_per_adjudication",
    )
    return _posted(project, lines, project, by, at)


@transaction.atomic
def post_repeat_costs(
    *, project: Project, by: User, at: datetime, locale_tag: str | None = None
) -> list[CostEvent]:
    """Post each answer to an item asked again that is not yet posted; returns the new rows.

    With `locale_tag` only those of one locale.

    Paid as a judgment at the price of the plan that asked for it, whatever became of the lot of the
    first: it is appraisal, of the person and not of the item.

    :raises NoPrice: that plan has no price for the item's locale.
    :raises NoExchangeRate: the plan's currency has no rate to the project's.
    """
    repeats = Judgment.objects.filter(project=project, repeat=True)
    if locale_tag is not None:
        repeats = repeats.filter(item__query__locale=locale_tag)
    rows = repeats.values(
        "pk", "plan", locale=F("item__query__locale"), vendor=F("annotator__vendor")
    )
    lines = _single_lines(
        project, rows, Work.JUDGMENT, QualityClass.APPRAISAL, "price_per_judgment", "repeat"
    )
    return _posted(project, lines, project, by, at)


def _single_lines(
    project: Project,
    rows: Any,
    work: Work,
    quality_class: QualityClass,
    price_name: str,
    name: str = "",
) -> list[Line]:
    """A line for each of `rows` that has none yet; `name` begins its subject, else the work."""
    prices = Prices(project)
    begins = f"{name or work}:"
    posted = set(
        CostEvent.objects.filter(
            project=project, work=work, subject__startswith=begins
        ).values_list("subject", flat=True)
    )
    return [
        _single_line(prices, f"{begins}{row['pk']}", row, work, quality_class, price_name)
        for row in rows.order_by("pk")
        if f"{begins}{row['pk']}" not in posted
    ]


def _single_line(
    prices: Prices,
    subject: str,
    row: Mapping[str, Any],
    work: Work,
    quality_class: QualityClass,
    price_name: str,
) -> Line:
    price = prices.of(row["plan"], row["locale"])
    return Line(
        subject=subject,
        plan=price.plan,
        work=work,
        quality_class=quality_class,
        quantity=1,
        unit_price=getattr(price, price_name),
        currency=price.plan.currency,
        locale_tag=row["locale"],
        vendor_id=row["vendor"],
    )


@transaction.atomic
def post_fixed_cost(
    *,
    project: Project,
    amount: Decimal,
    currency: str,
    quality_class: str,
    note: str,
    by: User,
    at: datetime,
) -> CostEvent:
    """Post a cost that no unit of work stands for; `amount` is in units of `currency`.

    A negative amount takes an earlier one back. The same call twice lands once.

    :raises InvalidCost: no amount, an unknown class, no note, or a project without a plan.
    :raises UnknownCurrency: there is no such currency.
    :raises NoExchangeRate: the currency has no rate to the project's.
    """
    plan = plan_in_force(project) or newest_plan(project)
    if plan is None:
        raise InvalidCost(_("The project has no plan yet, so it cannot have costs."))
    _refuse_no_cost(amount, quality_class, note.strip())
    said = f"{amount.normalize()}|{currency}|{quality_class}|{note.strip()}|{at.isoformat()}"
    line = Line(
        subject=f"fixed:{hashlib.sha256(said.encode()).hexdigest()[:32]}",
        plan=plan,
        work=Work.FIXED,
        quality_class=quality_class,
        quantity=1 if amount > 0 else -1,
        unit_price=abs(amount),
        currency=get_currency(currency),
        note=note.strip()[:240],
    )
    return _posted(project, [line], project, by, at)[0]


def _refuse_no_cost(amount: Decimal, quality_class: str, note: str) -> None:
    if not amount.is_finite() or amount == 0 or abs(amount) > MOST_PRICE:
        raise InvalidCost(_("Give an amount other than zero; a negative one takes a cost back."))
    if quality_class not in QualityClass.values:
        raise InvalidCost(_("This is not a class of cost."))
    if not note:
        raise InvalidCost(_("Say what the cost is for."))


def _posted(
    project: Project, lines: Sequence[Line], subject: Lot | Project, by: User, at: datetime
) -> list[CostEvent]:
    events, added = post(project, lines, by=by, at=at)
    if added:
        record(
            event="economics.costs.posted",
            subject=subject,
            by=by,
            at=at,
            project_id=project.pk,
            lines=added,
            minor_units=sum(event.project_minor_units for event in events),
            currency=project.request.currency_id,
        )
    return events
