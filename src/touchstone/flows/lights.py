"""The five lights of a project: what each says, and when it turns.

Plain functions of figures, without the database: `portfolio` gathers the figures. A light that has
nothing to go on says so instead of turning green.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext as _


class Level(StrEnum):
    """From what needs hands now to what needs none; NONE has nothing to go on yet."""

    BAD = "bad"
    WATCH = "watch"
    GOOD = "good"
    NONE = "none"


@dataclass(frozen=True)
class Light:
    """One light: its figure beside its standard, where it has been, and what to look at.

    `unit` says how to write `value` and `standard`: share, alpha, people or per_hour.
    """

    name: str
    level: Level
    value: float | None
    standard: float | None
    unit: str
    reason: str
    tab: str
    trend: tuple[float, ...] = ()


@dataclass(frozen=True)
class Gate:
    """A measured figure with its interval, beside the standard its lower end must reach."""

    locale_tag: str
    kind: str
    value: float | None
    low: float | None
    standard: float


@dataclass(frozen=True)
class Schedule:
    """Judgments wanted and done by day, between two dates; `finished` when delivered."""

    wanted: int
    done: int
    by_day: Sequence[tuple[date, int]]
    start: date
    end: date
    finished: date | None


@dataclass(frozen=True)
class Money:
    """Spent of a budget, in minor units, and the share of the wanted work that was accepted.

    Work is paid for when it is accepted: beside the share done, waiting work would look free.
    """

    spent: int
    budget: int
    share_accepted: float


@dataclass(frozen=True)
class Crew:
    """How many annotators there are, how many each item needs, and how fast they work an hour."""

    annotators: int
    overlap: int
    per_hour: float | None
    standard_per_hour: float


@dataclass(frozen=True)
class Exposure:
    """Open risks: their expected loss in minor units of the budget, and reviews overdue."""

    open: int
    expected_loss: float
    budget: int
    overdue: int
    occurred: int


def quality(gates: Sequence[Gate], trend: Sequence[float]) -> Light:
    """The gate nearest to failing: red when the figure itself is below the standard."""
    measured = [g for g in gates if g.value is not None and g.low is not None]
    if not measured:
        return Light("quality", Level.NONE, None, None, "alpha", _("Not measured yet."), "quality")
    worst = min(measured, key=lambda g: (g.low or 0.0) - g.standard)
    assert worst.value is not None and worst.low is not None
    names = {"alpha": _("agreement (α)"), "gold_accuracy": _("gold accuracy")}
    facts = {"what": names.get(worst.kind, worst.kind), "locale": worst.locale_tag}
    if worst.value < worst.standard:
        level, reason = Level.BAD, _("%(locale)s: %(what)s is below the standard.") % facts
    elif worst.low < worst.standard:
        level = Level.WATCH
        reason = _("%(locale)s: %(what)s meets the standard, but not surely.") % facts
    elif len(measured) < len(gates):
        level, reason = Level.GOOD, _("What could be measured meets its standard.")
    else:
        level, reason = Level.GOOD, _("Every locale meets its standard.")
    unit = "alpha" if worst.kind == "alpha" else "share"
    return Light("quality", level, worst.low, worst.standard, unit, reason, "quality", tuple(trend))


def schedule(found: Schedule, today: date) -> Light:
    """Share of the work done beside the share of the time gone."""
    done = found.done / found.wanted if found.wanted else 0.0
    trend = _cumulative(found.by_day, found.wanted)
    if found.finished is not None:
        return _delivered(found, trend)
    if not found.wanted:
        return Light("schedule", Level.NONE, None, None, "share", _("No items yet."), "items")
    planned = _time_gone(found.start, found.end, today)
    if today > found.end and done < 1:
        days = (today - found.end).days
        level, reason = Level.BAD, _("%(days)d days past the planned end.") % {"days": days}
    elif done >= 0.95 * planned:
        level, reason = Level.GOOD, _("On plan.")
    else:
        # In the first days a small gap is a large ratio: only a gap of a tenth is alarming.
        near = done >= 0.8 * planned or planned - done < 0.1
        level = Level.WATCH if near else Level.BAD
        reason = _("Behind the plan.")
    return Light("schedule", level, done, planned, "share", reason, "items", trend)


def _delivered(found: Schedule, trend: tuple[float, ...]) -> Light:
    assert found.finished is not None
    late = (found.finished - found.end).days
    if late > 0:
        reason = _("Delivered %(days)d days after the planned end.") % {"days": late}
        return Light("schedule", Level.BAD, 1.0, 1.0, "share", reason, "releases", trend)
    return Light(
        "schedule", Level.GOOD, 1.0, 1.0, "share", _("Delivered in time."), "releases", trend
    )


def _time_gone(start: date, end: date, today: date) -> float:
    """The share of the plan's days that are over; today is not."""
    days = (end - start).days + 1
    return min(1.0, max(0.0, (today - start).days / days))


