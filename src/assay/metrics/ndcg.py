"""Normalised discounted cumulative gain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assay._arrays import FloatArray, IntArray
from assay.metrics.alignment import Aligned, Graded
from assay.metrics.measure import Measure, cut_off, titled
from assay.metrics.policy import Gain, Ideal, Policy
from assay.metrics.rankings import Qrels, Run
from assay.metrics.result import MetricResult, measured


@dataclass(frozen=True, slots=True, kw_only=True)
class NDCG(Measure):
    """The measure of `ndcg`; `k` None takes whole rankings.

    :raises ValueError: k < 1.

    >>> NDCG(k=10).name
    'ndcg@10'
    """

    k: int | None

    def __post_init__(self) -> None:
        cut_off(self.k)

    @property
    def name(self) -> str:
        """``ndcg@k``."""
        return titled("ndcg", self.k)

    def of(self, aligned: Aligned, policy: Policy) -> FloatArray:
        """DCG over ideal DCG, 0 where that is 0: shape (Q,)."""
        held = aligned.cut(self.k)
        best = _best(held.graded, self.k if policy.ideal is Ideal.CUT else None, policy.gain)
        found = held.total(_discounted(held.grade, held.rank, policy.gain))
        return np.divide(found, best, out=np.zeros_like(found), where=best > 0)


def ndcg(
    qrels: Qrels, run: Run, *, k: int | None, policy: Policy, level: float = 0.95
) -> MetricResult:
    """nDCG@k: how near the first k documents come to the best possible order.

    Σ_{i≤k} g(grade_i)/log2(i+1), divided by the same sum over the ideal ranking. Järvelin &
    Kekäläinen (2002), ACM TOIS 20(4); g linear there, 2^grade − 1 in Burges et al. (2005).
    `k` None takes whole rankings. A query without relevant documents scores 0, unless skipped.

    :raises ValueError: k < 1, or a ranking is malformed.

    >>> from assay.metrics import TREC
    >>> qrels = {"q": {"d1": 3, "d2": 2, "d3": 3, "d5": 1, "d6": 2}}
    >>> ndcg(qrels, {"q": ["d1", "d4", "d2"]}, k=3, policy=TREC).values.round(6).tolist()
    [0.678796]
    """
    return measured(qrels, run, NDCG(k=k), policy, level)


def _best(graded: Graded, k: int | None, gain: Gain) -> FloatArray:
    gains = _discounted(graded.grade, graded.position, gain)
    if k is not None:
        gains = np.where(graded.position <= k, gains, 0.0)
    sums = np.bincount(graded.row, weights=gains, minlength=len(graded.query_ids))
    return sums.astype(np.float64)


def _discounted(grade: IntArray, rank: IntArray, gain: Gain) -> FloatArray:
    gains = grade.astype(np.float64) if gain is Gain.LINEAR else np.exp2(grade) - 1
    return np.asarray(gains / np.log2(rank + 1), dtype=np.float64)
