"""Draws without replacement, each with the chance that every drawn item had.

A draw depends on the generator and, where `keys` are given, on the set of keys alone: the same
items in another order of rows give the same draw.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from assay._arrays import FloatArray, IntArray, finite_vector
from assay.results import Result


@dataclass(frozen=True, slots=True, eq=False)
class Draw(Result):
    """Drawn items: `indices` (n,) into the frame, ascending, and each one's inclusion
    `probabilities` (n,) and stratum `strata` (n,), None in a draw without strata."""

    indices: IntArray
    probabilities: FloatArray
    strata: tuple[Any, ...]


def stratified_draw(
    strata: Sequence[Hashable],
    allocation: Mapping[Any, int],
    *,
    rng: np.random.Generator,
    keys: Sequence[Any] | None = None,
) -> Draw:
    """Draw without replacement, `allocation[h]` items from each stratum h with equal chances.

    π_i = n_h / N_h. `strata` names the stratum of every item of the frame. Strata without an
    allocation are refused, because no estimate for the whole could follow: allot 0 to leave one
    out on purpose. With `keys` (one for each item, all different) the order of rows is immaterial.

    :raises ValueError: the strata and the allocation differ, a stratum has fewer items, or keys
        repeat or cannot be sorted.

    >>> drawn = stratified_draw("aaaabb", {"a": 2, "b": 1}, rng=np.random.default_rng(5))
    >>> drawn.probabilities.tolist(), len(drawn.indices)
    ([0.5, 0.5, 0.5], 3)
    """
    members: dict[Hashable, list[int]] = {}
    for position in _in_order(keys, len(strata)).tolist():
        members.setdefault(strata[position], []).append(position)
    if differing := set(members) ^ set(allocation):
        raise ValueError(f"strata and allocation differ in {sorted(map(repr, differing))}")
    chances = np.zeros(len(strata))
    named = sorted(allocation, key=repr)  # not as the mapping happens to be ordered
    chosen = [_from_stratum(h, members[h], allocation[h], chances, rng) for h in named]
    indices = np.sort(np.concatenate([*chosen, np.zeros(0, dtype=np.int64)]))
    return Draw(indices, chances[indices], tuple(strata[row] for row in indices.tolist()))


def inclusion_probabilities(sizes: ArrayLike, n: int) -> FloatArray:
    """Chance of each item in a draw of n with chances in proportion to `sizes`: shape (N,).

    π_i = min(1, λ·size_i) with Σπ_i = n. An item that would exceed 1 is taken for certain, and
    what it leaves is shared out among the others. Särndal, Swensson & Wretman (1992), Model
    Assisted Survey Sampling, ch. 3. An item of size 0 is never drawn: an estimate is silent on it.

    :raises ValueError: a size is negative or not finite, or fewer than n are above 0.

    >>> inclusion_probabilities([100, 3, 2, 1, 0], 3).round(3).tolist()
    [1.0, 1.0, 0.667, 0.333, 0.0]
    """
    size = finite_vector(sizes, "sizes")
    if (size < 0).any():
        raise ValueError("sizes must not be negative")
    positive = int(np.count_nonzero(size))
    if not 0 <= n <= positive:
        raise ValueError(f"{n} items are asked of {positive} that have a size above 0")
    certain = np.zeros(len(size), dtype=np.bool_)
    while True:
        rest = np.where(certain, 0.0, size)
        left, weight = n - int(certain.sum()), float(rest.sum())
        chance = rest * (left / weight) if weight else rest
        over = chance >= 1 - 1e-12
        if not over.any():
            return np.where(certain, 1.0, chance)
        certain |= over


def proportional_draw(
    sizes: ArrayLike,
    n: int,
    *,
    rng: np.random.Generator,
    keys: Sequence[Any] | None = None,
    order: Literal["random", "keys"] = "random",
) -> Draw:
    """Draw exactly n items with chances in proportion to `sizes` (N,), systematically.

    With cumulated chances c_i and u uniform in [0, 1), item i is drawn where
    ⌊c_i − u⌋ > ⌊c_{i−1} − u⌋: Madow (1949), Annals of Mathematical Statistics 20. Chances are
    those of `inclusion_probabilities`. `order="random"` shuffles first, as a fixed-size variance
    assumes (Hartley & Rao 1962); `order="keys"` walks along the sorted keys (or rows, without
    keys), which spreads the draw over them but leaves no unbiased variance.

    :raises ValueError: a size is out of range, fewer than n are above 0, or keys repeat.

    >>> drawn = proportional_draw([100, 3, 2, 1, 0], 3, rng=np.random.default_rng(4))
    >>> drawn.indices.tolist(), drawn.probabilities.round(3).tolist()
    ([0, 1, 2], [1.0, 1.0, 0.667])
    """
    chances = inclusion_probabilities(sizes, n)
    if order not in ("random", "keys"):
        raise ValueError(f"order must be 'random' or 'keys', not {order!r}")
    walk = _in_order(keys, len(chances))
    if order == "random":
        walk = rng.permutation(walk)
    sure = np.flatnonzero(chances == 1.0)
    unsure = walk[(chances[walk] > 0) & (chances[walk] < 1)]
    met = _systematic(chances[unsure], n - len(sure), float(rng.random()))
    indices = np.sort(np.concatenate([sure, unsure[met]])).astype(np.int64)
    return Draw(indices, chances[indices], (None,) * len(indices))


def systematic_draw(keys: Sequence[Any], n: int, *, rng: np.random.Generator) -> Draw:
    """Draw every (N/n)-th item along the sorted `keys`, from a random start: π_i = n/N each.

    Spreads the draw evenly over whatever the keys sort by (a date, a traffic rank), like fine
    strata. A period in the keys that matches the step ruins it, and no unbiased variance exists:
    one taken as if at random is too large where neighbours are alike. Cochran (1977), ch. 8.

    :raises ValueError: n is not between 0 and the number of keys, or keys repeat.

    >>> systematic_draw(range(10), 5, rng=np.random.default_rng(1)).indices.tolist()
    [1, 3, 5, 7, 9]
    """
    return proportional_draw(np.ones(len(keys)), n, rng=rng, keys=keys, order="keys")


def _in_order(keys: Sequence[Any] | None, n: int) -> IntArray:
    """Rows in the order of their keys, or as they came without keys."""
    if keys is None:
        return np.arange(n, dtype=np.int64)
    if len(keys) != n:
        raise ValueError(f"lengths differ: the frame has {n} items, keys has {len(keys)}")
    if len(set(keys)) < n:
        raise ValueError("keys must be all different")
    try:
        return np.asarray(sorted(range(n), key=lambda row: keys[row]), dtype=np.int64)
    except TypeError:
        raise ValueError("keys must be of one type that can be sorted") from None


def _from_stratum(
    stratum: Hashable, members: list[int], wanted: int, chances: FloatArray,
    rng: np.random.Generator,
) -> IntArray:  # fmt: skip
    if not 0 <= wanted <= len(members):
        raise ValueError(f"stratum {stratum!r} has {len(members)} items, {wanted} are asked")
    chances[members] = wanted / len(members)
    return rng.choice(np.asarray(members, dtype=np.int64), size=wanted, replace=False)


def _systematic(chances: FloatArray, n: int, start: float) -> IntArray:
    """Positions met by steps of 1 along the cumulated chances, exactly n of them."""
    if n == 0:
        return np.zeros(0, dtype=np.int64)
    reached = np.cumsum(chances)
    reached *= n / reached[-1]  # rounding must not lose the last item
    passed = np.floor(np.concatenate([[0.0], reached]) - start)
    return np.flatnonzero(np.diff(passed) > 0).astype(np.int64)
