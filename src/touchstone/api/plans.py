"""Plans: how a project meets its request; approved by somebody else, then frozen."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from ninja import Router, Schema
from pydantic import Field

from touchstone.api.access import ApiRequest, needs, project_of
from touchstone.api.fields import Exact, In, Line, MinorUnits, Number, Slug, Tag, Text
from touchstone.api.paging import Page, Paging, page
from touchstone.apps.people.policies import Capability
from touchstone.apps.planning import operations
from touchstone.apps.planning.operations import PlanDraft, PlanLocaleDraft, PlanRiskDraft
from touchstone.apps.planning.policies import SampleMethod
from touchstone.apps.planning.queries import draft_of, plan_cost, plan_version, plans_of
from touchstone.flows import plan_approval

if TYPE_CHECKING:
    from touchstone.apps.planning.models import Plan

router = Router()


class PlanLocaleIn(In):
    """Sample, standards and unit prices in one locale; prices in units of the plan's currency."""

    locale: Tag
    sample_size: Number
    alpha_lower_bound: Exact
    gold_accuracy: Exact
    price_per_judgment: Exact
    price_per_audit: Exact
    price_per_adjudication: Exact
    vendors: Annotated[tuple[Slug, ...], Field(max_length=100)] = ()


class PlanRiskIn(In):
    """A risk seen when planning; the two losses are the ends of a 90 % interval."""

    cause: Line
    event: Line
    consequence: Line
    probability: Exact
    loss_low_minor_units: MinorUnits
    loss_high_minor_units: MinorUnits
    treatment: Line
    trigger: Line


class PlanIn(In):
    """A plan. `guideline_version` is the id of one (see /guidelines) and decides the task type."""

    guideline_version: Number
    sample_method: SampleMethod
    overlap: Number
    gold_rate: Exact
    speed_standard: Number
    start_date: date
    end_date: date
    currency: Tag
    budget_minor_units: MinorUnits
    locales: Annotated[list[PlanLocaleIn], Field(max_length=200)]
    risks: Annotated[list[PlanRiskIn], Field(max_length=100)] = []
    sample_note: Text = ""
    lease_minutes: Number = 30
    change_note: Text = ""
    overlap_most: Number | None = None
    stop_confidence: Exact | None = None
    quiz_required: bool = False
    gold_test_size: Number = 0
    qualification_days: Number = 180
    repeat_rate: Exact = Decimal(0)

    def draft(self) -> PlanDraft:
        """The same as the operations take it."""
        plain = dict(self) | {
            "locales": tuple(PlanLocaleDraft(**dict(each)) for each in self.locales),
            "risks": tuple(PlanRiskDraft(**dict(each)) for each in self.risks),
        }
        return PlanDraft(**plain)


class PlanOut(Schema):
    """One version of a plan as a list shows it."""

    version: int
    state: str
    task_type: str
    guideline: str
    overlap: int
    overlap_most: int | None
    stop_confidence: Decimal | None
    gold_rate: Decimal
    start_date: date
    end_date: date
    currency: str
    budget_minor_units: int
    change_note: str
    content_hash: str
    created_at: datetime
    submitted_by: str | None
    submitted_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    decision_note: str


class CostOut(Schema):
    """The expected work and its cost, in minor units of the plan's currency."""

    judgments: int
    total_minor_units: int


class PlanDetailOut(PlanOut):
    """A plan with all it says; `content` has the shape in which plans are written."""

    content: dict[str, Any]
    expected_cost: CostOut


class NoteIn(In):
    """What has to change."""

    note: Text


@router.get("/{slug:key}/plans", response=Page[PlanOut])
@needs(Capability.VIEW_PROJECT, scope="project")
def list_plans(request: ApiRequest, key: str, paging: Paging) -> dict[str, object]:
    """Every version of the plan, newest first."""
    rows = plans_of(project_of(request, key))
    return page(rows, "-version", paging, lambda plan: PlanOut(**_summary(plan)))


