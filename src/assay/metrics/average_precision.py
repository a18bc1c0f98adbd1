"""Average precision."""

from __future__ import annotations

import numpy as np

from assay.metrics.policy import Policy
from assay.metrics.rankings import Qrels, Run, align
from assay.metrics.result import MetricResult, metric_result


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
    aligned = align(qrels, run, policy, depth=k, relevant_from=relevant_from)
    relevant = aligned.relevant(relevant_from)
    at_rank = np.cumsum(relevant, axis=1) / np.arange(1, relevant.shape[1] + 1)
    total = (aligned.ideal >= relevant_from).sum(axis=1)
    values = (relevant * at_rank).sum(axis=1) / np.maximum(total, 1)
    name = "ap" if k is None else f"ap@{k}"
    return metric_result(f"{name}(from={relevant_from})", values, aligned, policy, level)
