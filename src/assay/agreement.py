"""How far raters agree, beyond what chance would give.

Krippendorff's alpha takes any number of raters and missing labels; kappa takes two raters who
labeled the same items; raw agreement is the share that alpha corrects. Show them together: where
one class dominates, alpha can be low although raters almost always agree.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from assay._arrays import FloatArray, IntArray, open_share
from assay.data import Labels
from assay.intervals import CELLS_AT_ONCE, normal_quantile, percentiles, resample_weights
from assay.results import Estimate, TooLittle

Level: TypeAlias = Literal["nominal", "ordinal", "interval", "ratio"]
Weighting: TypeAlias = Literal["none", "linear", "quadratic"]

FEWEST_CLUSTERS = 5
"""A bootstrap over fewer clusters cannot show how much clusters differ."""

TOO_FEW = f"fewer than {FEWEST_CLUSTERS} clusters of paired labels"

FEW_CLUSTERS = 20
"""Below this the percentile interval is known to be too short."""


@dataclass(frozen=True, slots=True)
class _Units:
    """Items with two labels or more: `counts` (U, K), `sizes` (U,), `clusters` (U,) of each."""

    counts: FloatArray
    sizes: FloatArray
    clusters: IntArray
    n_clusters: int


def krippendorff_alpha(
    labels: Labels,
    *,
    level: Level,
    rng: np.random.Generator,
    clusters: Mapping[Any, Hashable] | None = None,
    resamples: int = 1000,
    confidence: float = 0.95,
) -> Estimate | TooLittle:
    """Krippendorff's alpha with a percentile bootstrap interval.

    α = 1 − D_o / D_e with D_o = (1/n) Σ_u Σ_ck o_uck δ²_ck, D_e = Σ_ck n_c n_k δ²_ck / (n(n−1)),
    o_uck = n_uc(n_uk − [c=k]) / (m_u − 1). Krippendorff (2018), Content Analysis, ch. 12.
    δ² is [c≠k] (nominal), (c−k)² (interval), ((c−k)/(c+k))² (ratio) on the classes as numbers, or
    the squared distance of midranks (ordinal), which follows the order of `labels.classes`.

    Items with one label say nothing and are left out. The bootstrap draws items, or the whole
    `clusters` that the mapping from item to cluster names (a query's items are not independent).
    Undefined where all paired labels are of one class.

    :raises ValueError: classes are not numbers at interval or ratio level (not negative, at
        ratio), a labeled item has no cluster, or an argument is out of range.

    >>> given = Labels.from_triples("aabbccddee", "xy" * 5, [1, 1, 2, 2, 3, 3, 1, 1, 2, 3])
    >>> alpha = krippendorff_alpha(given, level="nominal", rng=np.random.default_rng(1))
    >>> round(alpha.value, 4)
    0.7273
    """
    open_share(confidence, "confidence")
    if resamples < 1:
        raise ValueError(f"resamples must be at least 1, not {resamples}")
    spread = _spread_for(level, labels.classes)
    units = _units(labels, clusters)
    if short := _too_little(units):
        return short
    value = float(spread(units, np.ones((1, units.n_clusters)))[0])
    draws = _bootstrap(units, spread, resamples, rng)
    return _alpha_estimate(value, draws, units, level, clusters is not None, confidence)


def raw_agreement(
    labels: Labels,
    *,
    rng: np.random.Generator,
    clusters: Mapping[Any, Hashable] | None = None,
    resamples: int = 1000,
    confidence: float = 0.95,
) -> Estimate | TooLittle:
    """Chance that two labels of one item agree, averaged over items with two labels or more.

    (1/U) Σ_u Σ_c n_uc(n_uc − 1) / (m_u(m_u − 1)): Fleiss' P̄ (1971, Psychological Bulletin 76),
    each item weighing the same. Not corrected for chance. Percentile bootstrap as for alpha.

    :raises ValueError: a labeled item has no cluster, or an argument is out of range.

    >>> given = Labels.from_triples("aabbccddee", "xy" * 5, [1, 1, 2, 2, 3, 3, 1, 1, 2, 3])
    >>> raw_agreement(given, rng=np.random.default_rng(1)).value
    0.8
    """
    open_share(confidence, "confidence")
    units = _units(labels, clusters)
    if units.n_clusters < FEWEST_CLUSTERS:
        return TooLittle(TOO_FEW, len(units.sizes))
    same = (units.counts * (units.counts - 1)).sum(axis=1) / (units.sizes * (units.sizes - 1))
    sums, sizes = _by_cluster(units, same), _by_cluster(units, np.ones_like(same))
    draws = _bootstrap(units, lambda _, w: (w @ sums) / (w @ sizes), resamples, rng)
    low, high = percentiles(draws, confidence)
    return Estimate(
        float(same.mean()), low, high, confidence, len(same),
        "mean pairwise agreement; percentile bootstrap", _few(units), {"resamples": resamples},
    )  # fmt: skip


def cohen_kappa(
    first: Sequence[Hashable],
    second: Sequence[Hashable],
    *,
    classes: Sequence[Hashable],
    weighting: Weighting = "none",
    confidence: float = 0.95,
) -> Estimate | TooLittle:
    """Cohen's kappa of two raters on the same items; see `kappa_of_table`.

    :raises ValueError: the sequences differ in length or hold something not in `classes`.

    >>> round(cohen_kappa([1, 1, 2, 2, 2], [1, 2, 2, 2, 2], classes=[1, 2]).value, 4)
    0.5455
    """
    code = {held: position for position, held in enumerate(classes)}
    if len(first) != len(second):
        raise ValueError(f"the raters gave {len(first)} and {len(second)} labels")
    if unknown := {held for held in (*first, *second) if held not in code}:
        raise ValueError(f"not among the classes: {sorted(map(repr, unknown))}")
    table = np.zeros((len(classes), len(classes)))
    np.add.at(table, ([code[held] for held in first], [code[held] for held in second]), 1)
    return kappa_of_table(table, weighting=weighting, confidence=confidence)


def kappa_of_table(
    table: ArrayLike, *, weighting: Weighting = "none", confidence: float = 0.95
) -> Estimate | TooLittle:
    """Cohen's (weighted) kappa of a K×K table of counts with its large-sample interval.

    κ = (p_o − p_e)/(1 − p_e) with agreement weights w_ij = [i=j], 1 − |i−j|/(K−1) (linear) or
    1 − ((i−j)/(K−1))² (quadratic). Cohen (1960, 1968); variance of Fleiss, Cohen & Everitt (1969),
    Psychological Bulletin 72. The interval is poor below some 30 items. Undefined where chance
    agreement is complete.

    :raises ValueError: the table is not square, or holds negative numbers.

    >>> round(kappa_of_table([[20, 5], [10, 15]]).value, 4)
    0.4
    """
    shares = np.asarray(table, dtype=np.float64)
    if shares.ndim != 2 or shares.shape[0] != shares.shape[1] or (shares < 0).any():
        raise ValueError("a kappa needs a square table of counts")
    n, weights = int(shares.sum()), _kappa_weights(len(shares), weighting)
    if n < FEWEST_CLUSTERS:
        return TooLittle(f"fewer than {FEWEST_CLUSTERS} items labeled by both", n)
    shares = shares / shares.sum()
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    by_chance = float(rows @ weights @ columns)
    if by_chance > 1 - 1e-12:
        return TooLittle("both raters gave one and the same class throughout", n)
    kappa = (float((weights * shares).sum()) - by_chance) / (1 - by_chance)
    error = _kappa_error(shares, weights, kappa, by_chance, n)
    reach = normal_quantile((1 + open_share(confidence, "confidence")) / 2) * error
    return Estimate(
        kappa, max(-1.0, kappa - reach), min(1.0, kappa + reach), confidence, n,
        f"Cohen's kappa, {weighting} weights; large-sample interval",
        ("fewer than 30 items: the interval is rough",) if n < 30 else (),
        {"standard_error": error, "chance_agreement": by_chance},
    )  # fmt: skip


def _kappa_weights(size: int, weighting: Weighting) -> FloatArray:
    gaps = np.abs(np.subtract.outer(np.arange(size), np.arange(size))) / max(size - 1, 1)
    if weighting == "none":
        return np.eye(size)
    if weighting == "linear":
        return np.asarray(1 - gaps, dtype=np.float64)
    if weighting == "quadratic":
        return np.asarray(1 - gaps**2, dtype=np.float64)
    raise ValueError(f'weighting must be "none", "linear" or "quadratic", not {weighting!r}')


def _kappa_error(
    shares: FloatArray, weights: FloatArray, kappa: float, by_chance: float, n: int
) -> float:
    marginal = np.add.outer(weights @ shares.sum(axis=0), weights.T @ shares.sum(axis=1))
    spread = float((shares * (weights - marginal * (1 - kappa)) ** 2).sum())
    variance = (spread - (kappa - by_chance * (1 - kappa)) ** 2) / (n * (1 - by_chance) ** 2)
    return float(np.sqrt(max(variance, 0.0)))


def _units(labels: Labels, clusters: Mapping[Any, Hashable] | None) -> _Units:
    counts = labels.counts().astype(np.float64)
    sizes = counts.sum(axis=1)
    paired = np.flatnonzero(sizes >= 2)
    if clusters is None:
        return _Units(counts[paired], sizes[paired], np.arange(len(paired)), len(paired))
    items = [labels.item_ids[row] for row in paired.tolist()]
    if missing := [item for item in items if item not in clusters]:
        raise ValueError(f"no cluster given for item {missing[0]!r}")
    code: dict[Hashable, int] = {}
    codes = [code.setdefault(clusters[item], len(code)) for item in items]
    return _Units(counts[paired], sizes[paired], np.asarray(codes, dtype=np.int64), len(code))


def _too_little(units: _Units) -> TooLittle | None:
    if units.n_clusters < FEWEST_CLUSTERS:
        return TooLittle(TOO_FEW, len(units.sizes))
    if np.count_nonzero(units.counts.sum(axis=0)) < 2:
        return TooLittle("paired labels are all of one class: alpha is undefined", len(units.sizes))
    return None


Spread: TypeAlias = Callable[[_Units, FloatArray], FloatArray]
"""From units and cluster weights (B, clusters) to one statistic per resample (B,)."""


def _spread_for(level: Level, classes: tuple[Any, ...]) -> Spread:
    if level == "nominal":
        return lambda units, w: _fixed_alpha(units, w, 1 - np.eye(len(classes)))
    if level == "ordinal":
        return _ordinal_alpha
    if level not in ("interval", "ratio"):
        raise ValueError(f"no such level of measurement: {level!r}")
    try:
        values = np.asarray([float(held) for held in classes])
    except (TypeError, ValueError):
        raise ValueError(f"{level} alpha needs numbers as classes, not {classes}") from None
    if level == "interval":
        return lambda units, w: _fixed_alpha(units, w, np.subtract.outer(values, values) ** 2)
    if (values < 0).any():
        raise ValueError("ratio alpha needs classes that are not negative")
    totals = np.add.outer(values, values)
    ratios = np.divide(np.subtract.outer(values, values), totals, where=totals > 0,
                       out=np.zeros_like(totals))  # fmt: skip
    return lambda units, w: _fixed_alpha(units, w, ratios**2)


def _fixed_alpha(units: _Units, weights: FloatArray, distance: FloatArray) -> FloatArray:
    """Alpha per resample where the distance of two classes does not depend on the sample."""
    within = ((units.counts @ distance) * units.counts).sum(axis=1) / (units.sizes - 1)
    observed = weights @ _by_cluster(units, within)
    margins = weights @ _by_cluster(units, units.counts)
    expected = ((margins @ distance) * margins).sum(axis=1)
    return _one_minus(observed, expected, margins.sum(axis=1))


def _ordinal_alpha(units: _Units, weights: FloatArray) -> FloatArray:
    """Alpha per resample with distances between midranks, which each resample moves."""
    margins = weights @ _by_cluster(units, units.counts)
    midranks = np.cumsum(margins, axis=1) - margins / 2
    distance = (midranks[:, :, None] - midranks[:, None, :]) ** 2
    pairs = _by_cluster(units, _coincidences(units))
    observed = ((weights @ pairs).reshape(distance.shape) * distance).sum(axis=(1, 2))
    expected = np.einsum("bc,bck,bk->b", margins, distance, margins)
    return _one_minus(observed, expected, margins.sum(axis=1))


def _coincidences(units: _Units) -> FloatArray:
    """Pairs of classes within each unit, each unit weighing as its labels: shape (U, K·K)."""
    scaled = units.counts / (units.sizes - 1)[:, None]
    return (scaled[:, :, None] * units.counts[:, None, :]).reshape(len(scaled), -1)


def _one_minus(observed: FloatArray, expected: FloatArray, n: FloatArray) -> FloatArray:
    """1 − D_o / D_e; NaN where a resample holds a single class."""
    ratio = np.full_like(observed, np.nan)
    np.divide(observed * (n - 1), expected, out=ratio, where=expected > 0)
    return 1 - ratio


def _by_cluster(units: _Units, values: FloatArray) -> FloatArray:
    """Sums over the units of each cluster: the first axis becomes the clusters."""
    if units.n_clusters == len(units.sizes):
        return values
    rows = np.arange(len(units.sizes))
    chosen = sparse.csr_array(
        (np.ones(len(rows)), (units.clusters, rows)), shape=(units.n_clusters, len(rows))
    )
    return np.asarray(chosen @ values, dtype=np.float64)


def _bootstrap(
    units: _Units, spread: Spread, resamples: int, rng: np.random.Generator
) -> FloatArray:
    step = max(1, CELLS_AT_ONCE // max(units.n_clusters, units.counts.shape[1] ** 2))
    parts = [
        spread(units, resample_weights(units.n_clusters, min(step, resamples - done), rng))
        for done in range(0, resamples, step)
    ]
    return np.concatenate(parts)


def _few(units: _Units) -> tuple[str, ...]:
    if units.n_clusters >= FEW_CLUSTERS:
        return ()
    return (f"{units.n_clusters} clusters only: the interval is too short",)


def _alpha_estimate(
    value: float, draws: FloatArray, units: _Units, level: Level, clustered: bool, confidence: float
) -> Estimate:
    defined = draws[np.isfinite(draws)]
    lost = len(draws) - len(defined)
    low, high = percentiles(defined, confidence) if len(defined) else (-1.0, 1.0)
    warnings = _few(units)
    if lost > 0.01 * len(draws):
        warnings += (f"{lost} of {len(draws)} resamples held one class and were left out",)
    return Estimate(
        value, low, high, confidence, len(units.sizes),
        f"Krippendorff's alpha, {level}; percentile bootstrap by "
        + ("cluster" if clustered else "item"),
        warnings, {"resamples": len(draws), "undefined": lost, "clusters": units.n_clusters,
                   "labels": int(units.sizes.sum())},
    )  # fmt: skip
