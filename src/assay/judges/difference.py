"""A linear metric, or the difference of two systems in it, from few labels on many queries.

The judge's calibrated gain stands in for every item; the human labels, drawn with known chances,
correct it. Whatever the judge's errors are, the estimate has no bias from them.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from assay._arrays import BoolArray, FloatArray, IntArray, finite_vector, same_length
from assay.intervals import mean_interval
from assay.judges._sample import FEWEST_LABELS, estimate, too_few
from assay.judges.calibration import query_codes
from assay.judges.strata import grades_or_nan
from assay.results import Estimate, Result, TooLittle

FEWEST_QUERIES = 20
"""Below this many queries an interval over queries is indicative only."""


@dataclass(frozen=True, slots=True, eq=False)
class LinearEstimate(Result):
    """One value with two intervals, which answer two questions: always say which is shown.

    `these_queries` covers the value that full human judging of these very queries would give.
    `query_population` covers the value over the queries that these were drawn from: the one for
    ship decisions. `by_query` (Q,) holds the estimate of each query, in `query_ids` order.
    """

    these_queries: Estimate | TooLittle
    query_population: Estimate | TooLittle
    by_query: FloatArray
    query_ids: tuple[Any, ...]
    n: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Pool:
    weights: FloatArray
    human: FloatArray
    stand_in: FloatArray
    chances: FloatArray
    codes: IntArray
    labelled: BoolArray

    @property
    def queries(self) -> int:
        return int(self.codes.max()) + 1


def weighted_difference(
    weights: ArrayLike,
    human: ArrayLike,
    stand_in: ArrayLike,
    chances: ArrayLike,
    queries: Sequence[Hashable],
    *,
    level: float = 0.95,
    fewest: int = FEWEST_LABELS,
) -> LinearEstimate | TooLittle:
    """Mean over queries of Σ d_i·gain_i, by the difference estimator.

    θ̂_q = Σ d_i ĝ_i + Σ_{labelled} d_i(g_i − ĝ_i)/π_i, θ̂ their mean. Särndal et al. (1992), ch. 6.

    These queries: Hájek (1964) and Rosén (1997), V = n/(n − 1)·Σ(1 − π_i)(z_i/π_i − B)² with
    z_i = d_i(g_i − ĝ_i)/Q and B = Σ(1 − π_i)z_i/π_i ÷ Σ(1 − π_i), t(n − 1), n the labels whose
    chance was below 1. Query population: θ̂ ± t(Q − 1)·sd(θ̂_q)/√Q.

    Over the pool, shape (N,) each: `weights` d_i from `metric_weights` (of A minus of B); `human`
    the gain, NaN where not labelled; `stand_in` the judge's calibrated gain from `cross_fitted`
    (whose grades are all NaN where there is no judge); `chances` π_i as drawn. A drawn item that
    nobody could judge has no label and biases the result: it is warned of. Queries without any item
    in the pool are not counted.

    :raises ValueError: lengths differ, a value is not finite, or a chance is 0 where it must not.

    >>> d, g = [0.2, -0.1, 0.05, 0.1, 0.3, -0.2], [3, np.nan, 1, np.nan, 3, 0]
    >>> stand_in, chances = [2.1, 0.6, 0.9, 1.5, 2.4, 0.3], [0.8, 0.4, 0.2, 0.5, 0.9, 0.6]
    >>> found = weighted_difference(d, g, stand_in, chances, "aaabbb", fewest=4)
    >>> found.by_query.round(3).tolist(), round(found.these_queries.value, 4)
    ([0.655, 1.11], 0.8825)
    """
    pool = _pool(weights, human, stand_in, chances, queries)
    if refusal := too_few(n := int(pool.labelled.sum()), fewest, 2, level):
        return refusal
    corrected = _corrections(pool)
    by_query = _per_query(pool, pool.weights * pool.stand_in + corrected)
    few = pool.queries < FEWEST_QUERIES
    warnings = (f"fewer than {FEWEST_QUERIES} queries: indicative",) if few else ()
    return LinearEstimate(
        _these_queries(pool, float(by_query.mean()), level), mean_interval(by_query, level=level),
        by_query, tuple(dict.fromkeys(queries)), n, warnings + _unanswered(pool),
    )  # fmt: skip


def _pool(
    weights: ArrayLike, human: ArrayLike, stand_in: ArrayLike, chances: ArrayLike,
    queries: Sequence[Hashable],
) -> _Pool:  # fmt: skip
    d, g = finite_vector(weights, "weights"), grades_or_nan(human, "human")
    guess, chance = finite_vector(stand_in, "stand_in"), finite_vector(chances, "chances")
    codes = query_codes(queries)
    same_length(weights=d, human=g, stand_in=guess, chances=chance, queries=codes)
    if ((chance < 0) | (chance > 1)).any():
        raise ValueError("chances must lie between 0 and 1")
    labelled = ~np.isnan(g)
    if len(rows := np.flatnonzero((chance == 0) & ((d != 0) | labelled))):
        raise ValueError(f"row {rows[0]} counts for the metric or has a label, but its chance is 0")
    return _Pool(d, g, guess, chance, codes, labelled)


def _corrections(pool: _Pool) -> FloatArray:
    """d_i(g_i − ĝ_i)/π_i where there is a label, else 0: shape (N,)."""
    found, rows = np.zeros(len(pool.weights)), pool.labelled
    off = pool.human[rows] - pool.stand_in[rows]
    found[rows] = pool.weights[rows] * off / pool.chances[rows]
    return found


def _per_query(pool: _Pool, values: FloatArray) -> FloatArray:
    return np.asarray(np.bincount(pool.codes, values), dtype=np.float64)


def _these_queries(pool: _Pool, value: float, level: float) -> Estimate | TooLittle:
    rows = pool.labelled & (pool.chances < 1)
    n, left = int(rows.sum()), 1 - pool.chances[rows]
    unseen = ~pool.labelled & (pool.weights != 0)
    if n == 1 or (n == 0 and unseen.any()):
        return TooLittle("spread needs two labels whose chance was below 1", n)
    variance = 0.0
    if n > 1:
        share = _corrections(pool)[rows] / pool.queries
        middle = float((left * share).sum() / left.sum())
        variance = n / (n - 1) * float((left * (share - middle) ** 2).sum())
    return estimate(
        value, variance, max(n - 1, 1), level=level, n=int(pool.labelled.sum()),
        method="weighted difference estimator, these queries; Hájek-Rosén t interval",
        queries=pool.queries,
    )  # fmt: skip


def _unanswered(pool: _Pool) -> tuple[str, ...]:
    """A query with fewer labels than its draw must have made has lost some of them."""
    drawn = np.floor(_per_query(pool, pool.chances) + 1e-6)
    short = int((_per_query(pool, pool.labelled.astype(np.float64)) < drawn).sum())
    if not short:
        return ()
    return (f"{short} queries have fewer labels than were drawn: the estimate may be biased",)
