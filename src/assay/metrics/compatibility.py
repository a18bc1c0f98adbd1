"""Compatibility: how near a ranking comes to the nearest ideal ranking."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assay._arrays import FloatArray, IntArray, open_share
from assay.metrics.alignment import Aligned
from assay.metrics.measure import Measure, cut_off, titled
from assay.metrics.policy import Policy
from assay.metrics.rankings import Qrels, Run
from assay.metrics.result import MetricResult, measured

DEPTH = 1000
"""How deep the overlap is followed, as in the authors' own program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compatibility(Measure):
    """The measure of `compatibility`.

    :raises ValueError: `persistence` is not between 0 and 1, or k < 1.

    >>> Compatibility(persistence=0.95).name
    'compatibility@1000(0.95)'
    """

    persistence: float
    k: int = DEPTH

    def __post_init__(self) -> None:
        open_share(self.persistence, "persistence")
        cut_off(self.k)

    @property
    def name(self) -> str:
        """``compatibility@k(persistence)``."""
        return titled("compatibility", self.k, f"{self.persistence:g}")

    def of(self, aligned: Aligned, policy: Policy) -> FloatArray:
        """Overlap with the ideal over that of the ideal with itself, shape (Q,)."""
        held, graded = aligned.cut(self.k), aligned.graded
        worth = _worth(self.persistence, self.k)
        relevant = held.grade > 0
        both = np.maximum(held.rank, _ideal_place(held))[relevant]
        found = held.total(worth[np.minimum(both, self.k + 1)], relevant)
        ideal = np.where(graded.grade > 0, worth[np.minimum(graded.position, self.k + 1)], 0.0)
        best = np.bincount(graded.row, weights=ideal, minlength=len(found))
        return np.divide(found, best, out=np.zeros_like(found), where=best > 0)


def compatibility(
    qrels: Qrels,
    run: Run,
    *,
    persistence: float,
    policy: Policy,
    k: int = DEPTH,
    level: float = 0.95,
) -> MetricResult:
    """Compatibility: rank-biased overlap of a ranking with the ideal ranking most like it.

    Σ_{d≤k} p^(d−1) · |run_d ∩ ideal_d| / d, divided by the same sum of the ideal with itself. The
    ideal has the documents of grade 1 and above, best first; among equal grades, in the run's
    order. Clarke, Smucker & Vtyurina (2020), CIKM, normalised as in Clarke, Vtyurina & Smucker
    (2021), ACM TOIS 39(3). Grades are read as an order only, so preferences serve as well as
    labels. p = 0.95 looks about as deep as nDCG@20.

    :raises ValueError: `persistence` is not between 0 and 1, k < 1, or a ranking is malformed.

    >>> from assay.metrics import TREC
    >>> qrels, run = {"q": {"a": 2, "b": 1}}, {"q": ["b", "a"]}
    >>> compatibility(qrels, run, persistence=0.5, policy=TREC).values.round(4).tolist()
    [0.4359]
    """
    measure = Compatibility(persistence=persistence, k=k)
    return measured(qrels, run, measure, policy, level)


def _worth(p: float, k: int) -> FloatArray:
    """What a document adds that is in both rankings from depth m on, at index m: (k + 2,)."""
    depths = np.arange(1, k + 1)
    steps = p ** (depths - 1.0) / depths
    return np.concatenate([[0.0], np.cumsum(steps[::-1])[::-1], [0.0]])


def _ideal_place(held: Aligned) -> IntArray:
    """Rank of each entry in the ideal: after the better ones and those as good but found before."""
    order = np.lexsort((held.rank, -held.grade, held.row))
    row, grade = held.row[order], held.grade[order]
    group = np.concatenate([[True], (row[1:] != row[:-1]) | (grade[1:] != grade[:-1])])
    first = np.flatnonzero(group[: len(row)])
    among = np.arange(len(row)) - np.repeat(first, np.diff(np.append(first, len(row))))
    places = np.empty(len(row), dtype=np.int64)
    places[order] = among + 1
    return places + held.graded.better(held.row, held.grade)
