"""What labels cost and what they returned."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from ninja import Router, Schema

from touchstone.api.access import ApiRequest, needs, project_of
from touchstone.api.fields import Code, In, Real, Seed, Text
from touchstone.api.paging import Page, Paging, page
from touchstone.apps.economics import operations
from touchstone.apps.economics.policies import Assumptions
from touchstone.apps.economics.queries import cost_summary, costs_of, returns_of
from touchstone.apps.evaluations.queries import evaluations_of
from touchstone.apps.people.policies import Capability
from touchstone.flows import return_review
from touchstone.lib.errors import NotVisible

if TYPE_CHECKING:
    from touchstone.apps.economics.models import CostEvent, ReturnEstimate
    from touchstone.apps.economics.queries import CostShare

router = Router()


class ShareOut(Schema):
    """One part of the costs."""

    key: str
    name: str
    minor_units: int
    quantity: int


class CostsOut(Schema):
    """What a project has cost, in minor units of `currency`, as far as you may see.

    `whole` is false when only your vendor's lines are counted. Where a unit cost is missing,
    `reason` says why.
    """

    currency: str
    whole: bool
    total_minor_units: int
    budget_minor_units: int | None
    by_class: list[ShareOut]
    by_work: list[ShareOut]
    by_locale: list[ShareOut]
    by_vendor: list[ShareOut]
    accepted_judgments: int
    unit_cost_minor_units: float | None
    accuracy: float | None
    effective_cost_minor_units: float | None
    reason: str


class CostLineOut(Schema):
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


class AssumptionsIn(In):
    """What the return rests on besides what was measured; the defaults are deliberately low."""

    slope_mean: Real = Assumptions.slope_mean
    slope_sd: Real = Assumptions.slope_sd
    value_sd_share: Real = Assumptions.value_sd_share
    p_launch: Real = Assumptions.p_launch
    attribution: Real = Assumptions.attribution


class ReturnIn(In):
    """Which evaluation and metric the value comes from, and under which assumptions."""

    evaluation: int
    metric: Code
    assumptions: AssumptionsIn = AssumptionsIn()
    seed: Seed = 0


class ReturnOut(Schema):
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
    parameters: dict[str, Any]
    method: str
    method_version: str
    seed: int
    input_hash: str
    by: str
    at: datetime


class ReviewIn(In):
    """What was learned."""

    note: Text = ""


@router.get("/{slug:key}/costs", response=CostsOut)
@needs(Capability.VIEW_VALUE, scope="project")
def get_costs(request: ApiRequest, key: str) -> CostsOut:
    """The costs of a project, cut in each way that people ask for."""
    found = cost_summary(project_of(request, key), request.auth)
    return CostsOut(
        currency=found.currency.code,
        whole=found.whole,
        total_minor_units=found.total_minor_units,
        budget_minor_units=found.budget_minor_units,
        by_class=_shares(found.by_class),
        by_work=_shares(found.by_work),
        by_locale=_shares(found.by_locale),
        by_vendor=_shares(found.by_vendor),
        accepted_judgments=found.accepted_judgments,
        unit_cost_minor_units=found.unit_cost_minor_units,
        accuracy=found.accuracy,
        effective_cost_minor_units=found.effective_cost_minor_units,
        reason=found.reason,
    )


@router.get("/{slug:key}/costs/lines", response=Page[CostLineOut])
@needs(Capability.VIEW_VALUE, scope="project")
def list_costs(request: ApiRequest, key: str, paging: Paging) -> dict[str, object]:
    """Each cost as it landed, newest first."""
    return page(costs_of(project_of(request, key), request.auth), "-id", paging, _line_out)


@router.get("/{slug:key}/returns", response=Page[ReturnOut])
@needs(Capability.VIEW_VALUE, scope="project")
def list_returns(request: ApiRequest, key: str, paging: Paging) -> dict[str, object]:
    """The estimates of the return, newest first; none for those who see one vendor's costs only."""
    project = project_of(request, key)
    rows = returns_of(project)
    if not cost_summary(project, request.auth).whole:
        rows = rows.none()
    return page(rows, "-id", paging, _return_out)


@router.post("/{slug:key}/returns", response={201: ReturnOut})
@needs(Capability.ESTIMATE_RETURN, scope="project")
def estimate_return(request: ApiRequest, key: str, body: ReturnIn) -> ReturnOut:
    """Estimate the return on all that the project has cost so far, as a range."""
    evaluation = evaluations_of(project_of(request, key)).filter(pk=body.evaluation).first()
    if evaluation is None:
        raise NotVisible(_("There is no such evaluation."))
    made = operations.estimate_return(
        evaluation=evaluation,
        metric=body.metric,
        assumptions=Assumptions(**dict(body.assumptions)),
        seed=body.seed,
        by=request.auth,
        at=request.at,
    )
    return _return_out(made)


@router.post("/{slug:key}/returns/review", response=ReturnOut)
@needs(Capability.ESTIMATE_RETURN, scope="project")
def review_return(request: ApiRequest, key: str, body: ReviewIn) -> ReturnOut:
    """Confirm that the newest estimate was reviewed: the last step before closing."""
    reviewed = return_review.review_return(
        project=project_of(request, key), note=body.note, by=request.auth, at=request.at
    )
    return _return_out(reviewed)


def _shares(parts: "tuple[CostShare, ...]") -> list[ShareOut]:
    return [
        ShareOut(key=part.key, name=part.name, minor_units=part.minor_units, quantity=part.quantity)
        for part in parts
    ]


def _line_out(line: "CostEvent") -> CostLineOut:
    return CostLineOut(
        id=line.pk,
        work=line.work,
        quality_class=line.quality_class,
        subject=line.subject,
        locale=line.locale_id,
        vendor=line.vendor.key if line.vendor else None,
        lot=line.lot.number if line.lot else None,
        quantity=line.quantity,
        unit_price=line.unit_price,
        currency=line.currency_id,
        amount_minor_units=line.amount_minor_units,
        project_minor_units=line.project_minor_units,
        note=line.note,
        at=line.at,
    )


def _return_out(made: "ReturnEstimate") -> ReturnOut:
    fields = set(ReturnOut.model_fields) - {"id", "evaluation", "currency", "by"}
    return ReturnOut(
        id=made.pk,
        evaluation=made.evaluation_id,
        currency=made.currency_id,
        by=made.by.name,
        **{name: getattr(made, name) for name in fields},
    )
