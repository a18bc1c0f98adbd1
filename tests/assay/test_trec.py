"""TREC text in and out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.metrics import TREC, ndcg
from assay.trec import MalformedTrec, parse_qrels, parse_run, write_qrels, write_run
from tests.assay import few

ids = st.text("abcXYZ019._-", min_size=1, max_size=6)


@pytest.mark.slow
@few
@given(st.dictionaries(ids, st.dictionaries(ids, st.integers(-127, 127), min_size=1)))
def test_qrels_come_back_as_written(qrels):
    assert parse_qrels(write_qrels(qrels)) == qrels


@few
@given(st.dictionaries(ids, st.lists(ids, unique=True, min_size=1), min_size=1), ids)
def test_a_written_run_keeps_its_order_through_any_rule_for_ties(rankings, tag):
    run = parse_run(write_run(rankings, tag))
    assert run.tag == tag
    for query, documents in rankings.items():
        scores = run.scores[query]
        assert sorted(scores, key=scores.__getitem__, reverse=True) == documents
        assert len(set(scores.values())) == len(documents)


def test_what_is_parsed_can_be_measured():
    run = parse_run(["1 Q0 b 1 0.5 t", "", "1\tQ0\ta\t2\t0.7\tt"])
    assert ndcg(parse_qrels(["# made", "1 0 a 1"]), run.scores, k=1, policy=TREC).values == [1]


def test_the_score_ranks_and_the_rank_column_does_not():
    assert parse_run(["1 Q0 a 9 2 t", "1 Q0 b 1 1 t"]).scores["1"] == {"a": 2.0, "b": 1.0}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("1 0 b", "line 2: 3 fields, not 4"),
        ("1 0 b one", "line 2: grade 'one' is not a whole number"),
        ("1 0 b 1.5", "line 2: grade '1.5' is not a whole number"),
        ("1 0 b 128", r"line 2: grade 128 is not in \[-127, 127\]"),
        ("1 0 a 1", "line 2: a is judged twice for query 1"),
    ],
)
def test_malformed_qrels_name_their_line(line, told):
    with pytest.raises(MalformedTrec, match=told):
        parse_qrels(["1 0 a 1", line])


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("1 Q0 b 2 1.0", "line 2: 5 fields, not 6"),
        ("1 Q0 b 2 high t", "line 2: score 'high' is not a finite number"),
        ("1 Q0 b 2 nan t", "line 2: score 'nan' is not a finite number"),
        ("1 Q0 b 2 -inf t", "line 2: score '-inf' is not a finite number"),
        ("1 Q0 a 2 1.0 t", "line 2: a is ranked twice for query 1"),
        ("1 Q0 b 2 1.0 u", "line 2: tag u after t: two runs"),
    ],
)
def test_malformed_runs_name_their_line(line, told):
    with pytest.raises(MalformedTrec, match=told):
        parse_run(["1 Q0 a 1 2.0 t", line])


def test_an_empty_run_is_refused_and_empty_qrels_are_not():
    with pytest.raises(MalformedTrec, match="the run is empty"):
        parse_run([""])
    assert parse_qrels([]) == {}


@pytest.mark.parametrize("name", ["", "two words", "#hidden", "line\nbreak"])
def test_ids_that_would_not_come_back_are_not_written(name):
    with pytest.raises(ValueError, match="cannot be written"):
        list(write_qrels({name: {"a": 1}}))
    with pytest.raises(ValueError, match="cannot be written"):
        list(write_run({"1": ["a"]}, name))


def test_what_cannot_be_read_is_not_written():
    with pytest.raises(ValueError, match=r"grade 200 is not in"):
        list(write_qrels({"1": {"a": 200}}))
    with pytest.raises(ValueError, match="ranks a document twice"):
        list(write_run({"1": ["a", "a"]}, "t"))
