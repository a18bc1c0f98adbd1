"""Expected reciprocal rank."""

from __future__ import annotations

import numpy as np

from assay.metrics.policy import Policy
from assay.metrics.rankings import Qrels, Run, align
from assay.metrics.result import MetricResult, metric_result


def expected_reciprocal_rank(
    qrels: Qrels, run: Run, *, k: int | None, max_grade: int, policy: Policy, level: float = 0.95
) -> MetricResult:
    """ERR@k: expected 1/rank at which a reader who scans from the top is satisfied.

    Σ_i (1/i) R_i Π_{j<i} (1 − R_j), with R = (2^grade − 1) / 2^max_grade. Chapelle et al. (2009),
    CIKM. The scale's top grade is part of the metric: 0–3 and 0–4 give other numbers.

    :raises ValueError: k < 1, a grade exceeds `max_grade`, or a ranking is malformed.

    >>> from assay.metrics import TREC
    >>> qrels, run = {"q": {"a": 1, "b": 3}}, {"q": ["a", "b"]}
    >>> found = expected_reciprocal_rank(qrels, run, k=2, max_grade=3, policy=TREC)
    >>> found.values.round(6).tolist()
    [0.507812]
    """
    aligned = align(qrels, run, policy, depth=k)
    if aligned.ideal.max(initial=0) > max_grade:
        raise ValueError(f"a grade exceeds max_grade {max_grade}")
    stops = (np.exp2(aligned.known) - 1) / 2.0**max_grade
    reached = np.cumprod(np.pad(1 - stops, ((0, 0), (1, 0)), constant_values=1.0), axis=1)[:, :-1]
    values = (stops * reached / np.arange(1, stops.shape[1] + 1)).sum(axis=1)
    name = f"err(max={max_grade})" if k is None else f"err@{k}(max={max_grade})"
    return metric_result(name, values, aligned, policy, level)
