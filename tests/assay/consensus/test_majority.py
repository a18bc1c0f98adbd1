"""The majority vote."""

import pytest

from assay import Labels, TooLittle
from assay.consensus import majority_vote


def test_shares_ties_and_votes():
    labels = Labels.from_triples("aaabbc", "xyzxyx", [2, 2, 0, 1, 0, 1], classes=[0, 1, 2])
    result = majority_vote(labels)
    assert result.label_of() == {"a": 2, "b": 0, "c": 1}
    assert result.p_top == pytest.approx([2 / 3, 1 / 2, 1])
    assert result.tied.tolist() == [False, True, False]
    assert result.votes.tolist() == [3, 2, 1]
    assert result.class_prior == pytest.approx([5 / 18, 9 / 18, 4 / 18])


def test_a_tie_goes_to_the_lowest_class_in_the_order_given():
    labels = Labels.from_triples("aa", "xy", [0, 1], classes=[1, 0])
    assert majority_vote(labels).label_of() == {"a": 1}


def test_it_models_no_raters_and_says_which_class_nobody_gave():
    result = majority_vote(Labels.from_triples("a", "x", [0], classes=[0, 9]))
    assert result.confusion is None and result.log_likelihood is None
    assert result.warnings == ("nobody gave class 9",)


def test_no_labels_give_a_reason():
    assert majority_vote(Labels.from_triples([], [], [])) == TooLittle("there are no labels", 0)
