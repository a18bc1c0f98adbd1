"""How much harmful content a person may see, and when; plain functions without the ORM.

Exposure is counted in minutes, as a fact of work. What a person feels is neither asked nor
guessed (Directive (EU) 2024/2831 and Article 5 of the AI Act draw that line).

Where the figures come from:

- four hours a day of S3 and above: the industry's four-hour guideline, known from the press only;
- a break at least every two hours: the guidance of Victoria (Australia);
- how long a break is, the weekly cap, the weights and the first week: our own. No study gives
  weights for severity. These are set so that the daily dose is four hours of S3, two of S4 or
  eight of S2.

A contract may only tighten them (`tightest`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import reduce
from zoneinfo import ZoneInfo


class Severity(StrEnum):
    """How harmful the content may be. Only S1 and above is exposure."""

    S0 = "S0"
    S1 = "S1"
    S2 = "S2"
    S3 = "S3"
    S4 = "S4"

    @property
    def weight(self) -> int:
        """What a minute of it counts for in the daily dose."""
        return WEIGHTS[self]

    @property
    def is_exposure(self) -> bool:
        """Whether looking at it is counted at all."""
        return self is not Severity.S0

    @property
    def is_harmful(self) -> bool:
        """Whether the limits of hours, breaks and shifts hold for it: S3 and above."""
        return self in (Severity.S3, Severity.S4)


WEIGHTS = {Severity.S0: 0, Severity.S1: 1, Severity.S2: 2, Severity.S3: 4, Severity.S4: 8}
NONE = timedelta(0)
# Shorter than this no work is handed out: a task would be cut off halfway.
SHORTEST_WINDOW = timedelta(minutes=1)
# The share of the daily limit on each of the first seven days.
FIRST_WEEK = (0.25, 0.25, 0.5, 0.5, 0.75, 0.75, 0.75)


def severity_of(name: str) -> Severity:
    """The severity of that name; what nobody has classed, or not in words we know, is S3."""
    try:
        return Severity(name)
    except ValueError:
        return Severity.S3


@dataclass(frozen=True)
class Limits:
    """The limits in force for one person.

    `daily`, `weekly` and `stretch` (what may be seen between two breaks) count S3 and above.
    `dose` counts every severity by its weight. `pause` is how long a break is at least, and
    `wind_down` how long before the end of the shift nothing of S3 and above is shown.
    """

    daily: timedelta = timedelta(hours=4)
    weekly: timedelta = timedelta(hours=20)
    dose: timedelta = timedelta(hours=16)
    stretch: timedelta = timedelta(hours=2)
    pause: timedelta = timedelta(minutes=15)
    wind_down: timedelta = timedelta(hours=1)


DEFAULT_LIMITS = Limits()
# Those of which more is stricter; of the others less is.
LONGER_IS_STRICTER = frozenset({"pause", "wind_down"})


def tightest(limits: Iterable[Limits]) -> Limits:
    """The strictest of each: of ours, and of every contract that a person works under."""
    return reduce(_stricter, limits, DEFAULT_LIMITS)


def _stricter(one: Limits, other: Limits) -> Limits:
    return Limits(
        **{
            each.name: (max if each.name in LONGER_IS_STRICTER else min)(
                getattr(one, each.name), getattr(other, each.name)
            )
            for each in fields(Limits)
        }
    )


def loosened(limits: Limits) -> list[str]:
    """Which limits are wider than ours; a contract may name none of them."""
    held = tightest([limits])
    return [
        each.name
        for each in fields(Limits)
        if getattr(held, each.name) != getattr(limits, each.name)
    ]


# --- days, weeks and shifts where the person is ---------------------------------------------------


@dataclass(frozen=True)
class Hours:
    """A person's working day as they state it, in their own time zone; it may cross midnight."""

    time_zone: str
    starts: time = time(9)
    ends: time = time(18)


def day_at(at: datetime, time_zone: str) -> date:
    """The date where the person is."""
    return at.astimezone(ZoneInfo(time_zone)).date()


