"""Columns of rows in the order the labels were made, coded and grouped.

`Labels` forgets that order and every repeat, and both are what the signs of inattention are about.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np

from assay._arrays import FloatArray, IntArray
from assay._ids import plain_list, sorted_ids
from assay.comparison import benjamini_hochberg


def coded_columns(
    **columns: Iterable[Hashable],
) -> list[tuple[tuple[Any, ...], IntArray]]:
    """The sorted ids of each column and the place of each row's among them.

    :raises ValueError: the columns differ in length, or a value is missing (None or NaN).
    """
    lists = {name: plain_list(values) for name, values in columns.items()}
    if len({len(values) for values in lists.values()}) > 1:
        told = ", ".join(f"{len(values)} {name}" for name, values in lists.items())
        raise ValueError(f"the columns differ in length: {told}")
    for name, values in lists.items():
        for row, value in enumerate(values):
            if value is None or value != value:
                raise ValueError(f"row {row} of {name} is missing")
    return [_coded(values) for values in lists.values()]


def medians_by(codes: IntArray, values: FloatArray, groups: int) -> FloatArray:
    """The median of the values of each group: shape (groups,), NaN for a group without any."""
    ordered = values[np.lexsort((values, codes))]
    sizes = np.bincount(codes, minlength=groups)
    starts = np.cumsum(sizes) - sizes
    middle = np.full(groups, np.nan)
    held = sizes > 0
    lower, upper = starts + (sizes - 1) // 2, starts + sizes // 2
    middle[held] = (ordered[lower[held]] + ordered[upper[held]]) / 2
    return middle


def adjusted(p_values: FloatArray) -> FloatArray:
    """Benjamini & Hochberg's adjusted p-values of those that are not NaN."""
    held = np.full_like(p_values, np.nan)
    tested = np.isfinite(p_values)
    held[tested] = benjamini_hochberg(p_values[tested])
    return held


def _coded(values: Sequence[Hashable]) -> tuple[tuple[Any, ...], IntArray]:
    ids = sorted_ids(set(values))
    code = {held: place for place, held in enumerate(ids)}
    return ids, np.fromiter((code[value] for value in values), np.int64, len(values))
