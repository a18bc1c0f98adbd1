"""Cohen's kappa: two raters on the same items."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from assay._arrays import FloatArray, open_share
from assay.agreement.units import FEWEST_CLUSTERS
from assay.intervals import normal_quantile
from assay.results import Estimate, TooLittle

Weighting: TypeAlias = Literal["none", "linear", "quadratic"]


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
    n, weights = int(shares.sum()), agreement_weights(len(shares), weighting)
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


def agreement_weights(size: int, weighting: Weighting) -> FloatArray:
    """How much each two places among `size` classes agree: shape (size, size).

    :raises ValueError: no such weighting.

    >>> agreement_weights(3, "quadratic").tolist()
    [[1.0, 0.75, 0.0], [0.75, 1.0, 0.75], [0.0, 0.75, 1.0]]
    """
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
