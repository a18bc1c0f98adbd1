"""The annotator's side: what may be labeled, leases, answers, the guideline.

Nothing here tells gold from work or shows another person's label; a test compares the answers for
both kinds. The flow does the mixing, so this module could not tell if it wanted to.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from django.utils.translation import get_language
from ninja import Header, Router, Schema, Status
from pydantic import Field, StringConstraints

from touchstone.api.access import ApiRequest, needs, project_of
from touchstone.api.fields import Code, In, SmallObject
from touchstone.api.paging import Page, Paging, page
from touchstone.apps.guidelines.operations import confirm_reading
from touchstone.apps.guidelines.queries import has_read, text_of
from touchstone.apps.labeling import operations as labeling
from touchstone.apps.people.policies import Capability
from touchstone.apps.planning.queries import projects_to_label
from touchstone.flows.labeling import lease_work, submit_work, work_in_hand, working_plan

if TYPE_CHECKING:
    from touchstone.apps.labeling.queries import LeasedTask
    from touchstone.apps.planning.models import Project

# How many tasks one call may ask for; `labeling` has its own limit on how many one may hold.
MOST_AT_ONCE = 50
LONGEST_TASK_SECONDS = 24 * 3600

IdempotencyKey = Annotated[
    str,
    StringConstraints(min_length=8, max_length=64, pattern=r"^[\x21-\x7e]+$"),
    Header(alias="Idempotency-Key", description="The same key with the same answers counts once."),
]

router = Router()
assignments = Router()
judgments = Router()
projects = Router()


class WorkOut(Schema):
    """A project to label on."""

    key: str
    name: str
    state: str


class TaskOut(Schema):
    """One task in hand; the same fields whatever is asked."""

    assignment: UUID
    lease: UUID
    leased_until: datetime
    query: str
    locale: str
    direction: str
    content: dict[str, Any]


class TasksOut(Schema):
    """Leased tasks with what is asked about each."""

    tasks: list[TaskOut]
    guideline_version: str
    label_schema: dict[str, Any]


class LeaseIn(In):
    """How many tasks are wanted; fewer come when fewer want an answer."""

    count: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)] = 1


class LeaseHeldIn(In):
    """The lease under which the assignment is held."""

    lease: UUID


class SkipIn(LeaseHeldIn):
    """The lease, and why the task is given back for good."""

    reason: Code = ""


class LeaseOut(Schema):
    """When the lease ends now."""

    leased_until: datetime


class JudgmentIn(In):
    """Answers for one assignment; `answers` follows the schema that came with the task."""

    assignment: UUID
    lease: UUID
    answers: SmallObject
    seconds: Annotated[float, Field(ge=0, le=LONGEST_TASK_SECONDS, allow_inf_nan=False)]


class JudgmentOut(Schema):
    """What became of the answers.

    `late`: they came after the lease had ended. They are kept all the same; `counts` says whether
    they still filled a place.
    """

    judgment: int
    late: bool
    counts: bool
    submitted_at: datetime


class GuidelineOut(Schema):
    """The guideline in force, in the language of `Accept-Language` or else in English."""

    version: str
    language: str
    text: str
    read: bool


@router.get("", response=Page[WorkOut])
@needs(Capability.LABEL, scope="service")
def list_work(request: ApiRequest, paging: Paging) -> dict[str, object]:
    """The projects you are to label on, by key."""
    rows = projects_to_label(request.auth).select_related("request")
    return page(rows, "key", paging, _work_out)


@projects.get("/{slug:key}/guideline", response=GuidelineOut)
@needs(Capability.LABEL, scope="project")
def get_guideline(request: ApiRequest, key: str) -> GuidelineOut:
    """What to read before labeling."""
    return _guideline_out(request, project_of(request, key))


@projects.post("/{slug:key}/guideline", response=GuidelineOut)
@needs(Capability.LABEL, scope="project")
def confirm_guideline(request: ApiRequest, key: str) -> GuidelineOut:
    """Confirm that you have read the version in force."""
    project = project_of(request, key)
    version = working_plan(project).guideline_version
    confirm_reading(
        version=version,
        language=text_of(version, get_language() or "en").language,
        by=request.auth,
        at=request.at,
    )
    return _guideline_out(request, project)


@projects.post("/{slug:key}/lease", response=TasksOut)
@needs(Capability.LABEL, scope="project")
def lease_tasks(request: ApiRequest, key: str, body: LeaseIn) -> TasksOut:
    """Take up to `count` tasks; each is yours until its lease ends."""
    project = project_of(request, key)
    tasks = lease_work(project=project, by=request.auth, count=body.count, at=request.at)
    return _tasks_out(project, tasks)


@projects.get("/{slug:key}/lease", response=TasksOut)
@needs(Capability.LABEL, scope="project")
def list_tasks_in_hand(request: ApiRequest, key: str) -> TasksOut:
    """The tasks you hold now, for a program that was started again."""
    project = project_of(request, key)
    return _tasks_out(project, work_in_hand(project=project, by=request.auth, at=request.at))


@assignments.post("/{uuid:assignment}/heartbeat", response=LeaseOut)
@needs(Capability.LABEL, scope="service")
def renew_lease(request: ApiRequest, assignment: UUID, body: LeaseHeldIn) -> LeaseOut:
    """Say that you are still at it; the lease is renewed for its full length."""
    until = labeling.heartbeat(
        assignment_id=assignment, lease=body.lease, by=request.auth, at=request.at
    )
    return LeaseOut(leased_until=until)


@assignments.delete("/{uuid:assignment}/lease", response={204: None})
@needs(Capability.LABEL, scope="service")
def release_lease(request: ApiRequest, assignment: UUID, lease: UUID) -> Status[None]:
    """Give a task back unanswered; you may get it again."""
    labeling.release_lease(assignment_id=assignment, lease=lease, by=request.auth, at=request.at)
    return Status(204, None)


@assignments.post("/{uuid:assignment}/skip", response={204: None})
@needs(Capability.LABEL, scope="service")
def skip_task(request: ApiRequest, assignment: UUID, body: SkipIn) -> Status[None]:
    """Give a task back for good; you will not get it again."""
    labeling.skip(
        assignment_id=assignment,
        lease=body.lease,
        reason=body.reason,
        by=request.auth,
        at=request.at,
    )
    return Status(204, None)


@judgments.post("", response={200: JudgmentOut, 202: JudgmentOut})
@needs(Capability.LABEL, scope="service")
def submit_judgment(
    request: ApiRequest, body: JudgmentIn, idempotency_key: IdempotencyKey
) -> Status[JudgmentOut]:
    """Send answers; 202 when they came late. A repeat with the same key returns the first."""
    kept = submit_work(
        assignment_id=body.assignment,
        lease=body.lease,
        answers=body.answers,
        idempotency_key=idempotency_key,
        seconds=body.seconds,
        by=request.auth,
        at=request.at,
    )
    out = JudgmentOut(
        judgment=kept.judgment_id,
        late=kept.late,
        counts=kept.counts,
        submitted_at=kept.submitted_at,
    )
    return Status(202 if kept.late else 200, out)


def _work_out(project: "Project") -> WorkOut:
    return WorkOut(key=project.key, name=project.name, state=project.request.state)


def _guideline_out(request: ApiRequest, project: "Project") -> GuidelineOut:
    version = working_plan(project).guideline_version
    text = text_of(version, get_language() or "en")
    return GuidelineOut(
        version=str(version),
        language=text.language,
        text=text.body,
        read=has_read(version, request.auth),
    )


def _tasks_out(project: "Project", tasks: list["LeasedTask"]) -> TasksOut:
    plan = working_plan(project)
    return TasksOut(
        tasks=[_task_out(task) for task in tasks],
        guideline_version=str(plan.guideline_version),
        label_schema=plan.task_type.schema,
    )


def _task_out(task: "LeasedTask") -> TaskOut:
    return TaskOut(
        assignment=task.assignment_id,
        lease=task.lease,
        leased_until=task.leased_until,
        query=task.query,
        locale=task.locale,
        direction=task.direction,
        content=dict(task.content),
    )
