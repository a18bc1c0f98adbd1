"""How many draws each stratum gets, and what unequal chances cost."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from assay._arrays import FloatArray, IntArray, finite_vector, same_length


def proportional_allocation(weights: ArrayLike, n: int) -> FloatArray:
    """Spread n draws over strata in proportion to their weights: n_h = n·W_h/ΣW.

    The safe choice where the spread of each stratum is unknown: never worse than a simple random
    sample of the same size, but for rounding. Cochran (1977), Sampling Techniques, ch. 5.
    `weights` are sizes or shares, shape (H,). Not rounded: see `whole_allocation`.

    :raises ValueError: a weight is negative, all are 0, or n is below 1.

    >>> proportional_allocation([500, 300, 200], 25).tolist()
    [12.5, 7.5, 5.0]
    """
    w = finite_vector(weights, "weights")
    if (w < 0).any() or not w.any() or n < 1:
        raise ValueError("weights must not be negative nor all zero, and n at least 1")
    return n * w / float(w.sum())


def neyman_allocation(weights: ArrayLike, sds: ArrayLike, n: int) -> FloatArray:
    """How to spread n draws over strata for the smallest standard error: n_h ∝ W_h s_h.

    Neyman (1934), JRSS 97. Not rounded: see `whole_allocation`. Shape (H,).

    :raises ValueError: lengths differ, a number is negative, or no stratum varies.

    >>> neyman_allocation([0.5, 0.3, 0.2], [0.1, 0.2, 0.3], 200).round(1).tolist()
    [58.8, 70.6, 70.6]
    """
    w, s = finite_vector(weights, "weights"), finite_vector(sds, "sds")
    same_length(weights=w, sds=s)
    if (w < 0).any() or (s < 0).any() or n < 1:
        raise ValueError("weights and sds must not be negative, and n at least 1")
    if not (w * s).any():
        raise ValueError("no stratum varies: allot in proportion to the weights")
    return n * w * s / float(w @ s)


def whole_allocation(wanted: ArrayLike, *, capacity: ArrayLike, at_least: int = 2) -> IntArray:
    """Round an allocation to whole items, keeping its total where capacity allows.

    Largest remainders (Hamilton) after `at_least` for each stratum, so that each has a variance;
    what a full stratum cannot take goes to the others in proportion. Shape (H,).

    :raises ValueError: lengths differ, or a number is negative.

    >>> whole_allocation([58.8, 70.6, 70.6], capacity=[500, 65, 500]).tolist()
    [61, 65, 74]
    """
    share, room = finite_vector(wanted, "wanted"), np.floor(finite_vector(capacity, "capacity"))
    same_length(wanted=share, capacity=room)
    if (share < 0).any() or (room < 0).any() or at_least < 0:
        raise ValueError("an allocation and a capacity must not be negative")
    low = np.minimum(at_least, room)
    total = min(max(round(float(share.sum())), int(low.sum())), int(room.sum()))
    return _largest_remainders(_scaled_within(share, low, room, total), room, total)


def _scaled_within(share: FloatArray, low: FloatArray, room: FloatArray, total: int) -> FloatArray:
    """Scale `share` so that, held between `low` and `room`, it sums to `total` (by bisection)."""
    base = np.maximum(share, 1e-9)  # a stratum asked for nothing fills only when all others have
    small, large = 0.0, float((room / base).max(initial=0.0)) + 1.0
    for _ in range(200):
        middle = (small + large) / 2
        if np.clip(base * middle, low, room).sum() < total:
            small = middle
        else:
            large = middle
    return np.clip(base * large, low, room)


def _largest_remainders(share: FloatArray, room: FloatArray, total: int) -> IntArray:
    whole = np.floor(share + 1e-9)
    remainders = np.where(whole < room, share - whole, -np.inf)
    for row in np.argsort(-remainders, kind="stable")[: int(total - whole.sum())]:
        whole[row] += 1
    return whole.astype(np.int64)


def kish_n_eff(weights: ArrayLike) -> float:
    """How many equally weighted items tell as much: (Σw)²/Σw². Kish (1965), Survey Sampling.

    :raises ValueError: a weight is negative or not finite, or all are 0.

    >>> round(kish_n_eff([1] * 50 + [5] * 50), 2)
    69.23
    """
    w = finite_vector(weights, "weights")
    if (w < 0).any() or not w.any():
        raise ValueError("weights must not be negative, nor all zero")
    return float(w.sum() ** 2 / (w @ w))
