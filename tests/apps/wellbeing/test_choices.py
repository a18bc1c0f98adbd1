"""Consent, topics, hours, linked accounts and contracts: what is kept and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from tests.apps.wellbeing.conftest import seasoned
from tests.factories.labeled import UserFactory, a_vendor
from tests.factories.wellbeing import AT, agreed, look, take, working
from touchstone.apps.ledger.models import Event
from touchstone.apps.people.models import User
from touchstone.apps.wellbeing.models import Consent, StatedHours, VendorLimits
from touchstone.apps.wellbeing.operations import (
    ConsentNeeded,
    ExposureLimit,
    HoursRefused,
    LimitsRefused,
    LinkRefused,
    UnknownDisclosure,
    decline_topic,
    give_consent,
    link_accounts,
    separate_account,
    state_hours,
    tighten_limits,
    withdraw_consent,
)
from touchstone.apps.wellbeing.policies import DEFAULT_LIMITS, Hours, Severity
from touchstone.apps.wellbeing.queries import (
    disclosure_for,
    hours_of,
    human_of,
    limits_of,
    my_limits,
)

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
S3, S4 = Severity.S3, Severity.S4


def events(user: User) -> list[str]:
    rows = Event.objects.filter(by_id=user.pk, event__startswith="wellbeing.")
    return list(rows.order_by("pk").values_list("event", flat=True))


# --- consent ------------------------------------------------------------------------------------


def test_consent_is_kept_with_the_words_that_were_read(db: None) -> None:
    ana: User = UserFactory()
    shown = disclosure_for(ana, S3)
    assert shown is not None

    consent = give_consent(severity=S3, version=1, language="fr-CA", by=ana, at=AT)

    assert (consent.language, consent.fingerprint) == ("fr", shown.fingerprint)
    assert disclosure_for(ana, S3) is None
    assert disclosure_for(ana, S4) is not None
    assert disclosure_for(ana, Severity.S0) is None
    assert events(ana) == ["wellbeing.consent.given"]


def test_a_new_wording_is_asked_about_again(db: None) -> None:
    ana: User = UserFactory()
    row = agreed(ana)
    row.pk, row.version = None, 0
    row.save(force_insert=True)

    assert disclosure_for(ana, S3) is not None


@pytest.mark.parametrize(("severity", "version"), [(S3, 2), (Severity.S0, 1)])
def test_only_a_text_in_force_can_be_agreed_to(db: None, severity: Severity, version: int) -> None:
    with pytest.raises(UnknownDisclosure):
        give_consent(severity=severity, version=version, language="en", by=UserFactory(), at=AT)
    assert not Consent.objects.exists()


def test_a_word_given_through_one_account_holds_for_all(db: None) -> None:
    one, other = seasoned(), seasoned()
    link_accounts(user=other, same_as=one, by=one, at=AT)

    withdraw_consent(severity=S3, by=other, at=AT)

    with pytest.raises(ConsentNeeded):
        take(one)


def test_consent_cannot_be_rewritten(ana: User) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Consent.objects.update(given=False)


# --- hours --------------------------------------------------------------------------------------


def test_the_first_hours_hold_at_once(db: None) -> None:
    ana: User = UserFactory(time_zone="Europe/Paris")
    assert hours_of(human_of(ana), AT) == Hours("Europe/Paris", time(9), time(18))

    state_hours(time_zone="Asia/Tokyo", starts=time(22), ends=time(6), by=ana, at=AT)

    assert hours_of(human_of(ana), AT) == Hours("Asia/Tokyo", time(22), time(6))
    assert events(ana) == ["wellbeing.hours.stated"]


def test_a_change_holds_from_the_next_day_on(ana: User) -> None:
    row = state_hours(time_zone="Asia/Tokyo", starts=time(6), ends=time(14), by=ana, at=AT)

    assert row.valid_from == datetime(2026, 3, 3, tzinfo=UTC)
    assert hours_of(human_of(ana), AT).time_zone == "UTC"
    assert hours_of(human_of(ana), row.valid_from).time_zone == "Asia/Tokyo"


def test_a_change_waits_a_week(ana: User) -> None:
    change = {"time_zone": "UTC", "starts": time(6), "ends": time(14), "by": ana}
    state_hours(**change, at=AT)  # type: ignore[arg-type]

    with pytest.raises(HoursRefused):
        state_hours(**change, at=AT + 7 * DAY - MINUTE)  # type: ignore[arg-type]
    assert StatedHours.objects.count() == 2
    assert state_hours(**change, at=AT + 7 * DAY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("zone", "starts", "ends", "field"),
    [
        ("Mars/Olympus", time(9), time(17), "time_zone"),
        ("UTC", time(9), time(9), "ends"),
        ("UTC", time(9), time(10), "ends"),
        ("UTC", time(6), time(19), "ends"),
    ],
)
def test_hours_that_cannot_be_are_refused(
    db: None, zone: str, starts: time, ends: time, field: str
) -> None:
    with pytest.raises(HoursRefused) as refusal:
        state_hours(time_zone=zone, starts=starts, ends=ends, by=UserFactory(), at=AT)

    assert refusal.value.details["field"] == field
    assert not StatedHours.objects.exists()


def test_what_the_screen_prefers_does_not_move_the_day(ana: User) -> None:
    """The time zone of the screens can be changed at any moment; that of the limits cannot."""
    end = look(ana, 120, look(ana, 120, AT) + 15 * MINUTE)
    ana.time_zone = "Pacific/Auckland"
    ana.save()

    with pytest.raises(ExposureLimit):
        take(ana, end + HOUR)


# --- accounts of one human ----------------------------------------------------------------------


def test_linked_accounts_share_every_limit(db: None) -> None:
    one, other = seasoned(), seasoned()
    end = look(one, 119, AT)
    link_accounts(user=other, same_as=one, by=one, at=end)

    with pytest.raises(ExposureLimit) as refusal:
        look(other, 10, look(other, 1, end))
    assert refusal.value.details["rule"] == "break"
    assert events(one)[-1] == "wellbeing.accounts.linked"


def test_a_link_that_was_a_mistake_is_undone(db: None) -> None:
    one, other, chief = seasoned(), seasoned(), UserFactory()
    link_accounts(user=other, same_as=one, by=chief, at=AT)
    end = look(one, 120, AT)

    separate_account(user=other, by=chief, at=end)

    assert human_of(one).user_ids == (one.pk,)
    assert human_of(other).user_ids == (other.pk,)
    assert hours_of(human_of(other), end).starts == time(8)
    assert take(other, end + 15 * MINUTE)
    assert events(chief) == ["wellbeing.accounts.linked", "wellbeing.account.separated"]


def test_what_cannot_be_linked_is_refused(db: None) -> None:
    one, other = seasoned(), seasoned()
    robot: User = UserFactory(kind=User.Kind.MACHINE)
    link_accounts(user=other, same_as=one, by=one, at=AT)

    for user, same_as in ((one, one), (one, other), (robot, one)):
        with pytest.raises(LinkRefused):
            link_accounts(user=user, same_as=same_as, by=one, at=AT)
    with pytest.raises(LinkRefused):
        separate_account(user=seasoned(), by=one, at=AT)


# --- contracts ----------------------------------------------------------------------------------


def test_a_contract_tightens_for_everybody_of_the_vendor(db: None) -> None:
    vendor = a_vendor("north")
    ana = seasoned(vendor=vendor)
    tighter = replace(DEFAULT_LIMITS, daily=HOUR, pause=30 * MINUTE)

    tighten_limits(vendor=vendor, limits=tighter, by=ana, at=AT)

    assert limits_of([vendor.pk]) == tighter
    assert look(ana, 100, AT) == AT + HOUR
    assert events(ana)[-1] == "wellbeing.limits.tightened"


def test_the_latest_contract_holds_and_of_two_vendors_the_stricter(db: None) -> None:
    north, south = a_vendor("north"), a_vendor("south")
    by: User = UserFactory()
    for vendor, hours in ((north, 1), (north, 3), (south, 2)):
        limits = replace(DEFAULT_LIMITS, daily=hours * HOUR)
        tighten_limits(vendor=vendor, limits=limits, by=by, at=AT)

    assert limits_of([north.pk]).daily == 3 * HOUR
    assert limits_of([north.pk, south.pk]).daily == 2 * HOUR


@pytest.mark.parametrize(
    "change",
    [{"daily": 5 * HOUR}, {"pause": 10 * MINUTE}, {"wind_down": MINUTE}, {"dose": 0 * HOUR}],
)
def test_a_contract_that_widens_a_limit_is_refused(db: None, change: dict[str, timedelta]) -> None:
    with pytest.raises(LimitsRefused) as refusal:
        tighten_limits(
            vendor=a_vendor("north"),
            limits=replace(DEFAULT_LIMITS, **change),
            by=UserFactory(),
            at=AT,
        )

    assert set(refusal.value.details["fields"]) == set(change)  # type: ignore[call-overload]
    assert not VendorLimits.objects.exists()


def test_the_database_refuses_a_wider_limit_too(db: None) -> None:
    values = vars(DEFAULT_LIMITS) | {"weekly": 21 * HOUR}
    row = VendorLimits(vendor=a_vendor("north"), by=UserFactory(), at=AT, **values)

    with pytest.raises(IntegrityError, match="only_tighter"), transaction.atomic():
        row.save(force_insert=True)


# --- what a person sees of themselves -----------------------------------------------------------


def test_my_limits_are_the_books(ana: User) -> None:
    end = look(ana, 30, AT, S4)
    decline_topic(topic="ads", by=ana, at=end)

    mine = my_limits(ana, end)

    used = {gauge.rule.value: gauge.used_minutes for gauge in mine.gauges}
    assert used == {"daily": 30, "weekly": 30, "break": 30, "dose": 240}
    assert mine.minutes_today == {"S4": 30}
    assert mine.stop is None
    assert mine.shift_until == datetime(2026, 3, 2, 19, tzinfo=UTC)
    assert mine.declined == {"ads"}
    assert not mine.first_week


def test_somebody_new_has_a_picture_too(db: None) -> None:
    mine = my_limits(UserFactory(), AT)

    assert [gauge.used_minutes for gauge in mine.gauges] == [0, 0, 0, 0]
    assert mine.first_week
    assert mine.consents == {}


def test_hours_of_zero_length_are_refused_by_the_database(ana: User) -> None:
    working_hours = StatedHours.objects.get()
    working_hours.pk, working_hours.ends = None, working_hours.starts

    with pytest.raises(IntegrityError, match="hours_have_a_length"), transaction.atomic():
        working_hours.save(force_insert=True)
    assert working(UserFactory())
