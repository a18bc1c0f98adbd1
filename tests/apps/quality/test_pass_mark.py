"""The pass mark of a test follows from the accuracy asked; reference values of operations.md §3."""

from __future__ import annotations

import pytest
from scipy.stats import binom

from touchstone.apps.quality.policies import FALSE_ALARM, pass_mark, size_needed, weak_accuracy


@pytest.mark.parametrize(("n", "power"), [(30, 0.65), (50, 0.84), (100, 0.99)])
def test_power_is_that_of_the_field_notes(n: int, power: float) -> None:
    mark = pass_mark(n, 0.90)

    assert mark.weak == 0.75
    assert round(mark.power, 2) == power


def test_fifty_items_at_ninety_percent() -> None:
    mark = pass_mark(50, 0.90)

    assert mark.right == 41
    assert round(mark.false_alarm, 3) == 0.025
    assert not mark.is_weak
    assert pass_mark(30, 0.90).is_weak


@pytest.mark.parametrize("standard", [0.05, 0.333, 0.6, 0.85, 0.9, 0.975, 0.999])
@pytest.mark.parametrize("n", [1, 7, 50, 200])
def test_the_mark_is_the_highest_that_is_fair(n: int, standard: float) -> None:
    mark = pass_mark(n, standard)
    fails = binom(n, standard)

    assert 0 <= mark.right <= n
    assert mark.false_alarm == pytest.approx(fails.cdf(mark.right - 1))
    assert mark.false_alarm <= FALSE_ALARM
    assert fails.cdf(mark.right) > FALSE_ALARM  # one more would be unfair
    assert mark.power == pytest.approx(binom(n, mark.weak).cdf(mark.right - 1))


def test_the_ends_of_the_scale() -> None:
    perfect, nothing = pass_mark(20, 1.0), pass_mark(20, 0.0)

    assert (perfect.right, perfect.false_alarm) == (20, 0.0)
    assert perfect.power == pytest.approx(1 - 0.85**20)
    assert (nothing.right, nothing.power) == (0, 0.0)


def test_more_tolerance_asks_for_more() -> None:
    assert pass_mark(50, 0.9, false_alarm=0.10).right > pass_mark(50, 0.9).right


def test_whom_a_test_is_meant_to_catch() -> None:
    assert [weak_accuracy(each) for each in (0.9, 0.3, 0.2)] == [0.75, 0.15, 0.1]


@pytest.mark.parametrize("standard", [0.8, 0.9, 0.95, 1.0])
def test_the_advised_size_has_the_power_and_one_less_has_not(standard: float) -> None:
    n = size_needed(standard)

    assert n is not None
    assert not pass_mark(n, standard).is_weak
    assert pass_mark(n - 1, standard).is_weak


def test_no_size_helps_where_almost_nothing_is_asked() -> None:
    assert size_needed(0.0) is None
    assert size_needed(0.02) is None
