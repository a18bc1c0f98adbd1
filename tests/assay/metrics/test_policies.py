"""What holds for every metric: names, bounds, refusals, intervals."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay import TooLittle
from assay.metrics import (
    TREC,
    Gain,
    average_precision,
    bpref,
    compatibility,
    expected_reciprocal_rank,
    judged,
    ndcg,
    precision,
    rank_biased_precision,
    rank_biased_residual,
    recall,
    reciprocal_rank,
    success,
    unjudged,
)
from tests.assay import few

METRICS = {
    "ndcg": lambda q, r, p: ndcg(q, r, k=5, policy=p),
    "precision": lambda q, r, p: precision(q, r, k=5, relevant_from=1, policy=p),
    "ap": lambda q, r, p: average_precision(q, r, relevant_from=1, policy=p, k=5),
    "rr": lambda q, r, p: reciprocal_rank(q, r, relevant_from=1, policy=p, k=5),
    "rbp": lambda q, r, p: rank_biased_precision(q, r, persistence=0.8, relevant_from=1, policy=p),
    "err": lambda q, r, p: expected_reciprocal_rank(q, r, k=5, max_grade=3, policy=p),
    "judged": lambda q, r, p: judged(q, r, k=5, policy=p),
    "unjudged": lambda q, r, p: unjudged(q, r, k=5, policy=p),
    "recall": lambda q, r, p: recall(q, r, k=5, relevant_from=1, policy=p),
    "success": lambda q, r, p: success(q, r, k=5, relevant_from=1, policy=p),
    "bpref": lambda q, r, p: bpref(q, r, relevant_from=1, policy=p),
    "compatibility": lambda q, r, p: compatibility(q, r, persistence=0.9, policy=p),
    "residual": lambda q, r, p: rank_biased_residual(q, r, persistence=0.8, policy=p),
}
each_metric = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)

documents = st.sampled_from([f"d{number}" for number in range(9)])
qrels_of = st.dictionaries(
    st.sampled_from("uvw"), st.dictionaries(documents, st.integers(0, 3)), min_size=1
)
runs = st.dictionaries(st.sampled_from("uvw"), st.lists(documents, unique=True))
policies = st.builds(
    lambda gain, ideal, unjudged, queries, skipped: replace(
        TREC, gain=gain, ideal=ideal, unjudged=unjudged, queries=queries, no_relevant=skipped
    ),
    st.sampled_from(["linear", "exponential"]),
    st.sampled_from(["cut", "uncut"]),
    st.sampled_from(["zero", "condensed"]),
    st.sampled_from(["all_qrels", "intersection"]),
    st.sampled_from(["zero", "skip"]),
)


@each_metric
@few
@given(qrels_of, runs, policies)
def test_values_stay_within_zero_and_one(metric, qrels, run, policy):
    found = metric(qrels, run, policy)
    assert len(found.values) == len(found.query_ids)
    assert ((found.values >= -1e-12) & (found.values <= 1 + 1e-12)).all()


@few
@given(qrels_of)
def test_the_ideal_ranking_scores_one(qrels):
    run = {q: sorted(held, key=held.get, reverse=True) for q, held in qrels.items()}
    policy = replace(TREC, no_relevant="skip")
    for name in ("ndcg", "rr", "bpref", "success", "compatibility"):
        assert METRICS[name](qrels, run, policy).values == pytest.approx(1)
    whole = average_precision(qrels, run, relevant_from=1, policy=policy)
    assert whole.values == pytest.approx(1)


@each_metric
def test_the_full_name_carries_every_choice(metric):
    found = metric({"q": {"a": 1}}, {"q": ["a"]}, TREC)
    assert found.metric.endswith(f":{TREC}")
    assert "gain=linear,ideal=cut,unjudged=zero,ties=docno_desc" in found.metric


@each_metric
def test_no_query_at_all_is_too_little(metric):
    found = metric({}, {"q": ["a"]}, TREC)
    assert found.mean == TooLittle("a mean with an interval needs two values", 0)
    assert found.warnings == ("queries without judgments, left out: 1",)


@each_metric
@pytest.mark.parametrize(
    ("ranking", "told"),
    [
        (["a", "b", "a"], "ranks a document twice"),
        ({"a": float("nan")}, "not a finite number"),
        ({"a": float("inf")}, "not a finite number"),
        ("abc", "not one text"),
    ],
)
def test_malformed_rankings_are_refused(metric, ranking, told):
    with pytest.raises(ValueError, match=told):
        metric({"q": {"a": 1}}, {"q": ranking}, TREC)


def test_a_query_without_relevant_documents_scores_zero_or_is_left_out():
    qrels, run = {"q1": {"a": 1}, "q2": {"a": 0}}, {"q1": ["a"], "q2": ["a"]}
    assert ndcg(qrels, run, k=1, policy=TREC).values.tolist() == [1, 0]
    skipped = ndcg(qrels, run, k=1, policy=replace(TREC, no_relevant="skip"))
    assert skipped.query_ids == ("q1",)


def test_judged_reads_the_ranking_as_it_stands_whatever_the_policy():
    condensed = replace(TREC, unjudged="condensed")
    found = judged({"q": {"a": 1, "b": -1}}, {"q": ["a", "b", "x"]}, k=3, policy=condensed)
    assert found.values == pytest.approx([1 / 3])
    assert "unjudged=zero" in found.metric


@few
@given(qrels_of, runs)
def test_rbp_with_its_residual_is_what_judging_all_the_rest_relevant_would_give(qrels, run):
    low = rank_biased_precision(qrels, run, persistence=0.8, relevant_from=1, policy=TREC)
    left = rank_biased_residual(qrels, run, persistence=0.8, policy=TREC)
    filled = {
        query: {**{document: 1 for document in run.get(query, ())}, **held}
        for query, held in qrels.items()
    }
    best = rank_biased_precision(filled, run, persistence=0.8, relevant_from=1, policy=TREC)
    below = [0.8 ** len(run.get(query, ())) for query in low.query_ids]
    assert low.values + left.values == pytest.approx(best.values + below)


@few
@given(qrels_of, runs)
def test_judged_and_unjudged_make_the_whole_of_a_ranking(qrels, run):
    both = [METRICS[name](qrels, run, TREC) for name in ("judged", "unjudged")]
    ranked = [bool(run.get(query)) for query in both[0].query_ids]
    assert both[0].values + both[1].values == pytest.approx(np.array(ranked, dtype=float))


def test_negative_grades_count_as_unjudged():
    qrels, run = {"q": {"a": -1, "b": 1}}, {"q": ["a", "b"]}
    condensed = replace(TREC, unjudged="condensed")
    assert reciprocal_rank(qrels, run, relevant_from=1, policy=TREC).values == [0.5]
    assert reciprocal_rank(qrels, run, relevant_from=1, policy=condensed).values == [1.0]


def test_mean_has_a_t_interval_and_may_be_bootstrapped():
    rng = np.random.default_rng(1)
    qrels = {f"q{n}": {"a": 1} for n in range(40)}
    run = {query: (["a"] if rng.random() < 0.5 else ["x", "a"]) for query in qrels}
    found = reciprocal_rank(qrels, run, relevant_from=1, policy=TREC)
    drawn = found.bootstrapped(rng)
    assert drawn.value == found.mean.value
    assert (drawn.low, drawn.high) == pytest.approx((found.mean.low, found.mean.high), abs=0.03)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: ndcg({}, {}, k=0, policy=TREC), "cut-off must be"),
        (lambda: precision({}, {}, k=5, relevant_from=0, policy=TREC), "relevant_from must be"),
        (
            lambda: rank_biased_precision({}, {}, persistence=1, relevant_from=1, policy=TREC),
            "persistence must lie",
        ),
        (
            lambda: expected_reciprocal_rank({"q": {"a": 4}}, {}, k=5, max_grade=3, policy=TREC),
            "exceeds max_grade",
        ),
        (
            lambda: expected_reciprocal_rank({}, {}, k=5, max_grade=0, policy=TREC),
            "max_grade must be at least 1",
        ),
        (lambda: compatibility({}, {}, persistence=0, policy=TREC), "persistence must lie"),
        (lambda: compatibility({}, {}, persistence=0.9, policy=TREC, k=0), "cut-off must be"),
        (lambda: rank_biased_residual({}, {}, persistence=1, policy=TREC), "persistence must lie"),
        (lambda: recall({}, {}, k=0, relevant_from=1, policy=TREC), "cut-off must be"),
        (lambda: success({}, {}, k=1, relevant_from=0, policy=TREC), "relevant_from must be"),
        (lambda: bpref({}, {}, relevant_from=0, policy=TREC), "relevant_from must be"),
        (lambda: unjudged({}, {}, k=0, policy=TREC), "cut-off must be"),
        (lambda: replace(TREC, gain="cubic"), "cubic"),
    ],
)
def test_senseless_choices_are_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()


def test_a_policy_takes_text_but_keeps_choices():
    assert replace(TREC, gain="exponential").gain is Gain.EXPONENTIAL
    assert replace(TREC, gain="linear") == TREC
    with pytest.raises(TypeError):
        type(TREC)(gain="linear")
