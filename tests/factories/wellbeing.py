"""Floors with harmful work on them, and people who have agreed to see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid4

from tests.factories.labeled import UserFactory
from tests.factories.labeling import Floor, an_open_project
from touchstone.apps.intake.models import LabelingRequest
from touchstone.apps.labeling.queries import LeasedTask
from touchstone.apps.people.models import User, Vendor
from touchstone.apps.wellbeing.disclosures import DISCLOSURES
from touchstone.apps.wellbeing.models import Account, Consent, Exposure, Person, StatedHours
from touchstone.apps.wellbeing.operations import (
    book_exposure,
    give_consent,
    open_window,
    reserve,
    state_hours,
)
from touchstone.apps.wellbeing.policies import Severity
from touchstone.flows.labeling import lease_work

# A Monday morning; nine o'clock where everybody is.
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def agreed(user: User, severity: Severity = Severity.S3, at: datetime = AT) -> Consent:
    """Consent of `user` to the text in force."""
    return give_consent(
        severity=severity, version=DISCLOSURES[severity].version, language="en", by=user, at=at
    )


def working(user: User, starts: int = 8, ends: int = 20, zone: str = "UTC") -> StatedHours:
    """The hours of `user`, long enough to leave the shift out of a test."""
    return state_hours(
        time_zone=zone, starts=time(starts), ends=time(ends), by=user, at=AT - timedelta(days=30)
    )


def a_harmful_floor(
    severity: str = "S3", *, items: int = 40, annotators: int = 1, key: str = "harmful"
) -> Floor:
    """A live project of that harm class; its annotators have agreed and stated long hours."""
    floor = an_open_project(items, annotators=annotators, key=key)
    LabelingRequest.objects.filter(project=floor.project).update(harm_class=severity)
    floor.project.request.refresh_from_db()
    for user in floor.annotators:
        agreed(user, Severity(severity))
        working(user)
    return floor


def lease(floor: Floor, by: User, count: int = 1, at: datetime = AT) -> list[LeasedTask]:
    """What the whole journey hands out."""
    return lease_work(project=floor.project, by=by, count=count, at=at)


def take(
    user: User,
    at: datetime = AT,
    *,
    severity: Severity = Severity.S3,
    leases: int = 1,
    minutes: int = 30,
    topic: str = "security",
) -> Sequence[tuple[UUID, datetime]]:
    """Leases straight from the wellbeing app, with when each ends."""
    window = open_window(
        user=user, severity=severity, topic=topic, length=timedelta(minutes=minutes), at=at
    )
    taken = {uuid4(): window.until for _each in range(leases)}
    reserve(window=window, leases=taken)
    return list(taken.items())


def look(user: User, minutes: float, at: datetime, severity: Severity = Severity.S3) -> datetime:
    """Look at one thing for so long, and answer; returns when that was."""
    ((held, until),) = take(user, at, severity=severity, minutes=int(minutes) + 1)
    end = min(at + timedelta(minutes=minutes), until)
    book_exposure(
        lease=held, by=user, source="answered", seconds=(end - at).total_seconds(), at=end
    )
    return end


def people(vendor: Vendor, count: int) -> list[User]:
    """So many people of a vendor, each with an account and nothing else."""
    found = [UserFactory(vendor=vendor) for _each in range(count)]
    for user in found:
        Account.objects.create(user=user, person=Person.objects.create(time_zone="UTC"))
    return found


def saw(
    user: User,
    minutes: int = 5,
    week: int = 0,
    severity: str = "S3",
    monday: datetime = MONDAY,
) -> Exposure:
    """An exposure in the books, on the Monday of a week."""
    at = monday + timedelta(weeks=week, hours=10)
    return Exposure.objects.create(
        user=user,
        vendor_id=user.vendor_id,
        lease=uuid4(),
        severity=severity,
        topic="ads",
        source="answered",
        spent=timedelta(minutes=minutes),
        started_at=at - timedelta(minutes=minutes),
        ended_at=at,
        day=at.date(),
        booked_at=at,
    )
