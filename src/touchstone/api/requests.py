"""Labeling requests: filing them, and the decision on them.

The states after the decision are reached by what brings them about (a plan, a phase, a release),
never by name.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal

from ninja import Router, Schema
from pydantic import Field

from touchstone.api.access import ApiRequest, needs, request_of
from touchstone.api.fields import Code, Exact, In, Line, MinorUnits, Number, Slug, Tag, Text
from touchstone.api.paging import Page, Paging, page
from touchstone.api.projects import ProjectOut, project_out
from touchstone.apps.intake import operations
from touchstone.apps.intake.operations import RequestDraft
from touchstone.apps.intake.policies import (
    LEGAL,
    BusinessLine,
    HarmClass,
    Purpose,
    RequestState,
    capability_to_move,
)
from touchstone.apps.intake.queries import (
    moves_open_to,
    request_for,
    requests_visible_to,
    transitions_of,
)
from touchstone.apps.people.policies import Capability
from touchstone.apps.planning import operations as planning

if TYPE_CHECKING:
    from touchstone.apps.intake.models import LabelingRequest, Transition

router = Router()


class RequestIn(In):
    """What a model team asks for; `locales` says how many items in each."""

    title: Line
    business_line: BusinessLine
    purpose: Purpose
    metric: Line
    worthwhile_change: Exact
    deadline_date: date
    currency: Tag
    budget_minor_units: MinorUnits
    value_per_point_minor_units: MinorUnits
    value_source: Line
    locales: Annotated[dict[Tag, Number], Field(max_length=200)]
    harm_class: HarmClass = HarmClass.S3
    description: Text = ""
    metric_current: Exact | None = None
    metric_target: Exact | None = None
    personal_data: bool = False
    alternatives: Text = ""
    model_family: Code = ""

    def draft(self) -> RequestDraft:
        """The same as the operations take it."""
        return RequestDraft(**dict(self))


class RequestOut(Schema):
    """A labeling request as a list shows it."""

    number: int
    key: str
    title: str
    requester: str
    business_line: str
    purpose: str
    metric: str
    deadline_date: date
    currency: str
    budget_minor_units: int
    harm_class: str
    state: str
    locales: dict[str, int]
    project: str | None
    created_at: datetime


class StepOut(Schema):
    """One step in the life of a request."""

    from_state: str
    to_state: str
    by: str
    at: datetime
    reason: str


class RequestDetailOut(RequestOut):
    """A labeling request with everything in it; `moves` are the states open to the caller."""

    description: str
    metric_current: Decimal | None
    metric_target: Decimal | None
    worthwhile_change: Decimal
    value_per_point_minor_units: int
    value_source: str
    personal_data: bool
    alternatives: str
    model_family: str
    history: list[StepOut]
    moves: list[str]


class MoveIn(In):
    """Where a request goes; asking, declining, deferring and cancelling need a reason."""

    to: Literal["triaged", "needs_info", "scoped", "approved", "declined", "deferred", "cancelled"]
    reason: Text = ""


class ReasonIn(In):
    """Why."""

    reason: Text


class OpenProjectIn(In):
    """How the project of a request is to be called."""

    key: Slug
    name: Annotated[Line, Field(max_length=160)]


@router.get("", response=Page[RequestOut])
@needs(Capability.VIEW_REQUEST, scope="service")
def list_requests(
    request: ApiRequest, paging: Paging, state: RequestState | None = None
) -> dict[str, object]:
    """The labeling requests you may know of, newest first."""
    rows = requests_visible_to(request.auth)
    if state is not None:
        rows = rows.filter(state=state)
    rows = rows.select_related("requester", "project").prefetch_related("locales")
    return page(rows, "-number", paging, lambda row: RequestOut(**_summary(row)))


@router.post("", response={201: RequestDetailOut})
@needs(Capability.FILE_REQUEST, scope="service")
def file_request(request: ApiRequest, body: RequestIn) -> RequestDetailOut:
    """File a labeling request; it stays your draft until you submit it."""
    filed = operations.file_request(draft=body.draft(), by=request.auth, at=request.at)
    return _detail(request, filed)


@router.get("/{int:number}", response=RequestDetailOut)
@needs(Capability.VIEW_REQUEST, scope="request")
def get_request(request: ApiRequest, number: int) -> RequestDetailOut:
    """One labeling request with its history."""
    return _detail(request, request_of(request, number))


@router.put("/{int:number}", response=RequestDetailOut)
@needs(Capability.FILE_REQUEST, scope="request")
def revise_request(request: ApiRequest, number: int, body: RequestIn) -> RequestDetailOut:
    """Replace what a request asks for, while it is a draft or waits for information."""
    revised = operations.revise_request(
        request=request_of(request, number), draft=body.draft(), by=request.auth, at=request.at
    )
    return _detail(request, revised)


@router.post("/{int:number}/submit", response=RequestDetailOut)
@needs(Capability.FILE_REQUEST, scope="request")
def submit_request(request: ApiRequest, number: int) -> RequestDetailOut:
    """Hand a draft in; from now on the clocks of the owning team run."""
    moved = operations.submit_request(
        request=request_of(request, number), by=request.auth, at=request.at
    )
    return _detail(request, moved)


@router.post("/{int:number}/answer", response=RequestDetailOut)
@needs(Capability.FILE_REQUEST, scope="request")
def answer_request(request: ApiRequest, number: int, body: ReasonIn) -> RequestDetailOut:
    """Answer the question of a request that needs information; it goes back to triage."""
    return _moved_by_requester(request, number, RequestState.TRIAGED, body.reason)


@router.post("/{int:number}/withdraw", response=RequestDetailOut)
@needs(Capability.FILE_REQUEST, scope="request")
def withdraw_request(request: ApiRequest, number: int, body: ReasonIn) -> RequestDetailOut:
    """Withdraw a request before it is taken in."""
    return _moved_by_requester(request, number, RequestState.CANCELLED, body.reason)


@router.post("/{int:number}/move", response=RequestDetailOut)
@needs(Capability.TRIAGE_REQUEST, scope="request")
def move_request(request: ApiRequest, number: int, body: MoveIn) -> RequestDetailOut:
    """Decide on a request: take it in, ask, scope, approve, decline, defer or cancel it."""
    moved = operations.move_request(
        request=request_of(request, number),
        to=RequestState(body.to),
        reason=body.reason,
        by=request.auth,
        at=request.at,
    )
    return _detail(request, moved)


@router.post("/{int:number}/project", response={201: ProjectOut})
@needs(Capability.WRITE_PLAN, scope="request")
def open_project(request: ApiRequest, number: int, body: OpenProjectIn) -> ProjectOut:
    """Open the project that carries an approved request out; you become its owner."""
    project = planning.open_project(
        request=request_of(request, number),
        key=body.key,
        name=body.name,
        owner=request.auth,
        by=request.auth,
        at=request.at,
    )
    return project_out(project)


def _moved_by_requester(
    request: ApiRequest, number: int, to: RequestState, reason: str
) -> RequestDetailOut:
    found = request_of(request, number)
    state = RequestState(found.state)
    if to in LEGAL[state]:  # the requester's own move only up to a point of the life cycle
        request_for(request.auth, number, capability_to_move(state, to))
    moved = operations.move_request(
        request=found, to=to, reason=reason, by=request.auth, at=request.at
    )
    return _detail(request, moved)


def _summary(row: "LabelingRequest") -> dict[str, Any]:
    project = getattr(row, "project", None)
    return {
        "number": row.number,
        "key": row.key,
        "title": row.title,
        "requester": row.requester.name,
        "business_line": row.business_line,
        "purpose": row.purpose,
        "metric": row.metric,
        "deadline_date": row.deadline_date,
        "currency": row.currency_id,
        "budget_minor_units": row.budget_minor_units,
        "harm_class": row.harm_class,
        "state": row.state,
        "locales": {wanted.locale_id: wanted.volume for wanted in row.locales.all()},
        "project": project.key if project else None,
        "created_at": row.created_at,
    }


def _detail(request: ApiRequest, row: "LabelingRequest") -> RequestDetailOut:
    return RequestDetailOut(
        **_summary(row),
        description=row.description,
        metric_current=row.metric_current,
        metric_target=row.metric_target,
        worthwhile_change=row.worthwhile_change,
        value_per_point_minor_units=row.value_per_point_minor_units,
        value_source=row.value_source,
        personal_data=row.personal_data,
        alternatives=row.alternatives,
        model_family=row.model_family,
        history=[_step(step) for step in transitions_of(row)],
        moves=[state.value for state in moves_open_to(request.auth, row)],
    )


def _step(step: "Transition") -> StepOut:
    return StepOut(
        from_state=step.from_state,
        to_state=step.to_state,
        by=step.by.name,
        at=step.at,
        reason=step.reason,
    )
