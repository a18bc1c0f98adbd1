"""Agreement not corrected for chance: over all labels, and class by class with its prevalence."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from assay._arrays import FloatArray, IntArray, open_share
from assay.agreement.units import Statistic, Units, bootstrap, few, paired_units, too_few
from assay.data import Labels
from assay.intervals import percentiles
from assay.results import Estimate, Result, TooLittle

FEW_ITEMS = 20
"""Items that hold a class, below which its agreement is a rough guess."""


@dataclass(frozen=True, slots=True, eq=False)
class ClassAgreement(Result):
    """Prevalence and agreement of each class: arrays of shape (K,) in the order of `classes`.

    `prevalence` is a class's share of the paired labels; `agreement` the chance that another rater
    gives the class too, once one has. Both come with bounds at `level`. `items` counts the items
    that hold the class; a class that none holds has prevalence 0 and agreement NaN. `n` counts
    items with two labels or more.
    """

    classes: tuple[Any, ...]
    prevalence: FloatArray
    prevalence_low: FloatArray
    prevalence_high: FloatArray
    agreement: FloatArray
    low: FloatArray
    high: FloatArray
    items: IntArray
    level: float
    n: int
    method: str
    warnings: tuple[str, ...] = ()


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
    units = paired_units(labels, clusters)
    if short := too_few(units):
        return short
    statistic = _mean_agreement(units)
    draws = bootstrap(units, statistic, 1, resamples, rng)
    low, high = percentiles(draws, confidence)
    return Estimate(
        float(statistic(units.whole())[0]), low, high, confidence, units.n_items,
        "mean pairwise agreement; percentile bootstrap", few(units), {"resamples": resamples},
    )  # fmt: skip


def class_agreement(
    labels: Labels,
    *,
    rng: np.random.Generator,
    clusters: Mapping[Any, Hashable] | None = None,
    resamples: int = 1000,
    confidence: float = 0.95,
) -> ClassAgreement | TooLittle:
    """Prevalence of each class, and the agreement on it, over items with two labels or more.

    p_c = n_c / n and a_c = o_cc / n_c with o_cc = Σ_u n_uc(n_uc − 1)/(m_u − 1): the specific
    agreement of Cicchetti & Feinstein (1990, J. Clin. Epidemiol. 43), each item weighing as its
    labels. Not corrected for chance: raters who guess agree on c with chance p_c, so read a_c
    against p_c. The mean of a_c by prevalence is 1 − D_o of nominal alpha. Percentile bootstrap as
    for alpha; resamples without a class say nothing about the agreement on it.

    :raises ValueError: a labeled item has no cluster, or an argument is out of range.

    >>> given = Labels.from_triples("aabbccddee", "xy" * 5, [1, 1, 2, 2, 3, 3, 1, 1, 2, 3])
    >>> found = class_agreement(given, rng=np.random.default_rng(1))
    >>> found.prevalence.round(2).tolist(), found.agreement.round(2).tolist()
    ([0.4, 0.3, 0.3], [1.0, 0.67, 0.67])
    """
    open_share(confidence, "confidence")
    units = paired_units(labels, clusters)
    if short := too_few(units):
        return short
    statistic, size = _by_class(units), labels.n_classes
    value = statistic(units.whole())[0]
    bounds = _bounds(bootstrap(units, statistic, 2 * size, resamples, rng), confidence)
    holding = units.members @ (units.counts > 0)
    return ClassAgreement(
        labels.classes, value[:size], bounds[0, :size], bounds[1, :size],
        value[size:], bounds[0, size:], bounds[1, size:], holding.astype(np.int64),
        confidence, units.n_items, "specific agreement; percentile bootstrap",
        few(units) + _rare(labels.classes, holding),
    )  # fmt: skip


def _mean_agreement(units: Units) -> Statistic:
    pairs = units.sizes * (units.sizes - 1)
    same = units.by_draw((units.counts * (units.counts - 1)).sum(axis=1) / pairs)
    items = units.by_draw(np.ones_like(pairs))
    return lambda weights: (weights @ same) / (weights @ items)


def _by_class(units: Units) -> Statistic:
    """Prevalence, then agreement, of each class: shape (B, 2K)."""
    within = units.counts * (units.counts - 1) / (units.sizes - 1)[:, None]
    same, used = units.by_draw(within), units.by_draw(units.counts)

    def shares(weights: FloatArray) -> FloatArray:
        margins = weights @ used
        agreement = np.full_like(margins, np.nan)
        np.divide(weights @ same, margins, out=agreement, where=margins > 0)
        return np.hstack([margins / margins.sum(axis=1, keepdims=True), agreement])

    return shares


def _bounds(draws: FloatArray, confidence: float) -> FloatArray:
    """Percentiles of each column's defined draws: shape (2, columns)."""
    bounds = np.full((2, draws.shape[1]), np.nan)
    for column in range(draws.shape[1]):
        defined = draws[np.isfinite(draws[:, column]), column]
        if len(defined):
            bounds[:, column] = percentiles(defined, confidence)
    return bounds


def _rare(classes: tuple[Any, ...], holding: IntArray) -> tuple[str, ...]:
    rare = [held for held, items in zip(classes, holding.tolist(), strict=True)
            if items < FEW_ITEMS]  # fmt: skip
    return (f"on fewer than {FEW_ITEMS} items, so a rough guess: {rare}",) if rare else ()