def day_begins(day: date, time_zone: str) -> datetime:
    """When a day begins there; it is 23 or 25 hours long when the clocks change."""
    return datetime.combine(day, time.min, ZoneInfo(time_zone)).astimezone(UTC)


def day_after(at: datetime, time_zone: str) -> datetime:
    """When the next day begins where the person is."""
    return day_begins(day_at(at, time_zone) + timedelta(days=1), time_zone)


def week_of(day: date) -> date:
    """The Monday of the week."""
    return day - timedelta(days=day.weekday())


def shift_of(day: date, hours: Hours) -> tuple[datetime, datetime]:
    """The shift that begins on `day`."""
    zone = ZoneInfo(hours.time_zone)
    last = day if hours.ends > hours.starts else day + timedelta(days=1)
    begins = datetime.combine(day, hours.starts, zone).astimezone(UTC)
    return begins, datetime.combine(last, hours.ends, zone).astimezone(UTC)


def harmful_until(at: datetime, hours: Hours, wind_down: timedelta) -> datetime | None:
    """Until when S3 and above may be shown, in the shift that is on; None outside of it."""
    today = day_at(at, hours.time_zone)
    for day in (today - timedelta(days=1), today):
        begins, ends = shift_of(day, hours)
        if begins <= at < ends - wind_down:
            return ends - wind_down
    return None


def next_shift(at: datetime, hours: Hours) -> datetime:
    """When the next shift begins, after `at`."""
    today = day_at(at, hours.time_zone)
    days = (today + timedelta(days=n) for n in range(-1, 3))
    return next(begins for begins, _ends in (shift_of(day, hours) for day in days) if begins > at)


def ramped(daily: timedelta, today: date, first_day: date | None) -> timedelta:
    """The daily limit of somebody who saw S3 for the first time on `first_day`, or never yet."""
    days = 0 if first_day is None else (today - first_day).days
    return daily * FIRST_WEEK[days] if 0 <= days < len(FIRST_WEEK) else daily


# --- what may still be handed out -----------------------------------------------------------------


class Rule(StrEnum):
    """Which limit says no."""

    DOSE = "dose"
    DAILY = "daily"
    WEEKLY = "weekly"
    BREAK = "break"
    SHIFT = "shift"


@dataclass(frozen=True)
class Held:
    """Work in hand: what may be looked at from its lease until it ends."""

    severity: Severity
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Situation:
    """Everything that decides what one person may be given at `at`.

    `today` and `week` are by severity. `stretch` is the S3 and above since the last break, which
    began at `rested_since` if nothing is in hand. `accounted_until`: time before it is in the
    books already; a person looks at one thing at a time.
    """

    at: datetime
    hours: Hours
    limits: Limits
    today: dict[Severity, timedelta]
    week: dict[Severity, timedelta]
    stretch: timedelta = NONE
    rested_since: datetime | None = None
    accounted_until: datetime | None = None
    first_day: date | None = None
    held: tuple[Held, ...] = ()

    @property
    def day(self) -> date:
        return day_at(self.at, self.hours.time_zone)

    @property
    def daily(self) -> timedelta:
        """The daily limit, less in the first week."""
        return ramped(self.limits.daily, self.day, self.first_day)

    @property
    def held_harmful(self) -> tuple[Held, ...]:
        return tuple(each for each in self.held if each.severity.is_harmful)

    @property
    def is_rested(self) -> bool:
        """Whether a whole break has passed since S3 and above was last in hand."""
        return not self.held_harmful and (
            self.rested_since is None or self.at - self.rested_since >= self.limits.pause
        )

    @property
    def stretch_now(self) -> timedelta:
        """What was seen since the last break."""
        return NONE if self.is_rested else self.stretch

    def open_since(self, held: tuple[Held, ...]) -> datetime:
        """From when time in hand may still be booked as seen: it is not in the books yet."""
        since = min((each.since for each in held), default=self.at)
        return max(since, self.accounted_until or since)


def harmful(seen: dict[Severity, timedelta]) -> timedelta:
    """How much of it is S3 and above."""
    return sum((spent for severity, spent in seen.items() if severity.is_harmful), NONE)


