"""Whether raters say the same twice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assay import TooLittle
from assay.gold import repeat_consistency
from assay.intervals import wilson
from tests.assay import few


def met_twice(agreed, pairs):
    """Rows in which each rater meets so many items twice and agrees so often."""
    first = [(f"{r}-{i}", r, i % 2) for r, n in enumerate(pairs) for i in range(n)]
    again = [
        (f"{r}-{i}", r, i % 2 if i < agreed[r] else 1 - i % 2)
        for r, n in enumerate(pairs)
        for i in range(n)
    ]
    return zip(*(first + again), strict=True)


def test_shares_and_bounds_are_wilsons_and_p_is_fishers():
    agreed, pairs = [18, 9, 25, 20, 14], [20, 20, 25, 22, 15]
    found = repeat_consistency(*met_twice(agreed, pairs))
    assert found.agreed.tolist() == agreed and found.pairs.tolist() == pairs
    for place, (hits, trials) in enumerate(zip(agreed, pairs, strict=True)):
        told = wilson(hits, trials)
        assert (found.low[place], found.high[place]) == pytest.approx((told.low, told.high))
        others = sum(agreed) - hits
        table = [[hits, trials - hits], [others, sum(pairs) - trials - others]]
        fisher = stats.fisher_exact(table, alternative="less").pvalue
        assert found.p[place] == pytest.approx(fisher)
    assert found.adjusted == pytest.approx(stats.false_discovery_control(found.p))
    assert np.flatnonzero(found.adjusted < 0.05).tolist() == [1]
    assert found.pooled.value == pytest.approx(86 / 102) and found.pooled.n == 5


def test_only_the_first_two_answers_make_a_pair():
    found = repeat_consistency("aaaab", "xxxxx", [1, 1, 0, 0, 1])
    assert (found.agreed.tolist(), found.pairs.tolist(), found.later) == ([1], [1], 2)


def test_near_duplicates_are_taken_as_one_item():
    rows = ["a", "b", "c"], ["x"] * 3, [1, 1, 0]
    assert repeat_consistency(*rows) == TooLittle("no rater met an item twice", 0)
    found = repeat_consistency(*rows, duplicates={"a": "twin", "c": "twin"})
    assert (found.agreed.tolist(), found.pairs.tolist()) == ([0], [1])
    # A group named like an item is not that item.
    named = repeat_consistency(*rows, duplicates={"a": "b", "c": "b"})
    assert named.pairs.tolist() == [1] and named.agreed.tolist() == [0]


def test_who_always_says_the_same_is_shown_to_agree_by_chance():
    items = [*range(30)] * 2
    found = repeat_consistency(items * 2, ["flat"] * 60 + ["varied"] * 60,
                               [2] * 60 + [n % 3 for n in range(30)] * 2)  # fmt: skip
    assert found.share.tolist() == [1.0, 1.0]
    assert found.by_chance == pytest.approx([1.0, 1 / 3])


def test_raters_who_met_nothing_twice_have_no_share():
    found = repeat_consistency("aab", "xxy", [1, 1, 0])
    assert found.pairs.tolist() == [1, 0]
    assert np.isnan([found.share[1], found.low[1], found.p[1], found.adjusted[1]]).all()
    assert found.pooled == TooLittle("fewer than 5 raters met an item twice", 1)


def test_where_all_agree_the_pooled_interval_still_has_width():
    found = repeat_consistency(*met_twice([6] * 6, [6] * 6))
    assert found.pooled.value == 1.0 and found.pooled.low < 0.92
    assert "do not differ" in found.pooled.warnings[1]


@few
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=8))
def test_p_is_a_probability_and_names_who_cannot_be_worse(counts):
    agreed, pairs = np.array([(a, a + missed) for a, missed in counts]).T
    found = repeat_consistency(*met_twice(agreed, pairs)) if pairs.any() else None
    if found is None:
        return
    assert ((found.p >= 0) & (found.p <= 1) | np.isnan(found.p)).all()
    perfect = [a == n for a, n in zip(found.agreed, found.pairs, strict=True) if n]
    assert all(p == pytest.approx(1) for p, right in
               zip(found.p[found.pairs > 0], perfect, strict=True) if right)  # fmt: skip


@pytest.mark.slow
def test_the_pooled_interval_covers_raters_who_differ():
    rng, held, rounds = np.random.default_rng(4), 0, 600
    for _ in range(rounds):
        pairs = rng.integers(5, 30, 30)
        agreed = rng.binomial(pairs, rng.beta(16, 4, 30))
        pooled = repeat_consistency(*met_twice(agreed, pairs)).pooled
        held += pooled.low <= 0.8 <= pooled.high
    assert 0.93 <= held / rounds <= 0.97


def test_senseless_rows_are_refused():
    with pytest.raises(ValueError, match="differ in length"):
        repeat_consistency("aa", "x", [1, 1])
    with pytest.raises(ValueError, match="row 1 of labels is missing"):
        repeat_consistency("aa", "xx", [1, None])
    with pytest.raises(ValueError, match="level must lie"):
        repeat_consistency("aa", "xx", [1, 1], level=95)
