"""What a consensus run returns, and the checks every method shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from assay._arrays import BoolArray, FloatArray, IntArray
from assay.data import Labels
from assay.results import Result

NOTABLE_MASS = 0.01
"""A class holding less of the majority vote than this is too rare to be said to vanish."""

VANISHED = 0.1
"""A class has vanished when the model leaves it less than this part of its majority-vote mass."""


@dataclass(frozen=True, slots=True, eq=False)
class ConsensusResult(Result):
    """The estimated label of every item, and what was learned about the raters.

    For N items, R raters, K classes: `posterior` (N, K) sums to one by row; `labels` (N,) are
    codes into `classes`, the most probable one, and the lowest of them where several tie, which
    `tied` (N,) marks; `p_top` (N,) is the probability of that label; `votes` (N,) counts the
    labels behind it. `class_prior` (K,); `confusion` (R, K, K) is P(label given | true class) by
    rater, None where the method models no raters. `log_likelihood` is that of the labels under
    the fitted model, None likewise. `objective` holds what was maximised after each iteration.
    """

    item_ids: tuple[Any, ...]
    rater_ids: tuple[Any, ...]
    classes: tuple[Any, ...]
    posterior: FloatArray
    labels: IntArray
    p_top: FloatArray
    tied: BoolArray
    votes: IntArray
    class_prior: FloatArray
    confusion: FloatArray | None
    log_likelihood: float | None
    objective: tuple[float, ...]
    n_iter: int
    converged: bool
    warnings: tuple[str, ...]
    method: str
    parameters: Mapping[str, Any]
    input_hash: str

    def label_of(self) -> dict[Any, Any]:
        """The estimated label by item id, in the caller's own words."""
        return {
            item: self.classes[code]
            for item, code in zip(self.item_ids, self.labels.tolist(), strict=True)
        }


def most_probable(posterior: FloatArray) -> tuple[IntArray, FloatArray, BoolArray]:
    """Mode, its probability and whether it is tied; ties go to the lowest class.

    Probabilities within 1e-9 of the highest count as tied, so that rounding decides nothing.
    """
    top = posterior.max(axis=1)
    candidates = posterior >= top[:, None] - 1e-9
    return candidates.argmax(axis=1).astype(np.int64), top, candidates.sum(axis=1) > 1


def vote_shares(labels: Labels) -> FloatArray:
    """Share of each item's labels that each class holds: shape (n_items, n_classes)."""
    counts = labels.counts()
    return np.asarray(counts / counts.sum(axis=1, keepdims=True), dtype=np.float64)


def unused_classes(labels: Labels) -> tuple[str, ...]:
    """One warning for each class that nobody gave."""
    used = np.bincount(labels.label_codes, minlength=labels.n_classes) > 0
    return tuple(
        f"nobody gave class {held!r}"
        for held, seen in zip(labels.classes, used.tolist(), strict=True)
        if not seen
    )


def disconnected(labels: Labels) -> tuple[str, ...]:
    """A warning where raters fall into groups that share no item, directly or through others."""
    nodes = labels.n_items + labels.n_raters
    edges = (labels.item_codes, labels.n_items + labels.rater_codes)
    graph = sparse.coo_array((np.ones(labels.n_labels), edges), shape=(nodes, nodes))
    groups = int(sparse.csgraph.connected_components(graph, directed=False)[0])
    if groups == 1:
        return ()
    return (f"raters and items fall into {groups} unconnected groups: do not compare across them",)


def vanished_classes(labels: Labels, posterior: FloatArray) -> tuple[str, ...]:
    """One warning for each class that held part of the majority vote and lost nearly all of it."""
    before, after = vote_shares(labels).mean(axis=0), posterior.mean(axis=0)
    gone = (before >= NOTABLE_MASS) & (after < VANISHED * before)
    return tuple(
        f"collapse: class {labels.classes[code]!r} falls from {before[code]:.1%} of the votes "
        f"to {after[code]:.1%} of the consensus"
        for code in np.flatnonzero(gone).tolist()
    )
