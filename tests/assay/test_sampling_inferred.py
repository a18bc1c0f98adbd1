"""Average precision from sampled judgments, against trec_eval and against the truth."""

import numpy as np
import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from assay import TooLittle
from assay.metrics import TREC, NoRelevant, average_precision
from assay.sampling import (
    depth_pool,
    inferred_average_precision,
    pool_draw,
    stratified_inferred_average_precision,
)
from tests.assay import few

QRELS = {"q": {"a": 1, "c": -1, "b": 0, "d": 1, "e": 0, "f": -1}}
RUN = {"q": ["a", "x", "c", "b", "d", "e", "f"]}
grades = st.dictionaries(st.sampled_from("abcdefghijkl"), st.integers(-1, 3), min_size=1)
orders = st.permutations("abcdefghijklmn")


def test_inferred_precision_of_the_reference():
    found = inferred_average_precision(QRELS, RUN, relevant_from=1)
    assert found.values == pytest.approx([0.75], abs=1e-4)
    assert found.relevant.tolist() == [2]
    assert found.mean == TooLittle("a mean with an interval needs two values", 1)
    assert average_precision(QRELS, RUN, relevant_from=1, policy=TREC).values == pytest.approx(0.7)


@few
@given(grades, orders, st.integers(1, 14), st.integers(1, 3))
def test_inferred_precision_is_trec_evals(judged, order, depth, relevant_from):
    scores = {held: 20.0 - rank for rank, held in enumerate(order[:depth])}
    peer = pytrec_eval.RelevanceEvaluator({"q": judged}, {"infAP"}, relevance_level=relevant_from)
    told = peer.evaluate({"q": scores})["q"]["infAP"]
    found = inferred_average_precision({"q": judged}, {"q": scores}, relevant_from=relevant_from)
    assert found.values[0] == pytest.approx(told, abs=1e-6)


@few
@given(grades, orders)
def test_with_all_judged_it_is_average_precision(judged, order):
    qrels, run = {"q": {held: abs(grade) for held, grade in judged.items()}}, {"q": order}
    found = inferred_average_precision(qrels, run, relevant_from=1).values
    told = average_precision(qrels, run, relevant_from=1, policy=TREC).values
    assert found == pytest.approx(told, abs=1e-4)


@few
@given(grades, orders)
def test_one_stratum_is_the_unstratified_case(judged, order):
    strata = {"q": dict.fromkeys(judged, "all")}
    one = stratified_inferred_average_precision(
        strata, {"q": judged}, {"q": order}, relevant_from=1
    )
    other = inferred_average_precision({"q": judged}, {"q": order}, relevant_from=1)
    assert one.values == pytest.approx(other.values)


def sampled_world(seed):
    """A query of 120 pooled documents with known relevance, and a system that ranks it well."""
    rng = np.random.default_rng(seed)
    chance = np.exp(-np.arange(120) / 30)
    relevant = rng.random(120) < chance
    run = {"q": [f"d{held}" for held in np.argsort(np.arange(120) + rng.normal(0, 12, 120))]}
    other = {"q": [f"d{held}" for held in np.argsort(np.arange(120) + rng.normal(0, 25, 120))]}
    return {f"d{held}": int(relevant[held]) for held in range(120)}, run, other


@pytest.mark.slow
def test_stratified_inference_finds_the_truth_where_unjudged_as_irrelevant_does_not():
    truth, run, other = sampled_world(2)
    pool, rng = depth_pool({"A": run, "B": other}, depth=120), np.random.default_rng(4)
    told = average_precision({"q": truth}, run, relevant_from=1, policy=TREC).values[0]
    bands = {
        held: int(np.searchsorted([10, 40, 120], rank))
        for held, rank in zip(pool.document_ids, pool.best_ranks.tolist(), strict=True)
    }
    inferred, as_zero = [], []
    for _ in range(400):
        drawn = pool_draw(pool, bands=[10, 40, 120], intensity=[99, 2, 1], budget=50, rng=rng)
        qrels = {
            "q": {pool.document_ids[row]: truth[pool.document_ids[row]] for row in drawn.indices}
        }
        found = stratified_inferred_average_precision({"q": bands}, qrels, run, relevant_from=1)
        inferred.append(found.values[0])
        as_zero.append(average_precision(qrels, run, relevant_from=1, policy=TREC).values[0])
    assert np.mean(inferred) == pytest.approx(told, abs=0.015)
    assert abs(np.mean(as_zero) - told) > 0.05


def test_queries_without_a_relevant_document_count_as_said():
    qrels, run = {"q1": {"a": 1}, "q2": {"a": 0}, "q3": {"a": 1}}, {"q1": ["a"], "q2": ["a"]}
    zero = inferred_average_precision(qrels, run, relevant_from=1)
    assert zero.values.tolist() == [1, 0, 0] and zero.mean.n == 3
    assert zero.warnings == ("queries without a judged relevant document, counted as 0: 1",)
    skip = inferred_average_precision(qrels, run, relevant_from=1, no_relevant=NoRelevant.SKIP)
    assert skip.query_ids == ("q1", "q3") and skip.values.tolist() == [1, 0]
    nothing = inferred_average_precision(qrels, run, relevant_from=2, no_relevant=NoRelevant.SKIP)
    assert nothing == TooLittle("no query with a judged relevant document", 3)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: inferred_average_precision(QRELS, RUN, relevant_from=0), "a grade of at least 1"),
        (
            lambda: inferred_average_precision(QRELS, RUN, relevant_from=1, epsilon=0),
            "epsilon must be",
        ),
        (
            lambda: inferred_average_precision(QRELS, {"q": ["a", "a"]}, relevant_from=1),
            "ranks a document twice",
        ),
        (
            lambda: stratified_inferred_average_precision(
                {"q": {"a": 0}}, QRELS, RUN, relevant_from=1
            ),
            "is judged but in no stratum",
        ),
    ],
)
def test_senseless_input_is_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
