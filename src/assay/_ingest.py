"""From three columns of codes to one label per rater and item, in canonical order.

Everything is counted into place rather than compared, so that a hundred million labels take
seconds and little more room than they fill.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from assay._arrays import BoolArray, IntArray
from assay._ids import Ids, plain_list, sorted_ids

Repeats: TypeAlias = Literal["last", "first", "error"]
Codes: TypeAlias = NDArray[np.integer[Any]]

NARROW_FROM = 1 << 24
"""Labels from which codes are kept in 32 bits: three columns of 64 would not fit small machines."""


@dataclass(frozen=True, slots=True)
class Arranged:
    """Codes of one label per item and rater, by item and then by rater, and what was left out."""

    items: IntArray
    raters: IntArray
    labels: IntArray
    item_ids: Sequence[Any]
    rater_ids: Sequence[Any]
    unlabeled_items: Sequence[Any]
    repeats_dropped: int
    abstentions: int


def arranged(
    items: Codes,
    raters: Codes,
    labels: Codes,
    *,
    item_ids: Sequence[Any],
    rater_ids: Sequence[Any],
    repeats: Repeats,
) -> Arranged:
    """Put rows, given in the order the labels were made, in canonical order.

    The ids must be sorted and hold nothing twice; a label of −1 is an abstention. Ids that no
    label is left for are dropped; items that only met abstentions are named.

    :raises ValueError: `repeats` is not a rule, or refuses a repeat.
    """
    met = _present(items, len(item_ids))
    given = labels >= 0
    abstentions = len(labels) - int(np.count_nonzero(given))
    if abstentions:
        items, raters, labels = items[given], raters[given], labels[given]
    labeled = _present(items, len(item_ids)) if abstentions else met
    unlabeled = _kept(item_ids, met & ~labeled)
    items, item_ids = _without_gaps(items, item_ids, labeled)
    raters, rater_ids = _without_gaps(raters, rater_ids, _present(raters, len(rater_ids)))
    rows, by_item, by_rater = one_per_pair(items, raters, repeats, item_ids, rater_ids)
    width = np.int64 if len(rows) < NARROW_FROM else np.int32
    return Arranged(
        cast(IntArray, by_item.astype(width, copy=False)),
        cast(IntArray, by_rater.astype(width, copy=False)),
        cast(IntArray, labels[rows].astype(width, copy=False)),
        item_ids, rater_ids, unlabeled, len(items) - len(rows), abstentions,
    )  # fmt: skip


def one_per_pair(
    items: Codes,
    raters: Codes,
    repeats: Repeats,
    item_ids: Sequence[Any],
    rater_ids: Sequence[Any],
) -> tuple[Codes, Codes, Codes]:
    """Rows to keep, one per item and rater, by item and then by rater; and the codes of both.

    :raises ValueError: `repeats` is not a rule, or refuses a repeat.
    """
    if repeats not in ("last", "first", "error"):
        raise ValueError(f'repeats must be "last", "first" or "error", not {repeats!r}')
    rows, by_item, by_rater = _sorted_pairs(items, raters, len(item_ids), len(rater_ids))
    changes = (by_item[1:] != by_item[:-1]) | (by_rater[1:] != by_rater[:-1])
    if changes.all():
        return rows, by_item, by_rater
    end = np.ones(1, dtype=np.bool_)
    starts = np.concatenate([end, changes])
    if repeats == "error":
        row = int(rows[np.argmin(starts)])
        rater, item = rater_ids[int(raters[row])], item_ids[int(items[row])]
        raise ValueError(f"rater {rater!r} labeled item {item!r} more than once")
    kept = starts if repeats == "first" else np.concatenate([changes, end])
    return rows[kept], by_item[kept], by_rater[kept]


def _sorted_pairs(
    items: Codes, raters: Codes, n_items: int, n_raters: int
) -> tuple[Codes, Codes, Codes]:
    """Rows by item, then rater, then as given; and the items and raters in that order.

    A matrix with one entry a row, read by columns, is a counting sort of the rows by rater. The
    same again, with a row for each rater and their items as columns, sorts by item.
    """
    small = max(len(items), n_items, n_raters) < 2**31 - 1
    width = np.int32 if small else np.int64
    ones, each = np.ones(len(items), dtype=np.bool_), np.arange(len(items) + 1, dtype=width)
    by_rater = sparse.csr_array((ones, raters, each), shape=(len(items), n_raters)).tocsc()
    held = (by_rater.indices, items[by_rater.indices], by_rater.indptr)
    by_item = sparse.csr_array(held, shape=(n_raters, n_items)).tocsc()
    return (
        by_item.data,
        np.repeat(np.arange(n_items, dtype=width), np.diff(by_item.indptr)),
        by_item.indices,
    )


def scale_of(
    labels: list[Hashable], classes: Sequence[Hashable] | None, abstain: frozenset[Hashable]
) -> tuple[Hashable, ...]:
    """The classes in order: as declared, or the sorted labels seen that are no abstentions.

    :raises ValueError: `classes` repeats itself or meets `abstain`.
    """
    if classes is None:
        return sorted_ids(set(labels) - abstain)
    scale = tuple(plain_list(classes))
    if len(set(scale)) < len(scale):
        raise ValueError(f"classes repeat themselves: {scale}")
    if both := abstain & set(scale):
        raise ValueError(f"both a class and an abstention: {', '.join(sorted(map(repr, both)))}")
    return scale


def checked_codes(codes: ArrayLike, bound: int, *, lowest: int, name: str) -> Codes:
    """Return `codes` as integers of 32 bits where that is enough for `bound`, of 64 elsewhere.

    :raises ValueError: it is not a vector of integers in [lowest, bound).
    """
    given = np.asarray(codes)
    if given.ndim != 1 or not (np.issubdtype(given.dtype, np.integer) or given.size == 0):
        raise ValueError(
            f"{name} must be a vector of integers, not {given.dtype} of shape {given.shape}"
        )
    wrong = (given < lowest) | (given >= bound)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(f"row {row} of {name} is {given[row]}, not in [{lowest}, {bound})")
    return given.astype(np.int32 if bound < 2**31 else np.int64, copy=False)


def _present(codes: Codes, bound: int) -> BoolArray:
    present = np.zeros(bound, dtype=np.bool_)
    present[codes] = True
    return present


def _without_gaps(
    codes: Codes, ids: Sequence[Any], present: BoolArray
) -> tuple[Codes, Sequence[Any]]:
    if present.all():
        return codes, ids
    moved = (np.cumsum(present) - 1).astype(codes.dtype)
    return moved[codes], _kept(ids, present)


def _kept(ids: Sequence[Any], present: BoolArray) -> Sequence[Any]:
    rows = np.flatnonzero(present)
    if isinstance(ids, Ids) and len(rows):
        return ids.take(rows)
    return tuple(ids[row] for row in rows.tolist())
