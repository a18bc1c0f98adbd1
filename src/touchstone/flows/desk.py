"""What somebody finds who comes to work: their projects, the guideline to read, the task screen.

Leasing and submitting are in `labeling`, the experts' queues in `audits` and `adjudications`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from touchstone.apps.guidelines.operations import confirm_reading
from touchstone.apps.guidelines.policies import LabelSchema
from touchstone.apps.guidelines.queries import (
    Note,
    changes_since_read,
    guideline_html,
    has_read,
    languages_of,
    notes_of,
    schema_of,
    text_of,
    version_before,
    versions_read,
    with_practice,
)
from touchstone.apps.intake.policies import RequestState
from touchstone.apps.labeling.asking.queries import Waiting, waiting_of
from touchstone.apps.labeling.queries import (
    LeasedTask,
    in_hand_by_project,
    judged_by_project,
    open_places,
    tasks_in_hand,
)
from touchstone.apps.people.policies import Capability, allowed
from touchstone.apps.planning.queries import (
    plans_in_force,
    projects_to_label,
    projects_visible_to,
    roles_on_project,
)
from touchstone.apps.planning.working import open_locales
from touchstone.apps.quality.appealing.queries import decided_since
from touchstone.apps.quality.qualified import Held, held_by
from touchstone.apps.quality.queues import waiting_audits, waiting_cases
from touchstone.flows.exposure import require_consent
from touchstone.flows.labeling import WORKING, GuidelineUnread, working_plan
from touchstone.flows.qualification import (
    PathStep,
    consents_to,
    path_to_work,
    require_qualified,
)

if TYPE_CHECKING:
    from touchstone.apps.guidelines.models import GuidelineVersion
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Plan, Project

# How long the list of projects says that an appeal was decided.
DECIDED_OF_LATE = timedelta(days=7)

Step = Literal["closed", "consent", "read", "quiz", "test", "start", "continue", "nothing"]


@dataclass(frozen=True)
class ToLabel:
    """One project of an annotator: what to do there, how much waits, how much is done today.

    `path` is the way to the work, empty where there is none; `can_practise` says whether the
    guideline has examples to practise on.
    """

    project: Project
    locale_tags: tuple[str, ...]
    step: Step
    waiting: int
    done_today: int
    path: tuple[PathStep, ...] = ()
    can_practise: bool = False

    @property
    def shows_path(self) -> bool:
        """Whether there is more on the way than to read the guideline, and some of it to do."""
        asked = [each for each in self.path if each.name not in ("read", "label")]
        return bool(asked) and any(each.state != "done" for each in self.path[:-1])

    @property
    def open_tests(self) -> tuple[PathStep, ...]:
        """The tests that can be taken now."""
        return tuple(each for each in self.path if each.name == "test" and each.state == "now")


@dataclass(frozen=True)
class ToCheck:
    """One project with something for a QA lead to re-judge or to settle."""

    project: Project
    audits: int
    cases: int


@dataclass(frozen=True)
class MyWork:
    """Everything that waits for one person.

    `questions` are their own; `decided` says how many of their appeals were decided of late.
    """

    to_label: tuple[ToLabel, ...]
    to_check: tuple[ToCheck, ...]
    questions: Waiting
    decided: int


@dataclass(frozen=True)
class Reading:
    """The guideline in force as one person is shown it.

    `changed` are the versions since the last one that they read before, newest first. `notes`
    clarify this version; `notes_before` are those to the version before it, which this one
    was written with.
    """

    version: GuidelineVersion
    language: str
    languages: tuple[str, ...]
    html: SafeString
    is_read: bool
    changed: tuple[GuidelineVersion, ...] = ()
    notes: tuple[Note, ...] = ()
    notes_before: tuple[Note, ...] = ()


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
    return MyWork(
        to_label=tuple(_to_label(by, at)),
        to_check=tuple(_to_check(by)),
        questions=waiting_of(by),
        decided=decided_since(by, at - DECIDED_OF_LATE),
    )


def _to_label(by: User, at: datetime) -> list[ToLabel]:
    projects = list(projects_to_label(by).select_related("request").order_by("name", "key"))
    plans = plans_in_force(projects)
    read = versions_read((plan.guideline_version_id for plan in plans.values()), by)
    passed = _passed(plans.values(), by, at)
    practised = with_practice(plan.guideline_version for plan in plans.values())
    in_hand = in_hand_by_project(projects, by, at)
    done = judged_by_project(projects, by, start_of_day(by, at))
    open_to = open_locales(plans.values(), by)
    found = []
    for project in projects:
        plan = plans.get(project.pk)
        tags = tuple(open_to[plan.pk]) if plan else ()
        path = _path(project, plan, by, tags, read, passed)
        held = in_hand.get(project.pk, 0)
        waiting = held + (open_places(project, by, tags) if tags else 0)
        found.append(
            ToLabel(
                project=project,
                locale_tags=tags,
                step=_step(path, tags, held, waiting),
                waiting=waiting,
                done_today=done.get(project.pk, 0),
                path=path,
                can_practise=bool(path and plan and plan.guideline_version_id in practised),
            )
        )
    return found


def _passed(plans: Iterable[Plan], by: User, at: datetime) -> Held:
    """What somebody holds; not even looked up where no plan asks for it."""
    asking = [plan for plan in plans if plan.asks_qualification]
    return held_by(by, {plan.guideline_version.guideline_id for plan in asking}, at)


def _path(
    project: Project,
    plan: Plan | None,
    by: User,
    tags: Sequence[str],
    read: set[int],
    passed: Held,
) -> tuple[PathStep, ...]:
    if plan is None or RequestState(project.request.state) not in WORKING:
        return ()
    return path_to_work(
        plan=plan,
        held=passed,
        tags=tags,
        has_read=plan.guideline_version_id in read,
        consents=consents_to(project, by),
    )


def _step(path: Sequence[PathStep], tags: Sequence[str], held: int, waiting: int) -> Step:
    """What comes next: work as soon as it is open in one locale, else the first step that can be.

    Whoever has no locale here is not sent to a quiz or a test.
    """
    if not path:
        return "closed"
    for each in path:
        if each.name != "label" and each.state == "now" and path[-1].state != "now":
            return each.name if tags or each.name in ("consent", "read") else "nothing"
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
    before = version_before(version)
    return Reading(
        version=version,
        language=text_of(version, language).language,
        languages=languages_of(version),
        html=guideline_html(version, language),
        is_read=has_read(version, by),
        changed=changes_since_read(version, by),
        notes=notes_of(version, language),
        notes_before=notes_of(before, language) if before else (),
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
    :raises ConsentNeeded: the person has not agreed to see content of this harm class.
    :raises GuidelineUnread: the version in force has not been confirmed.
    :raises QualificationNeeded: the quiz or the test is to be passed first.
    """
    plan = working_plan(project)
    require_consent(project=project, by=by)
    reading = _reading(plan, by, language)
    if not reading.is_read:
        raise GuidelineUnread(_("Read the guideline and confirm it before you start."))
    tags = open_locales([plan], by)[plan.pk]
    require_qualified(plan=plan, by=by, tags=tags, at=at)
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
