"""Dawid and Skene's model with shrunken raters."""

import itertools
import json

import numpy as np
import pytest
from crowdkit.aggregation import DawidSkene as Reference
from hypothesis import given
from hypothesis import strategies as st
from pandas import DataFrame

from assay import Labels, TooLittle
from assay.consensus import dawid_skene, majority_vote
from assay.consensus.em import count, design_of, expect
from tests.assay import few

SPAMMER = np.full((3, 3), 1 / 3)
GOOD = np.full((3, 3), 0.1) + 0.7 * np.eye(3)
SHIFTED = np.array([[0.1, 0.8, 0.1], [0.1, 0.1, 0.8], [0.8, 0.1, 0.1]])


def planted(rng, kinds, items=400, per_item=5, prior=(0.5, 0.3, 0.2)):
    """Labels by raters of known confusion, and the truth."""
    truth = rng.choice(3, size=items, p=prior)
    rows = []
    for item in range(items):
        for rater in rng.choice(len(kinds), size=per_item, replace=False):
            rows.append((item, int(rater), int(rng.choice(3, p=kinds[rater][truth[item]]))))
    return Labels.from_triples(*zip(*rows, strict=True), classes=[0, 1, 2]), truth


def accuracy(result, truth):
    return np.mean(result.labels == truth[list(result.item_ids)])


triples = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 4), st.integers(0, 2)),
    min_size=2,
    max_size=40,
    unique_by=lambda row: row[:2],
)


@pytest.mark.slow
@few
@given(triples, st.floats(0.1, 50))
def test_objective_never_falls_and_probabilities_are_whole(rows, strength):
    labels = Labels.from_triples(*zip(*rows, strict=True), classes=[0, 1, 2])
    result = dawid_skene(labels, prior_strength=strength, tol=1e-9)
    if isinstance(result, TooLittle):
        assert labels.n_labels == labels.n_items
        return
    rises = np.diff(result.objective)
    assert (rises >= -1e-9 * np.abs(result.objective[1:])).all()
    assert result.posterior.sum(axis=1) == pytest.approx(1)
    assert result.confusion.sum(axis=2) == pytest.approx(1)
    assert result.class_prior.sum() == pytest.approx(1)


@pytest.mark.slow
@few
@given(triples, st.permutations([0, 1, 2]))
def test_renaming_classes_only_renames_the_answer(rows, renamed):
    labels = Labels.from_triples(*zip(*rows, strict=True), classes=[0, 1, 2])
    other = Labels.from_triples(
        *zip(*((i, r, renamed[c]) for i, r, c in rows), strict=True), classes=[0, 1, 2]
    )
    first, second = dawid_skene(labels, max_iter=20), dawid_skene(other, max_iter=20)
    if isinstance(first, TooLittle):
        assert first == second
        return
    assert second.posterior[:, renamed] == pytest.approx(first.posterior, abs=1e-6)


def test_steps_equal_sums_written_out():
    labels = Labels.from_triples("aabbc", "xyxyy", [0, 1, 1, 1, 0])
    rng = np.random.default_rng(2)
    confusion = rng.dirichlet([1, 1], size=(2, 2))
    prior, design = np.array([0.3, 0.7]), design_of(labels)
    posterior, evidence = expect(design, prior, confusion)
    rows = list(zip(labels.item_codes, labels.rater_codes, labels.label_codes, strict=True))
    weights = np.tile(prior, (3, 1))
    for (item, rater, label), k in itertools.product(rows, range(2)):
        weights[item, k] *= confusion[rater, k, label]
    assert posterior == pytest.approx(weights / weights.sum(axis=1, keepdims=True))
    assert evidence == pytest.approx(np.log(weights.sum(axis=1)).sum())
    counts = np.zeros((2, 2, 2))
    for (item, rater, label), k in itertools.product(rows, range(2)):
        counts[rater, k, label] += posterior[item, k]
    assert count(design, posterior) == pytest.approx(counts)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # crowd-kit against the newest pandas
def test_with_hardly_any_prior_it_is_the_classic_model():
    labels, truth = planted(np.random.default_rng(4), [GOOD] * 6 + [SPAMMER] * 2, per_item=6)
    ours = dawid_skene(labels, prior_strength=1e-6, tol=1e-9, max_iter=500)
    frame = DataFrame(
        {"task": labels.item_codes, "worker": labels.rater_codes, "label": labels.label_codes}
    )
    theirs = Reference(n_iter=500, tol=1e-9).fit(frame).probas_.sort_index()[[0, 1, 2]]
    assert np.mean(theirs.to_numpy().argmax(axis=1) == ours.labels) > 0.98
    assert accuracy(ours, truth) > 0.85


def test_it_recovers_planted_raters_and_beats_the_majority():
    kinds = [GOOD] * 5 + [SPAMMER] * 4 + [SHIFTED] * 2
    labels, truth = planted(np.random.default_rng(5), kinds, items=1500)
    result = dawid_skene(labels)
    assert result.converged and result.warnings == ()
    assert accuracy(result, truth) > accuracy(majority_vote(labels), truth) + 0.05
    assert np.abs(result.confusion - np.array(kinds)).mean() < 0.04
    assert result.class_prior == pytest.approx([0.5, 0.3, 0.2], abs=0.05)


