"""Raters who err together count for fewer than they are."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from scipy import special

from assay._arrays import FloatArray, open_share
from assay.consensus.calibration import Gold, known_items
from assay.data import Labels
from assay.results import Estimate, TooLittle

FEWEST_SHARED = 20
"""Gold items that two raters must share before their errors are compared."""

PARTS = 50
"""Gold is left out in this many parts to see how far the correlation moves."""


def effective_raters(
    labels: Labels,
    gold: Gold,
    *,
    raters: Sequence[Hashable] | None = None,
    level: float = 0.95,
) -> Estimate | TooLittle:
    """How many independent raters `raters` (by default all) amount to: n / (1 + (n − 1)ρ).

    ρ is the mean correlation of two raters' errors over the gold items both labeled, averaged
    over pairs that share 20 or more, not below 0; Kish's design effect with raters as a cluster.
    The interval is Student's around ρ, with the jackknife's spread over fifty parts of the gold
    items. A rater with no error, or nothing else, tells nothing about ρ and is left out of it.
    Errors are a yes or no here: raters may agree more when both are wrong in the same way.

    :raises ValueError: a rater is unknown, or gold is malformed.

    >>> items = [f"i{n}" for n in range(40)]
    >>> answers = [n % 4 == 0 for n in range(40)]  # both miss the same ten
    >>> given = Labels.from_triples(items * 2, ["x"] * 40 + ["y"] * 40, answers * 2)
    >>> effective_raters(given, dict.fromkeys(items, {False})).value
    1.0
    """
    open_share(level, "level")
    wrong = _errors(labels, gold, list(labels.rater_ids if raters is None else raters))
    mean = _mean_correlation(wrong)
    n = len(wrong)
    if n < 2 or mean is None:
        return TooLittle(f"no two raters share {FEWEST_SHARED} gold items and err", n)
    reach = float(special.stdtrit(PARTS - 1, (1 + level) / 2)) * _spread(wrong, mean)
    low, high = _number(n, mean + reach), _number(n, mean - reach)
    return Estimate(
        _number(n, mean), low, high, level, wrong.shape[1],
        "effective number of raters from error correlation on gold; jackknife interval",
        (), {"raters": n, "correlation": mean},
    )  # fmt: skip


def _spread(wrong: FloatArray, mean: float) -> float:
    """Standard error of the mean correlation: delete one part of the items at a time."""
    part = np.arange(wrong.shape[1]) % PARTS
    parts = [_mean_correlation(wrong[:, part != left_out], 2) for left_out in range(PARTS)]
    moved = np.asarray([mean if each is None else each for each in parts])
    return float(np.sqrt((PARTS - 1) * moved.var()))


def _errors(labels: Labels, gold: Gold, raters: list[Hashable]) -> FloatArray:
    """1 where a rater missed a gold item, 0 where not, NaN where they did not label it: (n, G)."""
    known = known_items(labels, gold)
    code = {rater: row for row, rater in enumerate(labels.rater_ids)}
    if unknown := [rater for rater in raters if rater not in code]:
        raise ValueError(f"no label by rater {unknown[0]!r}")
    column = np.full(labels.n_items, -1, dtype=np.int64)
    column[known.rows] = np.arange(known.n)
    position = np.full(labels.n_raters, -1, dtype=np.int64)
    position[[code[rater] for rater in raters]] = np.arange(len(raters))
    row, place = position[labels.rater_codes], column[labels.item_codes]
    here = np.flatnonzero((row >= 0) & (place >= 0))
    wrong = np.full((len(raters), known.n), np.nan)
    wrong[row[here], place[here]] = ~known.accepted[place[here], labels.label_codes[here]]
    return wrong


def _mean_correlation(wrong: FloatArray, fewest: int = FEWEST_SHARED) -> float | None:
    """Mean correlation over pairs of rows, each over the columns that both have."""
    seen = np.isfinite(wrong)
    filled = np.where(seen, wrong, 0.0)
    shared = seen.astype(np.float64) @ seen.T
    ones = filled @ seen.T  # errors of the first among the items both labeled
    both = filled @ filled.T
    with np.errstate(invalid="ignore", divide="ignore"):
        share, other = ones / shared, ones.T / shared
        spread = np.sqrt(share * (1 - share) * other * (1 - other))
        correlation = (both / shared - share * other) / spread
    upper = np.triu(np.ones(shared.shape, dtype=np.bool_), 1)
    usable = upper & (shared >= fewest) & np.isfinite(correlation) & (spread > 0)
    return float(correlation[usable].mean()) if usable.any() else None


def _number(n: int, correlation: float) -> float:
    return n / (1 + (n - 1) * max(0.0, correlation))
