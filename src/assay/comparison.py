"""Two systems on the same queries: is one better, by how much, and could it be chance?

The unit of analysis is the query. Report the difference with its interval first: with thousands
of queries nearly every difference is significant, with fifty hardly any.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from assay._arrays import FloatArray, finite_vector, open_share, same_length
from assay._noncentral import noncentral_t_cdf
from assay.intervals import CELLS_AT_ONCE, bootstrap_mean, mean_interval
from assay.results import Estimate, Result, TooLittle

EXACT_ASSIGNMENTS = 2**16
"""Up to this many sign assignments are enumerated; above it they are sampled."""

ROUNDING = 1e-12
"""Sums this near to the observed one, relatively, count as equal to it."""


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


def effect_size(
    first: ArrayLike, second: ArrayLike, *, level: float = 0.95
) -> Estimate | TooLittle:
    """Standardised mean difference d_z = d̄/s_d of pairs, with its exact interval.

    The interval turns the noncentral t: the d whose t distribution has the observed t at its
    upper or lower tail. Cumming & Finch (2001), Educ. Psychol. Meas. 61. Normal differences
    assumed.

    :raises ValueError: lengths differ, or a value is not finite.

    >>> found = effect_size([0.62, 0.41, 0.55, 0.70], [0.68, 0.45, 0.52, 0.81])
    >>> round(found.value, 3)
    0.776
    """
    open_share(level, "level")
    test = paired_t(first, second)
    if isinstance(test, TooLittle):
        return test
    root = float(np.sqrt(test.n))
    low, high = (
        _noncentrality(test.statistic, test.n - 1, share) / root
        for share in ((1 + level) / 2, (1 - level) / 2)
    )
    return Estimate(
        test.statistic / root, low, high, level, test.n, "d_z of pairs; noncentral t interval"
    )


def holm(p_values: ArrayLike) -> FloatArray:
    """Holm's step-down adjusted p-values: the chance of any false claim stays under α.

    p̃_(i) = max_{j≤i} min(1, (m − j + 1)·p_(j)). Holm (1979), Scand. J. Statist. 6. Shape (m,).

    :raises ValueError: a value is not between 0 and 1.

    >>> holm([0.001, 0.012, 0.03, 0.045, 0.2]).round(3).tolist()
    [0.005, 0.048, 0.09, 0.09, 0.2]
    """
    p, order = _sorted_p(p_values)
    steps = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    return _unsorted(np.minimum(steps, 1.0), order)


def benjamini_hochberg(p_values: ArrayLike) -> FloatArray:
    """Adjusted p-values that hold the expected share of false claims under α.

    p̃_(i) = min_{j≥i} min(1, m·p_(j)/j). Benjamini & Hochberg (1995), JRSS B 57. Independent or
    positively dependent tests. Shape (m,).

    :raises ValueError: a value is not between 0 and 1.

    >>> benjamini_hochberg([0.001, 0.012, 0.03, 0.045, 0.2]).round(5).tolist()
    [0.005, 0.03, 0.05, 0.05625, 0.2]
    """
    p, order = _sorted_p(p_values)
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    steps = np.minimum.accumulate(scaled[::-1])[::-1]
    return _unsorted(np.minimum(steps, 1.0), order)


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


def _noncentrality(statistic: float, freedom: int, share: float) -> float:
    """The noncentrality under which the observed t lies at quantile `share`."""

    def excess(noncentrality: float) -> float:
        return noncentral_t_cdf(statistic, freedom, noncentrality) - share

    width = 10.0 + 8.0 * abs(statistic)
    return float(optimize.brentq(excess, statistic - width, statistic + width, xtol=1e-10))


def _sorted_p(p_values: ArrayLike) -> tuple[FloatArray, np.ndarray[Any, np.dtype[np.intp]]]:
    p = finite_vector(p_values, "p_values")
    if ((p < 0) | (p > 1)).any():
        raise ValueError("p_values must lie between 0 and 1")
    return p, np.argsort(p, kind="stable")


def _unsorted(values: FloatArray, order: np.ndarray[Any, np.dtype[np.intp]]) -> FloatArray:
    restored = np.empty_like(values)
    restored[order] = values
    return restored
