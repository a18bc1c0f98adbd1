"""Rank-biased precision."""

from __future__ import annotations

import numpy as np

from assay._arrays import open_share
from assay.metrics.policy import Policy
from assay.metrics.rankings import Qrels, Run, align
from assay.metrics.result import MetricResult, metric_result


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
    Unjudged and unranked documents could add more: this is the lower end.

    :raises ValueError: `persistence` is not between 0 and 1, or a ranking is malformed.

    >>> from assay.metrics import TREC
    >>> run = {"q": ["a", "x", "b"]}
    >>> qrels = {"q": {"a": 1, "b": 2}}
    >>> found = rank_biased_precision(qrels, run, persistence=0.8, relevant_from=1, policy=TREC)
    >>> found.values.round(4).tolist()
    [0.328]
    """
    p = open_share(persistence, "persistence")
    aligned = align(qrels, run, policy, depth=None, relevant_from=relevant_from)
    relevant = aligned.relevant(relevant_from)
    values = (1 - p) * (relevant @ p ** np.arange(relevant.shape[1]))
    return metric_result(f"rbp({p:g},from={relevant_from})", values, aligned, policy, level)
