"""Items with two labels or more, and how they are drawn again by a bootstrap.

Two items with the same counts are the same to every measure of agreement. Where nothing ties items
together, drawing U items from G kinds of counts is one multinomial draw over the kinds: the same
distribution of resamples as drawing items one by one, at a cost that no longer grows with U.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from scipy import sparse

from assay._arrays import FloatArray, IntArray
from assay.data import Labels
from assay.intervals import CELLS_AT_ONCE, resample_weights
from assay.results import TooLittle

FEWEST_CLUSTERS = 5
"""A bootstrap over fewer clusters cannot show how much clusters differ."""

TOO_FEW = f"fewer than {FEWEST_CLUSTERS} clusters of paired labels"

FEW_CLUSTERS = 20
"""Below this the percentile interval is known to be too short."""

WORTH_GROUPING = 8
"""Items to a kind from which a multinomial draw over kinds is quicker than drawing items."""

Statistic: TypeAlias = Callable[[FloatArray], FloatArray]
"""From weights of what is drawn, (B, draws), to one row of numbers per resample, (B, …)."""


@dataclass(frozen=True, slots=True)
class Units:
    """Kinds of paired items: `counts` (G, K), `sizes` (G,), and `members` (G,), items of a kind.

    `clusters` (G,) is the cluster of each, every item then being a kind of its own; without
    clusters it is None, and `n_clusters` is the number of items.
    """

    counts: FloatArray
    sizes: FloatArray
    members: IntArray
    clusters: IntArray | None
    n_clusters: int

    @property
    def n_items(self) -> int:
        return int(self.members.sum())

    @property
    def n_labels(self) -> int:
        return int(self.members @ self.sizes)

    def by_draw(self, values: FloatArray) -> FloatArray:
        """Sums over what is drawn together: the first axis becomes kinds or clusters."""
        if self.clusters is None:
            return values
        kinds = np.arange(len(self.sizes))
        chosen = sparse.csr_array(
            (np.ones(len(kinds)), (self.clusters, kinds)), shape=(self.n_clusters, len(kinds))
        )
        return np.asarray(chosen @ values, dtype=np.float64)

    def whole(self) -> FloatArray:
        """The weights of the sample itself: shape (1, draws)."""
        held = self.members if self.clusters is None else np.ones(self.n_clusters)
        return np.asarray(held, dtype=np.float64)[None, :]

    def drawn(self, resamples: int, rng: np.random.Generator) -> FloatArray:
        """The weights of bootstrap resamples: shape (resamples, draws)."""
        if self.clusters is None and len(self.members) < self.n_clusters:
            shares = self.members / self.n_clusters
            return rng.multinomial(self.n_clusters, shares, size=resamples).astype(np.float64)
        return resample_weights(self.n_clusters, resamples, rng)


def paired_units(labels: Labels, clusters: Mapping[Any, Hashable] | None) -> Units:
    """The items of `labels` with two labels or more.

    :raises ValueError: `clusters` leaves out one of them.
    """
    counts = labels.counts()
    sizes = counts.sum(axis=1)
    paired = np.flatnonzero(sizes >= 2)
    if clusters is None:
        return _grouped(counts[paired])
    items = [labels.item_ids[row] for row in paired.tolist()]
    if missing := [item for item in items if item not in clusters]:
        raise ValueError(f"no cluster given for item {missing[0]!r}")
    code: dict[Hashable, int] = {}
    codes = [code.setdefault(clusters[item], len(code)) for item in items]
    return _units(
        counts[paired], np.ones(len(paired), dtype=np.int64), np.asarray(codes, dtype=np.int64),
        len(code),
    )  # fmt: skip


def too_few(units: Units) -> TooLittle | None:
    """What to answer where there are too few clusters to draw from, if so."""
    return TooLittle(TOO_FEW, units.n_items) if units.n_clusters < FEWEST_CLUSTERS else None


def few(units: Units) -> tuple[str, ...]:
    """What to warn of where there are few clusters to draw from."""
    if units.n_clusters >= FEW_CLUSTERS:
        return ()
    return (f"{units.n_clusters} clusters only: the interval is too short",)


def bootstrap(
    units: Units, statistic: Statistic, width: int, resamples: int, rng: np.random.Generator
) -> FloatArray:
    """The statistic on each resample, a few at a time; it holds `width` cells of each.

    :raises ValueError: `resamples` is less than 1.
    """
    if resamples < 1:
        raise ValueError(f"resamples must be at least 1, not {resamples}")
    step = max(1, CELLS_AT_ONCE // max(units.whole().size, width, 1))
    parts = [
        statistic(units.drawn(min(step, resamples - done), rng))
        for done in range(0, resamples, step)
    ]
    return np.concatenate(parts)


def _grouped(counts: IntArray) -> Units:
    kinds, members = _distinct(counts)
    if len(kinds) * WORTH_GROUPING > len(counts):
        kinds, members = counts, np.ones(len(counts), dtype=np.int64)
    return _units(kinds, members, None, len(counts))


def _units(
    counts: IntArray, members: IntArray, clusters: IntArray | None, n_clusters: int
) -> Units:
    held = counts.astype(np.float64)
    return Units(held, held.sum(axis=1), members, clusters, n_clusters)


def _distinct(counts: IntArray) -> tuple[IntArray, IntArray]:
    """The distinct rows and how often each occurs.

    Rows are told apart by one whole number where the counts are small enough to be its digits.
    """
    base = int(counts.max(initial=0)) + 1
    if base ** counts.shape[1] >= 2**62:
        kinds, members = np.unique(counts, axis=0, return_counts=True)
        return kinds, members.astype(np.int64)
    digits = np.asarray([base**place for place in range(counts.shape[1])], dtype=np.int64)
    _, first, members = np.unique(counts @ digits, return_index=True, return_counts=True)
    return counts[first], members.astype(np.int64)
