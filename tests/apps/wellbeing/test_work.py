"""Windows, reservations and the books: what a lease may cost and what was seen."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from tests.apps.wellbeing.conftest import seasoned
from tests.factories.labeled import UserFactory
from tests.factories.wellbeing import AT, agreed, look, take, working
from touchstone.apps.people.models import User
from touchstone.apps.wellbeing.models import DayTotal, Exposure, Person, Reservation
from touchstone.apps.wellbeing.operations import (
    ConsentNeeded,
    ExposureLimit,
    TopicDeclined,
    book_exposure,
    decline_topic,
    open_window,
    renew_reservation,
    take_topic_again,
    withdraw_consent,
)
from touchstone.apps.wellbeing.policies import Severity
from touchstone.apps.wellbeing.queries import human_of, situation_of

HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
S1, S3, S4 = Severity.S1, Severity.S3, Severity.S4


def booked(user: User) -> list[tuple[timedelta, timedelta]]:
    """Each exposure of the day as when it began after `AT` and how long it was."""
    rows = Exposure.objects.filter(user=user, started_at__gte=AT).order_by("started_at")
    return [(row.started_at - AT, row.spent) for row in rows]


def refused(user: User, at: datetime, severity: Severity = S3) -> dict[str, object]:
    with pytest.raises(ExposureLimit) as refusal:
        take(user, at, severity=severity)
    return refusal.value.details


def answer(user: User, lease: object, seconds: float, at: datetime) -> timedelta:
    return book_exposure(lease=lease, by=user, source="answered", seconds=seconds, at=at)  # type: ignore[arg-type]


# --- limits, one after the other ----------------------------------------------------------------


def test_a_break_comes_after_two_hours(ana: User) -> None:
    end = look(ana, 121, AT)

    assert end == AT + 2 * HOUR
    assert refused(ana, end) == {"rule": "break", "again_at": (end + 15 * MINUTE).isoformat()}
    assert refused(ana, end + 14 * MINUTE)["rule"] == "break"
    assert take(ana, end, severity=S1), "other work is open"
    assert take(ana, end + 15 * MINUTE)
    assert Person.objects.get().stretch == timedelta(0)


def test_the_day_is_over_after_four_hours(ana: User) -> None:
    end = look(ana, 120, look(ana, 120, AT) + 15 * MINUTE)

    assert refused(ana, end + HOUR) == {
        "rule": "daily",
        "again_at": datetime(2026, 3, 3, 8, tzinfo=UTC).isoformat(),
    }


def test_the_week_is_over_after_twenty_hours(ana: User) -> None:
    for day in range(5):
        monday = AT + timedelta(days=day)
        end = look(ana, 120, look(ana, 120, monday) + 15 * MINUTE)

    assert refused(ana, AT + timedelta(days=5)) == {
        "rule": "weekly",
        "again_at": datetime(2026, 3, 9, 8, tzinfo=UTC).isoformat(),
    }
    assert end < AT + timedelta(days=5)
    assert take(ana, AT + timedelta(days=7))


def test_two_hours_of_s4_are_a_days_dose(ana: User) -> None:
    end = look(ana, 120, AT, S4)

    assert refused(ana, end + HOUR, S1)["rule"] == "dose"


def test_the_first_days_are_short(db: None) -> None:
    newcomer: User = UserFactory()
    agreed(newcomer)
    working(newcomer)

    end = look(newcomer, 120, AT)

    assert end == AT + HOUR
    assert refused(newcomer, end + HOUR)["rule"] == "daily"


def test_without_stated_hours_the_day_is_nine_to_six(db: None) -> None:
    ben: User = UserFactory(time_zone="Asia/Tokyo")
    agreed(ben)
    nine_in_tokyo = datetime(2026, 3, 2, 0, tzinfo=UTC)

    assert refused(ben, nine_in_tokyo - MINUTE)["again_at"] == nine_in_tokyo.isoformat()
    assert take(ben, nine_in_tokyo)
    assert refused(ben, nine_in_tokyo + 8 * HOUR)["rule"] == "shift"


def test_s0_is_nobodys_business(ana: User) -> None:
    assert answer(ana, uuid4(), 60, AT) == timedelta(0)
    assert not Exposure.objects.filter(started_at__gte=AT).exists()


# --- consent and topics -------------------------------------------------------------------------


def test_without_consent_there_is_no_work(db: None) -> None:
    with pytest.raises(ConsentNeeded) as refusal:
        take(UserFactory())

    assert refusal.value.details == {"severity": "S3", "version": 1}
    assert not Reservation.objects.exists()


def test_consent_is_by_harm_class(db: None) -> None:
    ben: User = UserFactory()
    agreed(ben, S1)

    assert take(ben, severity=S1)
    with pytest.raises(ConsentNeeded):
        take(ben, severity=S3)


def test_a_withdrawn_consent_stops_the_next_lease(ana: User) -> None:
    ((held, _until),) = take(ana)
    withdraw_consent(severity=S3, by=ana, at=AT)

    with pytest.raises(ConsentNeeded):
        take(ana, AT + MINUTE)
    assert answer(ana, held, 30, AT + MINUTE) == MINUTE, "what is in hand is booked all the same"

    agreed(ana, S3, AT)
    assert take(ana, AT + 2 * MINUTE)


def test_a_declined_topic_is_not_handed_out(ana: User) -> None:
    decline_topic(topic="security", by=ana, at=AT)

    with pytest.raises(TopicDeclined):
        take(ana)
    assert take(ana, topic="ads")

    take_topic_again(topic="security", by=ana, at=AT)
    assert take(ana)


# --- what is booked -----------------------------------------------------------------------------


def test_an_answer_is_booked_with_the_time_that_the_screen_measured(ana: User) -> None:
    ((first, _u),) = take(ana)

    assert answer(ana, first, 90, AT + 3 * MINUTE) == 90 * SECOND
    assert booked(ana) == [(timedelta(0), 90 * SECOND)]


def test_five_tasks_at_once_take_no_longer_than_the_clock(ana: User) -> None:
    """Each says ten minutes; only ten have passed."""
    leases = take(ana, leases=5)

    found = [answer(ana, lease, 600, AT + 10 * MINUTE) for lease, _until in leases]

    assert sum(found, timedelta(0)) == 10 * MINUTE


def test_answers_from_ten_minutes_off_line_are_all_booked(ana: User) -> None:
    leases = take(ana, leases=5)

    for lease, _until in leases:
        answer(ana, lease, 110, AT + 10 * MINUTE)

    assert sum((spent for _at, spent in booked(ana)), timedelta(0)) == 550 * SECOND
    assert all(a[0] + a[1] <= b[0] for a, b in zip(booked(ana), booked(ana)[1:], strict=False))


def test_a_program_that_reports_nothing_is_not_believed(ana: User) -> None:
    for minute in range(10):
        ((held, _until),) = take(ana, AT + minute * MINUTE)
        answer(ana, held, 0, AT + (minute + 0.5) * MINUTE)

    assert sum((spent for _at, spent in booked(ana)), timedelta(0)) == 5 * MINUTE


def test_nothing_after_the_end_of_the_lease_is_booked(ana: User) -> None:
    ((held, until),) = take(ana, minutes=10)

    assert answer(ana, held, 3600, until + HOUR) == 10 * MINUTE
    assert Exposure.objects.get(lease=held).ended_at == until


def test_a_repeat_is_booked_once(ana: User) -> None:
    ((held, _until),) = take(ana)

    assert answer(ana, held, 60, AT + MINUTE) == MINUTE
    assert answer(ana, held, 60, AT + 2 * MINUTE) == timedelta(0)


def test_somebody_elses_lease_is_not_booked(ana: User) -> None:
    ((held, _until),) = take(ana)

    assert answer(seasoned(), held, 60, AT + MINUTE) == timedelta(0)
    assert Reservation.objects.get(lease=held).ended_at is None


def give_back(user: User, lease: object, at: datetime) -> timedelta:
    return book_exposure(lease=lease, by=user, source="released", seconds=None, at=at)  # type: ignore[arg-type]


def test_prefetched_tasks_that_nobody_opened_cost_nothing(ana: User) -> None:
    first, *waiting = take(ana, leases=5)
    answer(ana, first[0], 300, AT + 5 * MINUTE)

    assert [give_back(ana, lease, AT + 5 * MINUTE) for lease, _until in waiting] == [
        timedelta(0)
    ] * 4


def test_looking_and_giving_back_is_not_free(ana: User) -> None:
    ((held, _until),) = take(ana)
    for minute in (3, 6):
        renew_reservation(lease=held, by=ana, at=AT + minute * MINUTE)

    assert give_back(ana, held, AT + 20 * MINUTE) == 7 * MINUTE, "to the last sign, and a minute"


def test_a_lease_that_ran_out_is_booked_to_the_last_sign(ana: User) -> None:
    held, _other = take(ana, leases=2, minutes=30)
    renew_reservation(lease=held[0], by=ana, at=AT + 4 * MINUTE)

    take(ana, AT + 3 * HOUR)

    assert booked(ana) == [(timedelta(0), 5 * MINUTE)]
    assert Exposure.objects.get(started_at=AT).source == "lapsed"
    assert Reservation.objects.filter(ended_at=None).count() == 1


def test_time_in_hand_is_reserved_until_it_is_over(ana: User) -> None:
    """Four times half an hour in hand is half an hour: one looks at one thing at a time."""
    take(ana, leases=4, minutes=30)

    situation = situation_of(human_of(ana), AT + 10 * MINUTE)

    assert len(situation.held) == 4
    assert situation.open_since(situation.held) == AT


def test_a_renewal_ends_where_the_limit_does(ana: User) -> None:
    ((held, until),) = take(ana, minutes=100)
    assert until == AT + 100 * MINUTE

    assert renew_reservation(lease=held, by=ana, at=AT + 90 * MINUTE) == AT + 2 * HOUR
    assert renew_reservation(lease=held, by=ana, at=AT + 119.5 * MINUTE) == AT + 2 * HOUR
    assert renew_reservation(lease=held, by=ana, at=AT + 2 * HOUR) is None
    assert renew_reservation(lease=uuid4(), by=ana, at=AT) is None


def test_work_past_midnight_belongs_to_the_day_in_which_it_ends(db: None) -> None:
    ben: User = UserFactory()
    agreed(ben)
    working(ben, 20, 6)
    ten_to = datetime(2026, 3, 2, 23, 50, tzinfo=UTC)

    ((held, _until),) = take(ben, ten_to)
    answer(ben, held, 1200, ten_to + 20 * MINUTE)

    assert Exposure.objects.get().day == date(2026, 3, 3)


# --- the database keeps it ----------------------------------------------------------------------


def test_exposure_cannot_be_changed_or_deleted(ana: User) -> None:
    for change in (
        lambda rows: rows.update(spent=SECOND),
        lambda rows: rows.delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change(Exposure.objects.all())


def test_a_lease_cannot_be_booked_twice(ana: User) -> None:
    row = Exposure.objects.get()
    row.pk = None

    with pytest.raises(IntegrityError, match="lease"), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.parametrize("fault", [{"spent": HOUR}, {"ended_at": AT - timedelta(days=99)}])
def test_an_exposure_is_the_interval_that_it_says(ana: User, fault: dict[str, object]) -> None:
    row = Exposure.objects.get()
    row.pk, row.lease = None, uuid4()
    for name, value in fault.items():
        setattr(row, name, value)

    with pytest.raises(IntegrityError, match="wellbeing_exposure"), transaction.atomic():
        row.save(force_insert=True)


def test_the_totals_are_those_of_the_rows(ana: User) -> None:
    look(ana, 20, look(ana, 30, AT, S4) + HOUR)
    look(ana, 7, AT + timedelta(days=1), S1)

    rows: dict[tuple[object, ...], timedelta] = {}
    for row in Exposure.objects.all():
        name = (row.user_id, row.day, row.severity)
        rows[name] = rows.get(name, timedelta(0)) + row.spent
    assert rows == {(t.user_id, t.day, t.severity): t.spent for t in DayTotal.objects.all()}


def test_a_lease_reads_a_few_rows_and_an_answer_is_one_statement(
    ana: User, django_assert_max_num_queries: object
) -> None:
    # Four of them are savepoints.
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        ((held, _until),) = take(ana)
    with django_assert_max_num_queries(1):  # type: ignore[operator]
        answer(ana, held, 20, AT + MINUTE)


def test_a_window_that_is_not_used_reserves_nothing(ana: User) -> None:
    open_window(user=ana, severity=S3, topic="ads", length=HOUR, at=AT)

    assert situation_of(human_of(ana), AT).held == ()
