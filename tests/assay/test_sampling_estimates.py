"""Estimates of the whole from fixed-size, proportional and stratified draws."""

import numpy as np
import pytest

from assay import TooLittle
from assay.sampling import (
    hajek,
    horvitz_thompson,
    proportional_draw,
    ratio,
    stratified_draw,
    stratified_estimate,
    stratified_mean,
)

LEVELS = (0.93, 0.97)


def test_the_fixed_size_variance_of_equal_chances_is_that_of_a_simple_random_sample():
    y = np.array([3.0, 1, 4, 1, 5, 9, 2, 6])
    found = horvitz_thompson(y, np.full(8, 0.2), design="fixed")
    told = 40 * np.sqrt(0.8 * y.var(ddof=1) / 8)
    assert found.diagnostics["standard_error"] == pytest.approx(told)
    mean = hajek(y, np.full(8, 0.2), design="fixed")
    assert mean.diagnostics["standard_error"] == pytest.approx(told / 40)
    assert (mean.high - mean.value) / (told / 40) == pytest.approx(2.364624, abs=1e-6)  # t, 7 df


def test_sizes_that_match_the_values_leave_no_error():
    y = np.array([10.0, 20, 40])
    found = horvitz_thompson(y, y / 100, design="fixed")
    assert found.value == pytest.approx(300)
    assert found.diagnostics["standard_error"] == pytest.approx(0, abs=1e-9)


def test_items_taken_for_certain_add_no_error():
    found = hajek([1, 2, 3], [1, 1, 1], design="fixed")
    assert found.low == found.value == found.high == 2 and found.warnings == ()
    alone = horvitz_thompson([1, 2, 3], [1, 1, 0.5], design="fixed")
    assert alone == TooLittle("one item alone was drawn by chance: it shows no spread", 3)


def test_a_ratio_of_values_to_themselves_is_one_without_error():
    x = [3.0, 1, 4, 1]
    found = ratio(x, x, [0.5, 0.2, 0.9, 0.4])
    assert found.value == 1 and found.diagnostics["standard_error"] == 0
    assert ratio([1, 2], [0, 0], [1, 1]) == TooLittle("all denominators are 0", 2)


def test_a_ratio_over_ones_is_the_hajek_mean():
    y, chance = [1.0, 0, 1, 1, 0, 3], [1, 0.9, 0.5, 0.5, 0.1, 0.2]
    for design in ("poisson", "fixed"):
        assert ratio(y, np.ones(6), chance, design=design).low == pytest.approx(
            hajek(y, chance, design=design).low
        )


@pytest.mark.slow
def test_fixed_size_intervals_cover_after_proportional_draws():
    """Coverage of total, mean and ratio over 1500 draws of 60 of 800 items."""
    rng = np.random.default_rng(3)
    size = rng.gamma(2, size=800)
    y = size * rng.gamma(4, 0.25, size=800) + rng.normal(0.5, 0.2, size=800)
    truths = (y.sum(), y.mean(), y.sum() / size.sum())
    held, values = np.zeros(3), np.zeros((1500, 3))
    for turn in range(1500):
        drawn = proportional_draw(size, 60, rng=rng)
        some, chance = y[drawn.indices], drawn.probabilities
        found = (
            horvitz_thompson(some, chance, design="fixed"),
            hajek(some, chance, design="fixed"),
            ratio(some, size[drawn.indices], chance, design="fixed"),
        )
        values[turn] = [each.value for each in found]
        held += [each.low <= truth <= each.high for each, truth in zip(found, truths, strict=True)]
    coverage = held / 1500
    assert (coverage > LEVELS[0]).all() and (coverage < LEVELS[1]).all(), coverage
    assert values.mean(axis=0) == pytest.approx(truths, rel=0.02)


def test_stratified_estimate_is_the_stratified_mean_of_its_strata():
    y, strata = [1.0, 0, 1, 5, 7, 9], list("aabbbb")
    found = stratified_estimate(y, strata, {"a": 30, "b": 10}, of="mean")
    told = stratified_mean(
        [0.75, 0.25], [0.5, 5.5], [np.std([1, 0], ddof=1), np.std([1, 5, 7, 9], ddof=1)], [2, 4],
        populations=[30, 10],
    )  # fmt: skip
    assert (found.value, found.low, found.high) == pytest.approx((told.value, told.low, told.high))
    total = stratified_estimate(y, strata, {"a": 30, "b": 10}, of="total")
    assert (total.value, total.high) == pytest.approx((40 * told.value, 40 * told.high))
    assert total.diagnostics["standard_error"] == pytest.approx(
        40 * told.diagnostics["standard_error"]
    )
    assert "stratified total" in total.method


def test_strata_that_show_no_spread_are_told():
    found = stratified_mean([0.5, 0.5], [0, 1], [0, 0.5], [10, 10])
    assert found.warnings == ("strata whose items are all alike, counted as without error: 1",)
    census = stratified_mean([0.5, 0.5], [0, 1], [0, 0.5], [10, 10], populations=[10, 50])
    assert census.warnings == ()


@pytest.mark.slow
def test_stratified_estimates_cover_the_frame():
    rng, held = np.random.default_rng(8), 0
    strata = ["head"] * 120 + ["torso"] * 400 + ["tail"] * 900
    y = np.concatenate([rng.normal(2, 1, 120), rng.normal(1, 0.6, 400), rng.gamma(1, 0.5, 900)])
    for _ in range(1500):
        drawn = stratified_draw(strata, {"head": 20, "torso": 25, "tail": 40}, rng=rng)
        found = stratified_estimate(
            y[drawn.indices], drawn.strata, {"head": 120, "torso": 400, "tail": 900}, of="total"
        )
        held += found.low <= y.sum() <= found.high
    assert LEVELS[0] < held / 1500 < LEVELS[1], held / 1500


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: hajek([1, 2], [1, 1], design="srs"), "design must be 'poisson' or 'fixed'"),
        (lambda: ratio([1, 2], [1, -2], [1, 1]), "denominators must not be negative"),
        (lambda: ratio([1, 2], [1], [1, 1]), "lengths differ"),
        (lambda: stratified_estimate([1], "ab", {"a": 1}, of="mean"), "strata has 2"),
        (lambda: stratified_estimate([1], "a", {"b": 1}, of="mean"), "without a population"),
        (lambda: stratified_estimate([1], "a", {"a": 1}, of="sum"), "of must be"),
        (lambda: stratified_estimate([1, 2], "aa", {"a": 1}, of="mean"), "larger than its"),
        (lambda: stratified_estimate([1], "a", {"a": -1}, of="mean"), "must not be negative"),
    ],
)
def test_senseless_estimates_are_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
