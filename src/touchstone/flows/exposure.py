"""Work and what it exposes a person to: leases within the limits, and what was seen in the books.

The severity of a project is the harm class of its request, its topic the request's business line.
Work of S0, and a machine's, goes through here without a query of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from touchstone.apps.intake.policies import BusinessLine
from touchstone.apps.labeling import operations as labeling
from touchstone.apps.labeling.shortening import end_no_later
from touchstone.apps.planning.queries import harm_class_of
from touchstone.apps.wellbeing import operations as wellbeing
from touchstone.apps.wellbeing.policies import Severity, severity_of
from touchstone.apps.wellbeing.queries import disclosure_for
from touchstone.lib.errors import Refused

if TYPE_CHECKING:
    from touchstone.apps.labeling.queries import LeasedTask
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Plan, Project
    from touchstone.apps.wellbeing.disclosures import Disclosure

# With this reason a skip says that the content was too much; it is offered on every work of S1+.
HARMFUL = "harmful"


class UnknownTopic(Refused):
    """There is no topic of this name to decline."""

    code = "unknown_topic"


def severity_on(project: Project) -> Severity:
    """How harmful the items of a project may be; unknown counts as S3."""
    return severity_of(project.request.harm_class)


@lru_cache(maxsize=10_000)
def _severity_of_project(project_id: int) -> Severity:
    """By id, for submits. A request cannot be revised once it has a project, so this is for good.

    A test holds both of that: what cannot be revised, and that a submit of S0 asks nothing.
    """
    return severity_of(harm_class_of(project_id))


def consent_missing(*, project: Project, by: User) -> Disclosure | None:
    """What a person has to read and decide before they work on a project, if anything."""
    return disclosure_for(by, severity_on(project))


def require_consent(*, project: Project, by: User) -> None:
    """Let nobody look at items whose harm class they have not agreed to.

    :raises ConsentNeeded: they have not, or withdrew.
    """
    wellbeing.require_consent(user=by, severity=severity_on(project))


def is_booked(*, project: Project, by: User) -> bool:
    """Whether work of a project goes into somebody's books: content of S1 or worse, and a human."""
    return severity_on(project).is_exposure and by.kind != by.Kind.MACHINE


def open_window(*, project: Project, plan: Plan, by: User, at: datetime) -> wellbeing.Window | None:
    """Leave to lease work of a project now; None when it exposes nobody.

    :raises ConsentNeeded: the person has not agreed to this harm class.
    :raises TopicDeclined: the person does not want this topic.
    :raises ExposureLimit: a limit of exposure is reached.
    """
    if not is_booked(project=project, by=by):
        return None
    return wellbeing.open_window(
        user=by,
        severity=severity_on(project),
        topic=project.request.business_line,
        length=timedelta(minutes=plan.lease_minutes),
        at=at,
    )


def within(window: wellbeing.Window | None, tasks: Sequence[LeasedTask]) -> list[LeasedTask]:
    """The tasks just leased, none for longer than the limits allow, each counted until it ends."""
    if window is None or not tasks:
        return list(tasks)
    held = [replace(task, leased_until=min(task.leased_until, window.until)) for task in tasks]
    if held != list(tasks):
        end_no_later(assignment_ids=[task.assignment_id for task in held], until=window.until)
    wellbeing.reserve(window=window, leases={task.lease: task.leased_until for task in held})
    return held


def answered(*, project_id: int, lease: UUID, seconds: float, by: User, at: datetime) -> None:
    """Book what was seen for an answer; nothing for work that exposes nobody."""
    if _severity_of_project(project_id).is_exposure:
        wellbeing.book_exposure(lease=lease, by=by, source="answered", seconds=seconds, at=at)


@transaction.atomic
def renew_lease(*, assignment_id: UUID, lease: UUID, by: User, at: datetime) -> datetime:
    """Renew a lease, as far as the limits allow; returns when it now ends.

    :raises LeaseLost: the lease ended or was replaced.
    """
    # The person's row first, as in a lease, so that the two never wait for each other in a circle.
    most = wellbeing.renew_reservation(lease=lease, by=by, at=at)
    until = labeling.heartbeat(assignment_id=assignment_id, lease=lease, by=by, at=at)
    if most is None or until <= most:
        return until
    end_no_later(assignment_ids=[assignment_id], until=most)
    return most


@transaction.atomic
def skip_work(
    *,
    assignment_id: UUID,
    lease: UUID,
    reason: str,
    seconds: float | None,
    by: User,
    at: datetime,
) -> None:
    """Give a task back for good. No reason is asked, and no score or pay knows of it.

    :raises LeaseLost: the lease ended or was replaced.
    """
    labeling.skip(assignment_id=assignment_id, lease=lease, reason=reason, by=by, at=at)
    source = "harmful" if reason == HARMFUL else "skipped"
    wellbeing.book_exposure(lease=lease, by=by, source=source, seconds=seconds, at=at)


@transaction.atomic
def release_work(*, assignment_id: UUID, lease: UUID, by: User, at: datetime) -> None:
    """Give a task back unanswered; the same person may get it again.

    :raises LeaseLost: the lease ended or was replaced.
    """
    labeling.release_lease(assignment_id=assignment_id, lease=lease, by=by, at=at)
    wellbeing.book_exposure(lease=lease, by=by, source="released", seconds=None, at=at)


# --- what a person decides and sees for themselves ------------------------------------------------


def topics() -> list[tuple[str, str]]:
    """The topics that can be declined, with their names."""
    return [(line.value, str(line.label)) for line in BusinessLine]


def choose_topic(*, topic: str, declined: bool, by: User, at: datetime) -> None:
    """Decline a topic, or take it again.

    :raises UnknownTopic: there is no such topic.
    """
    if topic not in dict(topics()):
        raise UnknownTopic(_("There is no topic “%(topic)s”.") % {"topic": topic}, topic=topic)
    change = wellbeing.decline_topic if declined else wellbeing.take_topic_again
    change(topic=topic, by=by, at=at)
