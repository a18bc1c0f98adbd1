"""Binary preference, for judgments with many holes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assay._arrays import FloatArray
from assay.metrics.alignment import Aligned, running
from assay.metrics.measure import BinaryMeasure, titled
from assay.metrics.policy import Policy
from assay.metrics.rankings import Qrels, Run
from assay.metrics.result import MetricResult, measured


@dataclass(frozen=True, slots=True, kw_only=True)
class BPref(BinaryMeasure):
    """The measure of `bpref`.

    :raises ValueError: `relevant_from` is below 1.

    >>> BPref(relevant_from=1).name
    'bpref(from=1)'
    """

    @property
    def name(self) -> str:
        """``bpref(from=…)``."""
        return titled("bpref", None, f"from={self.relevant_from}")

    def of(self, aligned: Aligned, policy: Policy) -> FloatArray:
        """Mean share of preferences kept by each relevant document, shape (Q,)."""
        graded, relevant = aligned.graded, aligned.grade >= self.relevant_from
        every = graded.relevant(self.relevant_from)
        most = np.minimum(every, graded.number(graded.grade < self.relevant_from))
        above = running(aligned.row, ~relevant)[relevant]
        row = aligned.row[relevant]
        broken = np.minimum(above, every[row]) / np.maximum(most[row], 1)
        return aligned.total(1 - broken, relevant) / np.maximum(every, 1)


def bpref(
    qrels: Qrels, run: Run, *, relevant_from: int, policy: Policy, level: float = 0.95
) -> MetricResult:
    """bpref: how seldom judged non-relevant documents come before relevant ones.

    (1/R) Σ_{relevant found} 1 − min(n, R)/min(N, R), with n the judged non-relevant documents
    above it, N all of them, R the relevant documents, found or not. Buckley & Voorhees (2004),
    SIGIR, in the form of trec_eval. Unjudged documents do not count, whatever the policy says of
    them: use it where the pools are shallow. It cannot tell systems apart near the top of a
    well judged ranking; nDCG can.

    :raises ValueError: `relevant_from` is below 1, or a ranking is malformed.

    >>> from assay.metrics import TREC
    >>> qrels, run = {"q": {"a": 1, "b": 1, "c": 0}}, {"q": ["a", "x", "c", "b"]}
    >>> bpref(qrels, run, relevant_from=1, policy=TREC).values.tolist()
    [0.5]
    """
    return measured(qrels, run, BPref(relevant_from=relevant_from), policy, level)
