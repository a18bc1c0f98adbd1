"""Reciprocal rank."""

from __future__ import annotations

import numpy as np

from assay.metrics.policy import Policy
from assay.metrics.rankings import Qrels, Run, align
from assay.metrics.result import MetricResult, metric_result


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
    aligned = align(qrels, run, policy, depth=k, relevant_from=relevant_from)
    relevant = aligned.relevant(relevant_from)
    inverse = relevant / np.arange(1, relevant.shape[1] + 1)
    values = inverse.max(axis=1, initial=0.0)
    name = "rr" if k is None else f"rr@{k}"
    return metric_result(f"{name}(from={relevant_from})", values, aligned, policy, level)
