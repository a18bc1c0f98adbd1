"""Answers too quick to have been thought about: against the pool, and against one's own past.

A flag is a reason to look, with what there is to see beside it, and never a verdict. Speed is a
weak sign: on some tasks the fastest quarter of answers is 4 to 10 points less accurate, on others
not at all. Let gold decide.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from assay._arrays import BoolArray, FloatArray, IntArray, finite_vector, open_share, positive
from assay.gold.columns import adjusted, coded_columns, medians_by
from assay.results import Result, TooLittle

NORMAL_SPREAD = 1.482602218505602
"""What turns a median absolute deviation into a standard deviation, for normal data."""

POOL = 5
"""Raters below which a task has no pool to be compared with."""

FEWEST_RATERS = 10
"""Raters below which the pool does not show how much raters differ."""


@dataclass(frozen=True, slots=True, eq=False)
class RaterSpeeds(Result):
    """Each rater's speed beside the pool's, within task: arrays of shape (R,).

    `n` counts answers compared; `ratio` is the rater's typical time over the pool's (0.4: two and a
    half times as quick); `z` how far its logarithm lies from the pool's, in robust standard
    deviations of raters; `share_quick` the share of answers quicker than `limit` times the pool's
    typical time, `pool_share_quick` the median of that over raters. `too_fast` raises the flag.
    Raters with too few answers have NaN and no flag. `judged` raters had enough.
    """

    rater_ids: tuple[Any, ...]
    n: IntArray
    ratio: FloatArray
    z: FloatArray
    share_quick: FloatArray
    too_fast: BoolArray
    pool_share_quick: float
    limit: float
    cut: float
    judged: int
    method: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class TimeCollapses(Result):
    """Each rater's latest answers beside their earlier ones: arrays of shape (R,).

    `n` counts answers; `ratio` is the typical time of the latest `recent` over that of all before,
    within task; `p` the one-sided rank-sum p-value, `adjusted` the same for the number of raters;
    `collapsed` raises the flag. Raters with too few answers have NaN and no flag.
    """

    rater_ids: tuple[Any, ...]
    n: IntArray
    ratio: FloatArray
    p: FloatArray
    adjusted: FloatArray
    collapsed: BoolArray
    recent: int
    limit: float
    fdr: float
    judged: int
    method: str


def fast_raters(
    raters: Iterable[Hashable],
    seconds: ArrayLike,
    *,
    tasks: Iterable[Hashable] | None = None,
    limit: float = 0.5,
    cut: float = 3.5,
    fewest: int = 20,
) -> RaterSpeeds | TooLittle:
    """Find raters who are much quicker than the pool at the same tasks.

    Each answer's log time is taken from its task's typical one: the median over raters of their
    medians, so that who answers most does not set the pace. A rater's typical time is the median of
    that; z is its distance from the raters' median over 1.4826·MAD of the raters (or over the
    rater's own sampling error, where that is larger). Flagged: z ≤ −`cut` (Iglewicz & Hoaglin 1993)
    and at most `limit` of the pool's typical time: a difference that is sure but small is no sign.
    One row an answer; `seconds` above zero, of shape (n,).

    Tasks with fewer than 5 raters have no pool and are left out. A pool where half the raters rush
    looks normal. Raters who serve easier items look quick: name tasks finely enough.

    :raises ValueError: the columns differ in length, a value is missing, or a time or an argument
        is not above zero.

    >>> who = [rater for rater in "abcdefghijkl" for _ in range(20)]
    >>> times = [(3 if rater == "c" else 20 + ord(rater) % 5) + n % 4 for rater in "abcdefghijkl"
    ...          for n in range(20)]
    >>> found = fast_raters(who, times)
    >>> [who for who, flag in zip(found.rater_ids, found.too_fast) if flag]
    ['c']
    """
    positive(limit, "limit"), positive(cut, "cut"), positive(fewest, "fewest")
    ids, rater, residual, left_out = _paced(raters, seconds, tasks)
    n = np.bincount(rater, minlength=len(ids))
    enough = n >= fewest
    if (judged := int(enough.sum())) < FEWEST_RATERS:
        return TooLittle(f"fewer than {FEWEST_RATERS} raters with {fewest} answers", judged)
    typical = np.where(enough, medians_by(rater, residual, len(ids)), np.nan)
    z = _robust_z(typical, _sampling_error(rater, residual, typical, n))
    ratio = np.exp(typical - np.nanmedian(typical))
    quick = np.bincount(rater, residual <= np.log(limit) + np.nanmedian(typical), len(ids))
    share = np.where(enough, quick / np.maximum(n, 1), np.nan)
    return RaterSpeeds(
        ids, n.astype(np.int64), ratio, z, share, (z <= -cut) & (ratio <= limit),
        float(np.nanmedian(share)), limit, cut, judged,
        "median log time within task; z by the raters' MAD",
        (f"{left_out} answers in tasks of fewer than {POOL} raters left out",) if left_out else (),
    )  # fmt: skip


def time_collapse(
    raters: Iterable[Hashable],
    seconds: ArrayLike,
    *,
    tasks: Iterable[Hashable] | None = None,
    recent: int = 50,
    limit: float = 0.5,
    fdr: float = 0.05,
) -> TimeCollapses | TooLittle:
    """Find raters whose latest answers take much less time than their own earlier ones.

    Log times are taken from each task's typical one, as in `fast_raters`; the latest `recent`
    answers are held against all before by the one-sided rank-sum test of Mann & Whitney (1947,
    Annals of Mathematical Statistics 18) with the normal approximation and ties. Flagged: adjusted
    p (Benjamini & Hochberg over raters) at most `fdr`, and at most `limit` of the earlier typical
    time. Rows in the order the answers were made; raters need twice `recent` of them.

    The test takes a rater's answers as independent; times come in streaks, so its p-values are too
    small and `limit` does most of the guarding. Everybody grows quicker while learning: where the
    earlier answers are a rater's first, expect ratios under 1.

    :raises ValueError: the columns differ in length, a value is missing, a time is not above zero,
        or an argument is out of range.

    >>> who, times = ["a"] * 150 + ["b"] * 150, [30 + n % 7 for n in range(150)] * 2
    >>> found = time_collapse(who, times[:250] + [4 + n % 3 for n in range(50)])
    >>> found.ratio.round(2).tolist(), found.collapsed.tolist()
    ([1.0, 0.15], [False, True])
    """
    positive(limit, "limit"), open_share(fdr, "fdr")
    if recent < 10:
        raise ValueError(f"recent must be at least 10, not {recent}")
    ids, rater, residual, _ = _paced(raters, seconds, tasks, pool=1)
    n = np.bincount(rater, minlength=len(ids))
    judged = np.flatnonzero(n >= 2 * recent)
    if len(judged) == 0:
        return TooLittle(f"no rater with {2 * recent} answers", int(n.max(initial=0)))
    ordered = np.split(residual[np.argsort(rater, kind="stable")], np.cumsum(n)[:-1])
    ratio, p = np.full(len(ids), np.nan), np.full(len(ids), np.nan)
    for place in judged.tolist():
        before, after = ordered[place][:-recent], ordered[place][-recent:]
        ratio[place] = np.exp(np.median(after) - np.median(before))
        p[place] = _quicker(after, before)
    held = adjusted(p)
    return TimeCollapses(
        ids, n.astype(np.int64), ratio, p, held, (held <= fdr) & (ratio <= limit), recent, limit,
        fdr, len(judged), "rank sum of log times within task; Benjamini-Hochberg over raters",
    )  # fmt: skip


def _paced(
    raters: Iterable[Hashable],
    seconds: ArrayLike,
    tasks: Iterable[Hashable] | None,
    pool: int = POOL,
) -> tuple[tuple[Any, ...], IntArray, FloatArray, int]:
    """Raters, the rater and log time less its task's of each row kept, and how many were not."""
    times = finite_vector(seconds, "seconds")
    if len(wrong := np.flatnonzero(times <= 0)):
        raise ValueError(f"row {wrong[0]} of seconds is not above zero: {times[wrong[0]]}")
    listed = ["" for _ in times] if tasks is None else tasks
    coded = coded_columns(raters=raters, tasks=listed)
    (ids, rater), (names, task) = coded
    if len(rater) != len(times):
        raise ValueError(f"the columns differ in length: {len(rater)} raters, {len(times)} seconds")
    pairs, pair = np.unique(task * max(len(ids), 1) + rater, return_inverse=True)
    of_task = pairs // max(len(ids), 1)
    own = medians_by(pair.astype(np.int64), np.log(times), len(pairs))
    centre = medians_by(of_task, own, len(names))
    kept = (np.bincount(of_task, minlength=len(names)) >= pool)[task]
    residual = np.log(times) - centre[task]
    return ids, rater[kept], residual[kept], int((~kept).sum())


