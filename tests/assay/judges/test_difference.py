"""Two systems compared with few labels."""

import numpy as np
import pytest

from assay import TooLittle
from assay.judges import (
    cross_fitted,
    inclusion_chances,
    metric_weights,
    systematic_draw,
    weighted_difference,
)
from tests.assay.judges import covered, planted, qrels, real_run

D = np.array([[0.2, -0.1, 0.05], [0.1, 0.3, -0.2]])
GAIN = np.array([[3, 0, 1], [2, 3, 0]])
STAND_IN = np.array([[2.1, 0.6, 0.9], [1.5, 2.4, 0.3]])
CHANCES = np.array([[0.8, 0.4, 0.2], [0.5, 0.9, 0.6]])
LABELLED = np.array([[1, 0, 1], [0, 1, 1]], dtype=bool)


def reference(**changes):
    held = {
        "weights": D.ravel(), "human": np.where(LABELLED, GAIN, np.nan).ravel(),
        "stand_in": STAND_IN.ravel(), "chances": CHANCES.ravel(), "queries": "aaabbb", "fewest": 4,
    } | changes  # fmt: skip
    return weighted_difference(**held)


def two_systems(rng, queries=60, depth=10):
    """A pool in which two systems return the same sixteen items in orders of their own."""
    human, judge = planted(rng, size=queries * 16)
    human = human + rng.integers(0, 2, queries).repeat(16)  # some queries are easy
    weights = []
    for noise in (0.7, 1.0):
        score = (human + noise * rng.normal(size=len(human))).reshape(queries, 16)
        ranks = (-score).argsort(axis=1).argsort(axis=1) + 1
        weights.append(metric_weights(ranks.ravel(), cutoff=depth, top_gain=4))
    return weights[0] - weights[1], human, judge, np.arange(queries).repeat(16).tolist()


def estimated(rng, pool, per_query, *, with_judge=True):
    d, human, judge, queries = pool
    chances = inclusion_chances(d, queries, per_query=per_query)
    rows = systematic_draw(chances, queries, rng=rng).indices
    seen = np.full(len(human), np.nan)
    seen[rows] = human[rows]
    guess = cross_fitted(seen, judge, chances, queries) if with_judge else np.zeros(len(human))
    return weighted_difference(d, seen, guess, chances, queries)


def test_difference_of_the_reference():
    found = reference()
    assert found.by_query == pytest.approx((0.655, 1.110))
    assert found.these_queries.value == found.query_population.value == pytest.approx(0.8825)
    errors = [
        each.diagnostics["standard_error"] for each in (found.these_queries, found.query_population)
    ]
    assert errors == pytest.approx((0.052308, 0.2275), abs=5e-7)
    assert found.n == 4 and found.query_ids == ("a", "b")
    assert found.warnings == ("fewer than 20 queries: indicative",)


def test_a_full_census_leaves_no_doubt_about_these_queries():
    found = reference(human=GAIN.ravel(), chances=np.ones(6))
    assert found.by_query == pytest.approx((D * GAIN).sum(axis=1))
    assert found.these_queries.low == found.these_queries.high == found.these_queries.value


def test_a_perfect_stand_in_leaves_no_doubt_about_these_queries():
    found = reference(stand_in=GAIN.ravel())
    assert found.by_query == pytest.approx((D * GAIN).sum(axis=1))
    assert found.these_queries.diagnostics["standard_error"] == 0
    assert found.query_population.diagnostics["standard_error"] > 0


def test_labels_that_went_missing_are_told():
    found = reference(human=[3, *[np.nan] * 3, 3, 0], fewest=2)
    assert not any("fewer labels" in told for told in found.warnings)
    lost = reference(human=[np.nan, np.nan, 1, np.nan, 3, np.nan], fewest=2)
    assert "1 queries have fewer labels than were drawn" in lost.warnings[-1]


def test_one_query_has_no_population_and_few_labels_no_interval():
    assert reference(fewest=50) == TooLittle("an interval needs 50 human labels", 4)
    assert isinstance(reference(queries="aaaaaa").query_population, TooLittle)
    alone = reference(chances=[1, 1, 0.2, 1, 1, 1])
    assert "two labels whose chance was below 1" in alone.these_queries.reason
    none = reference(
        human=[3, *[np.nan] * 3, 3, np.nan], chances=[1, 0.4, 0.2, 0.5, 1, 0.6], fewest=2
    )
    assert "two labels whose chance was below 1" in none.these_queries.reason


