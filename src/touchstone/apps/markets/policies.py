"""Working time and money as plain arithmetic. Calendars and rates are read by `queries`.

A working day is 8 hours, 09:00–17:00 on the clocks of the place. A clock change happens at night,
so every working day has its 8 hours; only the UTC instants at which it begins and ends move.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from zoneinfo import ZoneInfo

# The languages of the service, in the order people list them; each has a locale in `catalogue`.
LANGUAGES = (
    *("en", "fr", "de", "es", "it", "pt", "nl", "pl", "sv"),
    *("tr", "ar", "he", "id", "vi", "th", "ms", "ja", "ko"),
)
DAY_STARTS = time(9)
DAY_ENDS = time(17)
WORKING_DAY = timedelta(hours=8)
RATE_DIGITS = Decimal("1e-10")


@dataclass(frozen=True)
class Calendar:
    """When a place works. Monday is 0 in `weekend`.

    `unknown_years` are those whose holidays were never loaded: figures that touch them count
    holidays as working days, and a caller that shows such a figure should say so.
    """

    time_zone: ZoneInfo
    weekend: frozenset[int]
    holidays: frozenset[date]
    unknown_years: frozenset[int] = field(default_factory=frozenset)


def is_working_date(day: date, calendar: Calendar) -> bool:
    """Whether people work on `day`."""
    return day.weekday() not in calendar.weekend and day not in calendar.holidays


def working_dates(first: date, last: date, calendar: Calendar) -> Iterator[date]:
    """The dates on which people work, from `first` to `last`, both included."""
    for number in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(number)
        if is_working_date(day, calendar):
            yield day


def working_time(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """The working time between two instants; zero when `end` is not after `start`."""
    first, last = _local_date(start, calendar), _local_date(end, calendar)
    if end <= start:
        return timedelta(0)
    if first == last:
        return _worked_on(first, start, end, calendar)
    between = working_dates(first + timedelta(days=1), last - timedelta(days=1), calendar)
    return (
        _worked_on(first, start, end, calendar)
        + WORKING_DAY * sum(1 for _ in between)
        + _worked_on(last, start, end, calendar)
    )


def working_days(start: datetime, end: datetime, calendar: Calendar) -> float:
    """`working_time` in working days of 8 hours: 1.5 is a day and a half."""
    return working_time(start, end, calendar) / WORKING_DAY


def add_working_time(start: datetime, span: timedelta, calendar: Calendar) -> datetime:
    """The first instant, in UTC, by which `span` of working time has passed since `start`.

    :raises ValueError: the calendar never works, so the instant does not exist.
    """
    if calendar.weekend >= frozenset(range(7)):
        raise ValueError("a calendar without working days has no end of a span")
    day, left = _local_date(start, calendar), span
    while True:
        opens, closes = hours_of(day, calendar)
        begin = max(opens, start.astimezone(UTC))
        open_for = max(closes - begin, timedelta(0))
        if is_working_date(day, calendar) and left <= open_for:
            return begin + left
        if is_working_date(day, calendar):
            left -= open_for
        day += timedelta(days=1)


def hours_of(day: date, calendar: Calendar) -> tuple[datetime, datetime]:
    """When work begins and ends on `day`, in UTC."""
    zone = calendar.time_zone
    return (
        datetime.combine(day, DAY_STARTS, zone).astimezone(UTC),
        datetime.combine(day, DAY_ENDS, zone).astimezone(UTC),
    )


def _local_date(at: datetime, calendar: Calendar) -> date:
    return at.astimezone(calendar.time_zone).date()


def _worked_on(day: date, start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    if not is_working_date(day, calendar):
        return timedelta(0)
    opens, closes = hours_of(day, calendar)
    return max(min(closes, end) - max(opens, start), timedelta(0))


def converted(minor_units: int, rate: Decimal, *, digits: int, into_digits: int) -> int:
    """Minor units of one currency as minor units of another, rounded half-even.

    `digits` and `into_digits` are the numbers of minor-unit digits of the two currencies.
    """
    amount = Decimal(minor_units).scaleb(into_digits - digits) * rate
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
