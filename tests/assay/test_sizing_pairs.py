"""Sizes of side-by-side, bridge and A/B comparisons, and of strata."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assay.sizing import (
    ab_size,
    bridge_set_size,
    proportion_sample_size,
    side_by_side_size,
    strata_sample_sizes,
    win_rate_sample_size,
)
from tests.assay import few


def test_a_bridge_set_of_the_reference_needs_far_fewer_than_two_arms():
    assert bridge_set_size(0.06, 0.03).n == bridge_set_size(0.03, 0.06).n == 783
    assert ab_size(0.30, 0.33, variance="unpooled").n == 3760
    assert ab_size(0.30, 0.33).n == 3763


def test_an_ab_test_of_the_reference():
    """The field notes' 1,412,798 takes the variance of the baseline for both arms."""
    assert ab_size(0.10, 0.101, variance="baseline").n == 1_412_799
    assert ab_size(0.10, 0.101).n == pytest.approx(1_419_074, abs=2)


@few
@given(st.floats(0.02, 0.9), st.floats(0.005, 0.09))
def test_an_ab_size_is_the_same_from_either_side(before, more):
    for variance in ("pooled", "unpooled"):
        there = ab_size(before, before + more, variance=variance).n
        assert there == ab_size(before + more, before, variance=variance).n


@pytest.mark.parametrize(("win_rate", "n"), [(0.52, 4904), (0.55, 783), (0.60, 194)])
def test_ties_thin_out_side_by_side_judgments(win_rate, n):
    assert side_by_side_size(win_rate, 0).n == win_rate_sample_size(win_rate).n == n
    assert side_by_side_size(win_rate, 0.5).n in (2 * n - 1, 2 * n)
    assert side_by_side_size(0.55, 0.2).n == 979


def test_a_bridge_set_without_unchanged_items_is_a_side_by_side():
    assert bridge_set_size(0.55, 0.45).n == win_rate_sample_size(0.55).n


def test_the_planned_bridge_set_has_the_planned_power():
    """McNemar's test on 783 items of which 6 % and 3 % change."""
    drawn = np.random.default_rng(2).multinomial(783, [0.06, 0.03, 0.91], size=40_000)
    z = (drawn[:, 0] - drawn[:, 1]) / np.sqrt(drawn[:, 0] + drawn[:, 1])
    assert np.mean(np.abs(z) > stats.norm.ppf(0.975)) == pytest.approx(0.8, abs=0.015)


def test_the_planned_arms_have_the_planned_power():
    drawn = np.random.default_rng(2).binomial(3763, [0.30, 0.33], size=(40_000, 2)) / 3763
    middle = drawn.mean(axis=1)
    z = (drawn[:, 1] - drawn[:, 0]) / np.sqrt(2 * middle * (1 - middle) / 3763)
    assert np.mean(np.abs(z) > stats.norm.ppf(0.975)) == pytest.approx(0.8, abs=0.01)


def test_strata_get_the_sizes_that_each_needs_alone():
    found = strata_sample_sizes(0.05, [2000, 500, 0], p=[0.5, 0.9, 0.5])
    told = [
        proportion_sample_size(0.05, population=2000).n,
        proportion_sample_size(0.05, p=0.9, population=500).n,
        0,
    ]
    assert found.sizes.tolist() == told and found.total == sum(told) == 323 + 109
    assert (strata_sample_sizes(0.05, [2000, 40]).sizes <= [2000, 40]).all()


def test_a_margin_that_holds_for_all_strata_at_once_costs_more():
    each = strata_sample_sizes(0.03, [10**9] * 10)
    together = strata_sample_sizes(0.03, [10**9] * 10, together="all")
    ratio = (stats.norm.ppf(1 - 0.025 / 10) / stats.norm.ppf(0.975)) ** 2
    assert each.sizes[0] == 1068
    assert together.total / each.total == pytest.approx(ratio, rel=0.001)
    assert together.parameters["level_of_each"] == pytest.approx(0.995)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: side_by_side_size(0.5, 0.1), "cannot be told"),
        (lambda: side_by_side_size(0.6, 1), "every judgment ties"),
        (lambda: bridge_set_size(0.1, 0.1), "shares must differ"),
        (lambda: bridge_set_size(0.9, 0.3), "sum to at most 1"),
        (lambda: ab_size(0.1, 0.1), "nothing to find"),
        (lambda: ab_size(0.1, 0.2, variance="none"), "variance must be"),
        (lambda: ab_size(0.1, 1), "after must lie"),
        (lambda: strata_sample_sizes(0.1, [10, -1]), "none negative"),
        (lambda: strata_sample_sizes(0.1, [10, 20], p=[0.5]), "p has 1"),
        (lambda: strata_sample_sizes(0.1, [10], together="both"), "together must be"),
    ],
)
def test_senseless_questions_are_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
