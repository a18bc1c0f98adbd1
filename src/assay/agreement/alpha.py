"""Krippendorff's alpha: any number of raters, any labels missing, distances of every kind."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, Literal, TypeAlias

import numpy as np

from assay._arrays import FloatArray, open_share
from assay.agreement.distances import masi_distances, squared_gaps, squared_ratios
from assay.agreement.units import Statistic, Units, bootstrap, few, paired_units, too_few
from assay.data import Labels
from assay.intervals import percentiles
from assay.results import Estimate, TooLittle

Level: TypeAlias = Literal["nominal", "ordinal", "interval", "ratio", "masi"]


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
    the squared distance of midranks (ordinal), which follows the order of `labels.classes`. At
    level "masi" the classes are frozensets (several answers in one label), and `masi_distance`
    stands in the place of δ², as Passonneau (2006) has it; give `Labels` the classes, since sets
    have no order to be sorted by.

    Items with one label say nothing and are left out. The bootstrap draws items, or the whole
    `clusters` that the mapping from item to cluster names (a query's items are not independent).
    Undefined where all paired labels are of one class. Holds a table of items × classes: with
    hundreds of distinct sets and millions of items, take the items in parts.

    :raises ValueError: classes are not numbers at interval or ratio level (not negative, at
        ratio) or not sets at masi level, a labeled item has no cluster, or an argument is out of
        range.

    >>> given = Labels.from_triples("aabbccddee", "xy" * 5, [1, 1, 2, 2, 3, 3, 1, 1, 2, 3])
    >>> alpha = krippendorff_alpha(given, level="nominal", rng=np.random.default_rng(1))
    >>> round(alpha.value, 4)
    0.7273
    """
    open_share(confidence, "confidence")
    distance = _distance(level, labels.classes)
    units = paired_units(labels, clusters)
    if short := too_few(units):
        return short
    if np.count_nonzero(units.counts.sum(axis=0)) < 2:
        return TooLittle("paired labels are all of one class: alpha is undefined", units.n_items)
    statistic = _ordinal_alpha(units) if distance is None else _fixed_alpha(units, distance)
    value = float(statistic(units.whole())[0])
    draws = bootstrap(units, statistic, labels.n_classes**2, resamples, rng)
    return _estimate(value, draws, units, level, confidence)


def _distance(level: Level, classes: tuple[Any, ...]) -> FloatArray | None:
    """δ² of each two classes, (K, K); None where it depends on the sample."""
    if level == "nominal":
        return 1 - np.eye(len(classes))
    if level == "ordinal":
        return None
    if level == "interval":
        return squared_gaps(classes)
    if level == "ratio":
        return squared_ratios(classes)
    if level == "masi":
        return masi_distances(classes)
    raise ValueError(f"no such level of measurement: {level!r}")


def _fixed_alpha(units: Units, distance: FloatArray) -> Statistic:
    """Alpha where the distance of two classes does not depend on the sample."""
    within = ((units.counts @ distance) * units.counts).sum(axis=1) / (units.sizes - 1)
    apart, used = units.by_draw(within), units.by_draw(units.counts)

    def alpha(weights: FloatArray) -> FloatArray:
        margins = weights @ used
        expected = ((margins @ distance) * margins).sum(axis=1)
        return _one_minus(weights @ apart, expected, margins.sum(axis=1))

    return alpha


def _ordinal_alpha(units: Units) -> Statistic:
    """Alpha with distances between midranks, which each resample moves."""
    scaled = units.counts / (units.sizes - 1)[:, None]
    within = (scaled[:, :, None] * units.counts[:, None, :]).reshape(len(scaled), -1)
    pairs, used = units.by_draw(within), units.by_draw(units.counts)

    def alpha(weights: FloatArray) -> FloatArray:
        margins = weights @ used
        midranks = np.cumsum(margins, axis=1) - margins / 2
        distance = (midranks[:, :, None] - midranks[:, None, :]) ** 2
        observed = ((weights @ pairs).reshape(distance.shape) * distance).sum(axis=(1, 2))
        expected = np.einsum("bc,bck,bk->b", margins, distance, margins)
        return _one_minus(observed, expected, margins.sum(axis=1))

    return alpha


def _one_minus(observed: FloatArray, expected: FloatArray, n: FloatArray) -> FloatArray:
    """1 − D_o / D_e; NaN where a resample holds a single class."""
    ratio = np.full_like(observed, np.nan)
    np.divide(observed * (n - 1), expected, out=ratio, where=expected > 0)
    return 1 - ratio


def _estimate(
    value: float, draws: FloatArray, units: Units, level: Level, confidence: float
) -> Estimate:
    defined = draws[np.isfinite(draws)]
    lost = len(draws) - len(defined)
    low, high = percentiles(defined, confidence) if len(defined) else (-1.0, 1.0)
    warnings = few(units)
    if lost > 0.01 * len(draws):
        warnings += (f"{lost} of {len(draws)} resamples held one class and were left out",)
    return Estimate(
        value, low, high, confidence, units.n_items,
        f"Krippendorff's alpha, {level}; percentile bootstrap by "
        + ("item" if units.clusters is None else "cluster"),
        warnings, {"resamples": len(draws), "undefined": lost, "clusters": units.n_clusters,
                   "labels": units.n_labels},
    )  # fmt: skip
