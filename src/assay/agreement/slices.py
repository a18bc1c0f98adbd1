"""The same measurement once for each slice of the items: locale, task, vendor, week."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any, TypeVar

import numpy as np

from assay._arrays import IntArray
from assay._ids import sorted_ids
from assay.data import Labels

Measured = TypeVar("Measured")


def by_slice(
    labels: Labels, slices: Mapping[Any, Hashable], measure: Callable[[Labels], Measured]
) -> dict[Hashable, Measured]:
    """Measure the labels of each slice by themselves: one result per slice, in sorted order.

    `slices` names the slice of each labeled item; `measure` takes `Labels` and gives a result,
    which is `TooLittle` where the slice is too small. Slices keep all the classes. Nothing is
    corrected for the number of slices: with twenty of them expect one 95 % interval to miss. A
    measure that draws from one `rng` gives a slice numbers that depend on the slices before it.

    :raises ValueError: a labeled item has no slice.

    >>> from assay.agreement import gwet_ac1
    >>> given = Labels.from_triples([*"aabbccddeeff"], [*"xy"] * 6, [1, 1, 0, 0] * 2 + [1, 0, 1, 1])
    >>> places = dict.fromkeys("abcde", "fr") | {"f": "de"}
    >>> for place, found in by_slice(given, places, gwet_ac1).items():
    ...     print(place, found)
    de too little data: fewer than 5 clusters of paired labels (n=1)
    fr 0.6 [-0.5106, 1], n=5
    """
    return {key: measure(part) for key, part in sliced(labels, slices)}


def sliced(
    labels: Labels, slices: Mapping[Any, Hashable], what: str = "slice"
) -> Iterator[tuple[Hashable, Labels]]:
    """The labels of each slice, in the sorted order of the slices; `what` is its name in errors.

    :raises ValueError: a labeled item has no slice.
    """
    items = list(labels.item_ids)
    if missing := [item for item in items if item not in slices]:
        raise ValueError(f"no {what} given for item {missing[0]!r}")
    if not items:
        return
    keys = sorted_ids({slices[item] for item in items})
    place = {key: position for position, key in enumerate(keys)}
    codes = np.asarray([place[slices[item]] for item in items], dtype=np.int64)[labels.item_codes]
    # A stable sort keeps the rows of a slice in the canonical order that `Labels` promises.
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(keys)))
    for key, rows in zip(keys, np.split(order, ends[:-1]), strict=True):
        yield key, at_rows(labels, rows)


def at_rows(labels: Labels, rows: IntArray) -> Labels:
    """The labels in these rows, which must be in ascending order, with their items and raters."""
    items, item_codes = np.unique(labels.item_codes[rows], return_inverse=True)
    raters, rater_codes = np.unique(labels.rater_codes[rows], return_inverse=True)
    return Labels(
        item_codes.astype(np.int64), rater_codes.astype(np.int64), labels.label_codes[rows],
        tuple(labels.item_ids[row] for row in items.tolist()),
        tuple(labels.rater_ids[row] for row in raters.tolist()),
        labels.classes,
    )  # fmt: skip
