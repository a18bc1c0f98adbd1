"""Rank-biased precision, and how much of it the judgments leave open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assay._arrays import FloatArray, open_share
from assay.metrics.alignment import Aligned
from assay.metrics.measure import BinaryMeasure, Measure, relevant_grade, titled
from assay.metrics.policy import Policy
from assay.metrics.rankings import Qrels, Run
from assay.metrics.result import MetricResult, measured


@dataclass(frozen=True, slots=True, kw_only=True)
class RBP(BinaryMeasure):
    """The measure of `rank_biased_precision`.

    :raises ValueError: `persistence` is not between 0 and 1, or `relevant_from` is below 1.

    >>> RBP(persistence=0.8, relevant_from=1).name
    'rbp(0.8,from=1)'
    """

    persistence: float

    def __post_init__(self) -> None:
        relevant_grade(self.relevant_from)
        open_share(self.persistence, "persistence")

    @property
    def name(self) -> str:
        """``rbp(persistence,from=…)``."""
        return titled("rbp", None, f"{self.persistence:g}", f"from={self.relevant_from}")

    def of(self, aligned: Aligned, policy: Policy) -> FloatArray:
        """Weight of the relevant documents, shape (Q,)."""
        relevant = aligned.grade >= self.relevant_from
        return aligned.total(_weight(aligned, self.persistence)[relevant], relevant)


@dataclass(frozen=True, slots=True, kw_only=True)
class RBPResidual(Measure):
    """The measure of `rank_biased_residual`.

    :raises ValueError: `persistence` is not between 0 and 1.

    >>> RBPResidual(persistence=0.8).name
    'rbp_residual(0.8)'
    """

    persistence: float

    def __post_init__(self) -> None:
        open_share(self.persistence, "persistence")

    @property
    def name(self) -> str:
        """``rbp_residual(persistence)``."""
        return titled("rbp_residual", None, f"{self.persistence:g}")

    def of(self, aligned: Aligned, policy: Policy) -> FloatArray:
        """All weight, 1, less that of the judged documents: shape (Q,)."""
        return 1 - aligned.total(_weight(aligned, self.persistence))


def rank_biased_precision(
    qrels: Qrels,
    run: Run,
    *,
    persistence: float,
    relevant_from: int,
    policy: Policy,
    level: float = 0.95,
) -> MetricResult:
    """RBP: expected rate of relevant documents for a reader who goes on with `persistence`.

    (1 − p) Σ_i rel_i · p^(i−1), relevance 0 or 1. Moffat & Zobel (2008), ACM TOIS 27(1).
    Unjudged and unranked documents could add more: this is the lower end, and
    `rank_biased_residual` is how much.

    :raises ValueError: `persistence` is not between 0 and 1, or a ranking is malformed.

    >>> from assay.metrics import TREC
    >>> run = {"q": ["a", "x", "b"]}
    >>> qrels = {"q": {"a": 1, "b": 2}}
    >>> found = rank_biased_precision(qrels, run, persistence=0.8, relevant_from=1, policy=TREC)
    >>> found.values.round(4).tolist()
    [0.328]
    """
    measure = RBP(persistence=persistence, relevant_from=relevant_from)
    return measured(qrels, run, measure, policy, level)


def rank_biased_residual(
    qrels: Qrels, run: Run, *, persistence: float, policy: Policy, level: float = 0.95
) -> MetricResult:
    """Residual of RBP: the most that judging everything else could add to it.

    (1 − p) Σ_{i unjudged} p^(i−1) + p^D, with D the documents ranked; a query without a ranking
    has 1. RBP lies between its value and value + residual. Two runs whose ranges overlap cannot be
    told apart by these judgments, however many queries there are. Moffat & Zobel (2008), ACM TOIS
    27(1). Condensed rankings have only the part below their end.

    :raises ValueError: `persistence` is not between 0 and 1, or a ranking is malformed.

    >>> from assay.metrics import TREC
    >>> run = {"q": ["a", "x", "b"]}
    >>> qrels = {"q": {"a": 1, "b": 2}}
    >>> found = rank_biased_residual(qrels, run, persistence=0.8, policy=TREC)
    >>> found.values.round(4).tolist()
    [0.672]
    """
    return measured(qrels, run, RBPResidual(persistence=persistence), policy, level)


def _weight(aligned: Aligned, p: float) -> FloatArray:
    """Weight of each entry's rank: shape (H,)."""
    return np.asarray((1 - p) * p ** (aligned.rank - 1.0), dtype=np.float64)
