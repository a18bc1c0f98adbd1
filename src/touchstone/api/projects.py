"""Projects: the requests being carried out, their phases and their members."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field, StringConstraints

from touchstone.api.access import ApiRequest, needs, project_of
from touchstone.api.fields import NO_NULL, In, Line, Tag, Text
from touchstone.api.paging import Page, Paging, page
from touchstone.apps.labeling.policies import Tier
from touchstone.apps.labeling.priorities import prioritise
from touchstone.apps.labeling.queries import progress_of
from touchstone.apps.people.policies import Capability
from touchstone.apps.people.queries import people_visible_to
from touchstone.apps.planning.operations import add_member
from touchstone.apps.planning.queries import members_of, plan_in_force, projects_visible_to
from touchstone.flows import phases
from touchstone.lib.errors import Refused

if TYPE_CHECKING:
    from touchstone.apps.planning.models import Membership, Project

router = Router()

TIERS = {tier.name.lower(): tier for tier in Tier}
MOST_NAMED_ITEMS = 10_000
ItemKey = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NULL)]

PHASES = {
    "pilot": phases.start_pilot,
    "live": phases.go_live,
    "paused": phases.pause,
    "resumed": phases.resume,
    "closed": phases.close,
}


class UnknownPerson(Refused):
    """Nobody whom the caller may know has this address."""

    code = "unknown_person"


class ProjectOut(Schema):
    """A project as a list shows it; its state is its request's."""

    key: str
    name: str
    request: int
    state: str
    owner: str
    created_at: datetime


class ProgressOut(Schema):
    """How far the work is; `wanted` and `done` count judgments."""

    items: int
    items_done: int
    wanted: int
    done: int
    leased: int
    late: int


class ProjectDetailOut(ProjectOut):
    """A project with the version of its plan in force and its progress."""

    plan: int | None
    progress: ProgressOut


class PhaseIn(In):
    """Where the project goes next."""

    to: Literal["pilot", "live", "paused", "resumed", "closed"]
    reason: Text = ""


class PriorityIn(In):
    """How soon to serve items: those of one locale, those named, or all when neither is given."""

    tier: Literal["urgent", "high", "normal", "low"]
    locale: Tag | None = None
    items: Annotated[list[ItemKey], Field(min_length=1, max_length=MOST_NAMED_ITEMS)] | None = None


class PriorityOut(Schema):
    """How many items moved; those that were there already did not."""

    items: int


class MemberIn(In):
    """Who joins the project, by e-mail address, and what for."""

    email: Line
    function: Literal["annotator", "qa_lead", "stakeholder"]


class MemberOut(Schema):
    """A person on the project."""

    name: str
    pseudonym: str
    vendor: str | None
    function: str
    added_at: datetime


@router.get("", response=Page[ProjectOut])
@needs(Capability.VIEW_PROJECT, scope="service")
def list_projects(request: ApiRequest, paging: Paging) -> dict[str, object]:
    """The projects you may see, by key."""
    rows = projects_visible_to(request.auth).select_related("request", "owner")
    return page(rows, "key", paging, project_out)


@router.get("/{slug:key}", response=ProjectDetailOut)
@needs(Capability.VIEW_PROJECT, scope="project")
def get_project(request: ApiRequest, key: str) -> ProjectDetailOut:
    """One project with its progress."""
    return _detail(project_of(request, key))


@router.post("/{slug:key}/phase", response=ProjectDetailOut)
@needs(Capability.RUN_PROJECT, scope="project")
def move_project(request: ApiRequest, key: str, body: PhaseIn) -> ProjectDetailOut:
    """Start the pilot, go live, pause, resume or close."""
    project = project_of(request, key)
    PHASES[body.to](project=project, by=request.auth, at=request.at, reason=body.reason)
    return _detail(project_of(request, key))


@router.post("/{slug:key}/priority", response=PriorityOut)
@needs(Capability.RUN_PROJECT, scope="project")
def set_priority(request: ApiRequest, key: str, body: PriorityIn) -> PriorityOut:
    """Serve items sooner or later than the project's others; leased tasks stay leased."""
    moved = prioritise(
        project=project_of(request, key),
        tier=TIERS[body.tier],
        locale_tag=body.locale,
        item_keys=body.items,
        by=request.auth,
        at=request.at,
    )
    return PriorityOut(items=moved)


@router.get("/{slug:key}/members", response=list[MemberOut])
@needs(Capability.VIEW_PEOPLE, scope="project")
def list_members(request: ApiRequest, key: str) -> list[MemberOut]:
    """Who is on the project; a vendor's manager sees the vendor's own people."""
    return [_member_out(one) for one in members_of(project_of(request, key), request.auth)]


@router.post("/{slug:key}/members", response={201: MemberOut})
@needs(Capability.ASSIGN_PEOPLE, scope="project")
def add_project_member(request: ApiRequest, key: str, body: MemberIn) -> MemberOut:
    """Put a person on the project."""
    project = project_of(request, key)
    person = people_visible_to(request.auth).filter(email__iexact=body.email).first()
    if person is None:
        raise UnknownPerson(_("There is nobody with this address."), fields={"email": body.email})
    member = add_member(
        project=project, user=person, function=body.function, by=request.auth, at=request.at
    )
    return _member_out(member)


def project_out(project: "Project") -> ProjectOut:
    """A project as lists show it."""
    return ProjectOut(**_summary(project))


def _summary(project: "Project") -> dict[str, Any]:
    return {
        "key": project.key,
        "name": project.name,
        "request": project.request.number,
        "state": project.request.state,
        "owner": project.owner.name,
        "created_at": project.created_at,
    }


def _detail(project: "Project") -> ProjectDetailOut:
    plan = plan_in_force(project)
    progress = progress_of(project)
    return ProjectDetailOut(
        **_summary(project),
        plan=plan.version if plan else None,
        progress=ProgressOut(
            items=progress.items,
            items_done=progress.items_done,
            wanted=progress.wanted,
            done=progress.done,
            leased=progress.leased,
            late=progress.late,
        ),
    )


def _member_out(member: "Membership") -> MemberOut:
    person = member.user
    return MemberOut(
        name=person.name,
        pseudonym=person.pseudonym,
        vendor=person.vendor.key if person.vendor else None,
        function=member.function,
        added_at=member.added_at,
    )
