"""Labels are coded once, in an order that does not depend on the rows'."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay import Labels
from tests.assay import few

triples = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from("uvwxyz"), st.integers(0, 3)),
    min_size=1,
    max_size=40,
    unique_by=lambda row: row[:2],
)


def labels_of(rows, **options):
    return Labels.from_triples(*zip(*rows, strict=True), **options)


@few
@given(triples, st.randoms(use_true_random=False))
def test_row_order_changes_nothing(rows, random):
    shuffled = random.sample(rows, len(rows))
    first, second = labels_of(rows), labels_of(shuffled)
    assert first.input_hash() == second.input_hash()
    assert first.as_dict() == second.as_dict()


@few
@given(triples)
def test_codes_lead_back_to_the_triples(rows):
    labels = labels_of(rows, classes=[3, 2, 1, 0])
    back = {
        (labels.item_ids[i], labels.rater_ids[r], labels.classes[c])
        for i, r, c in zip(labels.item_codes, labels.rater_codes, labels.label_codes, strict=True)
    }
    assert back == set(rows)
    assert labels.counts().sum() == labels.n_labels == len(rows)


@pytest.mark.parametrize(
    "change",
    [
        [("a", "x", 0), ("b", "x", 0)],
        [("a", "x", 1), ("b", "y", 1)],
        [("c", "x", 0), ("b", "x", 1)],
        [("a", "z", 0), ("b", "z", 1)],
        [("a", "x", "0"), ("b", "x", "1")],
    ],
)
def test_any_change_changes_the_hash(change):
    before = labels_of([("a", "x", 0), ("b", "x", 1)])
    assert labels_of(change).input_hash() != before.input_hash()


def test_class_order_is_part_of_the_hash():
    rows = [("a", "x", 0), ("b", "x", 1)]
    one, two = labels_of(rows, classes=[0, 1]), labels_of(rows, classes=[1, 0])
    assert one.input_hash() != two.input_hash()


@pytest.mark.parametrize(("rule", "kept"), [("last", 2), ("first", 0)])
def test_a_repeat_is_settled_by_the_named_rule(rule, kept):
    rows = [("a", "x", 0), ("b", "x", 1), ("a", "x", 1), ("a", "x", 2)]
    labels = labels_of(rows, repeats=rule)
    assert labels.classes[labels.label_codes[0]] == kept
    assert (labels.n_labels, labels.repeats_dropped) == (2, 2)


def test_a_repeat_can_be_refused():
    rows = [("a", "x", 0), ("b", "x", 1), ("b", "x", 1)]
    with pytest.raises(ValueError, match="rater 'x' labeled item 'b' more than once"):
        labels_of(rows, repeats="error")
    assert labels_of(rows[:2], repeats="error").n_labels == 2


def test_abstentions_are_dropped_and_counted_and_lose_no_item_silently():
    rows = [("a", "x", 0), ("a", "y", "skip"), ("b", "x", "skip")]
    labels = labels_of(rows, abstain=["skip"])
    assert (labels.abstentions, labels.n_labels, labels.classes) == (2, 1, (0,))
    assert labels.unlabeled_items == ("b",)


def test_ids_of_mixed_types_are_kept_apart():
    labels = labels_of([(1, "x", 0), ("1", "x", 0)])
    assert labels.n_items == 2


def test_numpy_columns_become_plain_ids():
    labels = Labels.from_triples(np.array([1, 2]), [np.str_("x")] * 2, np.array(["a", "b"]))
    assert [type(held) for held in (labels.item_ids[0], labels.rater_ids[0])] == [int, str]


def test_no_rows_make_empty_labels():
    labels = Labels.from_triples([], [], [], classes=[0, 1])
    assert (labels.n_labels, labels.n_items, labels.n_classes) == (0, 0, 2)
    assert labels.counts().shape == (0, 2)


@pytest.mark.parametrize(
    ("columns", "options", "told"),
    [
        (("ab", "x", [0, 1]), {}, "2 items, 1 raters, 2 labels"),
        (("a", "x", [7]), {"classes": [0, 1]}, r"not among the classes \(0, 1\): 7"),
        (("a", [None], [0]), {}, "row 0 of raters is missing"),
        (("a", "x", [float("nan")]), {}, "row 0 of labels is missing"),
        (("a", "x", [0]), {"classes": [0, 0]}, "classes repeat themselves"),
        (("a", "x", [0]), {"classes": [0, -1], "abstain": [-1]}, "both a class and an abstention"),
        (("a", "x", [0]), {"repeats": "mean"}, "repeats must be"),
    ],
)
def test_what_cannot_be_coded_is_refused_by_name(columns, options, told):
    with pytest.raises(ValueError, match=told):
        Labels.from_triples(*columns, **options)
