"""Gwet's AC1 and AC2: agreement beyond chance that skewed classes do not upset."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from scipy import special

from assay._arrays import FloatArray, IntArray, open_share
from assay.agreement.kappa import agreement_weights
from assay.agreement.units import FEWEST_CLUSTERS, TOO_FEW
from assay.data import Labels
from assay.intervals import wilson
from assay.results import Estimate, TooLittle

GwetWeighting: TypeAlias = Literal["linear", "quadratic", "ordinal"]

FEW_ITEMS = 30
"""Below this the large-sample interval is rough."""


@dataclass(frozen=True, slots=True)
class _Shares:
    """Of each item (N,): `agreed` where `paired`, `guessed`, and its `cluster` of `n_clusters`."""

    agreed: FloatArray
    guessed: FloatArray
    paired: FloatArray
    clusters: IntArray
    n_clusters: int


def gwet_ac1(
    labels: Labels, *, clusters: Mapping[Any, Hashable] | None = None, confidence: float = 0.95
) -> Estimate | TooLittle:
    """Gwet's AC1 for classes without order; see `gwet_ac2` for the formula.

    :raises ValueError: a labeled item has no cluster, or `confidence` is not between 0 and 1.

    >>> given = Labels.from_triples("aabbccddee", "xy" * 5, [1, 1, 2, 2, 3, 3, 1, 1, 2, 3])
    >>> round(gwet_ac1(given).value, 4)
    0.7015
    """
    return _gwet(labels, np.eye(labels.n_classes), "AC1", clusters, confidence)


def gwet_ac2(
    labels: Labels,
    *,
    weighting: GwetWeighting,
    clusters: Mapping[Any, Hashable] | None = None,
    confidence: float = 0.95,
) -> Estimate | TooLittle:
    """Gwet's AC2: classes in order, near misses counting in part; any labels may be missing.

    AC = (p_a − p_e)/(1 − p_e) with p_a the mean over items with two labels or more of
    Σ_k r_ik(Σ_l w_kl r_il − 1)/(r_i(r_i − 1)), p_e = (Σ_kl w_kl)/(K(K − 1)) · Σ_k π_k(1 − π_k) and
    π_k the mean over all items of r_ik/r_i. Gwet (2008), BJMSP 61; (2014), Handbook of Inter-Rater
    Reliability, ch. 5. Weights between the places of two classes in `labels.classes`, which must
    name unused classes too, since K counts them: 1 − |i−j|/(K−1) (linear), 1 − ((i−j)/(K−1))²
    (quadratic) or 1 − C(|i−j|+1, 2)/C(K, 2) (ordinal).

    Student's t interval with the linearised variance over items, or over the `clusters` that the
    mapping from item to cluster names. Gwet's own variance is the same where every item has two
    labels; where many have one his counts p_a of those as 0 and is far too wide. Where all labels
    agree the variance is 0: the lower bound is then Wilson's for p_a. Rough below some 30 items.

    :raises ValueError: no such weighting, a labeled item has no cluster, or `confidence` is not
        between 0 and 1.

    >>> given = Labels.from_triples("aabbccddee", "xy" * 5, [1, 1, 2, 2, 3, 3, 1, 1, 2, 3])
    >>> round(gwet_ac2(given, weighting="quadratic").value, 4)
    0.8529
    """
    if weighting not in ("linear", "quadratic", "ordinal"):
        raise ValueError(f'weighting must be "linear", "quadratic" or "ordinal", not {weighting!r}')
    size = labels.n_classes
    weights = _ordinal(size) if weighting == "ordinal" else agreement_weights(size, weighting)
    return _gwet(labels, weights, f"AC2, {weighting} weights", clusters, confidence)


def _gwet(
    labels: Labels,
    weights: FloatArray,
    name: str,
    clusters: Mapping[Any, Hashable] | None,
    confidence: float,
) -> Estimate | TooLittle:
    open_share(confidence, "confidence")
    if labels.n_classes < 2:
        return TooLittle("one class only: AC is undefined", labels.n_items)
    shares = _shares(labels, weights, clusters)
    paired = int(shares.paired.sum())
    if len(np.unique(shares.clusters[shares.paired > 0])) < FEWEST_CLUSTERS:
        return TooLittle(TOO_FEW, paired)
    raw = float((shares.agreed * shares.paired).sum()) / paired
    chance = float(shares.guessed.mean())
    value = (raw - chance) / (1 - chance)
    error = _error(shares, raw, chance)
    reach = float(special.stdtrit(shares.n_clusters - 1, (1 + confidence) / 2)) * error
    low, warnings = value - reach, _few(shares.n_clusters)
    if raw > 1 - 1e-12:
        low = _low_of_all_agreed(shares, chance, confidence)
        warnings += ("all labels agree: the lower bound is Wilson's",)
    return Estimate(
        value, max(-1.0, low), min(1.0, value + reach), confidence, paired,
        f"Gwet's {name}; linearised t interval by " + ("item" if clusters is None else "cluster"),
        warnings,
        {"standard_error": error, "raw_agreement": raw, "chance_agreement": chance,
         "clusters": shares.n_clusters, "unpaired_items": labels.n_items - paired},
    )  # fmt: skip


def _shares(
    labels: Labels, weights: FloatArray, clusters: Mapping[Any, Hashable] | None
) -> _Shares:
    counts = labels.counts().astype(np.float64)
    sizes = counts.sum(axis=1)
    pairs = sizes * (sizes - 1)
    same = (counts * (counts @ weights - 1)).sum(axis=1)
    agreed = np.divide(same, pairs, out=np.zeros_like(same), where=pairs > 0)
    own = counts / sizes[:, None]
    scale = weights.sum() / (len(weights) * (len(weights) - 1))
    codes, n_clusters = _cluster_codes(labels, clusters)
    return _Shares(
        agreed, scale * (own @ (1 - own.mean(axis=0))), (pairs > 0).astype(np.float64),
        codes, n_clusters,
    )  # fmt: skip


def _cluster_codes(labels: Labels, clusters: Mapping[Any, Hashable] | None) -> tuple[IntArray, int]:
    if clusters is None:
        return np.arange(labels.n_items), labels.n_items
    if missing := [item for item in labels.item_ids if item not in clusters]:
        raise ValueError(f"no cluster given for item {missing[0]!r}")
    code: dict[Hashable, int] = {}
    codes = [code.setdefault(clusters[item], len(code)) for item in labels.item_ids]
    return np.asarray(codes, dtype=np.int64), len(code)


def _error(shares: _Shares, raw: float, chance: float) -> float:
    """Standard error from what each item, or cluster, moves AC by."""
    n = len(shares.agreed)
    agreed = n / shares.paired.sum() * shares.paired * (shares.agreed - raw)
    # π enters p_e twice, so what an item moves p_e by is twice how far its own share lies off.
    guessed = 2 * (1 - raw) / (1 - chance) * (shares.guessed - chance)
    moved = np.bincount(shares.clusters, (agreed - guessed) / (1 - chance) / n)
    few = len(moved)
    return float(np.sqrt(few / (few - 1) * ((moved - moved.mean()) ** 2).sum()))


def _low_of_all_agreed(shares: _Shares, chance: float, confidence: float) -> float:
    units = len(np.unique(shares.clusters[shares.paired > 0]))
    bound = wilson(units, units, level=confidence)
    low = bound.low if isinstance(bound, Estimate) else 0.0
    return (low - chance) / (1 - chance)


def _ordinal(size: int) -> FloatArray:
    gaps = np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
    return np.asarray(1 - gaps * (gaps + 1) / max(size * (size - 1), 1), dtype=np.float64)


def _few(n_clusters: int) -> tuple[str, ...]:
    if n_clusters >= FEW_ITEMS:
        return ()
    return (f"fewer than {FEW_ITEMS} items or clusters: the interval is rough",)
