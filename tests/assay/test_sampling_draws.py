"""Draws with unequal chances, and draws that do not depend on the order of rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.sampling import (
    inclusion_probabilities,
    proportional_allocation,
    proportional_draw,
    stratified_draw,
    systematic_draw,
    whole_allocation,
)
from tests.assay import few

sizes = st.lists(st.one_of(st.just(0.0), st.floats(1e-3, 1e4)), min_size=1, max_size=25)


def seeded(seed=1):
    return np.random.default_rng(seed)


@few
@given(sizes, st.data())
def test_chances_follow_size_sum_to_n_and_stop_at_certainty(held, data):
    n = data.draw(st.integers(0, int(np.count_nonzero(held))))
    chance = inclusion_probabilities(held, n)
    assert chance.sum() == pytest.approx(n)
    assert ((chance >= 0) & (chance <= 1)).all()
    assert (chance[np.array(held) == 0] == 0).all()
    free = (chance > 0) & (chance < 1)
    rate = chance[free] / np.array(held)[free]
    assert rate == pytest.approx(rate[:1].repeat(len(rate)))
    # an item taken for certain is no smaller than one that is not
    assert np.array(held)[chance == 1].min(initial=np.inf) >= np.array(held)[free].max(initial=0)


def test_what_a_certain_item_leaves_goes_to_the_others():
    assert inclusion_probabilities([100, 3, 2, 1], 3) == pytest.approx([1, 1, 2 / 3, 1 / 3])
    assert inclusion_probabilities([8, 1, 1], 2) == pytest.approx([1, 0.5, 0.5])


@few
@given(sizes, st.integers(0, 10_000), st.sampled_from(["random", "keys"]), st.data())
def test_a_proportional_draw_takes_exactly_n_different_items(held, seed, order, data):
    n = data.draw(st.integers(0, int(np.count_nonzero(held))))
    drawn = proportional_draw(held, n, rng=seeded(seed), order=order)
    assert len(set(drawn.indices.tolist())) == len(drawn.indices) == n
    assert (drawn.probabilities == inclusion_probabilities(held, n)[drawn.indices]).all()
    assert (drawn.probabilities > 0).all()


@pytest.mark.slow
@pytest.mark.parametrize("order", ["random", "keys"])
def test_a_proportional_draw_meets_its_chances(order):
    held, rng, seen = [9, 4, 3, 2, 1, 1], seeded(), np.zeros(6)
    for _ in range(4000):
        seen[proportional_draw(held, 3, rng=rng, order=order).indices] += 1
    assert seen / 4000 == pytest.approx(inclusion_probabilities(held, 3), abs=0.03)


@few
@given(st.permutations(range(12)), st.integers(0, 1000))
def test_the_order_of_rows_does_not_matter_where_items_have_keys(rows, seed):
    rows = np.array(rows)
    strata, size = np.array(list("aaaabbbbbccc")), np.arange(1, 13) ** 2
    for draw in (
        lambda r: stratified_draw(
            strata[r].tolist(), {"a": 2, "b": 3, "c": 1}, rng=seeded(seed), keys=r.tolist()
        ),
        lambda r: proportional_draw(size[r], 5, rng=seeded(seed), keys=r.tolist()),
        lambda r: systematic_draw(r.tolist(), 5, rng=seeded(seed)),
    ):
        first, moved = draw(np.arange(12)), draw(rows)
        assert sorted(rows[moved.indices].tolist()) == first.indices.tolist()
        paired = dict(zip(rows[moved.indices].tolist(), moved.probabilities, strict=True))
        assert [paired[row] for row in first.indices.tolist()] == first.probabilities.tolist()


def test_the_order_in_which_strata_are_allotted_does_not_matter():
    one = stratified_draw("aaabbb", {"a": 1, "b": 2}, rng=seeded())
    other = stratified_draw("aaabbb", {"b": 2, "a": 1}, rng=seeded())
    assert (one.indices == other.indices).all()


def test_a_systematic_draw_is_spread_evenly_along_the_keys():
    for seed in range(20):
        drawn = systematic_draw(range(97), 10, rng=seeded(seed))
        assert len(drawn.indices) == 10 and drawn.probabilities == pytest.approx(10 / 97)
        assert set(np.diff(drawn.indices)) <= {9, 10}


def test_proportional_allocation_rounds_to_its_total():
    wanted = proportional_allocation([500, 300, 200], 25)
    assert wanted == pytest.approx([12.5, 7.5, 5])
    assert whole_allocation(wanted, capacity=[500, 300, 200]).tolist() == [13, 7, 5]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: inclusion_probabilities([1, -1], 1), "sizes must not be negative"),
        (lambda: inclusion_probabilities([1, 0], 2), "2 items are asked of 1"),
        (lambda: proportional_draw([1, 1], 1, rng=seeded(), order="size"), "order must be"),
        (lambda: proportional_draw([1, 1], 1, rng=seeded(), keys=["a", "a"]), "all different"),
        (lambda: proportional_draw([1, 1], 1, rng=seeded(), keys=["a"]), "keys has 1"),
        (lambda: systematic_draw(["a", 1], 1, rng=seeded()), "one type that can be sorted"),
        (lambda: systematic_draw(["a"], 2, rng=seeded()), "2 items are asked of 1"),
        (lambda: proportional_allocation([0, 0], 5), "nor all zero"),
    ],
)
def test_senseless_draws_are_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
