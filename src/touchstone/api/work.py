"""The annotator's side: what may be labeled, leases, answers, the guideline.

Nothing here tells gold from work or shows another person's label; a test compares the answers for
both kinds. The flow does the mixing, so this module could not tell if it wanted to.
"""

from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import get_language
from ninja import Header, Router, Schema, Status
from pydantic import Field, StringConstraints, TypeAdapter

from touchstone.api.access import ApiRequest, needs, project_of
from touchstone.api.fields import Code, In, Line, SmallObject
from touchstone.api.paging import Page, Paging, page
from touchstone.apps.guidelines.operations import confirm_reading
from touchstone.apps.guidelines.queries import has_read, text_of
from touchstone.apps.people.policies import Capability
from touchstone.apps.planning.queries import projects_to_label
from touchstone.apps.planning.working import frozen_plan
from touchstone.flows import exposure
from touchstone.flows.labeling import submit_work, take_work, work_in_hand, working_plan

if TYPE_CHECKING:
    from touchstone.apps.labeling.queries import LeasedTask
    from touchstone.apps.planning.models import Plan, Project

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
    """Leased tasks with what is asked about each.

    `scale_version` names the label schema, which never changes under that name. To who says that
    they know it, the schema itself (much longer than the tasks) is not sent again: it is null.
    """

    tasks: list[TaskOut]
    guideline_version: str
    scale_version: str
    label_schema: dict[str, Any] | None


TASKS = TypeAdapter(list[TaskOut])


class LeaseIn(In):
    """How many tasks are wanted; fewer come when fewer want an answer.

    `known_scale` is the `scale_version` of an earlier answer whose schema the program has kept.
    """

    count: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)] = 1
    known_scale: Line = ""


class LeaseHeldIn(In):
    """The lease under which the assignment is held."""

    lease: UUID


class SkipIn(LeaseHeldIn):
    """The lease, and why the task is given back for good: nobody has to say.

    `harmful` says that it was too much to look at. `seconds` is how long it was on the screen. No
    score and no pay knows of a skip.
    """

    reason: Code = ""
    seconds: Annotated[float | None, Field(ge=0, le=LONGEST_TASK_SECONDS, allow_inf_nan=False)] = (
        None
    )


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
def lease_tasks(request: ApiRequest, key: str, body: LeaseIn) -> HttpResponse:
    """Take up to `count` tasks; each is yours until its lease ends."""
    work = take_work(key=key, by=request.auth, count=body.count, at=request.at)
    return _answer(200, _tasks_json(work.plan, work.tasks, body.known_scale))


@projects.get("/{slug:key}/lease", response=TasksOut)
@needs(Capability.LABEL, scope="project")
def list_tasks_in_hand(request: ApiRequest, key: str, known_scale: Line = "") -> HttpResponse:
    """The tasks you hold now, for a program that was started again."""
    project = project_of(request, key)
    tasks = work_in_hand(project=project, by=request.auth, at=request.at)
    return _answer(200, _tasks_json(working_plan(project), tasks, known_scale))


@assignments.post("/{uuid:assignment}/heartbeat", response=LeaseOut)
@needs(Capability.LABEL, scope="service")
def renew_lease(request: ApiRequest, assignment: UUID, body: LeaseHeldIn) -> LeaseOut:
    """Say that you are still at it; the lease is renewed, as far as your limits allow."""
    until = exposure.renew_lease(
        assignment_id=assignment, lease=body.lease, by=request.auth, at=request.at
    )
    return LeaseOut(leased_until=until)


@assignments.delete("/{uuid:assignment}/lease", response={204: None})
@needs(Capability.LABEL, scope="service")
def release_lease(request: ApiRequest, assignment: UUID, lease: UUID) -> Status[None]:
    """Give a task back unanswered; you may get it again."""
    exposure.release_work(assignment_id=assignment, lease=lease, by=request.auth, at=request.at)
    return Status(204, None)


@assignments.post("/{uuid:assignment}/skip", response={204: None})
@needs(Capability.LABEL, scope="service")
def skip_task(request: ApiRequest, assignment: UUID, body: SkipIn) -> Status[None]:
    """Give a task back for good; you will not get it again."""
    exposure.skip_work(
        assignment_id=assignment,
        lease=body.lease,
        reason=body.reason,
        seconds=body.seconds,
        by=request.auth,
        at=request.at,
    )
    return Status(204, None)


@judgments.post("", response={200: JudgmentOut, 202: JudgmentOut})
@needs(Capability.LABEL, scope="service")
def submit_judgment(
    request: ApiRequest, body: JudgmentIn, idempotency_key: IdempotencyKey
) -> HttpResponse:
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
    out = JudgmentOut.model_construct(
        judgment=kept.judgment_id,
        late=kept.late,
        counts=kept.counts,
        submitted_at=kept.submitted_at,
    )
    return _answer(202 if kept.late else 200, out.model_dump_json())


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


def _answer(status: int, text: bytes | str) -> HttpResponse:
    """An answer of the hot path: its schema made the JSON, so it is not checked a second time."""
    return HttpResponse(text, content_type="application/json; charset=utf-8", status=status)


def _tasks_json(plan: "Plan", tasks: list["LeasedTask"], known_scale: str) -> bytes:
    """`TasksOut` as it goes out."""
    out = TASKS.dump_json([_task_out(task) for task in tasks])
    scale, whole, short = _plan_json(plan.pk)
    return b'{"tasks":' + out + b"," + (short if known_scale == scale else whole)


@lru_cache(maxsize=1_000)
def _plan_json(plan_id: int) -> tuple[str, bytes, bytes]:
    """The end of `TasksOut`: what is the same for all tasks of a plan in force, which is frozen.

    The name of its scale, and the JSON with the label schema and without.
    """
    out = _tasks_out(frozen_plan(plan_id), [])
    short = out.model_copy(update={"label_schema": None})
    whole, short_json = (
        each.model_dump_json(exclude={"tasks"})[1:].encode() for each in (out, short)
    )
    return out.scale_version, whole, short_json


def _tasks_out(plan: "Plan", tasks: list["LeasedTask"]) -> TasksOut:
    return TasksOut(
        tasks=[_task_out(task) for task in tasks],
        guideline_version=str(plan.guideline_version),
        scale_version=str(plan.task_type),
        label_schema=plan.task_type.schema,
    )


def _task_out(task: "LeasedTask") -> TaskOut:
    return TaskOut.model_construct(
        assignment=task.assignment_id,
        lease=task.lease,
        leased_until=task.leased_until,
        query=task.query,
        locale=task.locale,
        direction=task.direction,
        content=dict(task.content),
    )
