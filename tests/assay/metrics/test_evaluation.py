"""Many runs at once: the same numbers as one by one, from mappings and from tables alike."""

from dataclasses import replace

import numpy as np
import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from assay.metrics import (
    ERR,
    NDCG,
    RBP,
    TREC,
    AveragePrecision,
    BPref,
    Compatibility,
    Judged,
    Precision,
    QrelsTable,
    RBPResidual,
    Recall,
    ReciprocalRank,
    RunTable,
    Success,
    UnjudgedShare,
    average_precision,
    coded,
    evaluate,
    ndcg,
)
from tests.assay import few

MEASURES = [
    NDCG(k=3),
    NDCG(k=None),
    AveragePrecision(relevant_from=1),
    AveragePrecision(relevant_from=2, k=4),
    ReciprocalRank(relevant_from=2),
    Precision(k=5, relevant_from=1),
    Recall(k=5, relevant_from=1),
    Success(k=2, relevant_from=1),
    BPref(relevant_from=1),
    ERR(k=5, max_grade=3),
    RBP(persistence=0.8, relevant_from=1),
    RBPResidual(persistence=0.8),
    Compatibility(persistence=0.9),
    Judged(k=4),
    UnjudgedShare(k=4),
]
documents = st.sampled_from([f"d{number}" for number in range(14)])
queries = st.sampled_from(["q1", "q2", "q3", "q4"])
qrels_of = st.dictionaries(queries, st.dictionaries(documents, st.integers(-1, 3)), min_size=1)
scored = st.dictionaries(queries, st.dictionaries(documents, st.integers(-2, 2).map(float)))
listed = st.dictionaries(queries, st.lists(documents, unique=True))
policies = st.builds(
    lambda **chosen: replace(TREC, **chosen),
    gain=st.sampled_from(["linear", "exponential"]),
    ideal=st.sampled_from(["cut", "uncut"]),
    unjudged=st.sampled_from(["zero", "condensed"]),
    ties=st.sampled_from(["docno_desc", "docno_asc", "as_given"]),
    queries=st.sampled_from(["all_qrels", "intersection"]),
    no_relevant=st.sampled_from(["zero", "skip"]),
)


def without_empty(runs):
    """Rankings without documents leave no row in a table, so there they are no rankings."""
    return {
        system: {query: held for query, held in run.items() if held} for system, run in runs.items()
    }


@pytest.mark.slow
@few
@given(qrels_of, scored, listed, policies)
def test_tables_give_the_numbers_of_mappings_to_the_last_bit(qrels, first, second, policy):
    runs = without_empty({"scored": first, "listed": second})
    mapped = evaluate(qrels, runs, MEASURES, policy=policy)
    table, tables = coded(qrels, runs)
    assert np.array_equal(
        evaluate(table, tables, MEASURES, policy=policy).values, mapped.values, equal_nan=True
    )


@pytest.mark.slow
@few
@given(qrels_of, scored, policies)
def test_ranks_are_those_of_sorting_the_whole_ranking(qrels, run, policy):
    order = {"docno_desc": True, "docno_asc": False, "as_given": None}[policy.ties.value]
    by_hand = {
        query: sorted(
            held if order is None else sorted(held, reverse=order), key=lambda d: -held[d]
        )
        for query, held in run.items()
    }
    found = evaluate(qrels, {"scored": run, "sorted": by_hand}, MEASURES, policy=policy).values
    assert np.array_equal(found[:, 0], found[:, 1], equal_nan=True)


def planted(rng, *, queries, documents, depth, decimals):
    """A pool and two runs: tied where scores are rounded, each missing some queries."""
    names = [f"doc{number:05d}" for number in range(documents)]
    qrels, runs = {}, {"first": {}, "second": {}}
    for query in (f"q{number:03d}" for number in range(queries)):
        pool = rng.choice(documents, 60, replace=False)
        grades = rng.choice([0, 0, 1, 2, 3], size=60)
        qrels[query] = {
            names[document]: int(grade) for document, grade in zip(pool, grades, strict=True)
        }
        for run in runs.values():
            if rng.random() < 0.9:
                own = np.concatenate([pool[:30], rng.choice(documents, depth)])
                scores = rng.normal(size=len(own)).round(decimals)
                run[query] = {names[d]: float(s) for d, s in zip(own, scores, strict=True)}
    return qrels, runs


@pytest.mark.parametrize("decimals", [1, 12])
def test_trec_eval_agrees_on_large_runs(decimals):
    """Ties at one decimal; scores are exact in the 32 bits that trec_eval keeps them in."""
    qrels, runs = planted(
        np.random.default_rng(11), queries=60, documents=3000, depth=400, decimals=decimals
    )
    runs = {
        system: {q: {d: float(np.float32(s)) for d, s in held.items()} for q, held in run.items()}
        for system, run in runs.items()
    }
    peers = {
        "ndcg_cut_10": NDCG(k=10),
        "ndcg": NDCG(k=None),
        "map": AveragePrecision(relevant_from=2),
        "map_cut_20": AveragePrecision(relevant_from=2, k=20),
        "recip_rank": ReciprocalRank(relevant_from=2),
        "P_10": Precision(k=10, relevant_from=2),
        "recall_100": Recall(k=100, relevant_from=2),
        "success_1": Success(k=1, relevant_from=2),
        "bpref": BPref(relevant_from=2),
    }
    asked = {"ndcg_cut.10", "ndcg", "map", "map_cut.20", "recip_rank", "P.10", "recall.100",
             "success.1", "bpref"}  # fmt: skip
    evaluator = pytrec_eval.RelevanceEvaluator(qrels, asked, relevance_level=2)
    policy = replace(TREC, queries="intersection")
    table, tables = coded(qrels, runs)
    for found in (
        evaluate(qrels, runs, list(peers.values()), policy=policy),
        evaluate(table, tables, list(peers.values()), policy=policy),
    ):
        for system, run in runs.items():
            told = evaluator.evaluate(run)
            for name, measure in peers.items():
                expected = {query: values[name] for query, values in told.items()}
                ours = found.result(measure, system).by_query()
                assert ours == pytest.approx(expected, abs=1e-9), (name, system)


