"""Which items of a pool a human should judge, when the question is about one metric.

A linear metric is a weighted sum of item gains; only where the weights of two systems differ does
a label tell anything about their difference. So items are drawn with chances in proportion to that
difference, one to three for each query. The chance is stored with the label: without it the label
is of no use for estimation.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from assay._arrays import FloatArray, IntArray, closed_share, finite_vector, positive, same_length
from assay.judges.calibration import query_codes
from assay.sampling import Draw

LinearMetric: TypeAlias = Literal["sdcg", "precision"]

SPARE = 1e-9
"""Cumulative chances this near to a step count as having reached it."""


def metric_weights(
    ranks: ArrayLike, *, metric: LinearMetric = "sdcg", cutoff: int = 10, top_gain: float = 3.0
) -> FloatArray:
    """Weight of each pooled item in one system's metric; ranks from 1, 0 where not returned.

    "sdcg": w = 1/log2(r + 1) / (top_gain · Σ_{k ≤ cutoff} 1/log2(k + 1)), DCG against a fixed ideal
    of `cutoff` items of the top gain. "precision": w = 1/cutoff, for human values 0 and 1. Weights
    are 0 below the cutoff. The metric of a query is Σ w_i·gain_i; for two systems take the
    difference of their weights. nDCG is not linear (its ideal depends on the labels): estimate it
    over queries, with `query_mean`. Järvelin & Kekäläinen (2002), ACM TOIS 20. Shape (N,).

    :raises ValueError: a rank is negative or not whole, or an option is out of range.

    >>> metric_weights([1, 2, 11, 0]).round(5).tolist()
    [0.07336, 0.04629, 0.0, 0.0]
    """
    rank = finite_vector(ranks, "ranks")
    if (rank < 0).any() or (rank % 1).any():
        raise ValueError("ranks must be whole numbers from 1, or 0 where not returned")
    if cutoff < 1:
        raise ValueError(f"cutoff must be at least 1, not {cutoff}")
    shown = (rank >= 1) & (rank <= cutoff)
    if metric == "precision":
        return np.where(shown, 1.0 / cutoff, 0.0)
    if metric != "sdcg":
        raise ValueError(f"metric must be 'sdcg' or 'precision', not {metric!r}")
    ideal = positive(top_gain, "top_gain") * (1 / np.log2(np.arange(2, cutoff + 2))).sum()
    return np.where(shown, 1 / np.log2(np.maximum(rank, 1) + 1) / ideal, 0.0)


def inclusion_chances(
    weights: ArrayLike, queries: Sequence[Hashable], *, per_query: int = 2, floor: float = 0.03
) -> FloatArray:
    """Chance of each pooled item to be labelled, `per_query` labels expected in each query.

    π_i = m·c_i/Σc within a query, c_i = max(|d_i|, floor·max|d|) with the maximum over the query;
    what exceeds 1 is capped and goes to the other items. Särndal et al. (1992), 3.6. Two or three
    labels per query serve best. `weights` (N,) holds d_i = w_A − w_B, or w_i for one system;
    (S, N) holds S systems to be estimated at once, with c_i = √Σ_s w_s². A query whose weights are
    all 0 (the same results twice) gets no labels: its difference is known to be 0.

    :raises ValueError: shapes differ, `per_query` < 1, or `floor` is not between 0 and 1.

    >>> inclusion_chances([0.3, -0.1, 0.1, 0.0, 0.0], "aaabb", per_query=2).tolist()
    [1.0, 0.5, 0.5, 0.0, 0.0]
    """
    size = np.asarray(weights, dtype=np.float64)
    if size.ndim == 2:
        size = np.sqrt((size**2).sum(axis=0))
    size, codes = np.abs(finite_vector(size, "weights")), query_codes(queries)
    same_length(weights=size, queries=codes)
    if per_query < 1:
        raise ValueError(f"per_query must be at least 1, not {per_query}")
    largest = np.zeros(int(codes.max(initial=-1)) + 1)
    np.maximum.at(largest, codes, size)
    size = np.maximum(size, closed_share(floor, "floor") * largest[codes])
    chances = np.zeros(len(size))
    for rows in _by_query(codes):
        chances[rows] = _capped(size[rows], per_query)
    return chances


def systematic_draw(
    chances: ArrayLike, queries: Sequence[Hashable], *, rng: np.random.Generator
) -> Draw:
    """Draw items with the given chances, the number in each query all but fixed.

    Within a query, items are put in random order and item i is drawn when ⌊C_i − u⌋ > ⌊C_{i−1} − u⌋
    with C the running sum of chances and u uniform: ⌊Σπ⌋ or ⌈Σπ⌉ items. Madow (1949). The draw's
    strata are the queries. Shapes (N,).

    :raises ValueError: lengths differ, or a chance is not between 0 and 1.

    >>> draw = systematic_draw([1.0, 0.5, 0.5, 0.0], "aaab", rng=np.random.default_rng(4))
    >>> draw.probabilities.tolist(), draw.strata
    ([1.0, 0.5], ('a', 'a'))
    """
    chance, codes = finite_vector(chances, "chances"), query_codes(queries)
    same_length(chances=chance, queries=codes)
    if ((chance < 0) | (chance > 1)).any():
        raise ValueError("chances must lie between 0 and 1")
    drawn = [_systematic(chance[rows], rows, rng) for rows in _by_query(codes)]
    indices = np.sort(np.concatenate([*drawn, np.zeros(0, dtype=np.int64)]))
    return Draw(indices, chance[indices], tuple(queries[row] for row in indices.tolist()))


def _by_query(codes: IntArray) -> list[IntArray]:
    """The rows of each query, ascending."""
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes))
    return [rows.astype(np.int64) for rows in np.split(order, ends[:-1])]


def _capped(size: FloatArray, wanted: int) -> FloatArray:
    """Chances in proportion to `size` that sum to `wanted` and never exceed 1."""
    chances = np.zeros(len(size))
    open_rows, left = size > 0, float(wanted)
    while open_rows.any():
        share = left * size[open_rows] / size[open_rows].sum()
        chances[open_rows] = np.minimum(share, 1.0)
        if (share <= 1).all():
            break
        open_rows &= chances < 1
        left = wanted - float(np.count_nonzero(chances == 1))
    return chances


def _systematic(chance: FloatArray, rows: IntArray, rng: np.random.Generator) -> IntArray:
    order = rng.permutation(len(rows))
    reached = np.concatenate([[0.0], np.cumsum(chance[order])]) - rng.random()
    steps = np.floor(reached + SPARE)
    return rows[order[steps[1:] > steps[:-1]]]


def expected_labels(chances: ArrayLike) -> int:
    """How many labels a draw with these chances will ask for, rounded up: the budget.

    :raises ValueError: a chance is not finite.

    >>> expected_labels([1.0, 0.5, 0.5])
    2
    """
    return math.ceil(float(finite_vector(chances, "chances").sum()) - SPARE)
