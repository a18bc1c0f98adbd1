"""Pools of several systems, and budgeted draws from them."""

import numpy as np
import pytest

from assay.sampling import depth_pool, horvitz_thompson, pool_draw

RUNS = {
    "A": {"q1": ["d1", "d2", "d3"], "q2": ["d1"]},
    "B": {"q1": ["d4", "d2", "d1"]},
}


def seeded(seed=1):
    return np.random.default_rng(seed)


def large():
    rng = seeded(7)
    return {
        system: {
            f"q{query}": [f"d{held}" for held in rng.permutation(60)[:40]] for query in range(6)
        }
        for system in "ABC"
    }


def test_a_pool_is_the_union_and_says_who_found_what():
    pool = depth_pool(RUNS, depth=2)
    assert list(zip(pool.query_ids, pool.document_ids, strict=True)) == [
        ("q1", "d1"), ("q1", "d2"), ("q1", "d4"), ("q2", "d1"),
    ]  # fmt: skip
    assert pool.ranks.tolist() == [[1, 3], [2, 2], [0, 1], [1, 0]]
    assert pool.found.tolist() == [[True, False], [True, True], [False, True], [True, False]]
    assert pool.best_ranks.tolist() == [1, 2, 1, 1]
    assert pool.only_from() == {"A": 2, "B": 1}


def test_a_pool_does_not_tell_by_its_order_who_found_a_document():
    turned = {"B": RUNS["B"], "A": RUNS["A"]}
    there, back = depth_pool(RUNS, depth=2), depth_pool(turned, depth=2)
    assert there.document_ids == back.document_ids
    assert (there.ranks == back.ranks[:, ::-1]).all()


def test_scores_are_ranked_as_trec_eval_does():
    pool = depth_pool({"A": {"q": {"d1": 0.5, "d2": 0.5, "d3": 0.1}}}, depth=1)
    assert pool.document_ids == ("d2",)


def test_a_budget_is_met_and_denser_near_the_top():
    pool = depth_pool(large(), depth=40)
    drawn = pool_draw(pool, bands=[5, 15, 40], intensity=[1000, 3, 1], budget=180, rng=seeded())
    band = np.array([number for _, number in drawn.strata])
    assert len(drawn.indices) == 180
    assert (drawn.probabilities[band == 0] == 1).all()
    assert drawn.probabilities[band == 1].mean() > 2 * drawn.probabilities[band == 2].mean()
    per_query = {query: 0 for query, _ in drawn.strata}
    for query, _ in drawn.strata:
        per_query[query] += 1
    assert max(per_query.values()) - min(per_query.values()) <= 3
    assert (pool.best_ranks[drawn.indices[band == 0]] <= 5).all()


def test_every_document_of_a_pool_can_be_drawn():
    pool = depth_pool(RUNS, depth=2)
    drawn = pool_draw(pool, bands=[1, 2], intensity=[5, 1], budget=4, rng=seeded())
    assert drawn.indices.tolist() == [0, 1, 2, 3]
    more = pool_draw(pool, bands=[1, 2], intensity=[5, 1], budget=400, rng=seeded())
    assert len(more.indices) == 4


@pytest.mark.slow
def test_totals_over_the_pool_are_unbiased():
    pool, rng = depth_pool(large(), depth=40), seeded(3)
    relevant = rng.random(len(pool.document_ids)) < 1 / pool.best_ranks
    totals = []
    for _ in range(300):
        drawn = pool_draw(pool, bands=[5, 40], intensity=[5, 1], budget=100, rng=rng)
        found = horvitz_thompson(relevant[drawn.indices], drawn.probabilities, design="fixed")
        totals.append(found.value)
    assert np.mean(totals) == pytest.approx(relevant.sum(), rel=0.03)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: depth_pool({}, depth=5), "a pool needs a system"),
        (lambda: depth_pool(RUNS, depth=0), "depth must be at least 1"),
        (lambda: depth_pool({"A": {"q": ["d", "d"]}}, depth=1), "ranks a document twice"),
    ],
)
def test_senseless_pools_are_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()


@pytest.mark.parametrize(
    ("bands", "intensity", "budget", "told"),
    [
        ([1, 3], [1, 1], 4, "must rise from 1 or more to the depth 2"),
        ([2, 1], [1, 1], 4, "must rise"),
        ([1, 2], [1], 4, "2 bands have 1 intensities"),
        ([1, 2], [1, 0], 4, "an intensity must be above 0"),
        ([1, 2], [1, 1], 2, "a budget of 2 does not reach the 3 strata"),
    ],
)
def test_senseless_designs_are_refused(bands, intensity, budget, told):
    pool = depth_pool(RUNS, depth=2)
    with pytest.raises(ValueError, match=told):
        pool_draw(pool, bands=bands, intensity=intensity, budget=budget, rng=seeded())
