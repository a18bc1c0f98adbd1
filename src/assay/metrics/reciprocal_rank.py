"""Reciprocal rank."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assay._arrays import FloatArray
from assay.metrics.alignment import Aligned
from assay.metrics.measure import BinaryMeasure, cut_off, relevant_grade, titled
from assay.metrics.policy import Policy
from assay.metrics.rankings import Qrels, Run
from assay.metrics.result import MetricResult, measured


@dataclass(frozen=True, slots=True, kw_only=True)
class ReciprocalRank(BinaryMeasure):
    """The measure of `reciprocal_rank`.

    :raises ValueError: k or `relevant_from` is below 1.

    >>> ReciprocalRank(relevant_from=2, k=10).name
    'rr@10(from=2)'
    """

    k: int | None = None

    def __post_init__(self) -> None:
        relevant_grade(self.relevant_from)
        cut_off(self.k)

    @property
    def name(self) -> str:
        """``rr@k(from=…)``."""
        return titled("rr", self.k, f"from={self.relevant_from}")

    def of(self, aligned: Aligned, policy: Policy) -> FloatArray:
        """One over the first relevant rank, or 0: shape (Q,)."""
        held = aligned.cut(self.k)
        relevant = held.grade >= self.relevant_from
        query, first = np.unique(held.row[relevant], return_index=True)
        values = np.zeros(len(held.ranked))
        values[query] = 1 / held.rank[relevant][first]
        return values


def reciprocal_rank(
    qrels: Qrels,
    run: Run,
    *,
    relevant_from: int,
    policy: Policy,
    k: int | None = None,
    level: float = 0.95,
) -> MetricResult:
    """RR: one over the rank of the first relevant document, 0 where there is none.

    Its mean is MRR. Voorhees (1999), TREC-8.

    :raises ValueError: k or `relevant_from` is below 1, or a ranking is malformed.

    >>> from assay.metrics import TREC
    >>> run = {"q": ["x", "a"]}
    >>> reciprocal_rank({"q": {"a": 1}}, run, relevant_from=1, policy=TREC).values.tolist()
    [0.5]
    """
    measure = ReciprocalRank(relevant_from=relevant_from, k=k)
    return measured(qrels, run, measure, policy, level)
