"""An expert looks at items too: an audit or a disagreement on the screen is exposure as work is.

Nobody leases an audit, so the look itself is what is reserved, and it is booked with the answer.
Work that exposes nobody goes through here without a query.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from django.db import transaction

from touchstone.apps.wellbeing import operations as wellbeing
from touchstone.apps.wellbeing.queries import looks_at
from touchstone.flows.exposure import require_consent, severity_on

if TYPE_CHECKING:
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Project

LONGEST = timedelta(minutes=30)
"""How long one look may be; an expert who needs longer opens the item again."""


@transaction.atomic
def open_look(*, project: Project, subject: str, by: User, at: datetime) -> None:
    """Let an expert look at `subject` now; the same look goes on when the screen is loaded again.

    :raises ConsentNeeded: they have not agreed to see content of this harm class.
    :raises TopicDeclined: they do not want this topic.
    :raises ExposureLimit: a limit of exposure is reached.
    """
    severity = severity_on(project)
    if not severity.is_exposure:
        return
    require_consent(project=project, by=by)  # who withdraws it during a look does not look on
    if any(until > at for _lease, until in looks_at(subject, by)):
        return
    window = wellbeing.open_window(
        user=by, severity=severity, topic=project.request.business_line, length=LONGEST, at=at
    )
    wellbeing.reserve(window=window, leases={uuid4(): window.until}, subject=subject)


def end_look(*, project: Project, subject: str, by: User, at: datetime) -> None:
    """Book what was seen. The screen has no clock: all the time until the answer counts."""
    if not severity_on(project).is_exposure:
        return
    for lease, _until in looks_at(subject, by):
        wellbeing.book_exposure(
            lease=lease, by=by, source="answered", seconds=LONGEST.total_seconds(), at=at
        )