def _sampling_error(
    rater: IntArray, residual: FloatArray, typical: FloatArray, n: IntArray
) -> FloatArray:
    """Standard error of each rater's median, √(π/2)·s/√n with s from the rater's MAD."""
    spread = medians_by(rater, np.abs(residual - typical[rater]), len(typical))
    return np.asarray(np.sqrt(np.pi / 2) * NORMAL_SPREAD * spread / np.sqrt(np.maximum(n, 1)))


def _robust_z(typical: FloatArray, error: FloatArray) -> FloatArray:
    away = typical - np.nanmedian(typical)
    scale = np.maximum(NORMAL_SPREAD * float(np.nanmedian(np.abs(away))), error)
    # Where raters do not differ at all the sign of a difference is all there is to say.
    certain = np.where(away > 0, np.inf, np.where(away < 0, -np.inf, away))
    return np.asarray(np.divide(away, scale, out=certain, where=scale > 0), dtype=np.float64)


def _quicker(after: FloatArray, before: FloatArray) -> float:
    """One-sided rank-sum p-value that `after` tends to be smaller than `before`."""
    ordered, m, n = np.sort(before), len(after), len(before)
    below, through = np.searchsorted(ordered, after), np.searchsorted(ordered, after, side="right")
    wins = float((n - through).sum() + (through - below).sum() / 2)
    ties = np.unique(np.concatenate([after, before]), return_counts=True)[1].astype(np.float64)
    total = m + n
    variance = m * n / 12 * (total + 1 - (ties**3 - ties).sum() / (total * (total - 1)))
    if variance <= 0:
        return 1.0
    return float(special.ndtr(-(wins - m * n / 2 - 0.5) / np.sqrt(variance)))
