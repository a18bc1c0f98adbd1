"""Pools: the documents of several systems that are to be judged, and a sample of them.

A pool is shown to raters by document, never by rank or system: its rows are in the order of query
and document, which tells nothing of who found them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assay._arrays import BoolArray, FloatArray, IntArray, finite_vector
from assay.metrics.policy import Ties
from assay.metrics.rankings import Run, ordered
from assay.results import Result
from assay.sampling.allocation import whole_allocation
from assay.sampling.draws import Draw, stratified_draw


@dataclass(frozen=True, slots=True, eq=False)
class Pool(Result):
    """P documents to judge: row p is `document_ids[p]` for `query_ids[p]`.

    `ranks` (P, S) is the rank that each of the `systems` gives the document, from 1, also beyond
    `depth`; 0 where it does not return it.
    """

    query_ids: tuple[str, ...]
    document_ids: tuple[str, ...]
    systems: tuple[str, ...]
    ranks: IntArray
    depth: int

    @property
    def found(self) -> BoolArray:
        """Which system brought the document into the pool: shape (P, S)."""
        return np.asarray((self.ranks > 0) & (self.ranks <= self.depth), dtype=np.bool_)

    @property
    def best_ranks(self) -> IntArray:
        """The best rank that any system gives: shape (P,)."""
        absent = np.iinfo(np.int64).max
        best = np.where(self.ranks > 0, self.ranks, absent).min(axis=1, initial=absent)
        return np.asarray(best, dtype=np.int64)

    def only_from(self) -> dict[str, int]:
        """How many documents each system alone brought: what a pool without it would miss."""
        alone = self.found[self.found.sum(axis=1) == 1].sum(axis=0)
        return dict(zip(self.systems, alone.tolist(), strict=True))


def depth_pool(runs: Mapping[str, Run], *, depth: int, ties: Ties = Ties.DOCNO_DESC) -> Pool:
    """The union of the first `depth` documents of every system, by query.

    Spärck Jones & van Rijsbergen (1975). `runs` maps a system to its rankings by query: documents
    best first, or scores by document with `ties` broken as named. A system that is compared and
    not in the pool is at a disadvantage: its documents go unjudged.

    :raises ValueError: there is no system, depth < 1, or a ranking repeats a document or scores
        one with NaN or infinity.

    >>> pool = depth_pool({"A": {"q": ["d1", "d2"]}, "B": {"q": ["d3", "d1"]}}, depth=1)
    >>> pool.document_ids, pool.ranks.tolist(), pool.only_from()
    (('d1', 'd3'), [[1, 2], [0, 1]], {'A': 1, 'B': 1})
    """
    if not runs:
        raise ValueError("a pool needs a system")
    if depth < 1:
        raise ValueError(f"depth must be at least 1, not {depth}")
    rankings = [
        {query: ordered(ranking, query, ties) for query, ranking in run.items()}
        for run in runs.values()
    ]
    pooled = {
        (query, document)
        for ranking in rankings
        for query, documents in ranking.items()
        for document in documents[:depth]
    }
    rows = sorted(pooled)
    return Pool(
        tuple(query for query, _ in rows), tuple(document for _, document in rows), tuple(runs),
        _ranks(rows, rankings), depth,
    )  # fmt: skip


def pool_draw(
    pool: Pool,
    *,
    bands: Sequence[int],
    intensity: Sequence[float],
    budget: int,
    rng: np.random.Generator,
) -> Draw:
    """Draw `budget` documents of a pool for judging, denser where systems rank them higher.

    Strata are query × band of the best rank; `bands` are the last rank of each, the last of them
    the pool's depth, and `intensity` the relative chance in each. Each query gets an equal share
    of the budget, at least one document of each stratum, at most all; what a query cannot use
    goes to the others. Every document keeps a known chance π = n_s/N_s > 0, so that
    `stratified_inferred_average_precision`, and totals by `horvitz_thompson`, follow. Yilmaz,
    Kanoulas & Aslam (2008), SIGIR. A high first intensity, such as 1000, takes that band whole.

    The draw's `indices` are rows of the pool, its `strata` pairs (query, band number from 0).

    :raises ValueError: bands do not rise to the pool's depth, an intensity is not above 0, or the
        budget is below one document for each stratum.

    >>> pool = depth_pool({"A": {"q": ["d1", "d2", "d3", "d4"]}}, depth=4)
    >>> drawn = pool_draw(pool, bands=[1, 4], intensity=[9, 1], budget=2,
    ...                   rng=np.random.default_rng(1))
    >>> drawn.probabilities.round(3).tolist(), drawn.strata
    ([1.0, 0.333], (('q', 0), ('q', 1)))
    """
    edges, dense = _bands(bands, intensity, pool.depth)
    band = np.searchsorted(edges, pool.best_ranks)
    strata = list(zip(pool.query_ids, band.tolist(), strict=True))
    kept, counts = sorted(set(strata)), _counts(strata)
    if budget < len(kept):
        raise ValueError(f"a budget of {budget} does not reach the {len(kept)} strata")
    wanted = _equal_shares([q for q, _ in kept], dense[[b for _, b in kept]] * counts, budget)
    allotted = whole_allocation(wanted, capacity=counts, at_least=1)
    return stratified_draw(strata, dict(zip(kept, allotted.tolist(), strict=True)), rng=rng)


def _ranks(rows: list[tuple[str, str]], rankings: list[dict[str, list[str]]]) -> IntArray:
    row = {pair: position for position, pair in enumerate(rows)}
    ranks = np.zeros((len(rows), len(rankings)), dtype=np.int64)
    for system, ranking in enumerate(rankings):
        for query, documents in ranking.items():
            for rank, document in enumerate(documents, start=1):
                if (position := row.get((query, document))) is not None:
                    ranks[position, system] = rank
    return ranks


def _bands(
    bands: Sequence[int], intensity: Sequence[float], depth: int
) -> tuple[FloatArray, FloatArray]:
    edges, dense = finite_vector(bands, "bands"), finite_vector(intensity, "intensity")
    if len(edges) == 0 or len(edges) != len(dense):
        raise ValueError(f"{len(edges)} bands have {len(dense)} intensities")
    if edges[0] < 1 or (np.diff(edges) <= 0).any() or edges[-1] != depth:
        raise ValueError(f"bands must rise from 1 or more to the depth {depth}, not {list(bands)}")
    if (dense <= 0).any():
        raise ValueError("an intensity must be above 0: else its band has no chance")
    return edges, dense


def _counts(strata: list[tuple[str, int]]) -> IntArray:
    """How many documents each stratum holds, in the order of the sorted strata."""
    held = Counter(strata)
    return np.asarray([held[stratum] for stratum in sorted(held)], dtype=np.int64)


def _equal_shares(queries: list[str], weights: FloatArray, budget: int) -> FloatArray:
    """The budget parted equally over queries, and within each in proportion to the weights."""
    _, codes = np.unique(np.asarray(queries, dtype=np.str_), return_inverse=True)
    totals = np.bincount(codes, weights)
    return np.asarray(weights / totals[codes] * (budget / len(totals)), dtype=np.float64)
