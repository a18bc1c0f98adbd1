"""Handing out work within the limits, and booking what was seen.

A lease of S1 or above goes through `open_window` and `reserve` in one transaction, which holds the
human's row: two leases of one human, at two vendors even, are decided one after the other.

No ledger entries: the lease, the answer and the skip have theirs, and exposures are append-only
rows of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from touchstone.apps.people.models import User
from touchstone.apps.wellbeing.bookings import book
from touchstone.apps.wellbeing.models import Exposure, Person, Reservation
from touchstone.apps.wellbeing.operations.humans import hold
from touchstone.apps.wellbeing.policies import (
    NONE,
    Rule,
    Severity,
    Situation,
    Stop,
    day_after,
    window,
)
from touchstone.apps.wellbeing.queries import (
    Human,
    consent_missing,
    declined_topics,
    human_of,
    reservations_of,
    situation_of,
)
from touchstone.lib.errors import Refused

Source = Exposure.Source
# What a person does themselves; the others only happen to a lease.
ANSWERS = frozenset({Source.ANSWERED, Source.SKIPPED, Source.HARMFUL})


class ConsentNeeded(Refused):
    """The person has not agreed to see content of this harm class, or withdrew."""

    code = "consent_needed"


class TopicDeclined(Refused):
    """The person does not want work on this topic."""

    code = "topic_declined"


class ExposureLimit(Refused):
    """A limit of exposure is reached; `details` say which, and when work is allowed again."""

    code = "exposure_limit"


STOPS: dict[Rule, Promise] = {
    Rule.DAILY: gettext_lazy(
        "You have reached today's limit for harmful content. You can go on from %(when)s."
    ),
    Rule.WEEKLY: gettext_lazy(
        "You have reached this week's limit for harmful content. You can go on from %(when)s."
    ),
    Rule.DOSE: gettext_lazy(
        "You have reached today's limit for unpleasant content. You can go on from %(when)s."
    ),
    Rule.BREAK: gettext_lazy(
        "Time for a break from harmful content. You can go on from %(when)s. Other work is open."
    ),
    Rule.SHIFT: gettext_lazy(
        "Harmful content is shown within your working hours only, and not in their last hour. You "
        "can go on from %(when)s."
    ),
}


@dataclass(frozen=True)
class Window:
    """Leave to hold work of one severity until a moment; good for one transaction."""

    user: User
    severity: Severity
    topic: str
    at: datetime
    until: datetime
    length: timedelta
    day: date
    day_ends_at: datetime


@transaction.atomic
def open_window(
    *, user: User, severity: Severity, topic: str, length: timedelta, at: datetime
) -> Window:
    """Decide until when `user` may hold new work, at most `length`; locks the human's row.

    Nothing is promised until `reserve` is called in the same transaction.

    :raises ConsentNeeded: they have not agreed to this harm class.
    :raises TopicDeclined: they do not want this topic.
    :raises ExposureLimit: a limit is reached.
    """
    human = hold(user)
    _refuse_without_consent(human, severity)
    _refuse_declined(human, topic)
    now = _settled(human, user, at)
    until = _until(now, severity, length)
    _note_sign(human.person, now, severity)
    return Window(
        user=user,
        severity=severity,
        topic=topic,
        at=at,
        until=until,
        length=length,
        day=now.day,
        day_ends_at=day_after(at, now.hours.time_zone),
    )


def require_consent(*, user: User, severity: Severity) -> None:
    """Let nobody look at content whose harm class they have not agreed to.

    :raises ConsentNeeded: they have not, or withdrew.
    """
    if severity.is_exposure:
        _refuse_without_consent(human_of(user), severity)


def _refuse_without_consent(human: Human, severity: Severity) -> None:
    missing = consent_missing(human, severity)
    if missing is not None:
        raise ConsentNeeded(
            _("Read what this work may show, and decide whether you want to do it."),
            severity=severity.value,
            version=missing.version,
        )


def _refuse_declined(human: Human, topic: str) -> None:
    if topic in declined_topics(human):
        raise TopicDeclined(
            _("You have declined work on this topic. You can change that under “My limits”."),
            topic=topic,
        )


def _settled(human: Human, user: User, at: datetime) -> Situation:
    """Where a person stands, once what ran out meanwhile is in the books.

    Nobody has to tell us of an expiry: a reservation ends by its own time.
    """
    held = reservations_of(human)
    over = [one for one in held if one.until <= at]
    for one in over:
        book(
            lease=one.lease,
            user_id=one.user_id,
            source=Source.LAPSED,
            answered=False,
            spent=None,
            at=at,
        )
    return situation_of(hold(user) if over else human, at, held)


def _until(now: Situation, severity: Severity, length: timedelta) -> datetime:
    found = window(now, severity, length)
    if not isinstance(found, Stop):
        return found
    local = found.again_at.astimezone(ZoneInfo(now.hours.time_zone))
    when = date_format(local, "SHORT_DATETIME_FORMAT")
    raise ExposureLimit(
        STOPS[found.rule] % {"when": when},
        rule=found.rule.value,
        again_at=found.again_at.isoformat(),
    )


def _note_sign(person: Person | None, now: Situation, severity: Severity) -> None:
    """The person is here; a whole break that has passed is over when harmful work begins."""
    assert person is not None
    begins = {"stretch": NONE} if severity.is_harmful and now.is_rested else {}
    Person.objects.filter(pk=person.pk).update(last_sign_at=now.at, **begins)


def reserve(*, window: Window, leases: Mapping[UUID, datetime], subject: str = "") -> None:
    """Count leases, by when each ends, as exposure to come until they are over.

    Call it in the transaction that opened the window, and let no lease last longer than it.
    `subject` names what is looked at when it is no task of the queue.
    """
    Reservation.objects.bulk_create(
        Reservation(
            lease=lease,
            user_id=window.user.pk,
            vendor_id=window.user.vendor_id,
            severity=window.severity.value,
            topic=window.topic,
            subject=subject,
            since=window.at,
            until=min(until, window.until),
            length=window.length,
            day=window.day,
            day_ends_at=window.day_ends_at,
        )
        for lease, until in leases.items()
    )


@transaction.atomic
def renew_reservation(*, lease: UUID, by: User, at: datetime) -> datetime | None:
    """Let a lease last longer if the limits allow; returns until when it may, at most.

    None: the lease is not exposure, or is over. A renewal that the limits do not allow leaves the
    end where it was, which is no fault: the work in hand may be finished until then.
    """
    mine = Reservation.objects.filter(lease=lease, user_id=by.pk, ended_at=None)
    if not mine.exists():
        return None
    human = hold(by)
    now = _settled(human, by, at)
    held = mine.first()
    if held is None:
        return None
    _renew(held, now)
    _note_sign(human.person, now, Severity.S0)
    return held.until


def _renew(held: Reservation, now: Situation) -> None:
    found = window(now, Severity(held.severity), held.length)
    if not isinstance(found, Stop):
        held.until = max(held.until, found)
    if now.at >= held.day_ends_at:
        held.day, held.day_ends_at = now.day, day_after(now.at, now.hours.time_zone)
    held.save(update_fields=["until", "day", "day_ends_at"])


def book_exposure(
    *, lease: UUID, by: User, source: str, seconds: float | None, at: datetime
) -> timedelta:
    """Book what was seen under a lease that has just ended; returns how long that was.

    `seconds` is the time that the screen measured, None where none was. Work that is not exposure
    has no reservation: nothing happens. See `bookings` for what counts.
    """
    return book(
        lease=lease,
        user_id=by.pk,
        source=source,
        answered=source in ANSWERS,
        spent=None if seconds is None else timedelta(seconds=seconds),
        at=at,
    )
