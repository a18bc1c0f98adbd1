"""Working time against counts made by hand on a wall calendar."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchstone.apps.markets.policies import (
    Calendar,
    add_working_time,
    is_working_date,
    working_dates,
    working_days,
    working_time,
)

PARIS = ZoneInfo("Europe/Paris")
NATIONAL_DAY = date(2026, 7, 14)  # a Tuesday
FRANCE = Calendar(PARIS, frozenset({5, 6}), frozenset({NATIONAL_DAY}))
ISRAEL = Calendar(ZoneInfo("Asia/Jerusalem"), frozenset({4, 5}), frozenset())


def paris(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=PARIS)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        pytest.param(paris(7, 8, 9), paris(7, 8, 17), 8, id="one whole day"),
        pytest.param(paris(7, 8, 11), paris(7, 8, 11, 30), 0.5, id="half an hour"),
        pytest.param(paris(7, 8, 6), paris(7, 8, 9, 30), 0.5, id="before opening does not count"),
        pytest.param(paris(7, 8, 18), paris(7, 8, 23), 0, id="an evening"),
        pytest.param(paris(7, 8, 16), paris(7, 9, 10), 2, id="over a night"),
        pytest.param(paris(7, 10, 16), paris(7, 13, 10), 2, id="over a weekend"),
        pytest.param(paris(7, 11, 10), paris(7, 12, 16), 0, id="a weekend"),
        pytest.param(paris(7, 13, 9), paris(7, 15, 17), 16, id="the 14th of July rests"),
        pytest.param(paris(7, 14, 9), paris(7, 14, 17), 0, id="on the 14th of July itself"),
        pytest.param(paris(7, 6, 9), paris(7, 17, 17), 72, id="two weeks with a holiday: 9 days"),
        pytest.param(paris(3, 27, 13), paris(3, 30, 13), 8, id="clocks go forward on the 29th"),
        pytest.param(paris(10, 23, 13), paris(10, 26, 13), 8, id="clocks go back on the 25th"),
    ],
)
def test_working_time_in_france(start: datetime, end: datetime, hours: float) -> None:
    assert working_time(start, end, FRANCE) == timedelta(hours=hours)
    assert working_days(start, end, FRANCE) == hours / 8


def test_hours_are_those_of_the_place_and_not_of_the_caller() -> None:
    """07:30 in London in July is 08:30 in Paris: half an hour before work begins."""
    start = datetime(2026, 7, 8, 6, 30, tzinfo=UTC)
    end = datetime(2026, 7, 8, 8, 0, tzinfo=UTC)

    assert working_time(start, end, FRANCE) == timedelta(hours=1)
    assert working_time(start, end, Calendar(ZoneInfo("UTC"), frozenset(), frozenset())) == (
        timedelta(0)
    )


def test_israel_works_on_sunday_and_rests_on_friday() -> None:
    start = datetime(2026, 11, 19, 15, tzinfo=ISRAEL.time_zone)  # a Thursday
    end = datetime(2026, 11, 22, 11, tzinfo=ISRAEL.time_zone)  # a Sunday

    assert working_time(start, end, ISRAEL) == timedelta(hours=4)


def test_time_that_runs_backwards_is_no_time() -> None:
    assert working_time(paris(7, 9, 12), paris(7, 8, 12), FRANCE) == timedelta(0)


def test_dates_of_a_week_with_a_holiday() -> None:
    days = list(working_dates(date(2026, 7, 13), date(2026, 7, 19), FRANCE))

    assert [day.day for day in days] == [13, 15, 16, 17]
    assert not is_working_date(NATIONAL_DAY, FRANCE)


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        pytest.param(paris(7, 8, 10), timedelta(hours=8), paris(7, 9, 10), id="one working day"),
        pytest.param(paris(7, 8, 9), timedelta(hours=8), paris(7, 8, 17), id="ends at closing"),
        pytest.param(paris(7, 10, 18), timedelta(hours=1), paris(7, 13, 10), id="over a weekend"),
        pytest.param(paris(7, 13, 12), timedelta(hours=8), paris(7, 15, 12), id="over the 14th"),
        pytest.param(paris(7, 9, 9), timedelta(hours=40), paris(7, 16, 17), id="five days"),
        pytest.param(paris(3, 27, 13), timedelta(hours=8), paris(3, 30, 13), id="clocks forward"),
    ],
)
def test_when_a_span_of_working_time_is_over(
    start: datetime, span: timedelta, end: datetime
) -> None:
    assert add_working_time(start, span, FRANCE) == end


def test_a_calendar_that_never_works_has_no_end() -> None:
    never = Calendar(PARIS, frozenset(range(7)), frozenset())

    with pytest.raises(ValueError, match="without working days"):
        add_working_time(paris(7, 8, 9), timedelta(hours=1), never)


instants = st.datetimes(
    min_value=datetime(2025, 1, 1), max_value=datetime(2027, 1, 1), timezones=st.just(UTC)
)
spans = st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(hours=200))


@given(start=instants, span=spans, calendar=st.sampled_from([FRANCE, ISRAEL]))
def test_adding_then_measuring_gives_the_span_back(
    start: datetime, span: timedelta, calendar: Calendar
) -> None:
    end = add_working_time(start, span, calendar)

    assert working_time(start, end, calendar) == span
    assert working_time(start, end - timedelta(microseconds=1), calendar) < span


@given(first=instants, second=instants, third=instants)
def test_time_over_two_stretches_adds_up(
    first: datetime, second: datetime, third: datetime
) -> None:
    early, middle, late = sorted((first, second, third))

    assert working_time(early, middle, FRANCE) + working_time(middle, late, FRANCE) == (
        working_time(early, late, FRANCE)
    )
