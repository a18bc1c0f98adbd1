"""Graded labels: raters who lean to one side and blur, on one latent scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from assay._arrays import FloatArray, open_share
from assay.consensus import archetypes
from assay.consensus.em import count, design_of, expect
from assay.consensus.result import ConsensusResult, consensus_of, disconnected, vanished_classes
from assay.consensus.steps import class_prior, pooled
from assay.data import Labels
from assay.results import Result, TooLittle


@dataclass(frozen=True, slots=True, eq=False)
class OrdinalResult(Result):
    """The consensus, and where each rater stands on the scale.

    `bias` (R,) in grades, above 0 for a lenient rater; `spread` (R,) the sd of their blur, in
    grades; `bias_low`, `bias_high` bound the bias at `level`.
    """

    consensus: ConsensusResult
    bias: FloatArray
    bias_low: FloatArray
    bias_high: FloatArray
    spread: FloatArray
    level: float


def ordinal_consensus(
    labels: Labels, *, steps: int = 3, level: float = 0.95
) -> OrdinalResult | TooLittle:
    """Estimate grades with two numbers a rater: bias and spread on a latent scale.

    Rater j sees grade k at k + b_j, blurred by a normal error of sd s_j, and answers the nearest
    grade: P(l | k) = Φ((l + ½ − k − b)/s) − Φ((l − ½ − k − b)/s), as in ordered probit with
    equal steps (McCullagh 1980, JRSS B 42); in two per cent of the cases at random. (b, s) lie on
    a grid of 130 kinds whose shares are learned from all raters together (a nonparametric
    empirical prior, Kiefer & Wolfowitz 1956), so a rater with five labels leans to what is usual.

    Two numbers a rater where a confusion matrix has K(K − 1): better with few labels each and
    raters who differ in strictness; worse where a class is misused as such (a "broken link" that
    is no grade). Needs grades in the order of `labels.classes`, worst to best, evenly spaced.

    :raises ValueError: `steps` is below 1 or `level` out of range.

    >>> given = Labels.from_triples("aaabbbcccddd", "xyz" * 4, [0, 0, 1, 2, 2, 2, 1, 1, 2, 0, 0, 1])
    >>> found = ordinal_consensus(given)
    >>> found.consensus.label_of(), bool(found.bias[2] > found.bias[0])
    ({'a': 0, 'b': 2, 'c': 2, 'd': 0}, True)
    """
    open_share(level, "level")
    if steps < 1:
        raise ValueError(f"steps must be at least 1, not {steps}")
    if labels.n_labels == 0:
        return TooLittle("there are no labels", 0)
    if labels.n_classes < 2:
        return TooLittle("a scale needs two grades", labels.n_labels)
    scale, design, counts = archetypes.scale(labels.n_classes), design_of(labels), labels.counts()
    tables = scale.confusion.reshape(len(scale.bias), -1)
    posterior, share = pooled(counts).posterior, np.full(len(tables), 1 / len(tables))
    likelihoods: list[float] = []
    for _ in range(steps):
        prior = class_prior(posterior.sum(axis=0))
        seen = count(design, posterior).reshape(labels.n_raters, -1)
        member = special.softmax(seen @ np.log(tables).T + np.log(share), axis=1)
        share = (member.sum(axis=0) + 1 / len(tables)) / (len(member) + 1)
        confusion = (member @ tables).reshape(labels.n_raters, *scale.confusion.shape[1:])
        posterior, likelihood = expect(design, prior, confusion)
        likelihoods.append(likelihood)
    consensus = consensus_of(
        labels, posterior, counts=counts, method="ordinal: rater bias and spread on a latent scale",
        parameters={"steps": steps, "kinds": len(tables), "ties": "lowest class"},
        class_prior=prior, confusion=confusion, objective=tuple(likelihoods),
        log_likelihood=likelihood,
        warnings=disconnected(labels) + vanished_classes(labels, posterior),
    )  # fmt: skip
    low, high = _bounds(member, scale.bias, level)
    return OrdinalResult(consensus, member @ scale.bias, low, high, member @ scale.spread, level)


def expected_grades(
    consensus: ConsensusResult, *, values: Sequence[float] | None = None
) -> FloatArray:
    """The posterior mean grade of each item (N,): what a metric with linear gain should use.

    `values` gives each class its number; by default the classes are numbers themselves.

    :raises ValueError: the classes are no numbers and `values` is missing or of another length.

    >>> from assay.consensus import majority_vote
    >>> given = Labels.from_triples("aabb", "xyxy", [1, 2, 3, 3])
    >>> expected_grades(majority_vote(given)).tolist()
    [1.5, 3.0]
    """
    try:
        numbers = [float(each) for each in (consensus.classes if values is None else values)]
    except (TypeError, ValueError):
        raise ValueError(
            f"the classes are no numbers: give values for {consensus.classes}"
        ) from None
    if len(numbers) != len(consensus.classes):
        raise ValueError(f"{len(numbers)} values for {len(consensus.classes)} classes")
    return np.asarray(consensus.posterior @ np.asarray(numbers), dtype=np.float64)


def median_grades(consensus: ConsensusResult) -> FloatArray:
    """The posterior median of each item (N,), as a position in `classes`: least absolute error.

    >>> from assay.consensus import majority_vote
    >>> given = Labels.from_triples("aaa", "xyz", [1, 2, 3])
    >>> median_grades(majority_vote(given)).tolist()
    [1.0]
    """
    passed = np.cumsum(consensus.posterior, axis=1) >= 0.5 - 1e-12
    return np.asarray(passed.argmax(axis=1), dtype=np.float64)


def _bounds(member: FloatArray, bias: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    """Percentiles of each rater's bias over the grid."""
    order = np.argsort(bias, kind="stable")
    passed = np.cumsum(member[:, order], axis=1)
    tail = (1 - level) / 2
    low = bias[order][(passed >= tail - 1e-12).argmax(axis=1)]
    return low, bias[order][(passed >= 1 - tail - 1e-12).argmax(axis=1)]
