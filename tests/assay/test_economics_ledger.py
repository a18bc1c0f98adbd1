"""Cost of quality, earned value, and the value of later money."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.economics import (
    cost_of_quality,
    earned_schedule,
    earned_value,
    net_present_value,
)
from assay.results import TooLittle
from tests.assay import few

CLASSES = ["prevention", "appraisal", "internal_failure", "external_failure"]
REFERENCE = {"budget": 100_000, "planned": 50_000, "earned": 45_000, "actual": 54_000}


def test_earned_value_of_the_reference():
    found = earned_value(**REFERENCE)
    assert (found.cpi, found.spi) == pytest.approx((0.8333, 0.9), abs=5e-5)
    assert found.eac == pytest.approx(120_000)
    assert found.eac_at_plan == pytest.approx(109_000)
    assert found.eac_with_schedule == pytest.approx(127_333, abs=0.5)
    assert found.tcpi == pytest.approx(1.1957, abs=5e-5)
    assert (found.cost_variance, found.schedule_variance) == (-9_000, -5_000)
    assert found.to_complete == pytest.approx(66_000)
    assert found.variance_at_completion == pytest.approx(-20_000)


def test_work_left_without_budget_needs_an_infinite_index():
    found = earned_value(**{**REFERENCE, "actual": 100_000})
    assert found.tcpi == math.inf and "work is left" in found.warnings[0]
    done = earned_value(budget=10, planned=10, earned=10, actual=12)
    assert (done.tcpi, done.warnings, done.eac) == (1, (), 12)


def test_nothing_earned_yet_is_too_little():
    assert isinstance(earned_value(**{**REFERENCE, "earned": 0}), TooLittle)


def test_earned_schedule_of_the_reference():
    found = earned_schedule([10, 30, 60], earned=45, actual=3)
    assert (found.earned, found.spi_time) == pytest.approx((2.5, 0.8333), abs=5e-5)


@few
@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=8), st.floats(0, 1))
def test_work_on_plan_has_an_index_of_one(steps, share):
    plan = np.cumsum(steps)
    time = 0.01 + share * (len(plan) - 0.01)
    on_plan = np.interp(time, np.arange(len(plan) + 1), [0, *plan])
    found = earned_schedule(plan, earned=min(on_plan, plan[-1]), actual=time)
    assert found.spi_time == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    ("earned", "actual", "done"), [(30, 3, 3), (30, 2.4, 2.4), (30, 5, 4), (30, 1, 2), (60, 9, 6)]
)
def test_where_the_plan_stands_still_the_nearest_time_counts(earned, actual, done):
    """A holiday in periods 3 and 4; the plan ends after period 5 and has a spare one."""
    assert earned_schedule([10, 30, 30, 30, 60, 60], earned=earned, actual=actual).earned == done


def test_nothing_done_is_time_zero():
    assert earned_schedule([10, 30], earned=0, actual=1).earned == 0


def test_present_value_of_the_reference():
    flows = [-180_000] + [30_000] * 12
    assert net_present_value(flows, rate=0.1 / 12) == pytest.approx(161_235, abs=0.5)
    assert net_present_value(flows, rate=0) == 180_000
    assert net_present_value([], rate=0.1) == 0


def test_classes_of_cost_add_up_to_the_whole():
    found = cost_of_quality(
        ["appraisal", "prevention", "appraisal", "external_failure"], [30, 20, 10, 40],
        accepted_labels=1000, accuracy=0.92,
    )  # fmt: skip
    assert dict(found.shares) == pytest.approx(dict(zip(CLASSES, [0.2, 0.4, 0, 0.4], strict=True)))
    assert (found.total, found.conformance, found.failure, found.n) == (100, 60, 40, 4)
    assert sum(found.per_accepted_label.values()) == pytest.approx(0.1)
    assert found.per_effective_label == pytest.approx(0.1 / 0.84**2)
    assert found.warnings == ()


@few
@given(st.lists(st.tuples(st.sampled_from(CLASSES), st.floats(0, 100)), max_size=20))
def test_every_event_counts_once(events):
    classes, amounts = [each[0] for each in events], [each[1] for each in events]
    found = cost_of_quality(classes, amounts, accepted_labels=10)
    assert found.total == pytest.approx(sum(amounts))
    assert found.conformance + found.failure == pytest.approx(found.total)
    assert sum(found.shares.values()) == pytest.approx(1 if found.total > 0 else 0)
    assert bool(found.warnings) == (found.amounts["external_failure"] == 0)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: earned_value(**{**REFERENCE, "budget": 0}), "budget must be"),
        (lambda: earned_value(**{**REFERENCE, "earned": -1}), "earned must be"),
        (lambda: earned_value(**{**REFERENCE, "planned": 200_000}), "planned must not exceed"),
        (lambda: earned_schedule([10, 5], earned=1, actual=1), "never falls"),
        (lambda: earned_schedule([], earned=0, actual=1), "never falls"),
        (lambda: earned_schedule([10], earned=11, actual=1), "earned must lie"),
        (lambda: earned_schedule([10], earned=1, actual=0), "actual must be"),
        (lambda: net_present_value([1], rate=-1), "rate must be"),
        (lambda: cost_of_quality(["audit"], [1], accepted_labels=1), "event 0 has class 'audit'"),
        (lambda: cost_of_quality([], [1], accepted_labels=1), "lengths differ"),
        (lambda: cost_of_quality([], [], accepted_labels=0), "accepted_labels must be"),
    ],
)
def test_senseless_input_is_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
