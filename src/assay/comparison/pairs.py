"""Two systems on the same queries: tests and intervals of their difference."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from assay._arrays import FloatArray, IntArray, finite_vector, open_share, same_length
from assay.intervals import (
    CELLS_AT_ONCE,
    bootstrap_mean,
    mean_interval,
    percentiles,
    resample_weights,
)
from assay.results import Estimate, Result, TooLittle

EXACT_ASSIGNMENTS = 2**16
"""Up to this many sign assignments are enumerated; above it they are sampled."""

ROUNDING = 1e-12
"""Sums this near to the observed one, relatively, count as equal to it."""

FEWEST_CLUSTERS = 5
"""A bootstrap over fewer clusters cannot show how much clusters differ."""

FEW_CLUSTERS = 20
"""Below this a bootstrap interval is not to be relied on."""


@dataclass(frozen=True, slots=True)
class PairedTest(Result):
    """A two-sided test of "no difference" on n pairs.

    `difference` is the mean of second − first with a t interval; `statistic` is t, or for the
    permutation test the mean difference; `assignments` counts the sign assignments looked at.
    """

    difference: Estimate
    statistic: float
    p_value: float
    n: int
    method: str
    warnings: tuple[str, ...] = ()
    assignments: int | None = None


def paired_by_query(
    first: Mapping[Any, float], second: Mapping[Any, float]
) -> tuple[FloatArray, FloatArray, tuple[Hashable, ...]]:
    """Line up two systems' values by query, in sorted order.

    :raises ValueError: the queries differ: decide first what a missing query counts for.

    >>> paired_by_query({"q2": 0.1, "q1": 0.5}, {"q1": 0.6, "q2": 0.3})[1].tolist()
    [0.6, 0.3]
    """
    if differing := set(first) ^ set(second):
        shown = ", ".join(sorted(map(repr, differing))[:3])
        raise ValueError(f"{len(differing)} queries are in one system only, such as {shown}")
    queries = tuple(sorted(first))
    left = np.asarray([first[query] for query in queries], dtype=np.float64)
    right = np.asarray([second[query] for query in queries], dtype=np.float64)
    return left, right, queries


def paired_t(first: ArrayLike, second: ArrayLike, *, level: float = 0.95) -> PairedTest | TooLittle:
    """Student's paired t test of second − first.

    t = d̄ / (s_d/√n), n − 1 degrees of freedom, two-sided. Student (1908). Assumes that the mean
    difference is about normal, which it is from some thirty queries on. Shape (n,) each.

    :raises ValueError: lengths differ, or a value is not finite.

    >>> found = paired_t([0.62, 0.41, 0.55], [0.68, 0.45, 0.52])
    >>> round(found.p_value, 4)
    0.4825
    """
    differences = _differences(first, second)
    interval = mean_interval(differences, level=level)
    if isinstance(interval, TooLittle):
        return TooLittle("a paired test needs two pairs", len(differences))
    error, n = interval.diagnostics["standard_error"], len(differences)
    if error == 0:
        return TooLittle("all differences are alike: no spread to test against", n)
    statistic = interval.value / error
    p_value = float(2 * special.stdtr(n - 1, -abs(statistic)))
    return PairedTest(interval, statistic, p_value, n, "paired t, two-sided")


def sign_flip(
    first: ArrayLike,
    second: ArrayLike,
    *,
    rng: np.random.Generator,
    draws: int = 10_000,
    level: float = 0.95,
) -> PairedTest | TooLittle:
    """Permutation test of second − first that flips the sign of each query's difference.

    p = share of sign assignments whose |mean| reaches the observed one. Fisher (1935); assumes
    only that differences are symmetric about 0 where nothing differs. Exact while the differences
    other than 0 have at most 2^16 assignments; otherwise `draws` random ones, with
    p = (1 + hits)/(1 + draws) as in Phipson & Smyth (2010), SAGMB 9(1).

    :raises ValueError: lengths differ, a value is not finite, or draws < 1.

    >>> rng = np.random.default_rng(3)
    >>> sign_flip([0.1, 0.2, 0.3], [0.2, 0.4, 0.6], rng=rng).p_value
    0.25
    """
    differences = _differences(first, second)
    interval = mean_interval(differences, level=level)
    if isinstance(interval, TooLittle):
        return TooLittle("a paired test needs two pairs", len(differences))
    if draws < 1:
        raise ValueError(f"draws must be at least 1, not {draws}")
    moved = differences[differences != 0]
    if 2 ** min(len(moved), 64) <= EXACT_ASSIGNMENTS:
        hits, seen, kind = _enumerated(moved), 2 ** len(moved), "exact"
        p_value = hits / seen
    else:
        hits, seen, kind = _sampled(moved, draws, rng), draws, "Monte Carlo"
        p_value = (1 + hits) / (1 + draws)
    return PairedTest(
        interval, interval.value, p_value, len(differences),
        f"sign-flip permutation, {kind}, two-sided", assignments=seen,
    )  # fmt: skip


def bootstrap_difference(
    first: ArrayLike,
    second: ArrayLike,
    *,
    rng: np.random.Generator,
    resamples: int = 2000,
    level: float = 0.95,
) -> Estimate | TooLittle:
    """Mean of second − first with a percentile bootstrap over queries; see `bootstrap_mean`.

    :raises ValueError: lengths differ, or a value is not finite.

    >>> rng = np.random.default_rng(3)
    >>> round(bootstrap_difference([0.1] * 5, [0.2, 0.3, 0.1, 0.2, 0.3], rng=rng).value, 6)
    0.12
    """
    differences = _differences(first, second)
    return bootstrap_mean(differences, rng=rng, resamples=resamples, level=level)


def cluster_bootstrap_difference(
    first: ArrayLike,
    second: ArrayLike,
    clusters: Sequence[Hashable],
    *,
    rng: np.random.Generator,
    resamples: int = 2000,
    level: float = 0.95,
) -> Estimate | TooLittle:
    """Mean of second − first over items, with a bootstrap that draws whole clusters.

    For values of pairs or items where several belong to one query: `clusters` (n,) names the query
    of each. Clusters are drawn with all their items, and each resample's mean is its sum over its
    items. Davison & Hinkley (1997), Bootstrap Methods, ch. 3.8. The percentiles are taken further
    out, at Φ(±√(k/(k − 1))·t) with k − 1 degrees of freedom for k clusters, because plain ones are
    too near: Hesterberg (2015), The American Statistician 69. Each item counts the same, so a
    query with more items counts more; average within queries first where queries should count the
    same. The result's `n` counts clusters. Fewer than five give no interval; below twenty it may
    be too short. Shape (n,) each.

    :raises ValueError: lengths differ, a value is not finite, or an argument is out of range.

    >>> rng = np.random.default_rng(3)
    >>> found = cluster_bootstrap_difference(
    ...     [0] * 10, [1, 1, 0, 0, 1, 0, 1, 1, 0, 1], "aabbccddee", rng=rng)
    >>> round(found.value, 2), found.n
    (0.6, 5)
    """
    differences = _differences(first, second)
    open_share(level, "level")
    if resamples < 1:
        raise ValueError(f"resamples must be at least 1, not {resamples}")
    if len(clusters) != len(differences):
        raise ValueError(f"lengths differ: first has {len(differences)}, clusters {len(clusters)}")
    place: dict[Hashable, int] = {}
    codes = np.asarray([place.setdefault(held, len(place)) for held in clusters], dtype=np.int64)
    if len(place) < FEWEST_CLUSTERS:
        return TooLittle(f"a cluster bootstrap needs {FEWEST_CLUSTERS} clusters", len(place))
    sums, sizes = _sums(codes, differences), _sums(codes, np.ones(len(codes)))
    low, high = percentiles(_resampled(sums, sizes, resamples, rng), _expanded(level, len(place)))
    return Estimate(
        float(differences.mean()), low, high, level, len(place),
        "mean difference; expanded percentile bootstrap over clusters",
        (f"only {len(place)} clusters: the interval may be too short",) if len(place) < FEW_CLUSTERS
        else (),
        {"resamples": resamples, "items": len(differences)},
    )  # fmt: skip


def _differences(first: ArrayLike, second: ArrayLike) -> FloatArray:
    left, right = finite_vector(first, "first"), finite_vector(second, "second")
    same_length(first=left, second=right)
    return right - left


def _reach(moved: FloatArray) -> float:
    """The smallest |sum| that counts as at least the observed one."""
    return abs(float(moved.sum())) - ROUNDING * float(np.abs(moved).sum())


def _enumerated(moved: FloatArray) -> int:
    sums = np.zeros(1)
    for difference in moved:
        sums = np.concatenate([sums + difference, sums - difference])
    return int(np.count_nonzero(np.abs(sums) >= _reach(moved)))


def _sampled(moved: FloatArray, draws: int, rng: np.random.Generator) -> int:
    step, hits = max(1, CELLS_AT_ONCE // len(moved)), 0
    for done in range(0, draws, step):
        signs = rng.integers(0, 2, size=(min(step, draws - done), len(moved)), dtype=np.int8)
        sums = signs @ (2 * moved) - moved.sum()
        hits += int(np.count_nonzero(np.abs(sums) >= _reach(moved)))
    return hits


def _expanded(level: float, units: int) -> float:
    """The level at which a bootstrap's percentiles reach as far as a t interval would."""
    reach = special.stdtrit(units - 1, (1 + level) / 2) * np.sqrt(units / (units - 1))
    return float(2 * special.ndtr(reach) - 1)


def _sums(codes: IntArray, values: FloatArray) -> FloatArray:
    return np.asarray(np.bincount(codes, values), dtype=np.float64)


def _resampled(
    sums: FloatArray, sizes: FloatArray, resamples: int, rng: np.random.Generator
) -> FloatArray:
    """Σ sums / Σ sizes over the clusters of each resample."""
    step, draws = max(1, CELLS_AT_ONCE // len(sums)), []
    for done in range(0, resamples, step):
        weights = resample_weights(len(sums), min(step, resamples - done), rng)
        draws.append((weights @ sums) / (weights @ sizes))
    return np.concatenate(draws)
