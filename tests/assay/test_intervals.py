"""Intervals for means and proportions."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from assay import TooLittle
from assay.intervals import bootstrap_mean, mean_interval, resample_weights, wilson


def test_t_interval_is_scipys():
    values = np.random.default_rng(1).exponential(size=30)
    found = mean_interval(values, level=0.9)
    told = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    assert (found.low, found.high) == pytest.approx((told.low, told.high))


@pytest.mark.parametrize("hits", [0, 1, 25, 49, 50])
def test_wilson_is_statsmodels(hits):
    found = wilson(hits, 50)
    told = proportion_confint(hits, 50, method="wilson")
    assert (found.low, found.high) == pytest.approx(told, abs=1e-12)
    assert found.low <= found.value <= found.high


def test_bootstrap_holds_the_mean_about_as_often_as_it_says():
    rng, held = np.random.default_rng(2), 0
    for _ in range(300):
        found = bootstrap_mean(rng.exponential(size=60), rng=rng, resamples=300)
        held += found.low <= 1 <= found.high
    assert 0.90 <= held / 300 <= 0.98


def test_t_interval_of_normal_values_covers_exactly():
    values = np.random.default_rng(3).normal(size=(2000, 8))
    held = [found.low <= 0 <= found.high for found in map(mean_interval, values)]
    assert np.mean(held) == pytest.approx(0.95, abs=0.015)


def test_bootstrap_repeats_with_its_seed():
    values = np.arange(20.0)
    found = [bootstrap_mean(values, rng=np.random.default_rng(9)) for _ in range(2)]
    assert found[0] == found[1]


def test_resample_weights_draw_each_unit_once_on_average():
    weights = resample_weights(7, 5000, np.random.default_rng(1))
    assert (weights.sum(axis=1) == 7).all()
    assert weights.mean(axis=0) == pytest.approx(np.ones(7), abs=0.06)


def test_too_little_is_said():
    rng = np.random.default_rng(1)
    assert mean_interval([]) == TooLittle("a mean with an interval needs two values", 0)
    assert bootstrap_mean([1, 2, 3, 4], rng=rng) == TooLittle("a bootstrap needs five values", 4)
    assert wilson(0, 0) == TooLittle("no trials", 0)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: mean_interval([1, float("nan")]), "values must hold finite numbers"),
        (lambda: mean_interval([[1.0]]), "must be one-dimensional"),
        (lambda: mean_interval([1, 2], level=1), "level must lie strictly"),
        (lambda: wilson(3, 2), "hits must lie between 0 and 2"),
    ],
)
def test_senseless_input_is_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
