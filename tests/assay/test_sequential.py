"""Confidence sequences: right at every look."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from assay import TooLittle
from assay.sequential import (
    bernoulli_sequence,
    bounded_sequence,
    first_clear_of,
    latest,
    mean_sequence,
)
from tests.assay import few

REFERENCE = [int(7 * i % 10 < 3) for i in range(1, 401)]


def test_the_beta_binomial_sequence_of_the_reference():
    found = bernoulli_sequence(REFERENCE)
    at = [19, 99, 399]
    assert found.low[at] == pytest.approx([0.075428, 0.169446, 0.225985], abs=5e-7)
    assert found.high[at] == pytest.approx([0.626931, 0.457246, 0.381751], abs=5e-7)


def test_the_asymptotic_sequence_of_the_reference():
    found = mean_sequence(REFERENCE, tightest_at=100)
    assert found.low[[99, 399]] == pytest.approx([0.160909, 0.228349], abs=5e-7)
    assert found.high[[99, 399]] == pytest.approx([0.439091, 0.371651], abs=5e-7)
    assert np.isnan(found.low[:49]).all() and np.isfinite(found.low[49:]).all()


@few
@given(st.lists(st.booleans(), min_size=1, max_size=60), st.floats(0.2, 5), st.floats(0.2, 5))
def test_the_ends_are_where_the_mixture_reaches_its_limit(outcomes, a, b):
    found = bernoulli_sequence(outcomes, level=0.9, prior=(a, b))
    ones, t = sum(outcomes), len(outcomes)
    for end in (found.low[-1], found.high[-1]):
        if 1e-12 < end < 1 - 1e-12:
            ratio = (
                special.betaln(ones + a, t - ones + b)
                - special.betaln(a, b)
                - special.xlogy(ones, end)
                - special.xlog1py(t - ones, -end)
            )
            assert ratio == pytest.approx(np.log(10), abs=1e-6)
    assert found.low[-1] <= found.value[-1] <= found.high[-1]
    assert (found.low[-1] == 0) == (ones == 0) and (found.high[-1] == 1) == (ones == t)


@few
@given(st.lists(st.floats(-1, 3), min_size=1, max_size=40))
def test_the_bounded_sequence_is_its_own_formula(values):
    x = [(value + 1) / 4 for value in values]
    price, mean, spread, past = np.log(2 / 0.05), 0.5, 0.25, []
    top = bottom = spent = squares = 0.0
    for t, value in enumerate(x, start=1):
        weight = min(np.sqrt(2 * price / (spread * t * np.log(1 + t))), 0.5)
        spent += 4 * (value - mean) ** 2 * (-np.log(1 - weight) - weight) / 4
        top, bottom = top + weight * value, bottom + weight
        past.append(value)
        mean = (0.5 + sum(past)) / (t + 1)
        squares += (value - mean) ** 2
        spread = (0.25 + squares) / (t + 1)
    found = bounded_sequence(values, bounds=(-1, 3))
    middle, reach = top / bottom, (price + spent) / bottom
    assert found.value[-1] == pytest.approx(4 * middle - 1)
    assert found.low[-1] == pytest.approx(max(4 * (middle - reach) - 1, -1))
    assert found.high[-1] == pytest.approx(min(4 * (middle + reach) - 1, 3))


@pytest.mark.slow
@few
@given(st.lists(st.floats(0, 1), min_size=50, max_size=80), st.integers(1, 60))
def test_what_was_said_is_not_changed_by_what_comes_later(values, cut):
    seen = [float(value > 0.5) for value in values]
    for make, given_values in ((bounded_sequence, values), (bernoulli_sequence, seen)):
        whole, part = make(given_values), make(given_values[:cut])
        length = len(part.low)
        assert whole.low[:length].tolist() == part.low.tolist()
        assert whole.high[:length].tolist() == part.high.tolist()


@few
@given(st.lists(st.floats(-1, 1), min_size=50, max_size=80), st.floats(0.5, 3), st.floats(-9, 9))
def test_a_mean_sequence_moves_and_stretches_with_its_values(values, scale, moved):
    x = np.asarray(values)
    found, other = mean_sequence(x), mean_sequence(scale * x + moved)
    if isinstance(found, TooLittle) or x.std() < 1e-3:
        return
    assert other.high[-1] == pytest.approx(scale * found.high[-1] + moved, abs=1e-6)
    assert other.low[-1] == pytest.approx(scale * found.low[-1] + moved, abs=1e-6)


def missed(found, truth, first):
    outside = (found.low[first:] > truth) | (found.high[first:] < truth)
    return bool(outside.any())


def wald_missed(x, truth, first):
    t = np.arange(1, len(x) + 1)
    mean = np.cumsum(x) / t
    reach = 1.96 * np.sqrt(mean * (1 - mean) / t)
    return bool((np.abs(mean - truth) > reach)[first:].any())


@pytest.mark.slow
def test_looking_after_every_label_does_not_break_the_promise():
    rng, runs, truth = np.random.default_rng(31), 1000, 0.3
    found = {"wald": 0, "bernoulli": 0, "bounded": 0, "mean": 0}
    for _ in range(runs):
        x = (rng.random(400) < truth).astype(float)
        found["wald"] += wald_missed(x, truth, 19)
        found["bernoulli"] += missed(bernoulli_sequence(x), truth, 0)
        found["bounded"] += missed(bounded_sequence(x), truth, 0)
        found["mean"] += missed(mean_sequence(x), truth, 49)
    assert found["wald"] > 0.35 * runs
    assert found["bernoulli"] < 0.05 * runs
    assert found["bounded"] < 0.05 * runs
    assert found["mean"] < 0.08 * runs


@pytest.mark.slow
def test_the_promise_holds_for_rare_and_for_graded_values():
    rng, runs = np.random.default_rng(32), 500
    rare = graded = skewed = 0
    for _ in range(runs):
        rare += missed(bernoulli_sequence(rng.random(600) < 0.02), 0.02, 0)
        grades = rng.choice(4, size=400, p=[0.55, 0.2, 0.15, 0.1])
        graded += missed(bounded_sequence(grades, bounds=(0, 3)), 0.8, 0)
        skewed += missed(mean_sequence(rng.normal(5, 2, 400)), 5.0, 49)
    assert rare < 0.06 * runs and graded < 0.05 * runs and skewed < 0.08 * runs


def test_sequences_narrow_and_cost_less_than_double_an_ordinary_interval():
    rng = np.random.default_rng(33)
    x = (rng.random(2000) < 0.3).astype(float)
    ordinary = 2 * 1.96 * np.sqrt(0.21 / 2000)
    for found in (bernoulli_sequence(x), mean_sequence(x, tightest_at=2000)):
        width = found.high - found.low
        assert 1.2 * ordinary < width[-1] < 2 * ordinary
        assert width[-1] < width[499] < width[99]


def test_a_sequence_is_narrowest_where_it_was_told_to_be():
    x = np.tile([0.0, 1.0], 500)
    reach = [np.ptp([s.low[299], s.high[299]]) for s in map(
        lambda at: mean_sequence(x, tightest_at=at), (30, 300, 3000))]  # fmt: skip
    assert reach[1] < min(reach[0], reach[2])


@pytest.mark.slow
def test_a_rater_below_the_standard_is_found_and_one_at_it_seldom():
    rng = np.random.default_rng(34)
    below = [first_clear_of(bernoulli_sequence(rng.random(300) < 0.7), 0.9) for _ in range(100)]
    at = [first_clear_of(bernoulli_sequence(rng.random(300) < 0.9), 0.9) for _ in range(200)]
    assert sum(each is not None for each in below) > 95
    assert np.median([each for each in below if each is not None]) < 80
    assert sum(each is not None for each in at) <= 14


def test_the_latest_estimate_carries_its_interval():
    found = bernoulli_sequence(REFERENCE)
    last = latest(found)
    assert (last.value, last.low, last.high) == (found.value[-1], found.low[-1], found.high[-1])
    assert last.n == 400 and last.level == 0.95


def test_large_offsets_do_not_spoil_the_spread():
    x = np.random.default_rng(35).normal(size=200)
    near, far = mean_sequence(x), mean_sequence(x + 1e8)
    assert np.ptp([far.low[-1], far.high[-1]]) == pytest.approx(
        np.ptp([near.low[-1], near.high[-1]]), rel=1e-6
    )


def test_too_little_is_said():
    assert bernoulli_sequence([]) == TooLittle("no outcomes", 0)
    assert bounded_sequence([]) == TooLittle("no values", 0)
    assert mean_sequence([0, 1] * 24) == TooLittle("an asymptotic sequence needs 50 values", 48)
    assert mean_sequence([2.0] * 60) == TooLittle("values that are all alike show no spread", 60)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: bernoulli_sequence([0, 0.5]), "0 or 1, not 0.5"),
        (lambda: bernoulli_sequence([0], prior=(0, 1)), "prior a must be"),
        (lambda: bernoulli_sequence([0], level=1), "level must lie"),
        (lambda: bounded_sequence([2.0]), "values must lie between 0.0 and 1.0"),
        (lambda: bounded_sequence([0.5], bounds=(1, 0)), "bounds must be"),
        (lambda: mean_sequence([1.0] * 60, tightest_at=0), "tightest_at must be"),
        (lambda: mean_sequence([np.inf] * 60), "values must hold finite"),
        (lambda: first_clear_of(bernoulli_sequence([0]), np.nan), "standard must be"),
    ],
)
def test_senseless_sequences_are_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
