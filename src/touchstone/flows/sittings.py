"""Looking at the items of a test is exposure as much as work is: a sitting is leave to look at one.

Of work that exposes nobody there are none, and nothing is asked.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db import transaction

from touchstone.apps.wellbeing import operations as wellbeing
from touchstone.apps.wellbeing.queries import is_reserved
from touchstone.flows.exposure import open_window, severity_on

if TYPE_CHECKING:
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Plan, Project


@transaction.atomic
def open_sitting(*, project: Project, plan: Plan, by: User, at: datetime) -> UUID | None:
    """Leave to look at one item now; None where none is needed.

    :raises ConsentNeeded: the person has not agreed to this harm class.
    :raises TopicDeclined: the person does not want this topic.
    :raises ExposureLimit: a limit of exposure is reached.
    """
    window = open_window(project=project, plan=plan, by=by, at=at)
    if window is None:
        return None
    sitting = uuid4()
    wellbeing.reserve(window=window, leases={sitting: window.until})
    return sitting


def may_look(*, project: Project, by: User, sitting: UUID | None, at: datetime) -> bool:
    """Whether somebody may be shown an item of a test of this project at this moment."""
    if not severity_on(project).is_exposure:
        return True
    return sitting is not None and is_reserved(lease=sitting, user=by, at=at)


def end_sitting(*, sitting: UUID | None, plan: Plan, by: User, at: datetime) -> None:
    """Book what was seen. A test has no clock of its own: all the time until the answer counts."""
    if sitting is not None:
        most = plan.lease_minutes * 60.0
        wellbeing.book_exposure(lease=sitting, by=by, source="answered", seconds=most, at=at)
