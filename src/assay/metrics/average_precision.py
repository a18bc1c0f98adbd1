"""Average precision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assay._arrays import FloatArray
from assay.metrics.alignment import Aligned, running
from assay.metrics.measure import BinaryMeasure, cut_off, relevant_grade, titled
from assay.metrics.policy import Policy
from assay.metrics.rankings import Qrels, Run
from assay.metrics.result import MetricResult, measured


@dataclass(frozen=True, slots=True, kw_only=True)
class AveragePrecision(BinaryMeasure):
    """The measure of `average_precision`.

    :raises ValueError: k or `relevant_from` is below 1.

    >>> AveragePrecision(relevant_from=1).name
    'ap(from=1)'
    """

    k: int | None = None

    def __post_init__(self) -> None:
        relevant_grade(self.relevant_from)
        cut_off(self.k)

    @property
    def name(self) -> str:
        """``ap@k(from=…)``."""
        return titled("ap", self.k, f"from={self.relevant_from}")

    def of(self, aligned: Aligned, policy: Policy) -> FloatArray:
        """Mean precision at the relevant documents, shape (Q,)."""
        held = aligned.cut(self.k)
        relevant = held.grade >= self.relevant_from
        at_rank = running(held.row, relevant) / held.rank
        every = held.graded.relevant(self.relevant_from)
        return held.total(at_rank[relevant], relevant) / np.maximum(every, 1)


def average_precision(
    qrels: Qrels,
    run: Run,
    *,
    relevant_from: int,
    policy: Policy,
    k: int | None = None,
    level: float = 0.95,
) -> MetricResult:
    """AP: precision at the rank of each relevant document, averaged over all relevant ones.

    (1/R) Σ_i rel_i · P@i, with R the relevant documents of the query, found or not. Buckley &
    Voorhees (2000), SIGIR. `k` cuts the ranking, not R.

    :raises ValueError: k or `relevant_from` is below 1, or a ranking is malformed.

    >>> from assay.metrics import TREC
    >>> qrels = {"q": {"a": 1, "b": 1}}
    >>> run = {"q": ["a", "x", "b"]}
    >>> average_precision(qrels, run, relevant_from=1, policy=TREC).values.round(4).tolist()
    [0.8333]
    """
    measure = AveragePrecision(relevant_from=relevant_from, k=k)
    return measured(qrels, run, measure, policy, level)