@router.post("/{slug:key}/plans", response={201: PlanDetailOut})
@needs(Capability.WRITE_PLAN, scope="project")
def draft_plan(request: ApiRequest, key: str, body: PlanIn) -> PlanDetailOut:
    """Write the next version of the plan."""
    project = project_of(request, key)
    plan = operations.draft_plan(
        project=project, draft=body.draft(), by=request.auth, at=request.at
    )
    return _read(request, key, plan.version)


@router.get("/{slug:key}/plans/{int:version}", response=PlanDetailOut)
@needs(Capability.VIEW_PROJECT, scope="project")
def get_plan(request: ApiRequest, key: str, version: int) -> PlanDetailOut:
    """One version of the plan with all it says."""
    return _read(request, key, version)


@router.put("/{slug:key}/plans/{int:version}", response=PlanDetailOut)
@needs(Capability.WRITE_PLAN, scope="project")
def revise_plan(request: ApiRequest, key: str, version: int, body: PlanIn) -> PlanDetailOut:
    """Replace what a draft says."""
    plan = plan_version(project_of(request, key), version)
    operations.revise_plan(plan=plan, draft=body.draft(), by=request.auth, at=request.at)
    return _read(request, key, version)


@router.post("/{slug:key}/plans/{int:version}/submit", response=PlanDetailOut)
@needs(Capability.WRITE_PLAN, scope="project")
def submit_plan(request: ApiRequest, key: str, version: int) -> PlanDetailOut:
    """Ask another person to approve a draft."""
    plan = plan_version(project_of(request, key), version)
    operations.submit_plan(plan=plan, by=request.auth, at=request.at)
    return _read(request, key, version)


@router.post("/{slug:key}/plans/{int:version}/approve", response=PlanDetailOut)
@needs(Capability.APPROVE_PLAN, scope="project")
def approve_plan(request: ApiRequest, key: str, version: int) -> PlanDetailOut:
    """Put a plan in force that another person submitted."""
    plan = plan_version(project_of(request, key), version)
    plan_approval.approve(plan=plan, by=request.auth, at=request.at)
    return _read(request, key, version)


@router.post("/{slug:key}/plans/{int:version}/reject", response=PlanDetailOut)
@needs(Capability.APPROVE_PLAN, scope="project")
def reject_plan(request: ApiRequest, key: str, version: int, body: NoteIn) -> PlanDetailOut:
    """Send a plan back with a note; what comes next is a new version."""
    plan = plan_version(project_of(request, key), version)
    operations.reject_plan(plan=plan, note=body.note, by=request.auth, at=request.at)
    return _read(request, key, version)


def _read(request: ApiRequest, key: str, version: int) -> PlanDetailOut:
    plan = plan_version(project_of(request, key), version)
    cost = plan_cost(plan)
    return PlanDetailOut(
        **_summary(plan),
        content=_content(draft_of(plan)),
        expected_cost=CostOut(judgments=cost.judgments, total_minor_units=cost.total_minor_units),
    )


def _content(draft: PlanDraft) -> dict[str, Any]:
    plain = vars(draft) | {
        "locales": [vars(each) for each in draft.locales],
        "risks": [vars(each) for each in draft.risks],
    }
    return PlanIn(**plain).model_dump(mode="json")


def _summary(plan: "Plan") -> dict[str, Any]:
    version = plan.guideline_version
    return {
        "version": plan.version,
        "state": plan.state,
        "task_type": str(plan.task_type),
        "guideline": f"{version.guideline.key} {version}",
        "overlap": plan.overlap,
        "overlap_most": plan.overlap_most,
        "stop_confidence": plan.stop_confidence,
        "gold_rate": plan.gold_rate,
        "start_date": plan.start_date,
        "end_date": plan.end_date,
        "currency": plan.currency_id,
        "budget_minor_units": plan.budget_minor_units,
        "change_note": plan.change_note,
        "content_hash": plan.content_hash,
        "created_at": plan.created_at,
        "submitted_by": plan.submitted_by.name if plan.submitted_by else None,
        "submitted_at": plan.submitted_at,
        "decided_by": plan.decided_by.name if plan.decided_by else None,
        "decided_at": plan.decided_at,
        "decision_note": plan.decision_note,
    }
