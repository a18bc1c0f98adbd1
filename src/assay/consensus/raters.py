"""What a consensus says about the raters and the items behind it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from assay._arrays import FloatArray, IntArray, open_share
from assay.consensus.result import ConsensusResult
from assay.data import Labels
from assay.results import Result, TooLittle

RATER_STRENGTH = 5.0
"""Labels' worth of the pool that each rater's share of right answers is shrunk by."""


@dataclass(frozen=True, slots=True, eq=False)
class RaterAccuracy(Result):
    """Each rater's share of right answers: `accuracy`, `low`, `high`, `n` of shape (R,).

    `pooled` is that of all labels together.
    """

    rater_ids: Sequence[Any]
    accuracy: FloatArray
    low: FloatArray
    high: FloatArray
    n: IntArray
    pooled: float
    level: float
    method: str


@dataclass(frozen=True, slots=True, eq=False)
class ConfusionIntervals(Result):
    """One rater's confusion (K, K), P(label | true class), with the bounds of each cell."""

    rater: Any
    classes: tuple[Any, ...]
    confusion: FloatArray
    low: FloatArray
    high: FloatArray
    n: int
    level: float


def rater_accuracy(
    labels: Labels, consensus: ConsensusResult, *, level: float = 0.95
) -> RaterAccuracy | TooLittle:
    """Estimate how often each rater is right, from the consensus alone.

    a_j = (Σ_i q_i(l_ij) + s·ā) / (n_j + s) with s = 5 and ā the share over all labels; the
    interval is Beta's with those counts. It is as honest as the posterior: with an uncalibrated
    one expect 3 to 5 points too much. A rater's own label helps to make the consensus that judges
    them, so few raters per item flatter too. Gold first, this second, agreement with the majority
    never.

    :raises ValueError: the consensus is of other labels, or `level` is out of range.

    >>> from assay.consensus import community_consensus
    >>> truth, everyone = [n % 2 for n in range(40)], ["x"] * 40 + ["y"] * 40 + ["z"] * 40
    >>> given = Labels.from_triples([*range(40)] * 3, everyone, truth * 2 + [1] * 40)
    >>> rater_accuracy(given, community_consensus(given)).accuracy.round(2).tolist()
    [0.98, 0.98, 0.54]
    """
    _same(labels, consensus)
    if labels.n_labels == 0:
        return TooLittle("there are no labels", 0)
    right = consensus.posterior[labels.item_codes, labels.label_codes]
    hits = np.bincount(labels.rater_codes, right, minlength=labels.n_raters)
    n = np.bincount(labels.rater_codes, minlength=labels.n_raters)
    mean = float(right.mean())
    above = np.asarray(hits + RATER_STRENGTH * mean, dtype=np.float64)
    below = np.asarray(n - hits + RATER_STRENGTH * (1 - mean), dtype=np.float64)
    low, high = _beta_bounds(above, below, level)
    return RaterAccuracy(
        labels.rater_ids, above / (above + below), low, high, n.astype(np.int64), mean, level,
        f"share right under the consensus, shrunk by {RATER_STRENGTH:g} labels; Beta interval",
    )  # fmt: skip


def rater_confusion(
    labels: Labels, consensus: ConsensusResult, *, rater: Hashable, level: float = 0.95
) -> ConfusionIntervals | TooLittle:
    """How one rater uses the classes: P(label | true class) with an interval on each cell.

    Cells are Beta with the rater's expected counts and `RATER_STRENGTH` labels of what all raters
    do in that row. Intervals hold cell by cell, not together.

    :raises ValueError: the rater or the labels are not those of the consensus.

    >>> from assay.consensus import community_consensus
    >>> truth, everyone = [n % 2 for n in range(40)], ["x"] * 40 + ["y"] * 40 + ["z"] * 40
    >>> given = Labels.from_triples([*range(40)] * 3, everyone, truth * 2 + [1] * 40)
    >>> rater_confusion(given, community_consensus(given), rater="z").confusion.round(1).tolist()
    [[0.1, 0.9], [0.0, 1.0]]
    """
    _same(labels, consensus)
    if rater not in labels.rater_ids:
        raise ValueError(f"no label by rater {rater!r}")
    if labels.n_labels == 0:
        return TooLittle("there are no labels", 0)
    code = labels.rater_ids.index(rater)
    every = _counts(labels, consensus, np.ones(labels.n_labels, dtype=np.bool_))
    own = _counts(labels, consensus, labels.rater_codes == code)
    usual = (every + 1 / labels.n_classes) / (every + 1 / labels.n_classes).sum(1, keepdims=True)
    above = own + RATER_STRENGTH * usual
    low, high = _beta_bounds(above, above.sum(axis=1, keepdims=True) - above, level)
    return ConfusionIntervals(
        rater, labels.classes, above / above.sum(axis=1, keepdims=True), low, high,
        int((labels.rater_codes == code).sum()), level,
    )  # fmt: skip


def item_difficulty(labels: Labels, consensus: ConsensusResult) -> FloatArray:
    """How much more the raters of an item miss there than they do elsewhere: (N,), in [−1, 1].

    d_i = mean_j (a_j − q_i(l_ij)), with a_j of `rater_accuracy`. Above zero the item is hard, or
    its consensus wrong: look at the highest first. About zero on the mean of all items.

    :raises ValueError: the consensus is of other labels.

    >>> from assay.consensus import community_consensus
    >>> given = Labels.from_triples("aaabbbcccddd", "xyz" * 4, [0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1])
    >>> item_difficulty(given, community_consensus(given)).argmax().tolist()
    3
    """
    found = rater_accuracy(labels, consensus)
    if isinstance(found, TooLittle):
        return np.zeros(labels.n_items)
    right = consensus.posterior[labels.item_codes, labels.label_codes]
    missed = np.bincount(
        labels.item_codes, found.accuracy[labels.rater_codes] - right, minlength=labels.n_items
    )
    return np.asarray(missed / np.maximum(consensus.votes, 1), dtype=np.float64)


def _same(labels: Labels, consensus: ConsensusResult) -> None:
    if consensus.posterior.shape != (labels.n_items, labels.n_classes):
        raise ValueError("the consensus is not of these labels")


def _counts(labels: Labels, consensus: ConsensusResult, chosen: Any) -> FloatArray:
    """Expected counts (K, K) of true class and label over the chosen rows."""
    held = consensus.posterior[labels.item_codes[chosen]]
    given = np.eye(labels.n_classes)[labels.label_codes[chosen]]
    return np.asarray(held.T @ given, dtype=np.float64)


def _beta_bounds(
    above: FloatArray, below: FloatArray, level: float
) -> tuple[FloatArray, FloatArray]:
    tail = (1 - open_share(level, "level")) / 2
    return special.betaincinv(above, below, tail), special.betaincinv(above, below, 1 - tail)