@pytest.mark.slow
def test_intervals_for_these_queries_cover_and_the_judge_shortens_them():
    rng = np.random.default_rng(51)
    pool = two_systems(rng)
    truth = float(pool[0] @ pool[1]) / 60
    runs = [estimated(rng, pool, 3).these_queries for _ in range(700)]
    assert 0.93 <= np.mean([covered(one, truth) for one in runs]) <= 0.97
    values = np.array([one.value for one in runs])
    assert values.mean() == pytest.approx(truth, abs=4 * values.std() / np.sqrt(700))
    alone = [estimated(rng, pool, 3, with_judge=False).these_queries for _ in range(100)]
    width, plain = (np.mean([one.high - one.low for one in held]) for held in (runs, alone))
    assert width < 0.9 * plain


@pytest.mark.slow
def test_intervals_for_the_query_population_cover():
    rng = np.random.default_rng(52)
    d, human, judge, queries = two_systems(rng, queries=4000)
    by_query = np.bincount(queries, d * human)
    held = []
    for _ in range(700):
        rows = (rng.choice(4000, 60, replace=False)[:, None] * 16 + np.arange(16)).ravel()
        pool = d[rows], human[rows], judge[rows], np.arange(60).repeat(16).tolist()
        held.append(covered(estimated(rng, pool, 2).query_population, by_query.mean()))
    assert 0.93 <= np.mean(held) <= 0.97, np.mean(held)


@pytest.mark.slow
def test_a_judge_that_is_always_wrong_does_not_bias():
    rng = np.random.default_rng(53)
    d, human, _, queries = two_systems(rng)
    pool = d, human, np.full(len(d), np.nan), queries
    truth = float(d @ human) / 60
    values = np.array([estimated(rng, pool, 2).these_queries.value for _ in range(500)])
    assert values.mean() == pytest.approx(truth, abs=4 * values.std() / np.sqrt(500))


def real_pair(first, second):
    """Two real runs of TREC DL 2019 over the union of their ten best documents."""
    human, judge = qrels("dl19/human.qrels"), qrels("dl19/llm-70b.qrels")
    ranks = [real_run(name) for name in (first, second)]
    judged = {query for query, _ in human}
    pool = sorted({pair for run in ranks for pair in run if pair[0] in judged})
    weights = [metric_weights([run.get(pair, 0) for pair in pool]) for run in ranks]
    gain = np.array([human.get(pair, 0) for pair in pool], dtype=float)
    graded = np.array([judge.get(pair, np.nan) for pair in pool], dtype=float)
    return weights[0] - weights[1], gain, graded, [query for query, _ in pool]


@pytest.mark.slow
def test_two_real_systems_are_told_apart_as_measured():
    """Difference +.020, as in the reference, and the sd beats 215 labels on 17 whole queries."""
    rng = np.random.default_rng(54)
    pool = real_pair("idst_bert_p1", "p_bert")
    queries = len(set(pool[3]))
    truth = float(pool[0] @ pool[1]) / queries
    assert queries == 43 and truth == pytest.approx(0.020, abs=0.0015)
    runs = [estimated(rng, pool, 5).these_queries for _ in range(400)]
    assert {one.n for one in runs} == {215}
    assert 0.93 <= np.mean([covered(one, truth) for one in runs]) <= 0.975
    whole = np.bincount(np.unique(pool[3], return_inverse=True)[1], pool[0] * pool[1])
    spent_on_17 = whole.std(ddof=1) * np.sqrt((1 - 17 / 43) / 17)
    assert spent_on_17 == pytest.approx(0.0135, abs=0.0001)
    assert np.std([one.value for one in runs]) < 0.85 * spent_on_17


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"queries": "aaabb"}, "lengths differ"),
        ({"weights": [np.nan] * 6}, "weights must hold finite numbers"),
        ({"human": [np.inf] * 6}, "human must hold finite numbers, or NaN"),
        ({"stand_in": [np.nan] * 6}, "stand_in must hold finite numbers"),
        ({"chances": [1.2] * 6}, "chances must lie between 0 and 1"),
        ({"chances": [0.8, 0.4, 0.2, 0, 0.9, 0.6]}, "row 3 counts for the metric"),
        ({"level": 95}, "level must lie"),
        ({"fewest": 1}, "fewest must be at least 2"),
    ],
)
def test_senseless_input_is_refused(changes, told):
    with pytest.raises(ValueError, match=told):
        reference(**changes)
