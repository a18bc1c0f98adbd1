"""Queries for several systems, power curves and what a given number of queries can find."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.power import FTestAnovaPower

from assay import TooLittle
from assay.sizing import (
    detectable_difference,
    paired_power,
    paired_power_curve,
    paired_topics,
    several_systems_power,
    several_systems_topics,
)
from tests.assay import few


def test_a_power_curve_holds_the_powers_of_its_sizes_and_rises():
    curve = paired_power_curve([20, 50, 199, 400], 0.10, 0.02)
    assert curve.n.tolist() == [20, 50, 199, 400]
    assert curve.power[2] == paired_power(199, 0.10, 0.02)
    assert (np.diff(curve.power) > 0).all()


@few
@given(st.integers(2, 2000), st.floats(0.01, 3), st.floats(0.2, 0.99))
def test_the_detectable_difference_has_the_wanted_power(n, sd, power):
    found = detectable_difference(n, sd, power=power)
    assert paired_power(n, sd, found) == pytest.approx(power, abs=1e-9)


@pytest.mark.parametrize(("sd", "n"), [(0.1, 199), (0.2, 787), (0.3, 1768)])
def test_the_detectable_difference_turns_the_reference_around(sd, n):
    assert detectable_difference(n, sd) <= 0.02 < detectable_difference(n - 1, sd)


@few
@given(st.integers(2, 300), st.floats(0.02, 0.5), st.integers(2, 12), st.floats(0.001, 0.2))
def test_power_of_separate_groups_is_statsmodels(n, least_range, systems, alpha):
    effect = np.sqrt(least_range**2 / (2 * 0.05 * systems))
    told = FTestAnovaPower().power(effect, n * systems, alpha, k_groups=systems)
    found = several_systems_power(n, 0.05, least_range, systems, blocks="none", alpha=alpha)
    assert found == pytest.approx(float(told), abs=1e-6)


@pytest.mark.parametrize("difference", [0.01, 0.02, 0.05, 0.10])
def test_two_systems_on_the_same_queries_are_the_paired_test(difference):
    """σ_d² = 2σ² of the residual; F is t squared."""
    found = several_systems_topics(0.05, difference, 2).n
    assert found == paired_topics((2 * 0.05) ** 0.5, difference).n


def test_blocks_and_more_systems_cost_what_they_should():
    needed = [several_systems_topics(0.05, 0.1, m).n for m in (2, 4, 10, 30)]
    assert needed[0] == 81 and needed == sorted(needed)
    apart = [several_systems_topics(0.05, 0.1, m, blocks="none").n for m in (2, 4, 10, 30)]
    assert all(0 <= more - less <= 2 for more, less in zip(needed, apart, strict=True))


def test_the_planned_number_of_queries_has_the_planned_power():
    n, rng = several_systems_topics(0.05, 0.15, 4, alpha=0.05).n, np.random.default_rng(1)
    means, tries = np.array([0, 0.075, 0.075, 0.15]), 3000
    y = means + rng.normal(0, 0.3, (tries, n, 1)) + rng.normal(0, 0.05**0.5, (tries, n, 4))
    centred = y - y.mean(axis=2, keepdims=True)
    of_system = centred.mean(axis=1)
    between = n * (of_system**2).sum(axis=1) / 3
    within = ((centred - of_system[:, None]) ** 2).sum(axis=(1, 2)) / (3 * (n - 1))
    cut = np.quantile(rng.f(3, 3 * (n - 1), 400_000), 0.95)
    assert np.mean(between / within > cut) == pytest.approx(0.8, abs=0.03)


def test_hopeless_differences_are_said():
    told = TooLittle("500 queries do not reach a power of 0.8", 500)
    assert several_systems_topics(1, 0.01, 3, most=500) == told


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: paired_power_curve([10.5], 1, 1), "sizes must be whole numbers"),
        (lambda: paired_power_curve([1], 1, 1), "n must be at least 2"),
        (lambda: detectable_difference(10, 1, power=0.04), "power 0.04 must be above alpha"),
        (lambda: detectable_difference(10, 0), "sd must be"),
        (lambda: several_systems_power(1, 1, 1, 2), "not 1 and 2"),
        (lambda: several_systems_power(5, 1, 1, 1), "not 5 and 1"),
        (lambda: several_systems_power(5, 0, 1, 2), "variance must be"),
        (lambda: several_systems_power(5, 1, 1, 2, blocks="topic"), "blocks must be"),
    ],
)
def test_senseless_questions_are_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
