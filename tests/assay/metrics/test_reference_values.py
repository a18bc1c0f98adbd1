"""Ranking metrics against values worked out by hand and against trec_eval."""

import math
from dataclasses import replace

import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from assay.metrics import (
    TREC,
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

QRELS = {"q": {"d1": 3, "d2": 2, "d3": 3, "d4": 0, "d5": 1, "d6": 2}}
RUN = {"q": ["d1", "d4", "d2", "d7", "d3"]}
EXPONENTIAL = replace(TREC, gain="exponential")


def only(result):
    (value,) = result.values
    return float(value)


@pytest.mark.parametrize(
    ("k", "policy", "value"),
    [
        (3, TREC, 0.678796),
        (3, EXPONENTIAL, 0.658073),
        (3, replace(EXPONENTIAL, ideal="uncut"), 0.582376),
        (5, TREC, 0.722667),
        (5, EXPONENTIAL, 0.767912),
        (5, replace(TREC, unjudged="condensed"), 0.741077),
    ],
)
def test_each_choice_makes_another_ndcg(k, policy, value):
    assert only(ndcg(QRELS, RUN, k=k, policy=policy)) == pytest.approx(value, abs=5e-7)


def test_the_other_metrics():
    assert only(average_precision(QRELS, RUN, relevant_from=1, policy=TREC)) == pytest.approx(
        0.453333, abs=5e-7
    )
    assert only(average_precision(QRELS, RUN, relevant_from=2, policy=TREC)) == pytest.approx(
        0.566667, abs=5e-7
    )
    assert only(precision(QRELS, RUN, k=3, relevant_from=1, policy=TREC)) == pytest.approx(2 / 3)
    assert only(judged(QRELS, RUN, k=5, policy=TREC)) == pytest.approx(0.8)
    assert only(reciprocal_rank(QRELS, RUN, relevant_from=1, policy=TREC)) == 1
    rbp = rank_biased_precision(QRELS, RUN, persistence=0.8, relevant_from=1, policy=TREC)
    assert only(rbp) == pytest.approx(0.40992)
    assert only(bpref(QRELS, RUN, relevant_from=1, policy=TREC)) == pytest.approx(0.2)
    assert only(recall(QRELS, RUN, k=3, relevant_from=1, policy=TREC)) == pytest.approx(2 / 5)
    assert only(success(QRELS, RUN, k=1, relevant_from=3, policy=TREC)) == 1
    assert only(unjudged(QRELS, RUN, k=5, policy=TREC)) == pytest.approx(0.2)
    left = rank_biased_residual(QRELS, RUN, persistence=0.8, policy=TREC)
    assert only(left) == pytest.approx(0.2 * 0.8**3 + 0.8**5)


@pytest.mark.parametrize(("k", "value"), [(5, 0.692654), (10, 0.675722), (1000, 0.672361)])
def test_compatibility_depends_on_how_deep_the_overlap_is_followed(k, value):
    found = compatibility(QRELS, RUN, persistence=0.8, policy=TREC, k=k)
    assert only(found) == pytest.approx(value, abs=5e-7)


def overlap_with_the_nearest_ideal(judged, ranked, p, depth):
    """Compatibility as its definition reads, depth by depth."""
    ideal = [document for document in judged if judged[document] > 0]
    ideal.sort(key=lambda d: (-judged[d], ranked.index(d) if d in ranked else len(ranked)))

    def overlap(other):
        return sum(p ** (d - 1) * len({*other[:d]} & {*ideal[:d]}) / d for d in range(1, depth + 1))

    return overlap(ranked) / overlap(ideal) if ideal else 0.0


@pytest.mark.parametrize(("max_grade", "value"), [(3, 0.890625), (4, 0.472656)])
def test_err_depends_on_the_top_of_the_scale(max_grade, value):
    found = expected_reciprocal_rank(QRELS, RUN, k=3, max_grade=max_grade, policy=TREC)
    assert only(found) == pytest.approx(value, abs=5e-7)


documents = st.sampled_from([f"d{number}" for number in range(1, 13)])
judgments = st.dictionaries(  # no negative grades: pytrec_eval never returns on some of them
    st.sampled_from(["q1", "q2", "q3"]),
    st.dictionaries(documents, st.integers(0, 3), min_size=1),
    min_size=1,
)
scores = st.dictionaries(
    st.sampled_from(["q1", "q2", "q3"]),
    st.dictionaries(documents, st.integers(-3, 3).map(float), min_size=1),
    min_size=1,
)


@pytest.mark.slow
@few
@given(judgments, scores)
def test_trec_eval_agrees_with_ties_and_unjudged_documents(qrels, run):
    measures = {"map", "recip_rank", "P.5", "ndcg", "ndcg_cut.3", "recall.5", "success.5", "bpref"}
    told = pytrec_eval.RelevanceEvaluator(qrels, measures).evaluate(run)
    policy = replace(TREC, queries="intersection")
    ours = {
        "map": average_precision(qrels, run, relevant_from=1, policy=policy),
        "recip_rank": reciprocal_rank(qrels, run, relevant_from=1, policy=policy),
        "P_5": precision(qrels, run, k=5, relevant_from=1, policy=policy),
        "ndcg": ndcg(qrels, run, k=None, policy=policy),
        "ndcg_cut_3": ndcg(qrels, run, k=3, policy=policy),
        "recall_5": recall(qrels, run, k=5, relevant_from=1, policy=policy),
        "success_5": success(qrels, run, k=5, relevant_from=1, policy=policy),
        "bpref": bpref(qrels, run, relevant_from=1, policy=policy),
    }
    for name, found in ours.items():
        expected = {query: values[name] for query, values in told.items()}
        assert found.by_query() == pytest.approx(expected, abs=1e-9), name


@few
@given(judgments, st.lists(documents, unique=True), st.sampled_from([0.5, 0.9]), st.integers(1, 30))
def test_compatibility_is_its_definition(qrels, ranked, p, k):
    found = compatibility(qrels, {q: ranked for q in qrels}, persistence=p, policy=TREC, k=k)
    expected = {
        query: overlap_with_the_nearest_ideal(held, ranked, p, k) for query, held in qrels.items()
    }
    assert found.by_query() == pytest.approx(expected)


def test_an_unanswered_query_counts_zero_unless_the_policy_says_otherwise():
    qrels, run = {"q1": {"a": 1}, "q2": {"b": 1}}, {"q1": ["a"]}
    every = average_precision(qrels, run, relevant_from=1, policy=TREC)
    assert every.mean.value == 0.5 and every.unanswered == ("q2",)
    assert every.warnings == ("queries without a ranking, counted as 0: 1",)
    both = average_precision(
        qrels, run, relevant_from=1, policy=replace(TREC, queries="intersection")
    )
    assert both.by_query() == {"q1": 1.0} and both.unanswered == ()


@pytest.mark.parametrize(
    ("ties", "value"), [("docno_desc", 1), ("docno_asc", 1 / 3), ("as_given", 1 / 2)]
)
def test_ties_are_broken_as_the_policy_says(ties, value):
    run = {"q": {"d2": 1.0, "d3": 1.0, "d1": 1.0}}
    found = average_precision(
        {"q": {"d3": 1}}, run, relevant_from=1, policy=replace(TREC, ties=ties)
    )
    assert only(found) == pytest.approx(value)


def test_err_stops_for_sure_only_at_the_top():
    found = expected_reciprocal_rank(
        {"q": {"a": 1}}, {"q": ["a"]}, k=None, max_grade=1, policy=TREC
    )
    assert only(found) == 0.5
    assert math.isclose(
        only(expected_reciprocal_rank({"q": {"a": 2}}, {"q": ["x", "a"]}, k=2, max_grade=2,
                                      policy=TREC)), 0.375)  # fmt: skip
