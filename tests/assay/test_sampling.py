"""Draws with known chances and estimates from them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay import TooLittle
from assay.sampling import (
    hajek,
    horvitz_thompson,
    kish_n_eff,
    neyman_allocation,
    stratified_draw,
    stratified_mean,
    whole_allocation,
)
from tests.assay import few

Y, PI = [1, 0, 1, 0, 1, 0], [1, 1, 0.5, 0.5, 0.1, 0.1]
W, MEANS, SDS, SIZES = [0.5, 0.3, 0.2], [0.8, 0.7, 0.5], [0.1, 0.2, 0.3], [40, 60, 100]


def test_weighted_estimates_of_the_reference():
    assert horvitz_thompson(Y, PI).value == pytest.approx(13.0)
    found = hajek(Y, PI)
    assert found.value == pytest.approx(0.5)
    assert found.diagnostics["kish_n_eff"] == pytest.approx(26**2 / 210)
    assert "fewer than 30" in found.warnings[0]


def test_stratified_mean_of_the_reference():
    found = stratified_mean(W, MEANS, SDS, SIZES)
    assert found.value == pytest.approx(0.71)
    assert found.diagnostics["standard_error"] == pytest.approx(0.012590, abs=5e-7)


def test_neyman_of_the_reference_beats_proportional():
    best = neyman_allocation(W, SDS, 200)
    assert best == pytest.approx([58.8, 70.6, 70.6], abs=0.05)
    error = [
        stratified_mean(W, MEANS, SDS, sizes).diagnostics["standard_error"]
        for sizes in (best, [100, 60, 40])
    ]
    assert error == pytest.approx([0.012021, 0.013229], abs=5e-7)


def test_a_census_leaves_no_error():
    assert hajek([1, 2, 3], [1, 1, 1]).diagnostics["standard_error"] == 0
    found = stratified_mean([0.5, 0.5], [1, 2], [1, 1], [10, 20], populations=[10, 20])
    assert (found.low, found.value, found.high) == (1.5, 1.5, 1.5)


def test_kish_of_the_reference():
    assert kish_n_eff([1] * 50 + [5] * 50) == pytest.approx(69.23, abs=0.005)
    assert kish_n_eff([3] * 7) == pytest.approx(7)


def test_estimates_are_unbiased_and_covered_over_repeated_draws():
    rng = np.random.default_rng(1)
    population = rng.gamma(2, size=400) + np.repeat([0, 3], [300, 100])
    chance = np.repeat([0.2, 0.6], [300, 100])
    totals, means, held = [], [], 0
    for _ in range(600):
        drawn = rng.random(400) < chance
        total = horvitz_thompson(population[drawn], chance[drawn])
        mean = hajek(population[drawn], chance[drawn])
        totals.append(total.value)
        means.append(mean.value)
        held += mean.low <= population.mean() <= mean.high
    assert np.mean(totals) == pytest.approx(population.sum(), rel=0.015)
    assert np.mean(means) == pytest.approx(population.mean(), rel=0.015)
    assert held / 600 == pytest.approx(0.95, abs=0.03)


def test_stratified_interval_covers_the_mean_of_the_frame():
    rng, held = np.random.default_rng(2), 0
    frames = [rng.normal(1, 0.2, 500), rng.normal(3, 1, 200)]
    truth = np.concatenate(frames).mean()
    for _ in range(500):
        samples = [
            rng.choice(frame, size=n, replace=False)
            for frame, n in zip(frames, (20, 30), strict=True)
        ]
        found = stratified_mean(
            [5 / 7, 2 / 7], [s.mean() for s in samples], [s.std(ddof=1) for s in samples],
            [20, 30], populations=[500, 200],
        )  # fmt: skip
        held += found.low <= truth <= found.high
    assert held / 500 == pytest.approx(0.95, abs=0.03)


def test_a_draw_takes_the_allotted_items_with_their_chances():
    strata = ["head"] * 10 + ["tail"] * 90
    drawn = stratified_draw(strata, {"tail": 9, "head": 5}, rng=np.random.default_rng(3))
    assert drawn.strata.count("head") == 5 and len(drawn.indices) == 14
    assert [strata[row] for row in drawn.indices] == list(drawn.strata)
    assert set(drawn.probabilities) == {0.5, 0.1}
    assert (np.diff(drawn.indices) > 0).all()
    again = stratified_draw(strata, {"tail": 9, "head": 5}, rng=np.random.default_rng(3))
    assert (again.indices == drawn.indices).all()
    with pytest.raises(ValueError, match="read-only"):
        drawn.probabilities[0] = 1


def test_a_draw_reaches_every_item_alike():
    rng, seen = np.random.default_rng(4), np.zeros(6)
    for _ in range(3000):
        seen[stratified_draw("aaabbb", {"a": 1, "b": 2}, rng=rng).indices] += 1
    assert seen / 3000 == pytest.approx([1 / 3] * 3 + [2 / 3] * 3, abs=0.035)


def test_a_draw_may_be_empty():
    drawn = stratified_draw("ab", {"a": 0, "b": 0}, rng=np.random.default_rng(1))
    assert len(drawn.indices) == len(drawn.probabilities) == 0


@few
@given(
    st.lists(st.tuples(st.floats(0, 300), st.integers(0, 300)), min_size=1, max_size=8),
    st.integers(0, 5),
)
def test_whole_allocations_keep_total_and_bounds(strata, at_least):
    wanted, room = map(np.array, zip(*strata, strict=True))
    found = whole_allocation(wanted, capacity=room, at_least=at_least)
    low = np.minimum(at_least, room)
    assert ((found >= low) & (found <= room)).all()
    assert found.sum() == np.clip(round(wanted.sum()), low.sum(), room.sum())


def test_too_little_is_said():
    assert isinstance(hajek([1], [1]), TooLittle)
    assert isinstance(horvitz_thompson([1], [1]), TooLittle)
    assert stratified_mean([1], [0.5], [0.1], [1]).reason == "a stratum has fewer than two items"


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: hajek([1, 2], [0, 1]), "inclusion probabilities"),
        (lambda: horvitz_thompson([1, 2], [1.5, 1]), "inclusion probabilities"),
        (lambda: stratified_mean([0.5, 0.4], [1, 1], [1, 1], [5, 5]), "sum to 1"),
        (lambda: stratified_mean([1], [1], [-1], [5]), "must not be negative"),
        (lambda: stratified_mean([1], [1], [1], [5], populations=[4]), "larger than its"),
        (lambda: neyman_allocation([1], [0], 10), "no stratum varies"),
        (lambda: neyman_allocation([-1], [1], 10), "must not be negative"),
        (lambda: whole_allocation([-1], capacity=[5]), "must not be negative"),
        (lambda: kish_n_eff([0, 0]), "nor all zero"),
        (lambda: stratified_draw("aab", {"a": 1}, rng=None), "differ in .*b"),
        (lambda: stratified_draw("aa", {"a": 3}, rng=None), "has 2 items, 3 are asked"),
    ],
)
def test_senseless_input_is_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