def _cumulative(by_day: Sequence[tuple[date, int]], wanted: int) -> tuple[float, ...]:
    total, shares = 0, []
    for _day, n in by_day:
        total += n
        shares.append(total / wanted if wanted else 0.0)
    return tuple(shares[-12:])


def cost(money: Money) -> Light:
    """What the whole will cost at the present rate, beside the budget."""
    if not money.spent or not money.budget:
        return Light("cost", Level.NONE, None, 1.0, "share", _("No costs yet."), "value")
    share = min(1.0, money.share_accepted) or 1.0
    at_completion = money.spent / share / money.budget
    if at_completion <= 1.0:
        level, reason = Level.GOOD, _("Within the budget.")
    elif at_completion <= 1.1:
        level, reason = Level.WATCH, _("Heading slightly over the budget.")
    else:
        level, reason = Level.BAD, _("Heading over the budget.")
    return Light("cost", level, at_completion, 1.0, "share", reason, "value")


def capacity(crew: Crew, *, finished: bool) -> Light:
    """Enough different people for the overlap, and fast enough."""
    if finished:
        return Light(
            "capacity", Level.GOOD, crew.per_hour, crew.standard_per_hour, "per_hour",
            _("The work is done."), "people",
        )  # fmt: skip
    if crew.annotators < crew.overlap:
        reason = _("Each item needs %(need)d people; the project has %(have)d.") % {
            "need": crew.overlap,
            "have": crew.annotators,
        }
        return Light(
            "capacity", Level.BAD, crew.annotators, crew.overlap, "people", reason, "people"
        )
    if crew.per_hour is None:
        reason = _("People are on the project; no work yet.")
        return Light(
            "capacity", Level.NONE, crew.annotators, crew.overlap, "people", reason, "people"
        )
    fast = crew.per_hour >= crew.standard_per_hour
    level = Level.GOOD if fast else Level.WATCH
    reason = _("The pace meets the standard.") if fast else _("Slower than the standard.")
    return Light(
        "capacity", level, crew.per_hour, crew.standard_per_hour, "per_hour", reason, "people"
    )


def risk(found: Exposure) -> Light:
    """Expected loss of the open risks as a share of the budget; a tenth is the standard."""
    if not found.open and not found.occurred:
        return Light("risk", Level.NONE, None, 0.1, "share", _("No risks registered."), "risks")
    share = found.expected_loss / found.budget if found.budget else 0.0
    if found.occurred or share > 0.2:
        level = Level.BAD
        reason = _("A risk has occurred.") if found.occurred else _("Expected loss is high.")
    elif share > 0.1 or found.overdue:
        level = Level.WATCH
        reason = _("A review is overdue.") if found.overdue else _("Expected loss is notable.")
    else:
        level, reason = Level.GOOD, _("Expected loss is small.")
    return Light("risk", level, share, 0.1, "share", reason, "risks")


def no_plan(name: str) -> Light:
    """A light of a project that has no approved plan: nothing to hold it against."""
    return Light(name, Level.NONE, None, None, "share", _("No approved plan yet."), "plan")


ORDER: Mapping[Level, int] = {Level.BAD: 0, Level.WATCH: 1, Level.NONE: 2, Level.GOOD: 3}


def worst(lights: Sequence[Light]) -> Light:
    """The light that needs hands first."""
    return min(lights, key=lambda light: ORDER[light.level])
