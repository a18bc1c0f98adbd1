"""Parting items into training and test so that no group is on both sides."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from assay._arrays import IntArray, open_share
from assay.results import Result, TooLittle


@dataclass(frozen=True, slots=True, eq=False)
class Split(Result):
    """`train` and `test` hold positions of items, ascending; `test_share` is what came out."""

    train: IntArray
    test: IntArray
    test_share: float
    groups: int
    seed: int


def split_by_group(
    groups: Sequence[Hashable], *, test_share: float, seed: int
) -> Split | TooLittle:
    """Split items by their group (for search: the query), never parting a group.

    A group goes to test when SHA-256 of the seed and the group, read as a number in [0, 1), lies
    below `test_share`. The side depends on nothing else, so items and groups can be added later
    without moving one that was there. The share of items is met on average only: `test_share` of
    the result says what came out.

    Groups are told apart by type and text: use strings or whole numbers.

    :raises ValueError: `test_share` is not between 0 and 1.

    >>> split = split_by_group(["q1", "q1", "q2", "q3", "q4"], test_share=0.5, seed=1)
    >>> split.train.tolist(), split.test.tolist()
    ([3, 4], [0, 1, 2])
    """
    open_share(test_share, "test_share")
    sides = {group: _position(group, seed) < test_share for group in set(groups)}
    in_test = np.asarray([sides[group] for group in groups], dtype=np.bool_)
    if len(set(sides.values())) < 2:
        return TooLittle("all groups fall on one side of the split", len(sides))
    return Split(
        train=np.flatnonzero(~in_test).astype(np.int64),
        test=np.flatnonzero(in_test).astype(np.int64),
        test_share=float(in_test.mean()),
        groups=len(sides),
        seed=seed,
    )


def _position(group: Hashable, seed: int) -> float:
    kept = group.item() if isinstance(group, np.generic) else group
    text = f"assay.split 1\x1f{seed}\x1f{type(kept).__name__}\x1f{kept!r}"
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2.0**64
