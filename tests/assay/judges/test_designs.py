"""Where in a pool to spend human labels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.judges import (
    expected_labels,
    inclusion_chances,
    metric_weights,
    systematic_draw,
)
from tests.assay import few

IDEAL = 13.630678
pools = st.lists(st.tuples(st.integers(0, 4), st.integers(-50, 50)), min_size=1, max_size=40)


def test_weights_add_up_to_the_metric():
    ranks, gains = [1, 2, 3, 11, 0], np.array([3, 0, 2, 3, 1])
    told = (3 / np.log2(2) + 2 / np.log2(4)) / IDEAL
    assert metric_weights(ranks) @ gains == pytest.approx(told)
    assert 3 * metric_weights(np.arange(1, 11)).sum() == pytest.approx(1)
    precision = metric_weights(ranks, metric="precision", cutoff=2)
    assert precision.tolist() == [0.5, 0.5, 0, 0, 0]
    half = metric_weights(ranks, top_gain=6)
    assert half == pytest.approx(metric_weights(ranks) / 2)


@few
@given(pools, st.integers(1, 5))
def test_chances_sum_to_the_labels_asked_and_follow_the_weights(pool, per_query):
    queries, weights = (np.array(column) for column in zip(*pool, strict=True))
    chances = inclusion_chances(weights, queries.tolist(), per_query=per_query)
    assert ((chances >= 0) & (chances <= 1)).all()
    for query in set(queries.tolist()):
        mine, size = chances[queries == query], np.abs(weights[queries == query])
        if not size.any():
            assert not mine.any()
            continue
        size = np.maximum(size, 0.03 * size.max())
        assert mine.sum() == pytest.approx(min(per_query, len(size)))
        ratio = (mine / size)[mine < 1]
        assert np.allclose(ratio, ratio[:1], rtol=1e-9)
        if len(ratio):
            assert (size[mine == 1] * ratio[0] >= 1 - 1e-9).all(), "no cap without need"


def test_capped_chances_go_to_the_others():
    chances = inclusion_chances([8, 1, 1, 2], "aaaa", per_query=2)
    assert chances.tolist() == [1, 0.25, 0.25, 0.5]
    assert expected_labels(chances) == 2
    assert inclusion_chances([5, 1], "aa", per_query=3).tolist() == [1, 1]
    assert inclusion_chances([1, 0, 0], "aaa", per_query=1, floor=0).tolist() == [1, 0, 0]


def test_several_systems_share_one_draw():
    weights = np.array([[3.0, 0.0, 0.0], [4.0, 5.0, 0.0]])
    chances = inclusion_chances(weights, "aaa", per_query=1, floor=0)
    assert chances.tolist() == [0.5, 0.5, 0]


@pytest.mark.slow
def test_systematic_draws_meet_their_chances():
    chances = np.array([0.9, 0.3, 0.5, 0.3, 1.0, 0.2, 0.8])
    queries, rng, drawn = "aaaabbb", np.random.default_rng(41), np.zeros(7)
    for _ in range(4000):
        draw = systematic_draw(chances, queries, rng=rng)
        assert draw.strata.count("a") == draw.strata.count("b") == 2
        assert draw.probabilities.tolist() == chances[draw.indices].tolist()
        drawn[draw.indices] += 1
    assert drawn / 4000 == pytest.approx(chances, abs=0.03)
    assert drawn[4] == 4000


@few
@given(pools, st.integers(1, 4), st.integers(0, 99))
def test_a_draw_has_the_size_that_was_asked(pool, per_query, seed):
    queries, weights = zip(*pool, strict=True)
    chances = inclusion_chances(weights, queries, per_query=per_query)
    draw = systematic_draw(chances, queries, rng=np.random.default_rng(seed))
    assert len(draw.indices) == expected_labels(chances) == round(chances.sum())
    assert len(set(draw.indices.tolist())) == len(draw.indices)


def test_an_empty_pool_draws_nothing():
    assert inclusion_chances([], []).size == 0
    assert systematic_draw([], [], rng=np.random.default_rng(1)).indices.size == 0


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: metric_weights([1, -2]), "ranks must be whole"),
        (lambda: metric_weights([1.5]), "ranks must be whole"),
        (lambda: metric_weights([1], cutoff=0), "cutoff must be at least 1"),
        (lambda: metric_weights([1], metric="ndcg"), "metric must be"),
        (lambda: inclusion_chances([1, 2], "a"), "lengths differ"),
        (lambda: inclusion_chances([1, 2], "aa", per_query=0), "per_query must be"),
        (lambda: inclusion_chances([1, 2], "aa", floor=2), "floor must lie"),
        (
            lambda: systematic_draw([0.5, 1.5], "aa", rng=np.random.default_rng(1)),
            "chances must lie",
        ),
    ],
)
def test_senseless_input_is_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
