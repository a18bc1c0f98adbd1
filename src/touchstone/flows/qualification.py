"""May somebody label here? What a plan asks for before, and what of it is still to be done.

Asked at each lease, so it is cheap: no query where the plan asks for nothing, one look at an index
where it does. Taking the quiz and the test is in `qualifying`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext_lazy as _

from touchstone.apps.items.queries import locales_of_items
from touchstone.apps.planning.working import open_locales
from touchstone.apps.quality.qualified import Held, held_by
from touchstone.flows.exposure import consent_missing, severity_on
from touchstone.lib.errors import Refused

if TYPE_CHECKING:
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Plan, Project

StepName = Literal["consent", "read", "quiz", "test", "label"]
StepState = Literal["done", "now", "later"]

NEXT_STEP = {
    "quiz": _("Pass the quiz of the guideline before you label here."),
    "test": _("Pass the test in this language before you label here."),
}


class QualificationNeeded(Refused):
    """Something is still to be passed; `details` name the `step` and the `locale`."""

    code = "qualification_needed"


class NothingAsked(Refused):
    """The plan in force asks for no such thing."""

    code = "nothing_asked"


def locales_of(plan: Plan, by: User) -> list[str]:
    """The locales of a plan in which somebody may label, by tag."""
    return open_locales([plan], by)[plan.pk]


def qualified(*, plan: Plan, by: User, tags: Sequence[str], at: datetime) -> list[str]:
    """Those of the locales `tags` in which somebody may label under `plan` now."""
    if not plan.asks_qualification:
        return list(tags)
    held = held_by(by, [plan.guideline_version.guideline_id], at)
    return [tag for tag in tags if not held.lacks(plan, tag)]


def require_qualified(*, plan: Plan, by: User, tags: Sequence[str], at: datetime) -> list[str]:
    """As `qualified`, for a lease: without any locale left the next step is named.

    :raises QualificationNeeded: something is to be passed before any of `tags`.
    """
    found = qualified(plan=plan, by=by, tags=tags, at=at)
    if tags and not found:
        held = held_by(by, [plan.guideline_version.guideline_id], at)
        raise _needed(held.lacks(plan, tags[0]), tags[0])
    return found


def require_qualified_for(*, plan: Plan, by: User, item_ids: Collection[int], at: datetime) -> None:
    """The same for named items: every one of their locales has to be open.

    :raises QualificationNeeded: something is to be passed before one of them.
    """
    if not plan.asks_qualification:
        return
    held = held_by(by, [plan.guideline_version.guideline_id], at)
    for tag in locales_of_items(item_ids):
        if lacking := held.lacks(plan, tag):
            raise _needed(lacking, tag)


def _needed(step: str, tag: str) -> QualificationNeeded:
    return QualificationNeeded(NEXT_STEP[step], step=step, locale=tag)


@dataclass(frozen=True)
class PathStep:
    """One step of the way to the work; a test has a locale."""

    name: StepName
    state: StepState
    locale_tag: str = ""


def path_to_work(
    *, plan: Plan, held: Held, tags: Sequence[str], has_read: bool, consents: bool | None
) -> tuple[PathStep, ...]:
    """The way to the work, in order. What is `now` can be done now; several tests may be.

    `consents` is None where nobody has to. Labeling is open as soon as it is in one locale.
    """
    asked: list[tuple[StepName, bool]] = [("read", has_read)]
    if consents is not None:
        asked.insert(0, ("consent", consents))
    if plan.quiz_required:
        asked.append(("quiz", held.quiz(plan.guideline_version)))
    steps, open_so_far = [], True
    for name, done in asked:
        steps.append(PathStep(name, _state(done, open_so_far)))
        open_so_far = open_so_far and done
    if plan.gold_test_size:
        version = plan.guideline_version
        passed = [held.test(plan.project_id, version, tag) for tag in tags]
        steps += [
            PathStep("test", _state(done, open_so_far), tag)
            for tag, done in zip(tags, passed, strict=True)
        ]
        open_so_far = open_so_far and any(passed)
    return (*steps, PathStep("label", "now" if open_so_far else "later"))


def consents_to(project: Project, by: User) -> bool | None:
    """Whether somebody has agreed to what a project may show; None where nobody has to."""
    if not severity_on(project).is_exposure:
        return None
    return consent_missing(project=project, by=by) is None


def _state(done: bool, reached: bool) -> StepState:
    if done:
        return "done"
    return "now" if reached else "later"
