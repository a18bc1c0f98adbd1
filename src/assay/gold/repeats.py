"""Whether raters say the same twice: of one item met again, or of its near-duplicate."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from assay._arrays import FloatArray, IntArray, open_share
from assay._ids import plain_list
from assay.agreement.units import FEW_CLUSTERS, FEWEST_CLUSTERS
from assay.gold.columns import adjusted, coded_columns
from assay.intervals import wilson
from assay.results import Estimate, Result, TooLittle


@dataclass(frozen=True, slots=True, eq=False)
class SelfAgreement(Result):
    """How often each rater gave one item the same label twice: arrays of shape (R,).

    `agreed` of `pairs`, their `share` with bounds at `level` (NaN without pairs), and `by_chance`,
    what answering blindly in the rater's own mix of labels would reach. `p` is the one-sided chance
    that a rater as consistent as the others would agree so seldom, `adjusted` the same for the
    number of raters. `pooled` is the share over all raters. `later` counts third and further
    answers, which are not used.
    """

    rater_ids: tuple[Any, ...]
    agreed: IntArray
    pairs: IntArray
    share: FloatArray
    low: FloatArray
    high: FloatArray
    by_chance: FloatArray
    p: FloatArray
    adjusted: FloatArray
    pooled: Estimate | TooLittle
    later: int
    level: float
    method: str


def repeat_consistency(
    items: Iterable[Hashable],
    raters: Iterable[Hashable],
    labels: Iterable[Hashable],
    *,
    duplicates: Mapping[Any, Hashable] | None = None,
    level: float = 0.95,
) -> SelfAgreement | TooLittle:
    """Self-agreement of each rater who met an item twice, with the pool's beside it.

    Rows in the order the labels were made. `duplicates` names a group for items that are as good as
    the same; other items stand for themselves. Each rater's first two answers to an item or group
    are a pair; Wilson's interval for a rater's share, Fisher's exact test (one-sided, given how
    many pairs agreed in all) of the rater against all others, Benjamini & Hochberg over raters. The
    pooled share weighs each pair the same, with a t interval over raters.

    Consistency is not accuracy: who always says 2 agrees with themselves always, which `by_chance`
    shows. An item met again within minutes tests memory. Between versions of a guideline a changed
    answer may be the right one: give one version at a time.

    :raises ValueError: the columns differ in length, a value is missing, or `level` is not between
        0 and 1.

    >>> answers = [1, 0, 1, 0] + [1, 0, 0, 1]
    >>> found = repeat_consistency([*"abab"] * 2, ["x"] * 4 + ["y"] * 4, answers)
    >>> found.agreed.tolist(), found.pairs.tolist(), found.by_chance.tolist()
    ([2, 0], [2, 2], [0.5, 0.5])
    """
    open_share(level, "level")
    same = plain_list(items)
    if duplicates is not None:
        # Marked by kind, so that a group cannot be taken for an item of the same name.
        same = [("group", duplicates[item]) if item in duplicates else ("item", item)
                for item in same]  # fmt: skip
    (_, item), (ids, rater), (classes, label) = coded_columns(
        items=same, raters=raters, labels=labels
    )
    who, agrees, later = _pairs(item, rater, label)
    if len(who) == 0:
        return TooLittle("no rater met an item twice", 0)
    pairs = np.bincount(who, minlength=len(ids))
    agreed = np.bincount(who, agrees, minlength=len(ids)).astype(np.int64)
    mix = np.zeros((len(ids), len(classes)))
    np.add.at(mix, (rater, label), 1)
    bounds = _bounds(agreed, pairs, level)
    p = _less_than_others(pairs - agreed, pairs)
    return SelfAgreement(
        ids, agreed, pairs.astype(np.int64), bounds[:, 0], bounds[:, 1], bounds[:, 2],
        ((mix / mix.sum(axis=1, keepdims=True)) ** 2).sum(axis=1), p, adjusted(p),
        _pooled(agreed, pairs, level), later, level,
        "first two answers; Wilson score; Fisher's exact test, Benjamini-Hochberg over raters",
    )  # fmt: skip


def _pairs(item: IntArray, rater: IntArray, label: IntArray) -> tuple[IntArray, FloatArray, int]:
    """The rater of each pair, whether its labels agree, and how many rows came later."""
    order = np.lexsort((np.arange(len(item)), item, rater))
    starts = np.ones(len(order), dtype=np.bool_)
    starts[1:] = (np.diff(item[order]) != 0) | (np.diff(rater[order]) != 0)
    first = np.flatnonzero(starts)
    sizes = np.diff(np.append(first, len(order)))
    twice = first[sizes >= 2]
    agrees = label[order[twice]] == label[order[twice + 1]]
    later = int(np.maximum(sizes - 2, 0).sum())
    return rater[order[twice]], agrees.astype(np.float64), later


def _bounds(agreed: IntArray, pairs: IntArray, level: float) -> FloatArray:
    """Share, low and high of each rater: shape (R, 3)."""
    bounds = np.full((len(pairs), 3), np.nan)
    for row, (hits, trials) in enumerate(zip(agreed.tolist(), pairs.tolist(), strict=True)):
        if isinstance(found := wilson(hits, trials, level=level), Estimate):
            bounds[row] = found.value, found.low, found.high
    return bounds


def _less_than_others(missed: IntArray, pairs: IntArray) -> FloatArray:
    """Hypergeometric chance of as many misses or more of each rater: NaN without pairs."""
    total, misses = int(pairs.sum()), int(missed.sum())
    p = np.full(len(pairs), np.nan)
    for row in np.flatnonzero(pairs).tolist():
        own = int(pairs[row])
        counts = np.arange(int(missed[row]), min(own, misses) + 1)
        ways = _log_choose(misses, counts) + _log_choose(total - misses, own - counts)
        p[row] = min(1.0, float(np.exp(ways - _log_choose(total, np.asarray(own))).sum()))
    return p


def _log_choose(n: int, k: IntArray) -> FloatArray:
    inside = (k >= 0) & (k <= n)
    held = np.clip(k, 0, n)
    ways = special.gammaln(n + 1) - special.gammaln(held + 1) - special.gammaln(n - held + 1)
    return np.asarray(np.where(inside, ways, -np.inf), dtype=np.float64)


def _pooled(agreed: IntArray, pairs: IntArray, level: float) -> Estimate | TooLittle:
    agreed, pairs = agreed[pairs > 0], pairs[pairs > 0]
    raters, total = len(pairs), float(pairs.sum())
    if raters < FEWEST_CLUSTERS:
        return TooLittle(f"fewer than {FEWEST_CLUSTERS} raters met an item twice", raters)
    share = float(agreed.sum()) / total
    moved = (agreed - share * pairs) / total
    error = float(np.sqrt(raters / (raters - 1) * (moved**2).sum()))
    reach = float(special.stdtrit(raters - 1, (1 + level) / 2)) * error
    low, high = max(0.0, share - reach), min(1.0, share + reach)
    alike = wilson(int(agreed.sum()), int(total), level=level)
    few = f"{raters} raters only: the interval is rough"
    warnings: tuple[str, ...] = (few,) if raters < FEW_CLUSTERS else ()
    if error == 0 and isinstance(alike, Estimate):
        low, high = alike.low, alike.high
        warnings += ("raters do not differ: the interval is Wilson's over pairs",)
    return Estimate(share, low, high, level, raters, "share of pairs; t interval over raters",
                    warnings, {"pairs": int(total)})  # fmt: skip
