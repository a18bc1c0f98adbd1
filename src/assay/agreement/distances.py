"""How far apart two labels are, for Krippendorff's alpha."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np

from assay._arrays import FloatArray


def masi_distance(first: AbstractSet[Hashable], second: AbstractSet[Hashable]) -> float:
    """MASI distance of two sets: 0 where they are the same, 1 where they share nothing.

    1 − J·M with J = |A ∩ B| / |A ∪ B| and M = 1 (equal), 2/3 (one holds the other), 1/3 (they
    overlap) or 0 (they share nothing). Passonneau (2006), LREC. Two empty sets are equal.

    >>> round(masi_distance({"a", "b"}, {"a", "b", "c", "d"}), 4)
    0.6667
    """
    return float(masi_distances((frozenset(first), frozenset(second)))[0, 1])


def masi_distances(classes: Sequence[Any]) -> FloatArray:
    """The MASI distance of each two classes: shape (K, K).

    :raises ValueError: a class is not a set.

    >>> masi_distances([frozenset(), frozenset("a"), frozenset("b")]).tolist()
    [[0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 0.0]]
    """
    if wrong := [held for held in classes if not isinstance(held, AbstractSet)]:
        raise ValueError(f"masi alpha needs sets as classes, not {wrong[0]!r}")
    members = sorted({element for held in classes for element in held}, key=repr)
    place = {element: position for position, element in enumerate(members)}
    holds = np.zeros((len(classes), len(members)))
    for row, held in enumerate(classes):
        holds[row, [place[element] for element in held]] = 1
    shared, sizes = holds @ holds.T, holds.sum(axis=1)
    smaller, union = np.minimum.outer(sizes, sizes), np.add.outer(sizes, sizes) - shared
    kind = np.where(shared == union, 3, np.where(shared == smaller, 2, 1)) / 3
    jaccard = np.divide(shared, union, out=np.ones_like(shared), where=union > 0)
    return np.asarray(1 - jaccard * kind, dtype=np.float64)


def squared_gaps(classes: Sequence[Any]) -> FloatArray:
    """(c − k)² for classes that are numbers: shape (K, K).

    :raises ValueError: a class is not a number.

    >>> squared_gaps([0, 2]).tolist()
    [[0.0, 4.0], [4.0, 0.0]]
    """
    values = _numbers(classes, "interval")
    return np.asarray(np.subtract.outer(values, values) ** 2, dtype=np.float64)


def squared_ratios(classes: Sequence[Any]) -> FloatArray:
    """((c − k)/(c + k))² for classes that are numbers, none below zero: shape (K, K).

    :raises ValueError: a class is not a number, or negative.

    >>> squared_ratios([0, 1, 3]).tolist()
    [[0.0, 1.0, 1.0], [1.0, 0.0, 0.25], [1.0, 0.25, 0.0]]
    """
    values = _numbers(classes, "ratio")
    if (values < 0).any():
        raise ValueError("ratio alpha needs classes that are not negative")
    totals, gaps = np.add.outer(values, values), np.subtract.outer(values, values)
    return np.divide(gaps, totals, where=totals > 0, out=np.zeros_like(totals)) ** 2


def _numbers(classes: Sequence[Any], level: str) -> FloatArray:
    try:
        return np.asarray([float(held) for held in classes])
    except (TypeError, ValueError):
        raise ValueError(f"{level} alpha needs numbers as classes, not {classes}") from None
