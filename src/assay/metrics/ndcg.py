"""Normalised discounted cumulative gain."""

from __future__ import annotations

import numpy as np

from assay._arrays import FloatArray
from assay.metrics.policy import Gain, Ideal, Policy
from assay.metrics.rankings import Qrels, Run, align
from assay.metrics.result import MetricResult, metric_result


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
    aligned = align(qrels, run, policy, depth=k)
    ideal = aligned.ideal[:, :k] if policy.ideal is Ideal.CUT else aligned.ideal
    best = _discounted(ideal.astype(np.float64), policy.gain)
    found = _discounted(aligned.known, policy.gain)
    values = np.divide(found, best, out=np.zeros_like(found), where=best > 0)
    return metric_result("ndcg" if k is None else f"ndcg@{k}", values, aligned, policy, level)


def _discounted(grades: FloatArray, gain: Gain) -> FloatArray:
    gains = grades if gain is Gain.LINEAR else np.exp2(grades) - 1
    return np.asarray(gains @ (1 / np.log2(np.arange(2, gains.shape[1] + 2))), dtype=np.float64)
