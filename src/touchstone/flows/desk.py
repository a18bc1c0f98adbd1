"""What somebody finds who comes to work: their projects, the guideline to read, the task screen.

Leasing and submitting are in `labeling`, the experts' queues in `audits` and `adjudications`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from touchstone.apps.guidelines.operations import confirm_reading
from touchstone.apps.guidelines.policies import LabelSchema
from touchstone.apps.guidelines.queries import (
    guideline_html,
    has_read,
    languages_of,
    schema_of,
    text_of,
    versions_read,
)
from touchstone.apps.intake.policies import RequestState
from touchstone.apps.labeling.queries import (
    LeasedTask,
    in_hand_by_project,
    judged_by_project,
    open_places,
    tasks_in_hand,
)
from touchstone.apps.people.policies import Capability, allowed
from touchstone.apps.people.queries import fluency_of
from touchstone.apps.planning.queries import (
    plans_in_force,
    projects_to_label,
    projects_visible_to,
    roles_on_project,
)
from touchstone.apps.quality.queries import waiting_audits, waiting_cases
from touchstone.flows.labeling import WORKING, GuidelineUnread, working_plan

if TYPE_CHECKING:
    from touchstone.apps.guidelines.models import GuidelineVersion
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Plan, Project

Step = Literal["closed", "read", "start", "continue", "nothing"]


@dataclass(frozen=True)
class ToLabel:
    """One project of an annotator: what to do there, how much waits, how much is done today."""

    project: Project
    locale_tags: tuple[str, ...]
    step: Step
    waiting: int
    done_today: int


@dataclass(frozen=True)
class ToCheck:
    """One project with something for a QA lead to re-judge or to settle."""

    project: Project
    audits: int
    cases: int


@dataclass(frozen=True)
class MyWork:
    """Everything that waits for one person."""

    to_label: tuple[ToLabel, ...]
    to_check: tuple[ToCheck, ...]


@dataclass(frozen=True)
class Reading:
    """The guideline in force as one person is shown it."""

    version: GuidelineVersion
    language: str
    languages: tuple[str, ...]
    html: SafeString
    is_read: bool


@dataclass(frozen=True)
class Desk:
    """Everything the task screen starts with."""

    reading: Reading
    schema: LabelSchema
    tasks: tuple[LeasedTask, ...]
    lease_minutes: int
    done_today: int


def my_work(*, by: User, at: datetime) -> MyWork:
    """What waits for a person: projects to label on, audits and disagreements."""
    return MyWork(tuple(_to_label(by, at)), tuple(_to_check(by)))


def _to_label(by: User, at: datetime) -> list[ToLabel]:
    projects = list(projects_to_label(by).select_related("request").order_by("name", "key"))
    plans = plans_in_force(projects)
    read = versions_read((plan.guideline_version_id for plan in plans.values()), by)
    in_hand = in_hand_by_project(projects, by, at)
    done = judged_by_project(projects, by, start_of_day(by, at))
    fluent = fluency_of(by)
    found = []
    for project in projects:
        plan = plans.get(project.pk)
        tags = _tags(plan, fluent)
        held = in_hand.get(project.pk, 0)
        waiting = held + (open_places(project, by, tags) if tags else 0)
        step = _step(project, plan, read, held, waiting)
        found.append(ToLabel(project, tags, step, waiting, done.get(project.pk, 0)))
    return found


def _tags(plan: Plan | None, fluent: frozenset[str]) -> tuple[str, ...]:
    if plan is None:
        return ()
    return tuple(sorted(fluent & {terms.locale_id for terms in plan.locales.all()}))


def _step(project: Project, plan: Plan | None, read: set[int], held: int, waiting: int) -> Step:
    if plan is None or RequestState(project.request.state) not in WORKING:
        return "closed"
    if plan.guideline_version_id not in read:
        return "read"
    if held:
        return "continue"
    return "start" if waiting else "nothing"


def _to_check(by: User) -> list[ToCheck]:
    """Roles are looked up only where something waits: a lead may see hundreds of projects."""
    visible = projects_visible_to(by)
    audits, cases = waiting_audits(visible, by), waiting_cases(visible)
    busy = visible.filter(pk__in=audits.keys() | cases.keys()).select_related("request")
    return [
        ToCheck(project, audits.get(project.pk, 0), cases.get(project.pk, 0))
        for project in busy.order_by("name", "key")
        if allowed(roles_on_project(by, project), Capability.AUDIT)
    ]


def start_of_day(user: User, at: datetime) -> datetime:
    """Midnight where the person is."""
    local = at.astimezone(ZoneInfo(user.time_zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def read_guideline(*, project: Project, by: User, language: str) -> Reading:
    """The guideline in force in `language`, or else in English.

    :raises NotOpenForWork: the project does not hand out work now.
    """
    return _reading(working_plan(project), by, language)


def _reading(plan: Plan, by: User, language: str) -> Reading:
    version = plan.guideline_version
    return Reading(
        version=version,
        language=text_of(version, language).language,
        languages=languages_of(version),
        html=guideline_html(version, language),
        is_read=has_read(version, by),
    )


def confirm_guideline(*, project: Project, by: User, language: str, at: datetime) -> None:
    """Keep that a person read the version in force.

    :raises NotOpenForWork: the project does not hand out work now.
    """
    version = working_plan(project).guideline_version
    confirm_reading(version=version, language=language, by=by, at=at)


def sit_down(*, project: Project, by: User, language: str, at: datetime) -> Desk:
    """What the task screen starts with; the tasks are those still in hand, oldest first.

    :raises NotOpenForWork: the project does not hand out work now.
    :raises GuidelineUnread: the version in force has not been confirmed.
    """
    plan = working_plan(project)
    reading = _reading(plan, by, language)
    if not reading.is_read:
        raise GuidelineUnread(_("Read the guideline and confirm it before you start."))
    return Desk(
        reading=reading,
        schema=schema_of(plan.task_type),
        tasks=tuple(tasks_in_hand(project=project, annotator=by, at=at)),
        lease_minutes=plan.lease_minutes,
        done_today=_done_today(project, by, at),
    )


def _done_today(project: Project, by: User, at: datetime) -> int:
    today: dict[int, int] = judged_by_project([project], by, start_of_day(by, at))
    return today.get(project.pk, 0)
