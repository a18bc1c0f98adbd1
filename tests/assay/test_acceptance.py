"""Single sampling plans against published and independent values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assay import TooLittle
from assay.acceptance import (
    SinglePlan,
    acceptance_chance,
    acceptance_number,
    quality_at,
    rectification,
    single_plan,
    zero_defect_plan,
)
from assay.sizing import zero_defect_size
from tests.assay import few


@pytest.mark.parametrize(
    ("aql", "alpha", "ltpd", "beta", "n", "c"),
    [
        (0.02, 0.05, 0.06, 0.10, 194, 7),
        (0.01, 0.05, 0.05, 0.10, 132, 3),
        (0.02, 0.05, 0.08, 0.10, 98, 4),
        (0.05, 0.05, 0.15, 0.10, 77, 7),
        (0.05, 0.05, 0.15, 0.075, 80, 7),
        (0.05, 0.05, 0.10, 0.10, 233, 17),
        (0.10, 0.05, 0.20, 0.10, 109, 16),
    ],
)
def test_plans_of_the_reference(aql, alpha, ltpd, beta, n, c):
    found = single_plan(aql, ltpd, alpha=alpha, beta=beta)
    assert (found.plan.n, found.plan.c) == (n, c)
    assert found.producer_risk == pytest.approx(stats.binom.sf(c, n, aql))
    assert found.consumer_risk == pytest.approx(stats.binom.cdf(c, n, ltpd))


@few
@given(st.floats(0.02, 0.15), st.floats(2.0, 5.0), st.sampled_from([0.05, 0.1, 0.2]))
def test_no_smaller_plan_keeps_both_promises(aql, ratio, risk):
    ltpd = min(aql * ratio, 0.6)
    found = single_plan(aql, ltpd, alpha=risk, beta=risk)
    assert found.producer_risk <= risk + 1e-12 and found.consumer_risk <= risk + 1e-12
    n, c = np.meshgrid(np.arange(1, found.plan.n), np.arange(found.plan.c + 2))
    kept = (stats.binom.sf(c, n, aql) <= risk) & (stats.binom.cdf(c, n, ltpd) <= risk)
    assert not kept.any()


@few
@given(st.integers(5, 120), st.floats(0.01, 0.2), st.floats(1.5, 4.0))
def test_no_smaller_plan_of_a_small_lot_keeps_both_promises(lot_size, aql, ratio):
    ltpd = min(aql * ratio, 0.9)
    found = single_plan(aql, ltpd, lot_size=lot_size)
    good, bad = int(np.floor(aql * lot_size)), int(np.ceil(ltpd * lot_size))
    at = (lot_size, found.plan.n)
    assert found.producer_risk == pytest.approx(
        stats.hypergeom.sf(found.plan.c, at[0], good, at[1]), abs=1e-9
    )
    assert found.consumer_risk == pytest.approx(
        stats.hypergeom.cdf(found.plan.c, at[0], bad, at[1]), abs=1e-9
    )
    assert found.producer_risk <= 0.05 and found.consumer_risk <= 0.1
    n, c = np.meshgrid(np.arange(1, found.plan.n), np.arange(found.plan.c + 2))
    kept = (stats.hypergeom.sf(c, lot_size, good, n) <= 0.05 - 1e-9) & (
        stats.hypergeom.cdf(c, lot_size, bad, n) <= 0.1 - 1e-9
    )
    assert not kept.any()


def test_a_small_lot_needs_fewer_checks_and_a_large_one_as_many():
    assert single_plan(0.02, 0.06, lot_size=400).plan.n < 194
    assert single_plan(0.02, 0.06, lot_size=1_000_000).plan.n == pytest.approx(194, abs=1)


def test_whole_defects_are_not_lost_to_rounding():
    found = single_plan(0.29, 0.58, lot_size=100)
    assert found.producer_risk == pytest.approx(
        stats.hypergeom.sf(found.plan.c, 100, 29, found.plan.n)
    )


def test_a_lot_that_must_be_checked_in_full_says_so():
    found = single_plan(0.5, 0.9, lot_size=2)
    assert found.plan.n == 2 and "check all of it" in found.warnings[0]


def test_shares_too_close_to_tell_are_said():
    assert single_plan(0.049, 0.05, most=1000) == TooLittle(
        "1000 checks cannot tell a share of 0.049 from 0.05", 1000
    )


@pytest.mark.parametrize(
    ("beta", "sizes"), [(0.10, [230, 114, 45, 22]), (0.05, [299, 149, 59, 29])]
)
def test_zero_defect_plans_of_the_reference(beta, sizes):
    shares = (0.01, 0.02, 0.05, 0.10)
    assert [zero_defect_plan(ltpd, beta=beta).plan.n for ltpd in shares] == sizes
    assert [zero_defect_size(ltpd, level=1 - beta).n for ltpd in shares] == sizes


def test_a_zero_defect_plan_says_how_hard_it_is_on_good_lots():
    found = zero_defect_plan(0.01, beta=0.05)
    assert found.plan.c == 0 and found.producer_risk is None
    assert (1 - found.diagnostics["even_odds"]) ** 299 == pytest.approx(0.5)
    assert "0.23 % wrong" in found.warnings[0]


@few
@given(st.integers(1, 400), st.floats(0.005, 0.5))
def test_a_zero_defect_plan_of_a_lot_is_the_smallest(lot_size, ltpd):
    found = zero_defect_plan(ltpd, lot_size=lot_size)
    bad = int(np.ceil(round(ltpd * lot_size, 9)))
    missed = stats.hypergeom.pmf(0, lot_size, bad, np.arange(lot_size + 1))
    assert found.plan.n == np.flatnonzero(missed <= 0.1 + 1e-12)[0]


def test_chances_of_the_reference():
    assert acceptance_chance(SinglePlan(50, 1, lot_size=500), 0.02)[0] == pytest.approx(
        0.736503, abs=5e-7
    )
    assert acceptance_chance(SinglePlan(10, 9), [0.0, 1.0]).tolist() == [1.0, 0.0]


@few
@given(st.integers(2, 200), st.data())
def test_chances_of_a_lot_are_scipys(lot_size, data):
    n = data.draw(st.integers(1, lot_size))
    plan = SinglePlan(n, data.draw(st.integers(0, n - 1)), lot_size)
    held = np.arange(lot_size + 1)
    told = stats.hypergeom.cdf(plan.c, lot_size, held, n)
    assert acceptance_chance(plan, held / lot_size) == pytest.approx(told, abs=1e-9)


@pytest.mark.parametrize(
    ("n", "c", "points"),
    [
        (80, 2, [0.01030, 0.03329, 0.06516]),
        (50, 3, [0.02779, 0.07295, 0.12876]),
        (200, 5, [0.01314, 0.02830, 0.04588]),
    ],
)
def test_points_of_the_operating_characteristic_of_the_reference(n, c, points):
    found = [quality_at(SinglePlan(n, c), chance) for chance in (0.95, 0.5, 0.1)]
    assert found == pytest.approx(points, abs=5e-6)


def test_the_quality_of_a_lot_is_the_last_that_is_accepted():
    plan = SinglePlan(50, 1, lot_size=500)
    defects = round(quality_at(plan, 0.7) * 500)
    accepted = stats.hypergeom.cdf(1, 500, [defects, defects + 1], 50)
    assert accepted[0] >= 0.7 > accepted[1]


def test_acceptance_numbers_are_the_smallest_that_keep_the_promise():
    for aql in (0.01, 0.025, 0.04):
        c = acceptance_number(80, aql)
        assert stats.binom.cdf(c, 80, aql) >= 0.95 > stats.binom.cdf(c - 1, 80, aql)
    assert acceptance_number(10, 0.001) == 0


def test_rectification_of_the_reference():
    found = rectification(SinglePlan(80, 2, lot_size=1000), [0.02, 0.0])
    assert found.outgoing == pytest.approx([0.014433, 0], abs=5e-7)
    assert found.inspected == pytest.approx([278.335, 80], abs=5e-4)
    assert found.worst_outgoing == pytest.approx(0.01574, abs=5e-6)
    assert rectification(SinglePlan(194, 7), 0.02).worst_outgoing == pytest.approx(0.0231, abs=5e-5)


@few
@given(st.integers(1, 500), st.data())
def test_no_share_brings_a_worse_outgoing_quality(n, data):
    plan = SinglePlan(n, data.draw(st.integers(0, n - 1)))
    found = rectification(plan, np.linspace(0, 1, 501))
    assert found.outgoing.max() <= found.worst_outgoing * (1 + 1e-9)
    at = rectification(plan, found.worst_at)
    assert at.outgoing[0] == pytest.approx(found.worst_outgoing)
    assert np.isinf(found.inspected[1:]).sum() + (found.p_accept[1:] == 1).sum() == 500


def test_simulated_lots_are_accepted_as_promised():
    rng = np.random.default_rng(3)
    plan = single_plan(0.02, 0.06, lot_size=1000).plan
    for share in (0.02, 0.04, 0.06):
        found = rng.hypergeometric(int(1000 * share), 1000 - int(1000 * share), plan.n, 20_000)
        told = float(acceptance_chance(plan, share)[0])
        assert np.mean(found <= plan.c) == pytest.approx(told, abs=4 * 0.5 / np.sqrt(20_000))


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: single_plan(0.06, 0.02), "aql 0.06 must be below"),
        (lambda: single_plan(0.0, 0.02), "aql must lie"),
        (lambda: single_plan(0.01, 0.02, alpha=1), "alpha must lie"),
        (lambda: single_plan(0.01, 0.02, lot_size=0), "lot_size must be"),
        (lambda: zero_defect_plan(1.0), "ltpd must lie"),
        (lambda: SinglePlan(5, 5), "c must lie between 0 and n − 1, not 5"),
        (lambda: SinglePlan(50, 1, lot_size=40), "a lot of 40"),
        (lambda: acceptance_chance(SinglePlan(5, 1), [0.5, 1.5]), "not 1.5"),
        (lambda: quality_at(SinglePlan(5, 1), 0.0), "chance must lie"),
        (lambda: acceptance_number(0, 0.1), "n must be at least 1"),
    ],
)
def test_senseless_plans_are_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
