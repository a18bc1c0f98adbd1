"""Metrics that are not linear in labels, query by query."""

import numpy as np
import pytest

from assay import TooLittle
from assay.judges import greg, query_mean
from tests.assay.judges import covered, qrels, real_run


def test_a_mean_over_queries_is_the_regression_over_queries():
    rng = np.random.default_rng(61)
    human, judge, rest = rng.random(60), rng.random(60), rng.random(200)
    assert query_mean(human, judge, rest, target="these") == greg(human, judge, rest)
    assert query_mean(human, judge, rest) == greg(human, judge, rest, target="population")


def test_few_judged_queries_are_indicative_and_very_few_say_nothing():
    rng = np.random.default_rng(62)
    few, enough = (query_mean(rng.random(m), rng.random(m), rng.random(50)) for m in (19, 20))
    assert few.warnings == ("fewer than 20 judged queries: indicative",) and not enough.warnings
    none = query_mean([0.1] * 4, [0.2] * 4, [0.3])
    assert none == TooLittle("a mean over queries needs five judged queries", 4)


@pytest.mark.slow
@pytest.mark.parametrize(("target", "m"), [("population", 20), ("population", 40), ("these", 25)])
def test_intervals_over_queries_cover(target, m):
    """Per-query values between 0 and 1, skewed as nDCG is; from 20 queries on as promised."""
    rng, held = np.random.default_rng(63), []
    for _ in range(2000):
        human = rng.beta(4, 2, 80)
        judge = np.clip(human + 0.1 + 0.15 * rng.normal(size=80), 0, 1)
        truth = 4 / 6 if target == "population" else human.mean()
        found = query_mean(human[:m], judge[:m], judge[m:], target=target)
        held.append(covered(found, truth))
    assert 0.93 <= np.mean(held) <= 0.97, np.mean(held)


def ndcg(run, grades, query):
    """Linear gains against the ideal ten of all that is graded for the query."""
    discounts = 1 / np.log2(np.arange(2, 12))
    ideal = sorted((grade for pair, grade in grades.items() if pair[0] == query), reverse=True)
    reached = sum(
        grades.get(pair, 0) * discounts[rank - 1] for pair, rank in run.items() if pair[0] == query
    )
    return reached / (np.array(ideal[:10]) @ discounts[: len(ideal)])


@pytest.mark.slow
def test_ndcg_of_a_real_system_is_certified_from_half_of_its_queries():
    """Judge alone is off by far; 22 queries of people's labels put it right, as was measured."""
    grades = [qrels(f"dl19/{name}.qrels") for name in ("human", "llm-70b")]
    run = real_run("p_bert")
    queries = sorted({query for query, _ in grades[0]})
    human, judge = (np.array([ndcg(run, held, query) for query in queries]) for held in grades)
    assert human.mean() == pytest.approx(0.737975, abs=1e-6)
    assert judge.mean() - human.mean() > 0.03
    rng, runs = np.random.default_rng(64), []
    for _ in range(1500):
        order = rng.permutation(43)
        few, rest = order[:22], order[22:]
        runs.append(query_mean(human[few], judge[few], judge[rest], target="these"))
    assert np.mean([one.value for one in runs]) == pytest.approx(human.mean(), abs=0.004)
    assert 0.91 <= np.mean([covered(one, human.mean()) for one in runs]) <= 0.97


def test_senseless_input_is_refused():
    with pytest.raises(ValueError, match="lengths differ"):
        query_mean([0.1, 0.2], [0.1], [0.3])
    with pytest.raises(ValueError, match="judge has no grade for 1 items"):
        query_mean([0.1, 0.2], [0.1, np.nan], [0.3])
    with pytest.raises(ValueError, match="target must be"):
        query_mean([0.1, 0.2] * 10, [0.1, 0.3] * 10, [0.3], target="all")
