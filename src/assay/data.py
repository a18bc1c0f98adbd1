"""Labels as arrays: who gave what to which item, coded once and checked once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from assay._arrays import IntArray
from assay.results import Result

Repeats: TypeAlias = Literal["last", "first", "error"]
Code: TypeAlias = dict[Hashable, int]


@dataclass(frozen=True, slots=True, eq=False)
class Labels(Result):
    """One label per rater and item, in canonical order: by item, then by rater.

    Row r says that rater `rater_ids[rater_codes[r]]` gave `classes[label_codes[r]]` to
    `item_ids[item_codes[r]]`. The three code arrays have shape (n_labels,). Ids are sorted, so the
    same labels in another order make the same object. `classes` keep the order they were given:
    for graded labels, worst to best.

    What was left out stays countable: `repeats_dropped` earlier or later labels of the same rater
    on the same item, `abstentions` answers such as "cannot judge", and `unlabeled_items`, the
    items that got nothing but abstentions.
    """

    item_codes: IntArray
    rater_codes: IntArray
    label_codes: IntArray
    item_ids: tuple[Any, ...]
    rater_ids: tuple[Any, ...]
    classes: tuple[Any, ...]
    repeats_dropped: int = 0
    abstentions: int = 0
    unlabeled_items: tuple[Any, ...] = ()

    @classmethod
    def from_triples(
        cls,
        items: Iterable[Hashable],
        raters: Iterable[Hashable],
        labels: Iterable[Hashable],
        *,
        classes: Sequence[Hashable] | None = None,
        abstain: Collection[Hashable] = (),
        repeats: Repeats = "last",
    ) -> Labels:
        """Code three columns of equal length, given in the order the labels were made.

        `classes` names the possible labels in order; without it they are the sorted labels seen.
        `abstain` names answers that are not labels. When a rater labeled an item more than once,
        `repeats` keeps the last or the first label, or refuses.

        :raises ValueError: the columns differ in length, a value is missing (None or NaN), a label
            is not one of `classes`, `classes` repeats itself or meets `abstain`, or a rater
            labeled an item twice under ``repeats="error"``.

        >>> given = Labels.from_triples("aab", "xyx", [1, 2, 2], classes=[0, 1, 2])
        >>> given.n_items, given.n_raters, given.n_classes, given.n_labels
        (2, 2, 3, 3)
        """
        columns = _columns(items=items, raters=raters, labels=labels)
        scale = _scale(columns["labels"], classes, frozenset(abstain))
        kept = [row for row, label in enumerate(columns["labels"]) if label not in abstain]
        item_ids, item_codes = _coded([columns["items"][row] for row in kept])
        rater_ids, rater_codes = _coded([columns["raters"][row] for row in kept])
        label_codes = _scale_codes([columns["labels"][row] for row in kept], scale)
        rows = _one_per_pair(item_codes, rater_codes, repeats, item_ids, rater_ids)
        return cls(
            item_codes=item_codes[rows],
            rater_codes=rater_codes[rows],
            label_codes=label_codes[rows],
            item_ids=item_ids,
            rater_ids=rater_ids,
            classes=scale,
            repeats_dropped=len(kept) - len(rows),
            abstentions=len(columns["labels"]) - len(kept),
            unlabeled_items=_sorted_ids(set(columns["items"]) - set(item_ids)),
        )

    @property
    def n_items(self) -> int:
        return len(self.item_ids)

    @property
    def n_raters(self) -> int:
        return len(self.rater_ids)

    @property
    def n_classes(self) -> int:
        return len(self.classes)

    @property
    def n_labels(self) -> int:
        return len(self.label_codes)

    def counts(self) -> IntArray:
        """How many raters gave each class to each item: shape (n_items, n_classes)."""
        cells = self.item_codes * self.n_classes + self.label_codes
        counted = np.bincount(cells, minlength=self.n_items * self.n_classes)
        return counted.reshape(self.n_items, self.n_classes).astype(np.int64)

    def input_hash(self) -> str:
        """SHA-256 of the labels in canonical form; the order of the rows does not change it.

        >>> one = Labels.from_triples("ab", "xy", [0, 1])
        >>> two = Labels.from_triples("ba", "yx", [1, 0])
        >>> one.input_hash() == two.input_hash()
        True
        """
        digest = hashlib.sha256(b"assay.Labels 1\n")
        for ids in (self.item_ids, self.rater_ids, self.classes):
            digest.update(json.dumps([_text(held) for held in ids]).encode() + b"\n")
        for codes in (self.item_codes, self.rater_codes, self.label_codes):
            digest.update(np.ascontiguousarray(codes, dtype="<i8").tobytes())
        return digest.hexdigest()


def _columns(**given: Iterable[Hashable]) -> dict[str, list[Hashable]]:
    columns = {name: _plain_list(values) for name, values in given.items()}
    if len({len(values) for values in columns.values()}) > 1:
        told = ", ".join(f"{len(values)} {name}" for name, values in columns.items())
        raise ValueError(f"the columns differ in length: {told}")
    for name, values in columns.items():
        for row, value in enumerate(values):
            if value is None or value != value:
                raise ValueError(f"row {row} of {name} is missing")
    return columns


def _plain_list(values: Iterable[Hashable]) -> list[Hashable]:
    if isinstance(values, np.ndarray):
        return list(values.tolist())
    return [value.item() if isinstance(value, np.generic) else value for value in values]


def _scale(
    labels: list[Hashable], classes: Sequence[Hashable] | None, abstain: frozenset[Hashable]
) -> tuple[Hashable, ...]:
    if classes is None:
        return _sorted_ids(set(labels) - abstain)
    scale = tuple(_plain_list(classes))
    if len(set(scale)) < len(scale):
        raise ValueError(f"classes repeat themselves: {scale}")
    if both := abstain & set(scale):
        raise ValueError(f"both a class and an abstention: {', '.join(sorted(map(repr, both)))}")
    return scale


def _scale_codes(labels: list[Hashable], scale: tuple[Hashable, ...]) -> IntArray:
    code: Code = {held: position for position, held in enumerate(scale)}
    unknown = {label for label in labels if label not in code}
    if unknown:
        raise ValueError(f"not among the classes {scale}: {', '.join(sorted(map(repr, unknown)))}")
    return np.fromiter((code[label] for label in labels), dtype=np.int64, count=len(labels))


def _coded(values: list[Hashable]) -> tuple[tuple[Hashable, ...], IntArray]:
    ids = _sorted_ids(set(values))
    code: Code = {held: position for position, held in enumerate(ids)}
    return ids, np.fromiter((code[value] for value in values), dtype=np.int64, count=len(values))


def _sorted_ids(ids: Collection[Hashable]) -> tuple[Hashable, ...]:
    try:
        return tuple(sorted(ids))  # type: ignore[type-var]
    except TypeError:
        return tuple(sorted(ids, key=_text))


def _text(held: Hashable) -> str:
    return f"{type(held).__name__} {held!r}"


def _one_per_pair(
    items: IntArray,
    raters: IntArray,
    repeats: Repeats,
    item_ids: tuple[Hashable, ...],
    rater_ids: tuple[Hashable, ...],
) -> IntArray:
    """Rows to keep, one per item and rater, sorted by item and then by rater."""
    if repeats not in ("last", "first", "error"):
        raise ValueError(f'repeats must be "last", "first" or "error", not {repeats!r}')
    pairs = items * max(len(rater_ids), 1) + raters
    order = np.argsort(pairs, kind="stable")
    arranged = pairs[order]
    changes = arranged[1:] != arranged[:-1]
    starts = np.concatenate([np.ones(min(len(pairs), 1), dtype=bool), changes])
    if repeats == "error" and not starts.all():
        row = int(order[np.argmin(starts)])
        rater, item = rater_ids[raters[row]], item_ids[items[row]]
        raise ValueError(f"rater {rater!r} labeled item {item!r} more than once")
    if repeats == "last":
        starts = np.concatenate([changes, np.ones(min(len(pairs), 1), dtype=bool)])
    return np.asarray(order[starts], dtype=np.int64)
