"""Splits that never part a group and never move one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay import TooLittle
from assay.splitting import split_by_group
from tests.assay import few

GROUPS = [f"q{n % 500}" for n in range(2000)]


def side(groups, seed=1, share=0.3):
    split = split_by_group(groups, test_share=share, seed=seed)
    return {groups[row] for row in split.train}, {groups[row] for row in split.test}


def test_no_group_is_on_both_sides_and_every_item_on_one():
    split = split_by_group(GROUPS, test_share=0.3, seed=1)
    train, test = side(GROUPS)
    assert not train & test
    assert sorted([*split.train, *split.test]) == list(range(2000))
    assert split.test_share == pytest.approx(0.3, abs=0.06)
    assert split.test_share == len(split.test) / 2000 and split.groups == 500


@few
@given(st.lists(st.integers(0, 30), min_size=5), st.lists(st.integers(0, 99)), st.integers())
def test_adding_items_moves_no_group(before, added, seed):
    first = split_by_group(before, test_share=0.4, seed=seed)
    second = split_by_group(before + added, test_share=0.4, seed=seed)
    if isinstance(first, TooLittle):
        return
    assert second.test[: len(first.test)].tolist() == first.test.tolist()


def test_the_seed_and_only_the_seed_reshuffles():
    assert side(GROUPS) == side(list(reversed(GROUPS)))
    assert side(GROUPS, seed=2) != side(GROUPS)


def test_a_larger_share_only_adds_groups_to_test():
    assert side(GROUPS, share=0.2)[1] < side(GROUPS, share=0.5)[1]


def test_numpy_groups_fall_as_plain_ones():
    assert side(np.arange(50)) == side(list(range(50)))


def test_the_split_of_this_version_is_frozen():
    """These sides are in delivered releases: a change here breaks them."""
    assert sorted(side([f"q{n}" for n in range(12)], seed=7, share=0.5)[1]) == [
        "q1",
        "q10",
        "q2",
        "q3",
        "q4",
        "q5",
        "q7",
        "q8",
        "q9",
    ]


def test_one_sided_splits_are_said():
    assert split_by_group(["q"], test_share=0.5, seed=1) == TooLittle(
        "all groups fall on one side of the split", 1
    )
    assert isinstance(split_by_group([], test_share=0.5, seed=1), TooLittle)


def test_a_share_must_be_one():
    with pytest.raises(ValueError, match="test_share must lie"):
        split_by_group(GROUPS, test_share=1.0, seed=1)
