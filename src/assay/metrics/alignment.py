"""Judgments and one run laid side by side: where each judged document stands.

Every measure here can be read off the ranks and grades of the judged documents alone, so the rest
of a ranking is counted and never kept. All arrays are flat, sorted by query: H entries for Q
queries, `row` saying which query an entry belongs to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from assay._arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Graded:
    """The grades of all judged documents: by query, best first.

    `row` and `grade` have shape (N,); a negative grade means not judged and is not among them.
    """

    query_ids: tuple[str, ...]
    row: IntArray
    grade: IntArray

    @property
    def position(self) -> IntArray:
        """Rank of each entry in the ideal ranking of its query, from 1: shape (N,)."""
        return running(self.row, np.ones(len(self.row), dtype=np.bool_))

    def number(self, chosen: BoolArray) -> IntArray:
        """How many entries of each query are chosen: shape (Q,)."""
        return np.bincount(self.row[chosen], minlength=len(self.query_ids)).astype(np.int64)

    def relevant(self, relevant_from: int) -> IntArray:
        """How many relevant documents each query has, found or not: shape (Q,)."""
        return self.number(self.grade >= relevant_from)

    def better(self, row: IntArray, grade: IntArray) -> IntArray:
        """How many documents of the query have a higher grade than each of these: shape (H,)."""
        span = int(max(self.grade.max(initial=0), grade.max(initial=0))) + 1
        below = np.searchsorted(self.row * span - self.grade, row * span - grade)
        return below - np.searchsorted(self.row, row)


@dataclass(frozen=True, slots=True)
class Aligned:
    """H judged documents that the run found, sorted by query and rank.

    `rank` (H,) counts from 1; `grade` (H,) is at least 0. `ranked` (Q,) is how many documents the
    run ranks for the query, `present` (Q,) whether it knows the query, `unanswered` (Q,) whether
    it ranks nothing for it. `unjudged_queries` counts the run's queries without judgments.
    """

    graded: Graded
    row: IntArray
    rank: IntArray
    grade: IntArray
    ranked: IntArray
    present: BoolArray
    unanswered: BoolArray
    unjudged_queries: int

    def cut(self, k: int | None) -> Aligned:
        """Only the first `k` ranks."""
        if k is None:
            return self
        kept = self.rank <= k
        return replace(
            self,
            row=self.row[kept],
            rank=self.rank[kept],
            grade=self.grade[kept],
            ranked=np.minimum(self.ranked, k),
        )

    def condensed(self) -> Aligned:
        """The rankings without their unjudged documents."""
        every = np.ones(len(self.row), dtype=np.bool_)
        ranked = np.bincount(self.row, minlength=len(self.ranked)).astype(np.int64)
        return replace(self, rank=running(self.row, every), ranked=ranked)

    def total(self, values: ArrayLike, chosen: BoolArray | None = None) -> FloatArray:
        """The sum of the values by query, shape (Q,): one for each entry, or each chosen one."""
        row = self.row if chosen is None else self.row[chosen]
        sums = np.bincount(row, weights=values, minlength=len(self.ranked))
        return sums.astype(np.float64)


def aligned(
    graded: Graded,
    entries: tuple[IntArray, IntArray, IntArray],
    ranked: IntArray,
    present: BoolArray,
    unjudged_queries: int,
) -> Aligned:
    """Sort the entries (row, rank, grade) by query and rank."""
    row, rank, grade = entries
    order = np.argsort(row * (rank.max(initial=0) + 1) + rank)
    return Aligned(
        graded, row[order], rank[order], grade[order],
        ranked, present, ranked == 0, unjudged_queries,
    )  # fmt: skip


def running(row: IntArray, flags: BoolArray) -> IntArray:
    """How many entries of the same query are flagged, up to and with each one: shape (H,)."""
    counted = np.concatenate([[0], np.cumsum(flags)])
    before: IntArray = counted[np.searchsorted(row, row)]
    return counted[1:] - before


def standing(
    scores: FloatArray, bounds: IntArray, wanted: FloatArray, row: IntArray
) -> tuple[IntArray, BoolArray]:
    """How many scores of its query lie above each wanted one, and whether another equals it.

    `scores` of query q are `scores[bounds[q]:bounds[q + 1]]`; `wanted` (H,) are some of them, by
    query as `row` says. Sorting a copy and looking up beats ranking every document.
    """
    held = scores.copy()
    until = np.zeros(len(wanted), dtype=np.int64)
    starts: Sequence[int] = np.searchsorted(row, np.arange(len(bounds))).tolist()
    ends: Sequence[int] = bounds.tolist()
    for query in range(len(ends) - 1):
        first, last = starts[query], starts[query + 1]
        if first < last:
            segment = held[ends[query] : ends[query + 1]]
            segment.sort()
            until[first:last] = segment.searchsorted(wanted[first:last], "right")
    beside = np.maximum(until - 2, 0) + bounds[row]
    tied = (until > 1) & (held[beside] == wanted)
    return (bounds[row + 1] - bounds[row]) - until, tied
