"""The guidelines that plans name: their versions, and publishing the next one."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints

from touchstone.api.access import ApiRequest, needs
from touchstone.api.fields import NO_NULL, In, SmallObject, Tag, Text
from touchstone.api.paging import Page, Paging, page
from touchstone.apps.guidelines.operations import publish_version
from touchstone.apps.guidelines.queries import (
    guideline_by_key,
    lessons_of,
    version_by_id,
    versions,
)
from touchstone.apps.people.policies import Capability

if TYPE_CHECKING:
    from touchstone.apps.guidelines.models import GuidelineVersion

router = Router()


class GuidelineVersionOut(Schema):
    """One published version; a plan names it by `id`."""

    id: int
    guideline: str
    version: str
    task_type: str
    title_en: str
    title_fr: str
    published_at: datetime


LongText = Annotated[str, StringConstraints(max_length=200_000, pattern=NO_NULL)]


class VersionIn(In):
    """The next version of a guideline: its texts by language, its quiz, its practice examples.

    Without `quiz` or `practice` a minor version keeps those of the version before it.
    """

    version: Annotated[str, StringConstraints(pattern=r"^\d{1,4}\.\d{1,4}\.\d{1,4}$")]
    texts: Annotated[dict[Tag, LongText], Field(max_length=40)]
    changes: Text = ""
    quiz: SmallObject | None = None
    practice: Annotated[list[SmallObject], Field(max_length=200)] | None = None


class LessonsOut(Schema):
    """What holds with a version, in the form in which it is published; empty where there is none.

    With the right answers: for those who write guidelines.
    """

    quiz: dict[str, Any]
    practice: list[dict[str, Any]]


class NoteOut(Schema):
    """A clarification of a version; it changes no right answer. French may be empty."""

    text_en: str
    text_fr: str
    at: datetime


@router.get("", response=Page[GuidelineVersionOut])
@needs(Capability.VIEW_PROJECT, scope="service")
def list_guidelines(request: ApiRequest, paging: Paging) -> dict[str, object]:
    """Every published version, the last published first."""
    return page(versions(), "-id", paging, _version_out)


@router.post("/{slug:guideline}/versions", response={201: GuidelineVersionOut})
@needs(Capability.WRITE_PLAN, scope="service")
def publish_guideline(
    request: ApiRequest, guideline: str, body: VersionIn
) -> Status[GuidelineVersionOut]:
    """Publish the next version. What is published stays: plans name the version they use."""
    major, minor, patch = map(int, body.version.split("."))
    version = publish_version(
        guideline=guideline_by_key(guideline),
        major=major,
        minor=minor,
        patch=patch,
        texts=body.texts,
        changes=body.changes,
        quiz=body.quiz,
        practice=body.practice,
        by=request.auth,
        at=request.at,
    )
    return Status(201, _version_out(version))


@router.get("/versions/{int:guideline_version}/lessons", response=LessonsOut)
@needs(Capability.WRITE_PLAN, scope="service")
def get_lessons(request: ApiRequest, guideline_version: int) -> LessonsOut:
    """The quiz and the practice examples that hold with a version, to change them for the next."""
    quiz, practice = lessons_of(version_by_id(guideline_version))
    return LessonsOut(quiz=dict(quiz), practice=[dict(each) for each in practice])


@router.get("/versions/{int:guideline_version}/notes", response=list[NoteOut])
@needs(Capability.WRITE_PLAN, scope="service")
def list_guideline_notes(request: ApiRequest, guideline_version: int) -> list[NoteOut]:
    """The notes to a version, oldest first: what the next one is to be written with."""
    rows = version_by_id(guideline_version).notes.all()
    return [NoteOut(text_en=row.text_en, text_fr=row.text_fr, at=row.at) for row in rows]


def _version_out(version: "GuidelineVersion") -> GuidelineVersionOut:
    guideline = version.guideline
    return GuidelineVersionOut(
        id=version.pk,
        guideline=guideline.key,
        version=str(version),
        task_type=str(version.task_type),
        title_en=guideline.title_en,
        title_fr=guideline.title_fr,
        published_at=version.published_at,
    )
