"""How you want the workbench, and your own last answers. Nobody reads another's."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from django.utils.translation import get_language, override
from ninja import Router, Schema
from pydantic import Field

from touchstone.api.access import ApiRequest, needs, needs_sign_in, project_of
from touchstone.api.fields import Code, In
from touchstone.api.paging import Page, Paging, page
from touchstone.apps.labeling.queries import last_judgments
from touchstone.apps.people.keymap import DEFAULTS, moved_keys
from touchstone.apps.people.operations import set_workbench_preferences
from touchstone.apps.people.policies import Capability
from touchstone.apps.people.queries import workbench_of
from touchstone.flows.looking_back import past_answer

if TYPE_CHECKING:
    from touchstone.apps.labeling.models import Judgment
    from touchstone.apps.people.models import WorkbenchPreferences

# How far back somebody can look.
LAST = 50

router = Router()
projects = Router()


class WorkbenchIn(In):
    """Your own keys by action or digit, such as `{"skip": "f", "1": "a"}`; all others are usual.

    `auto_advance`: an answer to the only question of a task is sent after a moment.
    """

    keys: Annotated[dict[Code, Code], Field(max_length=len(DEFAULTS))]
    auto_advance: bool


class WorkbenchOut(Schema):
    """Your preferences. `moved` names what is pressed for each usual key that is elsewhere now."""

    keys: dict[str, str]
    auto_advance: bool
    moved: dict[str, str]
    defaults: dict[str, str]


class SaidOut(Schema):
    """One question and the answer in words."""

    question: str
    answer: str


class PastAnswerOut(Schema):
    """An answer of yours; the same fields whatever was asked."""

    judgment: int
    assignment: UUID
    query: str
    locale: str
    direction: str
    outcome: str
    answers: list[SaidOut]
    comment: str
    guideline_version: str
    seconds: float
    submitted_at: datetime
    late: bool
    counts: bool


@router.get("/workbench", response=WorkbenchOut)
@needs_sign_in
def get_my_workbench(request: ApiRequest) -> WorkbenchOut:
    """Your keys, and whether the task screen goes on by itself."""
    return _workbench_out(workbench_of(request.auth))


@router.put("/workbench", response=WorkbenchOut)
@needs_sign_in
def set_my_workbench(request: ApiRequest, body: WorkbenchIn) -> WorkbenchOut:
    """Change them; a key that would do two things is refused and nothing changes."""
    kept = set_workbench_preferences(
        user=request.auth,
        keys=body.keys,
        auto_advance=body.auto_advance,
        by=request.auth,
        at=request.at,
    )
    return _workbench_out(kept)


@projects.get("/{slug:key}/my-judgments", response=Page[PastAnswerOut])
@needs(Capability.LABEL, scope="project")
def list_my_judgments(request: ApiRequest, key: str, paging: Paging) -> dict[str, object]:
    """Your own last 50 answers on a project, newest first, in words of your account's language."""
    rows = last_judgments(project_of(request, key), request.auth, LAST)
    with override(request.auth.language):
        return page(rows, "-id", paging, _past_out)


def _workbench_out(kept: "WorkbenchPreferences") -> WorkbenchOut:
    return WorkbenchOut(
        keys=kept.keys,
        auto_advance=kept.auto_advance,
        moved=moved_keys(kept.keys),
        defaults=dict(DEFAULTS),
    )


def _past_out(judgment: "Judgment") -> PastAnswerOut:
    found = past_answer(judgment, get_language() or "en")
    return PastAnswerOut(
        judgment=found.judgment_id,
        assignment=found.assignment_id,
        query=found.query,
        locale=found.locale,
        direction=found.direction,
        outcome=found.outcome,
        answers=[SaidOut(question=each.question, answer=each.answer) for each in found.answers],
        comment=found.comment,
        guideline_version=found.guideline_version,
        seconds=found.seconds,
        submitted_at=found.submitted_at,
        late=found.late,
        counts=found.counts,
    )
