"""What people decide for themselves: consent, topics they do not want, their working hours."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from touchstone.apps.ledger.operations import record
from touchstone.apps.people.models import User
from touchstone.apps.people.policies import time_zones
from touchstone.apps.wellbeing.disclosures import DISCLOSURES, Disclosure
from touchstone.apps.wellbeing.models import (
    Consent,
    DayTotal,
    Reservation,
    StatedHours,
    TopicChoice,
)
from touchstone.apps.wellbeing.operations.humans import hold
from touchstone.apps.wellbeing.policies import Severity, after_a_change
from touchstone.apps.wellbeing.queries import HARMFUL, Human, hours_of
from touchstone.lib.errors import Refused

SHORTEST_SHIFT, LONGEST_SHIFT = timedelta(hours=2), timedelta(hours=12)
# A zone that changes every day would make the days shorter.
BETWEEN_CHANGES = timedelta(days=7)


class UnknownDisclosure(Refused):
    """There is no text about this harm class, or it is not the version that was read."""

    code = "unknown_disclosure"


class HoursRefused(Refused):
    """Working hours cannot be as stated; `details["field"]` names what is wrong."""

    code = "hours_refused"


@transaction.atomic
def give_consent(
    *, severity: Severity, version: int, language: str, by: User, at: datetime
) -> Consent:
    """Agree to see content of a harm class, in the words of `version`.

    :raises UnknownDisclosure: there is no such text, or its wording has changed meanwhile.
    """
    disclosure = _disclosure(severity)
    if disclosure.version != version:
        raise UnknownDisclosure(
            _("The text has changed. Read it again before you decide."), version=disclosure.version
        )
    hold(by)
    return _say(disclosure, language, True, by, at)


@transaction.atomic
def withdraw_consent(*, severity: Severity, by: User, at: datetime) -> Consent:
    """Withdraw consent to a harm class: nothing of it is handed out from now on.

    :raises UnknownDisclosure: nobody is ever asked about this class.
    """
    disclosure = _disclosure(severity)
    hold(by)
    return _say(disclosure, by.language, False, by, at)


def _disclosure(severity: Severity) -> Disclosure:
    found = DISCLOSURES.get(severity)
    if found is None:
        raise UnknownDisclosure(_("There is nothing to agree to for this harm class."))
    return found


def _say(disclosure: Disclosure, language: str, given: bool, by: User, at: datetime) -> Consent:
    shown, _text = disclosure.text(language)
    consent = Consent.objects.create(
        user_id=by.pk,
        severity=disclosure.severity.value,
        version=disclosure.version,
        fingerprint=disclosure.fingerprint,
        language=shown,
        given=given,
        at=at,
    )
    record(
        event="wellbeing.consent.given" if given else "wellbeing.consent.withdrawn",
        subject=consent,
        by=by,
        at=at,
        severity=disclosure.severity.value,
        version=disclosure.version,
    )
    return consent


@transaction.atomic
def decline_topic(*, topic: str, by: User, at: datetime) -> TopicChoice:
    """Take no more exposing work on a topic; what is in hand can be given back."""
    hold(by)
    choice = TopicChoice.objects.create(user_id=by.pk, topic=topic, declined=True, at=at)
    record(event="wellbeing.topic.declined", subject=choice, by=by, at=at, topic=topic)
    return choice


@transaction.atomic
def take_topic_again(*, topic: str, by: User, at: datetime) -> TopicChoice:
    """Take work on a topic again."""
    hold(by)
    choice = TopicChoice.objects.create(user_id=by.pk, topic=topic, declined=False, at=at)
    record(event="wellbeing.topic.resumed", subject=choice, by=by, at=at, topic=topic)
    return choice


@transaction.atomic
def state_hours(*, time_zone: str, starts: time, ends: time, by: User, at: datetime) -> StatedHours:
    """State one's working day. A change holds from the next day, and for a week at least.

    :raises HoursRefused: the zone or the length cannot be, or the last change is too fresh.
    """
    _check_hours(time_zone, starts, ends)
    human = hold(by)
    assert human.person is not None
    _refuse_hopping(human, at)
    row = StatedHours.objects.create(
        person=human.person,
        time_zone=time_zone,
        starts=starts,
        ends=ends,
        valid_from=after_a_change(hours_of(human, at), at, first=_is_new(human)),
        by=by,
        at=at,
    )
    record(
        event="wellbeing.hours.stated",
        subject=row,
        by=by,
        at=at,
        time_zone=time_zone,
        starts=f"{starts:%H:%M}",
        ends=f"{ends:%H:%M}",
        valid_from=row.valid_from.isoformat(),
    )
    return row


def _check_hours(time_zone: str, starts: time, ends: time) -> None:
    if time_zone not in time_zones():
        raise HoursRefused(
            _("“%(zone)s” is not a time zone. Use a name such as Europe/Paris.")
            % {"zone": time_zone},
            field="time_zone",
        )
    minutes = (ends.hour - starts.hour) * 60 + ends.minute - starts.minute
    length = timedelta(minutes=minutes % (24 * 60))
    if not SHORTEST_SHIFT <= length <= LONGEST_SHIFT:
        raise HoursRefused(
            _("A working day is between 2 and 12 hours long. Nothing was changed."), field="ends"
        )


def _refuse_hopping(human: Human, at: datetime) -> None:
    latest = StatedHours.objects.filter(person=human.person).order_by("-at", "-pk").first()
    if latest is not None and at - latest.at < BETWEEN_CHANGES:
        raise HoursRefused(
            _("Working hours can be changed once a week. Nothing was changed."), field="starts"
        )


def _is_new(human: Human) -> bool:
    """Whether nothing harmful was ever seen or is in hand, and no hours were stated."""
    return not (
        StatedHours.objects.filter(person=human.person).exists()
        or DayTotal.objects.filter(user__in=human.user_ids, severity__in=HARMFUL).exists()
        or Reservation.objects.filter(user__in=human.user_ids, ended_at=None).exists()
    )
