"""Each light on each side of every line that turns it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from touchstone.flows import lights
from touchstone.flows.lights import Crew, Exposure, Gate, Level, Light, Money, Schedule

START, END = date(2026, 3, 2), date(2026, 3, 31)
BUDGET = 10_000


def day(number: int) -> date:
    """A day of the plan, counted from 0."""
    return START + timedelta(days=number)


# --- quality ------------------------------------------------------------------------------------


def gate(value: float | None, low: float | None, standard: float = 0.6, **of: str) -> Gate:
    return Gate(of.get("tag", "fr-FR"), of.get("kind", "alpha"), value, low, standard)


@pytest.mark.parametrize("gates", [[], [gate(None, None)]])
def test_what_was_not_measured_is_not_green(gates: list[Gate]) -> None:
    light = lights.quality(gates, [])

    assert (light.level, light.value, light.standard) == (Level.NONE, None, None)


@pytest.mark.parametrize(
    ("value", "low", "level"),
    [
        (0.59, 0.5, Level.BAD),
        (0.6, 0.5, Level.WATCH),
        (0.7, 0.599, Level.WATCH),
        (0.7, 0.6, Level.GOOD),
    ],
)
def test_quality_turns_at_its_standard(value: float, low: float, level: Level) -> None:
    light = lights.quality([gate(value, low)], [0.5, 0.7])

    assert light.level == level
    assert (light.value, light.standard, light.unit) == (low, 0.6, "alpha")
    assert (light.tab, light.trend) == ("quality", (0.5, 0.7))


def test_the_gate_nearest_to_failing_speaks() -> None:
    gates = [
        gate(0.9, 0.8),
        gate(0.75, 0.7, 0.85, tag="ar-EG", kind="gold_accuracy"),
        gate(0.5, 0.46, tag="de-DE"),
    ]

    light = lights.quality(gates, [])

    assert (light.value, light.standard, light.unit) == (0.7, 0.85, "share")
    assert "ar-EG" in light.reason and "gold accuracy" in light.reason


def test_a_locale_that_was_not_measured_is_not_said_to_meet_its_standard() -> None:
    measured, not_measured = gate(0.9, 0.8), gate(None, None, tag="ar-EG")

    assert lights.quality([measured], []).reason == "Every locale meets its standard."
    partly = lights.quality([measured, not_measured], [])
    assert partly.level == Level.GOOD
    assert partly.reason == "What could be measured meets its standard."


# --- schedule -----------------------------------------------------------------------------------


def scheduled(done: int, today: date, wanted: int = 100, finished: date | None = None) -> Light:
    return lights.schedule(Schedule(wanted, done, [(START, done)], START, END, finished), today)


def test_without_items_there_is_no_schedule() -> None:
    assert scheduled(0, START, wanted=0).level == Level.NONE


@pytest.mark.parametrize(
    ("today", "done", "level"),
    [
        (day(-5), 0, Level.GOOD),
        (day(0), 0, Level.GOOD),
        (day(1), 0, Level.WATCH),  # a thirtieth of the time is gone: a small gap
        (day(15), 48, Level.GOOD),
        (day(15), 47, Level.WATCH),
        (day(15), 40, Level.WATCH),
        (day(15), 39, Level.BAD),
        (END, 92, Level.GOOD),
        (END + timedelta(days=1), 100, Level.GOOD),
        (END + timedelta(days=1), 99, Level.BAD),
    ],
)
def test_the_schedule_turns_with_the_gap(today: date, done: int, level: Level) -> None:
    light = scheduled(done, today)

    assert light.level == level
    assert light.value == done / 100
    assert light.trend == (done / 100,)


@pytest.mark.parametrize(("days", "gone"), [(-3, 0.0), (0, 0.0), (15, 0.5), (30, 1.0), (99, 1.0)])
def test_the_standard_is_the_share_of_time_that_is_gone(days: int, gone: float) -> None:
    assert scheduled(100, day(days)).standard == pytest.approx(gone)


def test_being_late_is_counted_in_days() -> None:
    assert "3 days" in scheduled(99, END + timedelta(days=3)).reason


@pytest.mark.parametrize(("days", "level"), [(-1, Level.GOOD), (0, Level.GOOD), (1, Level.BAD)])
def test_a_delivery_is_in_time_or_late(days: int, level: Level) -> None:
    light = scheduled(100, END + timedelta(days=90), finished=END + timedelta(days=days))

    assert light.level == level
    assert light.tab == "releases"


def test_the_trend_is_the_last_twelve_days_summed() -> None:
    by_day = [(day(n), 5) for n in range(14)]

    light = lights.schedule(Schedule(100, 70, by_day, START, END, None), day(14))

    assert len(light.trend) == 12
    assert light.trend[0] == pytest.approx(0.15)
    assert light.trend[-1] == pytest.approx(0.7)


# --- cost ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("money", [Money(0, BUDGET, 0.5), Money(10, 0, 0.5)])
def test_without_costs_or_budget_nothing_is_said(money: Money) -> None:
    assert lights.cost(money).level == Level.NONE


@pytest.mark.parametrize(
    ("spent", "share", "level", "at_completion"),
    [
        (5_000, 0.5, Level.GOOD, 1.0),
        (5_001, 0.5, Level.WATCH, 1.0002),
        (5_500, 0.5, Level.WATCH, 1.1),
        (5_501, 0.5, Level.BAD, 1.1002),
        (5_000, 0.0, Level.GOOD, 0.5),  # nothing accepted yet: what is spent is all we know
        (5_000, 1.2, Level.GOOD, 0.5),  # more was accepted than is wanted
    ],
)
def test_the_cost_at_completion_turns_it(
    spent: int, share: float, level: Level, at_completion: float
) -> None:
    light = lights.cost(Money(spent, BUDGET, share))

    assert light.level == level
    assert light.value == pytest.approx(at_completion)
    assert (light.standard, light.tab) == (1.0, "value")


# --- capacity -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("annotators", "pace", "level", "unit"),
    [
        (2, None, Level.BAD, "people"),
        (2, 90.0, Level.BAD, "people"),
        (3, None, Level.NONE, "people"),
        (3, 59.9, Level.WATCH, "per_hour"),
        (3, 60.0, Level.GOOD, "per_hour"),
    ],
)
def test_capacity_is_people_first_and_pace_after(
    annotators: int, pace: float | None, level: Level, unit: str
) -> None:
    light = lights.capacity(Crew(annotators, 3, pace, 60.0), finished=False)

    assert (light.level, light.unit, light.tab) == (level, unit, "people")
    shown = (annotators, 3) if unit == "people" else (pace, 60.0)
    assert (light.value, light.standard) == shown


def test_finished_work_needs_nobody() -> None:
    assert lights.capacity(Crew(0, 3, 10.0, 60.0), finished=True).level == Level.GOOD


# --- risk ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "still_open", "overdue", "occurred", "level"),
    [
        (0.0, 0, 0, 0, Level.NONE),
        (1000.0, 1, 0, 0, Level.GOOD),
        (1000.1, 1, 0, 0, Level.WATCH),
        (2000.0, 1, 0, 0, Level.WATCH),
        (2000.1, 1, 0, 0, Level.BAD),
        (10.0, 1, 1, 0, Level.WATCH),
        (10.0, 1, 0, 1, Level.BAD),
        (0.0, 0, 0, 1, Level.BAD),
    ],
)
def test_risk_turns_with_the_expected_loss(
    loss: float, still_open: int, overdue: int, occurred: int, level: Level
) -> None:
    light = lights.risk(Exposure(still_open, loss, BUDGET, overdue, occurred))

    assert light.level == level
    if level != Level.NONE:
        assert light.value == pytest.approx(loss / BUDGET)


def test_without_a_budget_a_loss_is_no_share_of_it() -> None:
    assert lights.risk(Exposure(1, 500.0, 0, 0, 0)).value == 0.0


# --- all of them --------------------------------------------------------------------------------


def test_the_worst_light_comes_first() -> None:
    order = [Level.BAD, Level.WATCH, Level.NONE, Level.GOOD]
    of = [Light(str(level), level, None, None, "share", "", "plan") for level in order]

    for place, light in enumerate(of):
        assert lights.worst(list(reversed(of[place:]))) is light


def test_without_a_plan_there_is_nothing_to_hold_it_against() -> None:
    light = lights.no_plan("cost")

    assert (light.name, light.level, light.tab) == ("cost", Level.NONE, "plan")
