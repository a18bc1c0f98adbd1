"""Two systems on the same queries."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assay import TooLittle
from assay.comparison import (
    benjamini_hochberg,
    bootstrap_difference,
    effect_size,
    holm,
    paired_by_query,
    paired_t,
    sign_flip,
)
from tests.assay import few

A = (0.62, 0.41, 0.55, 0.70, 0.33, 0.48, 0.90, 0.15, 0.58, 0.66)
B = (0.68, 0.45, 0.52, 0.81, 0.40, 0.47, 0.93, 0.20, 0.66, 0.70)
values = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=2, max_size=10)


def rng():
    return np.random.default_rng(1)


def test_paired_t_of_the_reference():
    found = paired_t(A, B)
    assert found.difference.value == pytest.approx(0.0440)
    assert found.statistic == pytest.approx(3.38128, abs=5e-6)
    assert found.p_value == pytest.approx(0.008110, abs=5e-7)
    told = stats.ttest_rel(B, A).confidence_interval(0.95)
    assert (found.difference.low, found.difference.high) == pytest.approx((told.low, told.high))


def test_sign_flip_of_the_reference():
    found = sign_flip(A, B, rng=rng())
    assert found.p_value == 0.015625
    assert found.assignments == 1024 and "exact" in found.method


@few
@given(values)
def test_exact_sign_flip_counts_every_assignment(pairs):
    first, second = np.array(pairs, dtype=float).T
    differences = second - first
    sums = [abs(differences @ signs) for signs in itertools.product((1, -1), repeat=len(pairs))]
    told = np.mean(np.array(sums) >= abs(differences.sum()) - 1e-9)
    assert sign_flip(first, second, rng=rng()).p_value == pytest.approx(told)


@few
@given(values)
def test_swapping_the_systems_only_turns_the_sign(pairs):
    first, second = np.array(pairs, dtype=float).T
    there, back = paired_t(first, second), paired_t(second, first)
    if isinstance(there, TooLittle):
        assert there == back
        return
    assert back.difference.value == -there.difference.value
    assert back.p_value == pytest.approx(there.p_value)
    assert effect_size(second, first).low == pytest.approx(-effect_size(first, second).high)


@pytest.mark.slow
def test_monte_carlo_sign_flip_is_near_the_t_test_and_never_zero():
    drawn = rng().normal(0.1, 1, size=(2, 400))
    found = sign_flip(*drawn, rng=rng(), draws=20_000)
    assert "Monte Carlo" in found.method and found.assignments == 20_000
    assert found.p_value == pytest.approx(paired_t(*drawn).p_value, abs=0.015)
    sure = sign_flip(np.zeros(50), np.ones(50), rng=rng(), draws=999)
    assert sure.p_value == 1 / 1000


@pytest.mark.slow
def test_sign_flip_under_no_difference_rejects_as_often_as_it_says():
    drawn = np.random.default_rng(5).normal(size=(2000, 8))
    p = np.array([sign_flip(np.zeros(8), row, rng=rng()).p_value for row in drawn])
    assert np.mean(p <= 0.0625) == pytest.approx(0.0625, abs=0.017)


def test_identical_systems_do_not_differ():
    assert sign_flip(A, A, rng=rng()).p_value == 1
    assert "no spread" in paired_t(A, A).reason


def test_bootstrap_difference_is_reproducible_and_near_the_t_interval():
    drawn = rng().normal(0.2, 1, size=(2, 300))
    found = bootstrap_difference(*drawn, rng=np.random.default_rng(3))
    told = paired_t(*drawn).difference
    assert found == bootstrap_difference(*drawn, rng=np.random.default_rng(3))
    assert (found.low, found.high) == pytest.approx((told.low, told.high), abs=0.03)


def test_effect_size_interval_turns_the_noncentral_t():
    found = effect_size(A, B, level=0.9)
    t = found.value * np.sqrt(10)
    assert stats.nct.cdf(t, 9, found.low * np.sqrt(10)) == pytest.approx(0.95)
    assert stats.nct.cdf(t, 9, found.high * np.sqrt(10)) == pytest.approx(0.05)


def test_effect_size_interval_covers():
    held = 0
    for row in np.random.default_rng(6).normal(0.5, 1, size=(300, 12)):
        found = effect_size(np.zeros(12), row)
        held += found.low <= 0.5 <= found.high
    assert held / 300 == pytest.approx(0.95, abs=0.03)


def test_a_huge_effect_still_has_an_interval():
    found = effect_size([0, 0, 0], [1, 1.0001, 1.0002])
    assert 0 < found.low < found.value < found.high < np.inf


def test_corrections_of_the_reference():
    p = (0.001, 0.012, 0.03, 0.045, 0.2)
    assert holm(p) == pytest.approx((0.005, 0.048, 0.09, 0.09, 0.2))
    assert benjamini_hochberg(p) == pytest.approx((0.005, 0.03, 0.05, 0.05625, 0.2))


@few
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_corrections_follow_their_definitions_in_any_order(p):
    ranked = sorted(p)
    told = [max(min(1, (len(p) - j) * q) for j, q in enumerate(ranked) if q <= each) for each in p]
    assert holm(p) == pytest.approx(told)
    assert benjamini_hochberg(p) == pytest.approx(stats.false_discovery_control(p))


def test_no_claims_need_no_correction():
    assert holm([]).size == benjamini_hochberg([]).size == 0


def test_queries_are_lined_up_or_refused():
    first, second, queries = paired_by_query({"q2": 2, "q1": 1}, {"q1": 10, "q2": 20})
    assert (first.tolist(), second.tolist(), queries) == ([1, 2], [10, 20], ("q1", "q2"))
    with pytest.raises(ValueError, match="1 queries are in one system only, such as 'q3'"):
        paired_by_query({"q1": 1}, {"q1": 1, "q3": 2})


def test_one_query_is_too_little():
    told = TooLittle("a paired test needs two pairs", 1)
    assert paired_t([1], [2]) == sign_flip([1], [2], rng=rng()) == effect_size([1], [2]) == told
    assert isinstance(bootstrap_difference([1], [2], rng=rng()), TooLittle)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: paired_t([1, 2], [1]), "lengths differ: first has 2, second has 1"),
        (lambda: sign_flip([1, 2], [3, 4], rng=rng(), draws=0), "draws must be"),
        (lambda: effect_size(A, B, level=2), "level must lie"),
        (lambda: holm([0.5, 1.5]), "p_values must lie"),
    ],
)
def test_senseless_input_is_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