def dose(seen: dict[Severity, timedelta]) -> timedelta:
    """Everything by its weight."""
    return sum((spent * severity.weight for severity, spent in seen.items()), NONE)


@dataclass(frozen=True)
class Stop:
    """No more for now: which limit says so, and when it will not."""

    rule: Rule
    again_at: datetime


def window(now: Situation, severity: Severity, length: timedelta) -> datetime | Stop:
    """Until when new work of `severity` may be held, at most `length`; or why not at all.

    Everything in hand counts as if it were looked at until it ends, and so does the new work:
    what is in the books can then never pass a limit, whatever is answered, left or renewed.
    """
    ends = _ends(now, severity)
    stopping = [rule for rule, end in ends.items() if end - now.at < SHORTEST_WINDOW]
    if stopping:
        order = list(Rule)  # of two that end together, the one that says more
        again, place = max((_again_at(now, rule, severity), order.index(rule)) for rule in stopping)
        rule = order[place]
        return Stop(rule, _in_shift(again, now) if severity.is_harmful else again)
    return min(now.at + length, *ends.values())


def _ends(now: Situation, severity: Severity) -> dict[Rule, datetime]:
    """When each limit would be reached."""
    ends = {Rule.DOSE: _dose_end(now, severity)}
    if severity.is_harmful:
        since = now.open_since(now.held_harmful)
        for rule in (Rule.DAILY, Rule.WEEKLY, Rule.BREAK):
            ends[rule] = since + _left(now, rule, severity)
        ends[Rule.SHIFT] = harmful_until(now.at, now.hours, now.limits.wind_down) or now.at
    return ends


def _left(now: Situation, rule: Rule, severity: Severity) -> timedelta:
    """What the books leave of a limit, in time of `severity`; work in hand is not counted."""
    if rule is Rule.DAILY:
        return now.daily - harmful(now.today)
    if rule is Rule.WEEKLY:
        return now.limits.weekly - harmful(now.week)
    if rule is Rule.BREAK:
        return now.limits.stretch - now.stretch_now
    return (now.limits.dose - dose(now.today)) // severity.weight


def _dose_end(now: Situation, severity: Severity) -> datetime:
    """All that is in hand counts at the weight of the worst of it."""
    worst = max([severity, *(each.severity for each in now.held)])
    end = now.open_since(now.held) + _left(now, Rule.DOSE, worst)
    milder = all(each.severity < severity for each in now.held)
    # Milder work was given for longer than this severity could be seen: it has to end first.
    return now.at if milder and _latest(now.held, now.at) > end else end


def _latest(held: tuple[Held, ...], otherwise: datetime) -> datetime:
    return max((each.until for each in held), default=otherwise)


def _again_at(now: Situation, rule: Rule, severity: Severity) -> datetime:
    """When a limit will not say no any more."""
    if rule is Rule.SHIFT:
        return next_shift(now.at, now.hours)
    if now.held and _left(now, rule, severity) >= SHORTEST_WINDOW:
        return _latest(now.held, now.at)  # only the work in hand stands in the way
    if rule is Rule.BREAK:
        last = _latest(now.held_harmful, now.rested_since or now.at)
        return last + now.limits.pause
    if rule is Rule.WEEKLY:
        return day_begins(week_of(now.day) + timedelta(days=7), now.hours.time_zone)
    return day_after(now.at, now.hours.time_zone)


def _in_shift(again: datetime, now: Situation) -> datetime:
    """The first moment from `again` on at which S3 and above may be shown."""
    until = harmful_until(again, now.hours, now.limits.wind_down)
    if until is not None and until - again >= SHORTEST_WINDOW:
        return again
    return next_shift(again, now.hours)


def after_a_change(hours: Hours, at: datetime, *, first: bool) -> datetime:
    """From when newly stated hours hold: from the next day on, so that no day is made longer.

    `hours` are those in force until then. What is stated before anything harmful was ever seen
    holds at once.
    """
    return at if first else day_after(at, hours.time_zone)
