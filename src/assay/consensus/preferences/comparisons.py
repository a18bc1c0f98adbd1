"""Comparisons of two items, checked and coded."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from assay._arrays import IntArray
from assay._ids import sorted_ids

CODES = {"left": 0, "right": 1, "tie": 2}
"""Answers that a rater can give."""


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Coded comparisons: left, right, outcome, rater (J,) each, and what the codes stand for."""

    left: IntArray
    right: IntArray
    outcome: IntArray
    rater: IntArray
    items: tuple[Any, ...]
    raters: tuple[Any, ...]

    @property
    def has_ties(self) -> bool:
        return bool((self.outcome == 2).any())

    def components(self) -> IntArray:
        """The component (N,) of each item: items connected by comparisons share one."""
        edges = (np.ones(len(self.left)), (self.left, self.right))
        graph = sparse.coo_array(edges, shape=(len(self.items), len(self.items)))
        codes = sparse.csgraph.connected_components(graph, directed=False)[1]
        return np.asarray(codes, dtype=np.int64)


def coded_answers(
    left: Sequence[Hashable],
    right: Sequence[Hashable],
    outcome: Sequence[str],
    rater: Sequence[Hashable] | None,
) -> Answers:
    """Checked and coded comparisons; without raters, all are of one."""
    by = [0] * len(left) if rater is None else rater
    lengths = {len(left), len(right), len(outcome), len(by)}
    if len(lengths) > 1:
        raise ValueError(
            f"lengths differ: {len(left)} left, {len(right)} right, {len(outcome)} outcomes, "
            f"{len(by)} raters"
        )
    for row, (one, other, said) in enumerate(zip(left, right, outcome, strict=True)):
        if said not in CODES:
            raise ValueError(f'row {row}: outcome must be "left", "right" or "tie", not {said!r}')
        if one == other:
            raise ValueError(f"row {row}: item {one!r} is compared with itself")
    items, raters = sorted_ids({*left, *right}), sorted_ids(set(by))
    place = {item: code for code, item in enumerate(items)}
    number = {held: code for code, held in enumerate(raters)}
    return Answers(
        np.array([place[each] for each in left], dtype=np.int64),
        np.array([place[each] for each in right], dtype=np.int64),
        np.array([CODES[each] for each in outcome], dtype=np.int64),
        np.array([number[each] for each in by], dtype=np.int64), items, raters,
    )  # fmt: skip


def place_of(ids: Sequence[Any], item: Hashable) -> int:
    """Where an item stands among the ids.

    :raises ValueError: it is none of them.
    """
    for place, held in enumerate(ids):
        if held == item:
            return place
    raise ValueError(f"item {item!r} was never compared")
