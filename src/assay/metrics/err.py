"""Expected reciprocal rank."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assay._arrays import FloatArray
from assay.metrics.alignment import Aligned, running
from assay.metrics.measure import Measure, cut_off, titled
from assay.metrics.policy import Policy
from assay.metrics.rankings import Qrels, Run
from assay.metrics.result import MetricResult, measured


@dataclass(frozen=True, slots=True, kw_only=True)
class ERR(Measure):
    """The measure of `expected_reciprocal_rank`.

    :raises ValueError: k or `max_grade` is below 1.

    >>> ERR(k=10, max_grade=3).name
    'err@10(max=3)'
    """

    k: int | None
    max_grade: int

    def __post_init__(self) -> None:
        cut_off(self.k)
        if self.max_grade < 1:
            raise ValueError(f"max_grade must be at least 1, not {self.max_grade}")

    @property
    def name(self) -> str:
        """``err@k(max=…)``."""
        return titled("err", self.k, f"max={self.max_grade}")

    def of(self, aligned: Aligned, policy: Policy) -> FloatArray:
        """Expected 1/rank of the stop, shape (Q,).

        :raises ValueError: a grade exceeds `max_grade`.
        """
        highest = int(aligned.graded.grade.max(initial=0))
        if highest > self.max_grade:
            raise ValueError(f"grade {highest} exceeds max_grade {self.max_grade}")
        held = aligned.cut(self.k)
        stops = (np.exp2(held.grade) - 1) / 2.0**self.max_grade
        return held.total(stops * _reached(held, stops) / held.rank)


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
    return measured(qrels, run, ERR(k=k, max_grade=max_grade), policy, level)


def _reached(held: Aligned, stops: FloatArray) -> FloatArray:
    """Chance that the reader comes as far as each entry: nobody stops at an unjudged document."""
    place = running(held.row, np.ones(len(held.row), dtype=np.bool_))
    goes_on = np.ones((len(held.ranked), int(place.max(initial=0)) + 1))
    goes_on[held.row, place] = 1 - stops
    return np.asarray(np.cumprod(goes_on, axis=1)[held.row, place - 1], dtype=np.float64)
