"""What items that come in clusters cost: those of one query resemble each other."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from assay._arrays import FloatArray, closed_share, finite_vector, open_share
from assay.results import Estimate, TooLittle

FEW_CLUSTERS = 10
"""Below this the interval of a correlation spans most of what is possible."""

RARE = 0.25
"""Where fewer 0/1 values than this are of the rarer kind, the F interval fails."""


def design_effect(cluster_size: float, correlation: float) -> float:
    """Variance inflation of clusters of m items with intraclass correlation ρ: 1 + (m − 1)ρ.

    Kish (1965). Items of one query are a cluster.

    :raises ValueError: `cluster_size` is below 1 or `correlation` not between 0 and 1.

    >>> design_effect(5, 0.25)
    2.0
    """
    if cluster_size < 1:
        raise ValueError(f"cluster_size must be at least 1, not {cluster_size}")
    return 1 + (cluster_size - 1) * closed_share(correlation, "correlation")


def intraclass_correlation(
    values: ArrayLike, clusters: Sequence[Hashable], *, level: float = 0.95
) -> Estimate | TooLittle:
    """How much items of one cluster resemble each other: ρ, by analysis of variance.

    ρ̂ = (B − W)/(B + (m₀ − 1)W), with B and W the mean squares between and within k clusters of
    m_i items, and m₀ = (n − Σm_i²/n)/(k − 1). The interval holds the ρ = θ/(1 + θ) under which
    Σ w_i(ȳ_i − ȳ_w)²/((k − 1)W), w_i = m_i/(1 + m_iθ), lies between the quantiles of F with k − 1
    and n − k degrees of freedom: Wald (1940), Annals of Mathematical Statistics 11; exact for
    normal values, whatever the sizes of clusters. For shares (0/1 values) by simulation it holds
    90 to 96 % of the time while the share is 0.3 to 0.7, and as little as 64 % at a share of 0.1
    in strongly alike clusters: a warning says so. Can be below 0. Shape (n,) each; the result's
    `n` counts clusters.

    :raises ValueError: lengths differ, a value is not finite, or `level` is out of range.

    >>> found = intraclass_correlation([1, 2, 5, 6, 9, 9], "aabbcc")
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3)
    (0.977, 0.681, 0.999)
    """
    share = (1 + open_share(level, "level")) / 2
    y, codes = finite_vector(values, "values"), _codes(clusters)
    if len(codes) != len(y):
        raise ValueError(f"lengths differ: values has {len(y)}, clusters has {len(codes)}")
    sizes = np.bincount(codes).astype(np.float64)
    k, n = len(sizes), len(y)
    if k < 2 or n == k:
        return TooLittle("a correlation within clusters needs two, one with two items", k)
    between, within = _mean_squares(y, codes, sizes)
    if within == 0:
        return TooLittle("items of one cluster never differ: nothing to compare with", k)
    size = (n - float(sizes @ sizes) / n) / (k - 1)
    value = (between - within) / (between + (size - 1) * within)
    cuts = special.fdtri(k - 1, n - k, np.asarray([share, 1 - share]))
    means = np.bincount(codes, y) / sizes
    low, high = (_wald_limit(means, sizes, float(cut) * within) for cut in cuts)
    return Estimate(
        value, min(low, value), max(high, value), level, k,
        "intraclass correlation by ANOVA; Wald's F interval", _doubts(y, k),
        {"cluster_size": size, "kish_cluster_size": float(sizes @ sizes) / n},
    )  # fmt: skip


def pilot_design_effect(
    values: ArrayLike,
    clusters: Sequence[Hashable],
    *,
    cluster_size: float | None = None,
    level: float = 0.95,
) -> Estimate | TooLittle:
    """Design effect to plan with, from a pilot: 1 + (m − 1)·max(ρ̂, 0), with its interval.

    ρ̂ and its interval are those of `intraclass_correlation`. m is the `cluster_size` planned; left
    out, it is the pilot's Σm_i²/Σm_i, which allows for unequal clusters (Kish 1965). Plan with the
    upper end where running short is worse than paying more.

    :raises ValueError: `cluster_size` is below 1, lengths differ, or a value is not finite.

    >>> found = pilot_design_effect([1, 0, 0, 0, 1, 1, 0, 0, 1, 1], "aabbccddee", cluster_size=5)
    >>> round(found.value, 2)
    3.67
    """
    if cluster_size is not None and cluster_size < 1:
        raise ValueError(f"cluster_size must be at least 1, not {cluster_size}")
    found = intraclass_correlation(values, clusters, level=level)
    if isinstance(found, TooLittle):
        return found
    size = cluster_size if cluster_size is not None else found.diagnostics["kish_cluster_size"]
    value, low, high = (
        design_effect(size, min(max(each, 0.0), 1.0))
        for each in (found.value, found.low, found.high)
    )
    return replace(
        found, value=value, low=low, high=high,
        method="design effect, intraclass correlation by ANOVA; Wald's F interval",
        diagnostics={"correlation": found.value, "cluster_size": size},
    )  # fmt: skip


def _codes(clusters: Sequence[Hashable]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    place: dict[Hashable, int] = {}
    return np.asarray([place.setdefault(held, len(place)) for held in clusters], dtype=np.int64)


def _wald_limit(means: FloatArray, sizes: FloatArray, wanted: float) -> float:
    """The ρ under which the weighted spread of cluster means is `wanted`, by bisection."""
    low, high = -1 / (float(sizes.max()) - 1), 1.0
    for _ in range(60):
        rho = (low + high) / 2
        weights = sizes * (1 - rho) / (1 - rho + sizes * rho)
        centre = float(weights @ means) / float(weights.sum())
        if float(weights @ (means - centre) ** 2) / (len(sizes) - 1) > wanted:
            low = rho
        else:
            high = rho
    return (low + high) / 2


def _doubts(y: FloatArray, clusters: int) -> tuple[str, ...]:
    warnings: tuple[str, ...] = ()
    if clusters < FEW_CLUSTERS:
        warnings += (f"only {clusters} clusters: the interval says little",)
    kinds, counts = np.unique(y, return_counts=True)
    if len(kinds) == 2 and counts.min() / counts.sum() < RARE:
        warnings += ("a rare share: the interval can be much too short",)
    return warnings


def _mean_squares(
    y: FloatArray, codes: np.ndarray[tuple[int], np.dtype[np.int64]], sizes: FloatArray
) -> tuple[float, float]:
    means = np.bincount(codes, y) / sizes
    between = float(sizes @ (means - y.mean()) ** 2) / (len(sizes) - 1)
    within = float(((y - means[codes]) ** 2).sum()) / (len(y) - len(sizes))
    return between, within