def test_a_result_is_what_the_measures_own_function_returns():
    qrels, runs = planted(np.random.default_rng(5), queries=20, documents=300, depth=50, decimals=2)
    found = evaluate(
        qrels, runs, [NDCG(k=10), AveragePrecision(relevant_from=1)], policy=TREC, level=0.9
    )
    alone = ndcg(qrels, runs["second"], k=10, policy=TREC, level=0.9)
    assert found.result("ndcg@10", "second").as_dict() == alone.as_dict()
    alone = average_precision(qrels, runs["first"], relevant_from=1, policy=TREC, level=0.9)
    assert found.result("ap(from=1)", "first").as_dict() == alone.as_dict()
    assert found.means[1, 0] == pytest.approx(alone.mean.value)


def test_a_query_left_out_is_not_a_number_and_does_not_count():
    qrels = {"q1": {"a": 1}, "q2": {"a": 0}, "q3": {"b": 1}}
    policy = replace(TREC, no_relevant="skip", queries="intersection")
    runs = {"short": {"q1": ["a"]}, "whole": {"q1": ["x", "a"], "q2": ["a"], "q3": ["b"]}}
    found = evaluate(qrels, runs, [ReciprocalRank(relevant_from=1)], policy=policy)
    expected = [[1, np.nan, np.nan], [0.5, np.nan, 1]]
    assert np.array_equal(found.values[0], expected, equal_nan=True)
    assert found.means.tolist() == [[1, 0.75]]
    assert found.as_dict()["values"][0][0] == [1, None, None]


def test_warnings_name_what_each_system_leaves_unanswered():
    qrels, runs = {"q1": {"a": 1}, "q2": {"b": 1}}, {"new": {"q1": ["a"], "q9": ["b"]}}
    for held, given_runs in ((qrels, runs), coded(qrels, runs)):
        (found,) = evaluate(held, given_runs, [NDCG(k=10)], policy=TREC).results
        assert found.unanswered == ("q2",)
        assert found.warnings == (
            "queries without a ranking, counted as 0: 1",
            "queries without judgments, left out: 1",
        )


def test_nothing_to_evaluate_has_no_means():
    found = evaluate({}, {"new": {"q": ["a"]}}, [NDCG(k=10)], policy=TREC)
    assert found.values.shape == (1, 1, 0) and np.isnan(found.means).all()
    assert evaluate({"q": {"a": 1}}, {}, [NDCG(k=10)], policy=TREC).values.shape == (1, 0, 1)


def test_tables_are_kept_sorted_whatever_order_they_come_in():
    shuffled = RunTable([1, 0, 1, 0], [5, 9, 2, 1], [0.5, 1.5, 2.5, 3.5])
    assert shuffled.queries.tolist() == [0, 0, 1, 1]
    assert shuffled.documents.tolist() == [1, 9, 2, 5]
    assert shuffled.scores.tolist() == [3.5, 1.5, 2.5, 0.5]
    assert shuffled.arrival.tolist() == [3, 1, 2, 0]
    again = RunTable(*(getattr(shuffled, name) for name in shuffled.__slots__))
    assert again.arrival.tolist() == [3, 1, 2, 0]


def table():
    return QrelsTable(("q",), [0], [3], [1])


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: QrelsTable(("b", "a"), [0], [0], [1]), "query_ids must be sorted"),
        (lambda: QrelsTable(("q",), [1], [0], [1]), "query code 1 has no query id"),
        (lambda: QrelsTable(("q",), [0, 0], [3, 3], [1, 0]), "query 0 judges document 3 twice"),
        (lambda: QrelsTable(("q",), [0], [-1], [1]), "document code -1 is not between"),
        (lambda: QrelsTable(("q",), [0], [3], [0.5]), "grades must be a vector of whole numbers"),
        (lambda: RunTable([0, 0], [3, 3], [1.0, 2.0]), "query 0 ranks document 3 twice"),
        (lambda: RunTable([0], [2**40], [1.0]), "document code 1099511627776 is not between"),
        (lambda: RunTable([0], [3], [np.nan]), "scores must hold finite numbers"),
        (lambda: RunTable([0, 0], [3], [1.0]), "lengths differ"),
        (
            lambda: evaluate(table(), {"new": {"q": ["a"]}}, [NDCG(k=1)], policy=TREC),
            "run 'new' must be one",
        ),
        (
            lambda: evaluate({}, {"new": RunTable([0], [3], [1.0])}, [NDCG(k=1)], policy=TREC),
            "the judgments must be one",
        ),
        (
            lambda: evaluate({}, {}, [NDCG(k=1), NDCG(k=1)], policy=TREC),
            "a measure is named twice",
        ),
        (
            lambda: evaluate({}, {"a": {}}, [NDCG(k=1)], policy=TREC).result("ndcg@2", "a"),
            "no measure 'ndcg@2'",
        ),
        (
            lambda: evaluate({}, {"a": {}}, [NDCG(k=1)], policy=TREC).result("ndcg@1", "b"),
            "no system 'b'",
        ),
    ],
)
def test_senseless_tables_and_mixtures_are_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
