"""Rank-biased overlap: how alike two rankings are, the top counting most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np

from assay._arrays import FloatArray, IntArray, open_share
from assay.metrics.policy import Ties
from assay.metrics.rankings import Ranking, ordered
from assay.results import Result, TooLittle

TieReading: TypeAlias = Literal["equal", "average", "corrected"]
"""Tied documents share their rank; or stand in every order; or so, scaled by what ties hide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap(Result):
    """How alike two rankings are, 0 to 1.

    `value` carries the agreement seen on to what lies below the rankings' ends. `low` and `high`
    are what it would be if nothing, or everything possible, agreed there: bounds of what was not
    seen, no confidence interval. `depths` are the documents of both rankings.
    """

    value: float
    low: float
    high: float
    persistence: float
    depths: tuple[int, int]
    method: str

    @property
    def residual(self) -> float:
        """How much the unseen part leaves open."""
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Documents of one ranking with the first and last rank of their tie group, from 1."""

    place: dict[str, int]
    first: IntArray
    last: IntArray

    def __len__(self) -> int:
        return len(self.place)

    def shares(self, depth: int, ties: TieReading) -> FloatArray:
        """How much of each document is within each depth: shape (n, depth)."""
        depths, first = np.arange(1, depth + 1), self.first[:, None]
        if ties == "equal":
            return (depths >= first).astype(np.float64)
        size = self.last[:, None] - first + 1
        return np.clip((depths - first + 1) / size, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class _Agreement:
    """Overlap at each depth d = 1…l of a ranking of s ≤ l documents and one of l.

    `overlap` (l,) is what both hold; `scale` (l,) turns it into agreement; `fresh` (u, l) are the
    shares of the longer one's own documents, in order.
    """

    overlap: FloatArray
    scale: FloatArray
    fresh: FloatArray
    s: int

    @property
    def beyond(self) -> IntArray:
        """Documents that the shorter ranking does not show by each depth: shape (l,)."""
        return np.maximum(np.arange(1, len(self.overlap) + 1) - self.s, 0)


def rank_biased_overlap(
    first: Ranking, second: Ranking, *, persistence: float, ties: TieReading
) -> Overlap | TooLittle:
    """RBO of two rankings, extrapolated: expected agreement at the depth a reader comes to.

    (1 − p) Σ_d p^(d−1) A_d with A_d the share of the first d documents that both hold, p the
    persistence. Webber, Moffat & Zobel (2010), ACM TOIS 28(4); eq. 32 for rankings of
    unlike length. A mapping of scores may hold ties, which Corsi & Urbano (2024), SIGIR, read in
    three ways: ``"equal"`` where tied means equally good, ``"average"`` over all orders of what is
    tied, ``"corrected"`` so that a ranking agrees wholly with itself though tied. Without ties all
    are the same. To break ties by document number instead, give the order. p = 0.9 puts 86 % of
    the weight on the first ten.

    :raises ValueError: `persistence` is not between 0 and 1, `ties` is unknown, or a ranking is
        malformed.

    >>> found = rank_biased_overlap(list("abcde"), list("bcdae"), persistence=0.9, ties="equal")
    >>> round(found.value, 4), round(found.low, 4), round(found.high, 4)
    (0.828, 0.5, 0.828)
    """
    p = open_share(persistence, "persistence")
    if ties not in get_args(TieReading):
        raise ValueError(f"ties must be one of {', '.join(get_args(TieReading))}, not {ties!r}")
    given = _ranked(first, "first"), _ranked(second, "second")
    shorter, longer = sorted(given, key=len)
    if not len(shorter):
        return TooLittle("an empty ranking overlaps with nothing", 0)
    seen = _agreement(shorter, longer, ties)
    low, high = _lowest(seen, p), _highest(seen, p)
    return Overlap(
        value=_extrapolated(seen, p), low=low, high=high, persistence=p,
        depths=(len(given[0]), len(given[1])), method=f"RBO, extrapolated; ties {ties}",
    )  # fmt: skip


def _ranked(ranking: Ranking, name: str) -> _Ranked:
    documents = ordered(ranking, name, Ties.AS_GIVEN)
    place = {document: row for row, document in enumerate(documents)}
    group = np.arange(len(documents))
    if isinstance(ranking, Mapping) and documents:
        scores = np.asarray([ranking[document] for document in documents], dtype=np.float64)
        group = np.cumsum(np.concatenate([[0], scores[1:] != scores[:-1]]))
    first = np.searchsorted(group, group) + 1
    return _Ranked(place, first, np.searchsorted(group, group, "right"))


def _agreement(shorter: _Ranked, longer: _Ranked, ties: TieReading) -> _Agreement:
    depth, s = len(longer), len(shorter)
    left, right = shorter.shares(depth, ties), longer.shares(depth, ties)
    pairs = [
        (row, longer.place[document])
        for document, row in shorter.place.items()
        if document in longer.place
    ]
    rows, columns = np.asarray(pairs, dtype=np.int64).reshape(-1, 2).T
    fresh = np.setdiff1d(np.arange(depth), columns)
    overlap = (left[rows] * right[columns]).sum(axis=0)
    scale = _scale(left, right, np.maximum(np.arange(1, depth + 1) - s, 0), ties)
    return _Agreement(overlap, scale, right[fresh], s)


def _scale(left: FloatArray, right: FloatArray, beyond: IntArray, ties: TieReading) -> FloatArray:
    """What agreement is a share of, by depth: documents below the shorter's end count as whole."""
    if ties == "average":
        return np.arange(1.0, len(beyond) + 1)
    if ties == "equal":
        return np.asarray((left.sum(axis=0) + beyond + right.sum(axis=0)) / 2, dtype=np.float64)
    squared = ((left**2).sum(axis=0) + beyond) * (right**2).sum(axis=0)
    return np.asarray(np.sqrt(squared), dtype=np.float64)


