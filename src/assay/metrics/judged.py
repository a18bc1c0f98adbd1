"""How much of a ranking has been judged at all."""

from __future__ import annotations

from abc import ABC
from dataclasses import dataclass, replace

import numpy as np

from assay._arrays import FloatArray
from assay.metrics.alignment import Aligned
from assay.metrics.measure import Measure, cut_off, titled
from assay.metrics.policy import Policy, Unjudged
from assay.metrics.rankings import Qrels, Run
from assay.metrics.result import MetricResult, measured


@dataclass(frozen=True, slots=True, kw_only=True)
class _AsItStands(Measure, ABC):
    """A measure of the first `k` ranks that condensing would empty of meaning.

    :raises ValueError: k < 1.
    """

    k: int

    def __post_init__(self) -> None:
        cut_off(self.k)

    def under(self, policy: Policy) -> Policy:
        """The policy with the ranking read as it stands."""
        return replace(policy, unjudged=Unjudged.ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged(_AsItStands):
    """The measure of `judged`.

    :raises ValueError: k < 1.

    >>> Judged(k=10).name
    'judged@10'
    """

    @property
    def name(self) -> str:
        """``judged@k``."""
        return titled("judged", self.k)

    def of(self, aligned: Aligned, policy: Policy) -> FloatArray:
        """Judged documents over ranks there are, shape (Q,)."""
        held = aligned.cut(self.k)
        return held.total(np.ones(len(held.row))) / np.maximum(held.ranked, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnjudgedShare(_AsItStands):
    """The measure of `unjudged`.

    :raises ValueError: k < 1.

    >>> UnjudgedShare(k=10).name
    'unjudged@10'
    """

    @property
    def name(self) -> str:
        """``unjudged@k``."""
        return titled("unjudged", self.k)

    def of(self, aligned: Aligned, policy: Policy) -> FloatArray:
        """Unjudged documents over ranks there are, shape (Q,)."""
        held = aligned.cut(self.k)
        unjudged = held.ranked - held.total(np.ones(len(held.row)))
        return unjudged / np.maximum(held.ranked, 1)


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
    return measured(qrels, run, Judged(k=k), policy, level)


def unjudged(
    qrels: Qrels, run: Run, *, k: int, policy: Policy, level: float = 0.95
) -> MetricResult:
    """Unjudged@k: the share of the first k documents without a grade, the holes of the run.

    1 − judged@k, except that a query without a ranking has no holes: both are 0 there. A document
    that was pooled with a negative grade is unjudged.

    :raises ValueError: k < 1, or a ranking is malformed.

    >>> from assay.metrics import TREC
    >>> unjudged({"q": {"a": 0}}, {"q": ["a", "x", "y", "z"]}, k=10, policy=TREC).values.tolist()
    [0.75]
    """
    return measured(qrels, run, UnjudgedShare(k=k), policy, level)
