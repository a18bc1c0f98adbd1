"""Sequential plans: Wald's lines, exact risks, and what simulation makes of them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay import TooLittle
from assay.acceptance import (
    SequentialPlan,
    SinglePlan,
    acceptance_chance,
    decision_numbers,
    sequential_curve,
    sequential_plan,
    single_plan,
)
from tests.assay import few


def wald_average(plan, share, p_accept):
    """Wald's approximate ASN, without the overshoot."""
    drift = share * plan.step_defect - (1 - share) * plan.step_right
    return (p_accept * plan.log_accept + (1 - p_accept) * plan.log_reject) / drift


def test_lines_of_the_reference():
    plan = sequential_plan(0.02, 0.06)
    assert (plan.log_reject, plan.log_accept) == pytest.approx((2.8904, -2.2513), abs=5e-5)
    assert (plan.step_defect, -plan.step_right) == pytest.approx((1.0986, -0.04167), abs=5e-5)
    assert wald_average(plan, 0.02, 0.95) == pytest.approx(105.7, abs=0.05)
    plan = sequential_plan(0.05, 0.15)
    assert plan.limit == 3 * 77
    lines = (plan.slope, plan.accept_intercept, plan.reject_intercept)
    assert lines == pytest.approx((0.091934, 1.860821, 2.389057), abs=5e-7)
    assert wald_average(plan, 0.05, 0.95) == pytest.approx(39.31, abs=0.005)
    assert wald_average(plan, 0.15, 0.10) == pytest.approx(33.82, abs=0.005)
    plan = sequential_plan(0.01, 0.06)
    lines = (plan.slope, plan.accept_intercept, plan.reject_intercept)
    assert lines == pytest.approx((0.028111, 1.221149, 1.567800), abs=5e-7)


@few
@given(st.floats(0.01, 0.2), st.floats(1.5, 4), st.integers(1, 60), st.integers(0, 60))
def test_the_lines_are_the_log_ratio(aql, ratio, checked, defects):
    plan = SequentialPlan(aql, aql * ratio, 0.05, 0.1, limit=100)
    log_ratio = defects * plan.step_defect - (checked - defects) * plan.step_right
    accept, reject = decision_numbers(plan)
    if defects <= checked and min(abs(log_ratio - plan.log_accept), abs(log_ratio - 2.89)) > 1e-6:
        assert (defects <= accept[checked - 1]) == (log_ratio <= plan.log_accept)
        assert (defects >= reject[checked - 1]) == (log_ratio >= plan.log_reject)


def test_the_cut_off_always_decides():
    accept, reject = decision_numbers(sequential_plan(0.05, 0.15))
    assert reject[-1] == accept[-1] + 1
    assert (reject > accept).all()


@pytest.mark.parametrize(("aql", "ltpd"), [(0.02, 0.06), (0.05, 0.15), (0.01, 0.05), (0.10, 0.20)])
def test_risks_are_kept_with_far_fewer_checks(aql, ltpd):
    found = sequential_curve(sequential_plan(aql, ltpd), [aql, ltpd])
    fixed = single_plan(aql, ltpd).plan.n
    producer, consumer = 1 - found.p_accept[0], found.p_accept[1]
    assert producer <= 0.05 / 0.90 and consumer <= 0.10 / 0.95
    assert producer + consumer <= 0.15
    assert (found.expected_checks < 0.66 * fixed).all()
    assert (found.p_limit < 0.002).all()


def test_a_plan_of_one_check_is_plain_arithmetic():
    plan = SequentialPlan(0.05, 0.15, 0.05, 0.10, limit=1)
    found = sequential_curve(plan, [0.0, 0.3, 1.0])
    assert found.p_accept == pytest.approx([1, 0.7, 0])
    assert found.expected_checks.tolist() == [1, 1, 1]
    assert found.p_limit.tolist() == [1, 1, 1]


def test_chances_are_those_of_all_paths():
    plan = SequentialPlan(0.2, 0.6, 0.2, 0.2, limit=10)
    accept, reject = decision_numbers(plan)
    accepted, checks = 0.0, 0.0
    for path in range(2**10):
        outcomes = [path >> k & 1 for k in range(10)]
        chance = math.prod(0.3 if outcome else 0.7 for outcome in outcomes)
        defects = np.cumsum(outcomes)
        ended = int(np.flatnonzero((defects <= accept) | (defects >= reject))[0])
        accepted += chance * (defects[ended] <= accept[ended])
        checks += chance * (ended + 1)
    found = sequential_curve(plan, [0.3])
    assert found.p_accept[0] == pytest.approx(accepted)
    assert found.expected_checks[0] == pytest.approx(checks)


def test_a_far_off_limit_leaves_walds_bounds_and_a_near_one_a_single_plan():
    far = sequential_curve(SequentialPlan(0.05, 0.15, 0.05, 0.1, limit=2000), [0.05, 0.15])
    assert far.p_limit == pytest.approx([0, 0], abs=1e-12)
    near = SequentialPlan(0.05, 0.15, 1e-9, 1e-9, limit=60)
    cut = math.floor(near.slope * 60)
    assert sequential_curve(near, [0.08]).p_accept == pytest.approx(
        acceptance_chance(SinglePlan(60, cut), 0.08), abs=1e-6
    )


@pytest.mark.slow
def test_simulated_lots_fare_as_computed():
    plan, rng, runs = sequential_plan(0.05, 0.15), np.random.default_rng(5), 10_000
    accept, reject = decision_numbers(plan)
    for share in (0.05, 0.09, 0.15):
        defects = np.cumsum(rng.random((runs, plan.limit)) < share, axis=1)
        ended = ((defects <= accept) | (defects >= reject)).argmax(axis=1)
        accepted = defects[np.arange(runs), ended] <= accept[ended]
        found = sequential_curve(plan, share)
        assert accepted.mean() == pytest.approx(found.p_accept[0], abs=0.02)
        error = ended.std() / np.sqrt(runs)
        assert ended.mean() + 1 == pytest.approx(found.expected_checks[0], abs=4 * error)


def test_shares_too_close_to_tell_need_a_given_limit():
    assert isinstance(sequential_plan(0.0499, 0.05), TooLittle)
    assert sequential_plan(0.0499, 0.05, limit=500).limit == 500


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: sequential_plan(0.1, 0.1), "aql 0.1 must be below"),
        (lambda: sequential_plan(0.1, 0.2, limit=0), "limit must be at least 1"),
        (lambda: sequential_plan(0.1, 0.2, alpha=0.6, beta=0.5, limit=9), "alpha \\+ beta"),
        (lambda: sequential_curve(sequential_plan(0.1, 0.3), -0.1), "shares must lie"),
    ],
)
def test_senseless_plans_are_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
