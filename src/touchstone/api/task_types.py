"""Task types: what annotators are asked, with label schemas by version."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints

from touchstone.api.access import ApiRequest, needs
from touchstone.api.fields import NO_NULL, In, Line, Number, Slug, SmallObject, Tag
from touchstone.api.paging import Page, Paging, page
from touchstone.apps.guidelines.building import GuidelineDraft, TaskTypeDraft, build_task_type
from touchstone.apps.guidelines.queries import task_type_version, task_type_versions
from touchstone.apps.people.policies import Capability

if TYPE_CHECKING:
    from touchstone.apps.guidelines.models import TaskType

router = Router()

Name = Annotated[str, StringConstraints(max_length=120, pattern=NO_NULL)]
LongText = Annotated[str, StringConstraints(max_length=200_000, pattern=NO_NULL)]


class TaskTypeOut(Schema):
    """One version of a task type. It never changes; a correction is the next version."""

    id: int
    key: str
    version: int
    name_en: str
    name_fr: str
    label_schema: dict[str, Any]
    created_at: datetime


class FirstGuidelineIn(In):
    """A guideline to open with a task type, under its key. Missing texts come from the schema."""

    title_en: Line
    title_fr: Line
    texts: Annotated[dict[Tag, LongText], Field(max_length=40)] = Field(default_factory=dict)


class TaskTypeIn(In):
    """A task type, or its next version: then `follows` is the version it comes after."""

    key: Slug
    name_en: Name
    name_fr: Name
    label_schema: SmallObject
    follows: Number = 0
    guideline: FirstGuidelineIn | None = None


@router.get("", response=Page[TaskTypeOut])
@needs(Capability.VIEW_PROJECT, scope="service")
def list_task_types(request: ApiRequest, paging: Paging) -> dict[str, object]:
    """Every version of every task type, the last published first."""
    return page(task_type_versions(), "-id", paging, _task_type_out)


@router.get("/{slug:task_type}", response=TaskTypeOut)
@needs(Capability.VIEW_PROJECT, scope="service")
def get_task_type(
    request: ApiRequest, task_type: str, version: Number | None = None
) -> TaskTypeOut:
    """One task type: its newest version, or the one asked for."""
    return _task_type_out(task_type_version(task_type, version))


@router.post("", response={201: TaskTypeOut})
@needs(Capability.WRITE_PLAN, scope="service")
def publish_task_type(request: ApiRequest, body: TaskTypeIn) -> Status[TaskTypeOut]:
    """Publish a task type or its next version, and a first guideline with it when one is given."""
    draft = TaskTypeDraft(
        key=body.key,
        name_en=body.name_en,
        name_fr=body.name_fr,
        schema=body.label_schema,
        follows=body.follows,
    )
    opened = body.guideline
    guideline = GuidelineDraft(opened.title_en, opened.title_fr, opened.texts) if opened else None
    built = build_task_type(draft=draft, guideline=guideline, by=request.auth, at=request.at)
    return Status(201, _task_type_out(built.task_type))


def _task_type_out(task_type: "TaskType") -> TaskTypeOut:
    return TaskTypeOut(
        id=task_type.pk,
        key=task_type.key,
        version=task_type.version,
        name_en=task_type.name_en,
        name_fr=task_type.name_fr,
        label_schema=task_type.schema,
        created_at=task_type.created_at,
    )