def test_a_rater_with_few_labels_is_held_near_the_pool():
    labels, _ = planted(np.random.default_rng(6), [GOOD] * 6, items=300)
    rows = list(zip(labels.item_codes, labels.rater_codes, labels.label_codes, strict=True))
    rows += [(item, 99, 2) for item in range(5)]
    result = dawid_skene(Labels.from_triples(*zip(*rows, strict=True)))
    newcomer, pool = result.confusion[6], result.confusion[:6].mean(axis=0)
    assert np.abs(newcomer - pool).max() < 0.5
    weaker = dawid_skene(Labels.from_triples(*zip(*rows, strict=True)), prior_strength=0.1)
    assert np.abs(weaker.confusion[6] - pool).max() > np.abs(newcomer - pool).max()


def test_gold_is_obeyed_and_helps():
    labels, truth = planted(np.random.default_rng(7), [GOOD] * 2 + [SHIFTED] * 4, items=300)
    known = {item: {int(truth[item])} for item in range(60)}
    known[60] = {0, 2}
    without, taught = dawid_skene(labels), dawid_skene(labels, gold={**known, "elsewhere": {1}})
    assert [taught.label_of()[item] for item in range(60)] == truth[:60].tolist()
    assert taught.posterior[taught.item_ids.index(60), 1] == 0
    assert accuracy(taught, truth) > accuracy(without, truth) + 0.2
    assert taught.parameters["gold_items"] == 61 and taught.parameters["gold_ignored"] == 1
    assert (np.diff(taught.objective) >= -1e-9 * abs(taught.objective[-1])).all()


def test_gold_against_every_vote_still_holds():
    labels = Labels.from_triples("aabb", "xyxy", [0, 0, 1, 1], classes=[0, 1, 2])
    assert dawid_skene(labels, gold={"a": [2]}).label_of()["a"] == 2


def test_gold_makes_single_labels_enough():
    labels = Labels.from_triples("abcd", "xxyy", [0, 1, 0, 1])
    assert dawid_skene(labels) == TooLittle(
        "no item has two labels, so nothing tells good raters from bad", 4
    )
    assert dawid_skene(labels, gold={"a": [0]}).converged
    assert isinstance(dawid_skene(labels, gold={"a": [0, 1]}), TooLittle)


def test_row_order_does_not_change_a_bit():
    labels, _ = planted(np.random.default_rng(8), [GOOD] * 5, items=50)
    rows = list(zip(labels.item_codes, labels.rater_codes, labels.label_codes, strict=True))
    again = Labels.from_triples(*zip(*reversed(rows), strict=True), classes=[0, 1, 2])
    assert (dawid_skene(labels).posterior == dawid_skene(again).posterior).all()


def test_one_class_one_rater_and_one_item_come_through():
    assert dawid_skene(Labels.from_triples("aa", "xy", [1, 1])).label_of() == {"a": 1}
    mixed = Labels.from_triples("aabc", "xyxz", [0, 1, 1, 0])
    assert np.isfinite(dawid_skene(mixed).posterior).all()


def test_it_warns_of_what_a_reader_must_know():
    labels = Labels.from_triples("aabb", "xyzw", [0, 1, 0, 1], classes=[0, 1, 2])
    warnings = dawid_skene(labels, max_iter=1).warnings
    assert warnings[0] == "nobody gave class 2"
    assert warnings[1].startswith("raters and items fall into 2 unconnected groups")
    assert warnings[2] == "no convergence in 1 iterations"


def test_it_warns_when_a_class_collapses():
    """Two copying raters swear that class 2 is 1; the lone votes for 2 are explained away."""
    rows = [(i, r, i % 2) for i in range(200) for r in range(4)]
    rows += [(i, r, 1) for i in range(200, 260) for r in range(3)]
    rows += [(i, 3, 2) for i in range(200, 260)]
    result = dawid_skene(Labels.from_triples(*zip(*rows, strict=True)), prior_strength=20)
    assert [text for text in result.warnings if text.startswith("collapse: class 2")]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"prior_strength": 0}, "prior_strength must be"),
        ({"tol": 0}, "tol must be"),
        ({"max_iter": 0}, "max_iter must be"),
        ({"gold": {"a": []}}, "needs a set of accepted labels"),
        ({"gold": {"a": "0"}}, "needs a set of accepted labels"),
        ({"gold": {"a": [5]}}, r"accepts unknown classes: \[5\]"),
    ],
)
def test_senseless_options_are_refused(options, told):
    with pytest.raises(ValueError, match=told):
        dawid_skene(Labels.from_triples("aa", "xy", [0, 1]), **options)


def test_no_labels_give_a_reason_and_results_are_json_safe():
    assert dawid_skene(Labels.from_triples([], [], [])) == TooLittle("there are no labels", 0)
    result = dawid_skene(Labels.from_triples("aabb", "xyxy", [0, 1, 0, 0]))
    assert json.loads(json.dumps(result.as_dict(), allow_nan=False))["n_iter"] == result.n_iter