def _weighted(agreement: FloatArray, p: float) -> float:
    return float((1 - p) * (agreement @ p ** np.arange(len(agreement))))


def _lowest(seen: _Agreement, p: float) -> float:
    """Nothing further agrees: the overlap stays as it is for ever."""
    depths = np.arange(1, len(seen.overlap) + 1)
    below = -float(np.log1p(-p)) - float((p**depths / depths).sum())
    tail = (1 - p) / p * float(seen.overlap[-1]) * below
    return _weighted(seen.overlap / seen.scale, p) + tail


def _highest(seen: _Agreement, p: float) -> float:
    """The shorter ranking goes on with the longer's own documents, then both with all the rest."""
    ends = np.concatenate([np.zeros((1, len(seen.overlap))), np.cumsum(seen.fresh, axis=0)])
    most = seen.overlap + ends[np.minimum(seen.beyond, len(seen.fresh)), np.arange(len(seen.scale))]
    length, last = len(seen.overlap), round(float(seen.overlap[-1]))
    whole = length + seen.s - last
    depths = np.arange(length + 1, whole + 1)
    rest = float(((2 * depths - length - seen.s + last) / depths * p ** (depths - 1.0)).sum())
    return _weighted(most / seen.scale, p) + (1 - p) * rest + p**whole


def _extrapolated(seen: _Agreement, p: float) -> float:
    """Below its end the shorter ranking agrees as much as it did at its end."""
    at_end = float(seen.overlap[seen.s - 1] / seen.scale[seen.s - 1])
    begun = np.maximum((seen.fresh > 0).sum(axis=0), 1)
    expected = seen.overlap + seen.beyond * at_end * seen.fresh.sum(axis=0) / begun
    length = len(seen.overlap)
    last = (seen.overlap[-1] + (length - seen.s) * at_end) / length
    return _weighted(expected / seen.scale, p) + float(last) * p**length
