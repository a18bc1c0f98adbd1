"""How much of a ranking has been judged at all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from assay.metrics.policy import Policy, Unjudged
from assay.metrics.rankings import Qrels, Run, align
from assay.metrics.result import MetricResult, metric_result


def judged(qrels: Qrels, run: Run, *, k: int, policy: Policy, level: float = 0.95) -> MetricResult:
    """Judged@k: the share of the first k documents that carry a grade.

    Divided by the ranks there are, at most k. Do not compare two systems where it differs much:
    the less judged one is the less rewarded. Condensing would make it 1, so the ranking is always
    read as it stands.

    :raises ValueError: k < 1, or a ranking is malformed.

    >>> from assay.metrics import TREC
    >>> judged({"q": {"a": 0}}, {"q": ["a", "x"]}, k=10, policy=TREC).values.tolist()
    [0.5]
    """
    as_it_stands = replace(policy, unjudged=Unjudged.ZERO)
    aligned = align(qrels, run, as_it_stands, depth=k)
    ranks = aligned.present.sum(axis=1)
    values = (aligned.grades >= 0).sum(axis=1) / np.maximum(ranks, 1)
    return metric_result(f"judged@{k}", values, aligned, as_it_stands, level)
