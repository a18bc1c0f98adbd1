"""Precision at a cut-off."""

from __future__ import annotations

from assay.metrics.policy import Policy
from assay.metrics.rankings import Qrels, Run, align
from assay.metrics.result import MetricResult, metric_result


def precision(
    qrels: Qrels, run: Run, *, k: int, relevant_from: int, policy: Policy, level: float = 0.95
) -> MetricResult:
    """P@k: the share of the first k ranks that hold a relevant document.

    (documents of grade ≥ `relevant_from` among the first k) / k; a shorter ranking is still
    divided by k, as in trec_eval.

    :raises ValueError: k or `relevant_from` is below 1, or a ranking is malformed.

    >>> from assay.metrics import TREC
    >>> run = {"q": ["d1", "d2", "d3"]}
    >>> precision({"q": {"d1": 3, "d2": 1}}, run, k=2, relevant_from=2, policy=TREC).values.tolist()
    [0.5]
    """
    aligned = align(qrels, run, policy, depth=k, relevant_from=relevant_from)
    values = aligned.relevant(relevant_from).sum(axis=1) / k
    return metric_result(f"precision@{k}(from={relevant_from})", values, aligned, policy, level)
