"""What the first k documents hold of what is relevant: precision, recall, success."""

from __future__ import annotations

from abc import ABC
from dataclasses import dataclass

import numpy as np

from assay._arrays import FloatArray
from assay.metrics.alignment import Aligned
from assay.metrics.measure import BinaryMeasure, cut_off, relevant_grade, titled
from assay.metrics.policy import Policy
from assay.metrics.rankings import Qrels, Run
from assay.metrics.result import MetricResult, measured


@dataclass(frozen=True, slots=True, kw_only=True)
class _AtCutOff(BinaryMeasure, ABC):
    """A measure of how many of the first `k` documents are relevant.

    :raises ValueError: k or `relevant_from` is below 1.
    """

    k: int

    def __post_init__(self) -> None:
        relevant_grade(self.relevant_from)
        cut_off(self.k)

    def _hits(self, aligned: Aligned) -> FloatArray:
        held = aligned.cut(self.k)
        return held.total(held.grade >= self.relevant_from)


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision(_AtCutOff):
    """The measure of `precision`.

    :raises ValueError: k or `relevant_from` is below 1.

    >>> Precision(k=5, relevant_from=1).name
    'precision@5(from=1)'
    """

    @property
    def name(self) -> str:
        """``precision@k(from=…)``."""
        return titled("precision", self.k, f"from={self.relevant_from}")

    def of(self, aligned: Aligned, policy: Policy) -> FloatArray:
        """Relevant documents over k, shape (Q,)."""
        return self._hits(aligned) / self.k


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall(_AtCutOff):
    """The measure of `recall`.

    :raises ValueError: k or `relevant_from` is below 1.

    >>> Recall(k=100, relevant_from=2).name
    'recall@100(from=2)'
    """

    @property
    def name(self) -> str:
        """``recall@k(from=…)``."""
        return titled("recall", self.k, f"from={self.relevant_from}")

    def of(self, aligned: Aligned, policy: Policy) -> FloatArray:
        """Relevant documents found over all there are, shape (Q,)."""
        return self._hits(aligned) / np.maximum(aligned.graded.relevant(self.relevant_from), 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Success(_AtCutOff):
    """The measure of `success`.

    :raises ValueError: k or `relevant_from` is below 1.

    >>> Success(k=1, relevant_from=1).name
    'success@1(from=1)'
    """

    @property
    def name(self) -> str:
        """``success@k(from=…)``."""
        return titled("success", self.k, f"from={self.relevant_from}")

    def of(self, aligned: Aligned, policy: Policy) -> FloatArray:
        """1 where there is a relevant document, else 0: shape (Q,)."""
        return np.minimum(self._hits(aligned), 1.0)


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
    return measured(qrels, run, Precision(k=k, relevant_from=relevant_from), policy, level)


def recall(
    qrels: Qrels, run: Run, *, k: int, relevant_from: int, policy: Policy, level: float = 0.95
) -> MetricResult:
    """Recall@k: the share of the relevant documents that the first k ranks hold.

    (documents of grade ≥ `relevant_from` among the first k) / R. Only judged documents can be
    known relevant: with few judgments it says what was found of what was pooled. A query without
    relevant documents scores 0, unless skipped.

    :raises ValueError: k or `relevant_from` is below 1, or a ranking is malformed.

    >>> from assay.metrics import TREC
    >>> run = {"q": ["d1", "d2", "d3"]}
    >>> recall({"q": {"d1": 1, "d9": 1}}, run, k=2, relevant_from=1, policy=TREC).values.tolist()
    [0.5]
    """
    return measured(qrels, run, Recall(k=k, relevant_from=relevant_from), policy, level)


def success(
    qrels: Qrels, run: Run, *, k: int, relevant_from: int, policy: Policy, level: float = 0.95
) -> MetricResult:
    """Success@k: 1 when any of the first k documents is relevant, else 0.

    The mean is the share of queries served at all; use it where one good answer is enough, as for
    suggestions. `mean` has a t interval; near 0 or 1 with few queries take `assay.intervals.wilson`
    of the count instead.

    :raises ValueError: k or `relevant_from` is below 1, or a ranking is malformed.

    >>> from assay.metrics import TREC
    >>> run = {"q": ["x", "a"]}
    >>> success({"q": {"a": 1}}, run, k=2, relevant_from=1, policy=TREC).values.tolist()
    [1.0]
    """
    return measured(qrels, run, Success(k=k, relevant_from=relevant_from), policy, level)
