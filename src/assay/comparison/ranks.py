"""Rankings of systems: how alike two of them are, and how far one would survive other queries."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from assay._arrays import FloatArray, finite_vector, open_share, same_length
from assay.comparison.systems import finite_table, named
from assay.intervals import CELLS_AT_ONCE, percentiles, resample_weights
from assay.results import Estimate, Result, TooLittle

Statistic: TypeAlias = Literal["tau", "tau_ap"]

FEWEST_QUERIES = 10
"""With fewer, resampled queries say little about a ranking."""


@dataclass(frozen=True, slots=True, eq=False)
class RankStability(Result):
    """How S systems would rank on other queries of the same kind, from n of them.

    `p_best` (S,) is the share of resamples that a system leads (ties shared out); `low_ranks` and
    `high_ranks` (S,) hold `level` of its ranks, 1 being best. `split_half` is the mean τ_b between
    the rankings by two disjoint halves of the queries, the agreement to expect of two query sets
    of half the size.
    """

    systems: tuple[Any, ...]
    means: FloatArray
    p_best: FloatArray
    low_ranks: FloatArray
    high_ranks: FloatArray
    split_half: float
    level: float
    n: int
    method: str
    warnings: tuple[str, ...] = ()


def kendall_tau(first: ArrayLike, second: ArrayLike) -> float | TooLittle:
    """Kendall's τ_b between two scorings of the same systems: shape (S,) each.

    (C − D)/√((P − T₁)(P − T₂)): concordant less discordant pairs, over the pairs that are not tied
    in the first, and in the second. Kendall (1945), Biometrika 33. 1 is the same order, −1 the
    reverse. All ranks weigh alike: see `tau_ap` where the top matters most. Undefined where one
    scoring ties all.

    :raises ValueError: lengths differ, or a value is not finite.

    >>> round(kendall_tau([0.9, 0.7, 0.5, 0.3], [0.8, 0.9, 0.4, 0.2]), 4)
    0.6667
    """
    return _single(first, second, "tau")


def tau_ap(reference: ArrayLike, estimated: ArrayLike) -> float | TooLittle:
    """τ_AP: Kendall's τ that counts errors near the top of the `estimated` ranking for more.

    2/(S − 1)·Σ_{i=2..S} C(i)/(i − 1) − 1, with C(i) how many of the systems above rank i in the
    estimated order are above it in the reference too. Yilmaz, Aslam & Robertson (2008), SIGIR. Not
    symmetric. Systems tied in the reference count one half; those tied in the estimate are put in
    every order and averaged. Shape (S,) each, higher is better.

    :raises ValueError: lengths differ, or a value is not finite.

    >>> round(tau_ap([0.9, 0.7, 0.5, 0.3], [0.8, 0.9, 0.4, 0.2]), 4)
    0.3333
    """
    return _single(reference, estimated, "tau_ap")


def rank_agreement(
    reference: ArrayLike,
    estimated: ArrayLike,
    *,
    statistic: Statistic,
    rng: np.random.Generator,
    resamples: int = 2000,
    level: float = 0.95,
) -> Estimate | TooLittle:
    """τ_b or τ_AP between two ways to score the same systems on the same queries, by query.

    Both arguments have shape (Q, S): say, a metric under human labels and the same under cheaper
    ones. Systems are ranked by mean over queries; queries are resampled, the same ones on both
    sides, and resamples that tie all are left out.

    The interval is for what another set of as many queries would show. Resampling doubles the
    noise of the means and so lowers τ: the plain percentile interval lies too low. Its lower reach
    is taken √2 times, since the other set is as noisy as this one, and to both sides, within −1
    and 1. At 95 % it holds 91 to 99 % of the values of fresh query sets, by simulation with 10 and
    20 systems on 50 and 200 queries. It is no interval for endless queries, where that noise is
    gone and τ is higher.

    :raises ValueError: shapes differ, a value is not finite, or an argument is out of range.

    >>> rng = np.random.default_rng(1)
    >>> human = rng.normal([0.1, 0.3, 0.5, 0.7], 0.2, size=(60, 4))
    >>> cheap = human + rng.normal(0, 0.3, size=(60, 4))
    >>> rank_agreement(human, cheap, statistic="tau", rng=rng).value
    1.0
    """
    _known(statistic)
    left, right = finite_table(reference, "reference"), finite_table(estimated, "estimated")
    if left.shape != right.shape:
        raise ValueError(f"shapes differ: reference {left.shape}, estimated {right.shape}")
    open_share(level, "level")
    _at_least_one(resamples, "resamples")
    n = len(left)
    if n < FEWEST_QUERIES:
        return TooLittle(f"rankings need {FEWEST_QUERIES} queries to resample", n)
    value = _single(left.mean(axis=0), right.mean(axis=0), statistic)
    if isinstance(value, TooLittle):
        return value
    weights = resample_weights(n, resamples, rng) / n
    draws = _batched(weights @ left, weights @ right, statistic)
    below = percentiles(draws[~np.isnan(draws)], level)[0]
    reach = max(0.0, value - below) * 2**0.5  # the other set is as noisy as this one
    return Estimate(
        value, max(-1.0, value - reach), min(1.0, value + reach), level, n,
        f"{statistic}; bootstrap over queries, for as many fresh queries",
        diagnostics={"resamples": resamples, "systems": left.shape[1]},
    )  # fmt: skip


def rank_stability(
    values: ArrayLike,
    *,
    rng: np.random.Generator,
    systems: Sequence[Hashable] | None = None,
    resamples: int = 2000,
    level: float = 0.95,
) -> RankStability | TooLittle:
    """How firmly these queries rank these systems: shape (Q, S), higher is better.

    Resamples queries for the chance to lead and the range of ranks, and halves them at random for
    τ_b between the two halves (`resamples` times each). A share of resamples is not the
    probability that a system is best in truth; it says how often a set of such queries would put
    it first. Voorhees & Buckley (2002), SIGIR, for the halves. Undefined where all systems tie.

    :raises ValueError: `values` is no finite table of two systems or more, names do not fit it, or
        resamples < 1.

    >>> rng = np.random.default_rng(1)
    >>> found = rank_stability(rng.normal([0, 0.1, 1], 0.5, size=(40, 3)), rng=rng)
    >>> found.p_best.round(2).tolist(), found.low_ranks.tolist(), found.high_ranks.tolist()
    ([0.0, 0.0, 1.0], [2.0, 2.0, 1.0], [3.0, 3.0, 1.0])
    """
    table = finite_table(values, "values")
    names = named(systems, table.shape[1])
    open_share(level, "level")
    _at_least_one(resamples, "resamples")
    n = len(table)
    if n < FEWEST_QUERIES:
        return TooLittle(f"rankings need {FEWEST_QUERIES} queries to resample", n)
    means = resample_weights(n, resamples, rng) @ table / n
    best = means == means.max(axis=1, keepdims=True)
    low, high = np.quantile(_rank_rows(means), [(1 - level) / 2, (1 + level) / 2], axis=0)
    halves = _split_halves(table, resamples, rng)
    if not len(halves):
        return TooLittle("all systems are tied: there is no ranking", n)
    return RankStability(
        names, table.mean(axis=0), (best / best.sum(axis=1, keepdims=True)).mean(axis=0), low, high,
        float(halves.mean()), level, n, "ranks by bootstrap over queries; τ_b of random halves",
    )  # fmt: skip


def _rank_rows(means: FloatArray) -> FloatArray:
    """Rank of each system in each row, 1 being the highest mean; ties share the middle rank."""
    step, ranks = max(1, CELLS_AT_ONCE // means.shape[1] ** 2), []
    for done in range(0, len(means), step):
        some = means[done : done + step]
        leads = np.sign(some[:, None, :] - some[:, :, None])  # [row, system, other]
        ranks.append((leads.sum(axis=2) + means.shape[1] + 1) / 2)
    return np.concatenate(ranks)


def _split_halves(table: FloatArray, splits: int, rng: np.random.Generator) -> FloatArray:
    """τ_b between the means of two random halves of the queries, where it is defined."""
    n, half = len(table), len(table) // 2
    chosen = rng.permuted(np.broadcast_to(np.arange(n) < half, (splits, n)), axis=1)
    there = chosen.astype(np.float64) @ table
    rest = table.sum(axis=0) - there
    found = _batched(there / half, rest / (n - half), "tau")
    return np.asarray(found[~np.isnan(found)], dtype=np.float64)


def _known(statistic: str) -> None:
    if statistic not in ("tau", "tau_ap"):
        raise ValueError(f"statistic must be 'tau' or 'tau_ap', not {statistic!r}")


def _at_least_one(count: int, name: str) -> None:
    if count < 1:
        raise ValueError(f"{name} must be at least 1, not {count}")


def _single(first: ArrayLike, second: ArrayLike, statistic: Statistic) -> float | TooLittle:
    left, right = finite_vector(first, "first"), finite_vector(second, "second")
    n = same_length(first=left, second=right)
    if n < 2:
        return TooLittle("a ranking needs two systems", n)
    value = float(_batched(left[None, :], right[None, :], statistic)[0])
    return TooLittle("all systems are tied: there is no ranking", n) if np.isnan(value) else value


def _batched(first: FloatArray, second: FloatArray, statistic: Statistic) -> FloatArray:
    """The statistic for each row of two (B, S) arrays, NaN where a row ties all."""
    step, of_rows = max(1, CELLS_AT_ONCE // first.shape[1] ** 2), []
    each = _tau_rows if statistic == "tau" else _tau_ap_rows
    for done in range(0, len(first), step):
        of_rows.append(each(first[done : done + step], second[done : done + step]))
    return np.concatenate(of_rows)


def _tau_rows(first: FloatArray, second: FloatArray) -> FloatArray:
    one, two = (np.sign(each[:, :, None] - each[:, None, :]) for each in (first, second))
    untied = np.abs(one).sum(axis=(1, 2)) * np.abs(two).sum(axis=(1, 2))
    agree = (one * two).sum(axis=(1, 2))
    return np.asarray(np.where(untied > 0, agree / np.sqrt(np.maximum(untied, 1)), np.nan))


def _tau_ap_rows(reference: FloatArray, estimated: FloatArray) -> FloatArray:
    """Each system's mean share of right ones above it, over the orders of those tied with it."""
    size = reference.shape[1]
    beats = estimated[:, None, :] - estimated[:, :, None]  # [row, system, other]: other's lead
    right = (1 + np.sign(reference[:, None, :] - reference[:, :, None])) / 2
    above, tied = (beats > 0).sum(axis=2), (beats == 0).sum(axis=2)
    concordant = ((beats > 0) * right).sum(axis=2)
    harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, size + 1))])
    # Σ 1/(t + j − 1) over the g places of a tie below t others; for t = 0 the first has none above
    places = harmonic[above + tied - 1] - harmonic[np.maximum(above - 1, 0)]
    within = (tied - np.where(above > 0, above * places, 1)) / 2
    total = ((concordant * places + within) / tied).sum(axis=1)
    values = 2 * total / (size - 1) - 1
    no_order = (np.ptp(reference, axis=1) == 0) | (np.ptp(estimated, axis=1) == 0)
    return np.asarray(np.where(no_order, np.nan, values))
