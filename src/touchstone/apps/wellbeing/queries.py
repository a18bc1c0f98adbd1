"""Reading exposure: what one person may still be given, what they see of themselves, and groups.

Nobody but the person reads their own figures. Owners get groups of ten or more (`groups.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Min

from touchstone.apps.people.models import User, Vendor
from touchstone.apps.wellbeing.disclosures import DISCLOSURES, Disclosure
from touchstone.apps.wellbeing.models import (
    Account,
    Consent,
    DayTotal,
    Person,
    Reservation,
    StatedHours,
    TopicChoice,
    VendorLimits,
)
from touchstone.apps.wellbeing.policies import (
    NONE,
    Held,
    Hours,
    Limits,
    Rule,
    Severity,
    Situation,
    Stop,
    day_at,
    dose,
    harmful,
    harmful_until,
    tightest,
    week_of,
    window,
)

HARMFUL = [severity.value for severity in Severity if severity.is_harmful]


@dataclass(frozen=True)
class Human:
    """One human: the row that stands for them (none before the first consent), their accounts."""

    person: Person | None
    user_ids: tuple[int, ...]
    vendor_ids: tuple[int, ...]
    time_zone: str


def human_of(user: User) -> Human:
    """Who stands behind an account."""
    account = Account.objects.select_related("person").filter(user_id=user.pk).first()
    if account is None:
        vendors = () if user.vendor_id is None else (user.vendor_id,)
        return Human(None, (user.pk,), vendors, user.time_zone)
    return human_behind(account.person)


def human_behind(person: Person) -> Human:
    """A human with all their accounts."""
    rows = person.accounts.order_by("user_id").values_list("user_id", "user__vendor_id")
    vendors = {vendor for _user, vendor in rows if vendor is not None}
    return Human(
        person, tuple(user for user, _vendor in rows), tuple(sorted(vendors)), person.time_zone
    )


def hours_of(human: Human, at: datetime) -> Hours:
    """The working day in force: as stated, or else a default one."""
    stated = (
        StatedHours.objects.filter(person=human.person, valid_from__lte=at)
        .order_by("-valid_from", "-pk")
        .first()
        if human.person
        else None
    )
    if stated is None:
        return Hours(human.time_zone)
    return Hours(stated.time_zone, stated.starts, stated.ends)


def limits_of(vendor_ids: Iterable[int]) -> Limits:
    """The limits of somebody who works for these vendors: the strictest of all of them."""
    rows = VendorLimits.objects.filter(vendor__in=list(vendor_ids))
    return tightest(
        Limits(row.daily, row.weekly, row.dose, row.stretch, row.pause, row.wind_down)
        for row in rows.order_by("vendor_id", "-pk").distinct("vendor_id")
    )


def situation_of(
    human: Human, at: datetime, held: Iterable[Reservation] | None = None
) -> Situation:
    """Everything that decides what may be handed out; exact while the person's row is locked.

    `held` saves a query to who has looked at the open reservations already.
    """
    hours = hours_of(human, at)
    day = day_at(at, hours.time_zone)
    week = _totals(human, week_of(day))
    person = human.person
    return Situation(
        at=at,
        hours=hours,
        limits=limits_of(human.vendor_ids) if human.vendor_ids else Limits(),
        today=_added(week, day),
        week=_added(week, None),
        stretch=person.stretch if person else NONE,
        rested_since=person.rested_since if person else None,
        accounted_until=person.accounted_until if person else None,
        first_day=_first_day(human),
        held=tuple(
            Held(Severity(row.severity), row.since, row.until)
            for row in (reservations_of(human) if held is None else held)
            if row.until > at
        ),
    )


def _totals(human: Human, since: date) -> list[tuple[date, Severity, timedelta]]:
    rows = DayTotal.objects.filter(user__in=human.user_ids, day__gte=since)
    return [(row.day, Severity(row.severity), row.spent) for row in rows]


def _added(
    rows: Sequence[tuple[date, Severity, timedelta]], day: date | None
) -> dict[Severity, timedelta]:
    found: dict[Severity, timedelta] = {}
    for on, severity, spent in rows:
        # Of the day and after it: a person who moved west has already begun tomorrow.
        if day is None or on >= day:
            found[severity] = found.get(severity, NONE) + spent
    return found


def _first_day(human: Human) -> date | None:
    rows = DayTotal.objects.filter(user__in=human.user_ids, severity__in=HARMFUL)
    first: date | None = rows.aggregate(first=Min("day"))["first"]
    return first


def is_reserved(*, lease: UUID, user: User, at: datetime) -> bool:
    """Whether a lease of `user` counts as exposure to come at this moment."""
    held = Reservation.objects.filter(lease=lease, user_id=user.pk, ended_at=None, until__gt=at)
    return held.exists()


def looks_at(subject: str, user: User) -> list[tuple[UUID, datetime]]:
    """The reservations under which `user` looks at something, and until when each holds.

    Some may have run out; none has ended.
    """
    held = Reservation.objects.filter(user_id=user.pk, subject=subject, ended_at=None)
    return list(held.order_by("since", "lease").values_list("lease", "until"))


def reservations_of(human: Human) -> list[Reservation]:
    """What nobody has ended, oldest first; some of it may have run out."""
    rows = Reservation.objects.filter(user__in=human.user_ids, ended_at=None)
    return list(rows.order_by("since", "lease"))


# --- consent and topics ---------------------------------------------------------------------------


def consent_missing(human: Human, severity: Severity) -> Disclosure | None:
    """What the person has to agree to before they see content of `severity`; None when they did.

    The latest word of any of their accounts holds; to an older wording it holds no more.
    """
    disclosure = DISCLOSURES.get(severity)
    if disclosure is None:
        return None
    latest = (
        Consent.objects.filter(user__in=human.user_ids, severity=severity.value)
        .order_by("-pk")
        .first()
    )
    stands = latest is not None and latest.given and latest.version == disclosure.version
    return None if stands else disclosure


def disclosure_for(user: User, severity: Severity) -> Disclosure | None:
    """What `user` has to agree to before work of `severity`; None when nothing is missing."""
    return consent_missing(human_of(user), severity) if severity.is_exposure else None


def consents_of(user: User) -> dict[Severity, Consent]:
    """The latest word of a person on each harm class that they were asked about."""
    rows = Consent.objects.filter(user__in=human_of(user).user_ids)
    latest = rows.order_by("severity", "-pk").distinct("severity")
    return {Severity(row.severity): row for row in latest}


def declined_topics(human: Human) -> frozenset[str]:
    """The topics that a person does not want to see."""
    rows = TopicChoice.objects.filter(user__in=human.user_ids)
    latest = rows.order_by("topic", "-pk").distinct("topic")
    return frozenset(row.topic for row in latest if row.declined)


# --- what a person sees of themselves -------------------------------------------------------------


@dataclass(frozen=True)
class Gauge:
    """One limit: how much of it is used, as minutes."""

    rule: Rule
    used: timedelta
    limit: timedelta

    @property
    def used_minutes(self) -> int:
        return int(self.used / timedelta(minutes=1))

    @property
    def limit_minutes(self) -> int:
        return int(self.limit / timedelta(minutes=1))

    @property
    def near_minutes(self) -> int:
        """From here on the limit is near."""
        return self.limit_minutes * 4 // 5


@dataclass(frozen=True)
class MyLimits:
    """One person's own picture: the books against the limits, breaks, consent, topics.

    `stop` says why no work of S3 and above may be had at the moment, and until when; `shift_until`
    until when it may be shown in this shift.
    """

    at: datetime
    hours: Hours
    stated: StatedHours | None
    limits: Limits
    gauges: tuple[Gauge, ...]
    minutes_today: Mapping[str, int]
    stop: Stop | None
    shift_until: datetime | None
    consents: Mapping[Severity, Consent]
    declined: frozenset[str]
    first_week: bool


def my_limits(user: User, at: datetime) -> MyLimits:
    """What a person has seen today and this week, and what the limits leave; for them alone."""
    human = human_of(user)
    now = situation_of(human, at)
    found = window(now, Severity.S3, timedelta(hours=1))
    return MyLimits(
        at=at,
        hours=now.hours,
        stated=_last_stated(human),
        limits=now.limits,
        gauges=_gauges(now),
        minutes_today={
            severity.value: int(spent / timedelta(minutes=1))
            for severity, spent in sorted(now.today.items())
        },
        stop=found if isinstance(found, Stop) else None,
        shift_until=harmful_until(at, now.hours, now.limits.wind_down),
        consents=consents_of(user),
        declined=declined_topics(human),
        first_week=now.daily < now.limits.daily,
    )


def _gauges(now: Situation) -> tuple[Gauge, ...]:
    return (
        Gauge(Rule.DAILY, harmful(now.today), now.daily),
        Gauge(Rule.WEEKLY, harmful(now.week), now.limits.weekly),
        Gauge(Rule.BREAK, now.stretch_now, now.limits.stretch),
        Gauge(Rule.DOSE, dose(now.today), now.limits.dose),
    )


def _last_stated(human: Human) -> StatedHours | None:
    if human.person is None:
        return None
    return human.person.hours.order_by("-valid_from", "-pk").first()


def accounts_like(user: User) -> list[User]:
    """The other accounts of the same human; pass a user that the viewer may see."""
    return list(
        User.objects.filter(pk__in=human_of(user).user_ids)
        .exclude(pk=user.pk)
        .select_related("vendor")
        .order_by("name", "pk")
    )


def vendor_limits(vendors: Iterable[Vendor]) -> dict[int, Limits]:
    """The limits of each vendor's people, by vendor id."""
    return {vendor.pk: limits_of([vendor.pk]) for vendor in vendors}
