"""What a consensus run returns, and the checks every method shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assay._arrays import BoolArray, FloatArray, IntArray
from assay.consensus.em import Design, connected_groups, design_of
from assay.data import Labels
from assay.results import Result, TooLittle

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
    `calibration` says what stands behind the probabilities: "uncalibrated" unless gold set them.
    """

    item_ids: Sequence[Any]
    rater_ids: Sequence[Any]
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
    calibration: str = "uncalibrated"

    def label_of(self) -> dict[Any, Any]:
        """The estimated label by item id, in the caller's own words."""
        return {
            item: self.classes[code]
            for item, code in zip(self.item_ids, self.labels.tolist(), strict=True)
        }


def consensus_of(
    labels: Labels,
    posterior: FloatArray,
    *,
    method: str,
    parameters: Mapping[str, Any],
    counts: IntArray | None = None,
    class_prior: FloatArray | None = None,
    confusion: FloatArray | None = None,
    log_likelihood: float | None = None,
    objective: tuple[float, ...] = (),
    converged: bool = True,
    warnings: tuple[str, ...] = (),
    calibration: str = "uncalibrated",
) -> ConsensusResult:
    """Wrap a posterior (N, K) and what led to it, with the labels that follow from it."""
    modes, top, tied = most_probable(posterior)
    counts = labels.counts() if counts is None else counts
    return ConsensusResult(
        item_ids=labels.item_ids,
        rater_ids=labels.rater_ids,
        classes=labels.classes,
        posterior=posterior,
        labels=modes,
        p_top=top,
        tied=tied,
        votes=counts.sum(axis=1),
        class_prior=posterior.mean(axis=0) if class_prior is None else class_prior,
        confusion=confusion,
        log_likelihood=log_likelihood,
        objective=objective,
        n_iter=len(objective),
        converged=converged,
        warnings=unused_classes(labels) + warnings,
        method=method,
        parameters=parameters,
        input_hash=labels.input_hash(),
        calibration=calibration,
    )


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


def nothing_to_compare(labels: Labels) -> TooLittle | None:
    """The reason why no method can tell good raters from bad, if there is one."""
    if labels.n_labels == 0:
        return TooLittle("there are no labels", 0)
    if labels.n_labels == labels.n_items:
        return TooLittle(
            "no item has two labels, so nothing tells good raters from bad", labels.n_items
        )
    return None


def unused_classes(labels: Labels) -> tuple[str, ...]:
    """One warning for each class that nobody gave."""
    used = np.zeros(labels.n_classes, dtype=np.bool_)
    used[labels.label_codes] = True  # counting would copy the codes as 64-bit integers
    return tuple(
        f"nobody gave class {held!r}"
        for held, seen in zip(labels.classes, used.tolist(), strict=True)
        if not seen
    )


def disconnected(labels: Labels, design: Design | None = None) -> tuple[str, ...]:
    """A warning where raters fall into groups that share no item, directly or through others."""
    groups = connected_groups(design_of(labels) if design is None else design)
    if groups == 1:
        return ()
    return (f"raters and items fall into {groups} unconnected groups: do not compare across them",)


def vanished(before: FloatArray, after: FloatArray) -> BoolArray:
    """Which classes (K,) held a notable share of the votes and lost nearly all of it."""
    return np.asarray((before >= NOTABLE_MASS) & (after < VANISHED * before), dtype=np.bool_)


def vanished_classes(labels: Labels, posterior: FloatArray) -> tuple[str, ...]:
    """One warning for each class that held part of the majority vote and lost nearly all of it."""
    before, after = vote_shares(labels).mean(axis=0), posterior.mean(axis=0)
    return tuple(
        f"collapse: class {labels.classes[code]!r} falls from {before[code]:.1%} of the votes "
        f"to {after[code]:.1%} of the consensus"
        for code in np.flatnonzero(vanished(before, after)).tolist()
    )
