"""Labels as arrays: who gave what to which item, coded once and checked once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from assay._arrays import IntArray
from assay._ids import NumberIds, plain_list, sorted_ids, text_of
from assay._ingest import (
    Arranged,
    Codes,
    Repeats,
    arranged,
    checked_codes,
    one_per_pair,
    scale_of,
)
from assay.results import Result

Code: TypeAlias = dict[Hashable, int]

AT_ONCE = 65_536
"""Ids or rows that are hashed together."""


@dataclass(frozen=True, slots=True, eq=False)
class Labels(Result):
    """One label per rater and item, in canonical order: by item, then by rater.

    Row r says that rater `rater_ids[rater_codes[r]]` gave `classes[label_codes[r]]` to
    `item_ids[item_codes[r]]`. The three code arrays have shape (n_labels,). Ids are sorted, so the
    same labels in another order make the same object. `classes` keep the order they were given:
    for graded labels, worst to best. Ids are tuples, or, where they came as arrays or from a file,
    sequences that read like tuples and equal them. From 16 million labels on the codes have 32
    bits: widen them before multiplying.

    What was left out stays countable: `repeats_dropped` earlier or later labels of the same rater
    on the same item, `abstentions` answers such as "cannot judge", and `unlabeled_items`, the
    items that got nothing but abstentions.
    """

    item_codes: IntArray
    rater_codes: IntArray
    label_codes: IntArray
    item_ids: Sequence[Any]
    rater_ids: Sequence[Any]
    classes: tuple[Any, ...]
    repeats_dropped: int = 0
    abstentions: int = 0
    unlabeled_items: Sequence[Any] = ()

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
        scale = scale_of(columns["labels"], classes, frozenset(abstain))
        kept = [row for row, label in enumerate(columns["labels"]) if label not in abstain]
        item_ids, item_codes = _coded([columns["items"][row] for row in kept])
        rater_ids, rater_codes = _coded([columns["raters"][row] for row in kept])
        label_codes = _scale_codes([columns["labels"][row] for row in kept], scale)
        rows = one_per_pair(item_codes, rater_codes, repeats, item_ids, rater_ids)[0]
        return cls(
            item_codes=item_codes[rows],
            rater_codes=rater_codes[rows],
            label_codes=label_codes[rows],
            item_ids=item_ids,
            rater_ids=rater_ids,
            classes=scale,
            repeats_dropped=len(kept) - len(rows),
            abstentions=len(columns["labels"]) - len(kept),
            unlabeled_items=sorted_ids(set(columns["items"]) - set(item_ids)),
        )

    @classmethod
    def from_codes(
        cls,
        items: ArrayLike,
        raters: ArrayLike,
        labels: ArrayLike,
        *,
        item_ids: Sequence[Hashable] | IntArray,
        rater_ids: Sequence[Hashable] | IntArray,
        classes: Sequence[Hashable],
        repeats: Repeats = "last",
    ) -> Labels:
        """Take columns that are coded already, in the order the labels were made; quick for many.

        `items` and `raters` are places in `item_ids` and `rater_ids`, which may be in any order;
        `labels` are places in `classes`, −1 for an abstention. The three have shape (n_labels,).
        Ids that no row names are dropped. Otherwise the same as `from_triples`.

        :raises ValueError: a code is out of range or no integer, the columns differ in length, an
            id is missing or named twice, `classes` repeats itself, or a rater labeled an item
            twice under ``repeats="error"``.

        >>> given = Labels.from_codes(
        ...     [0, 0, 1], [1, 0, 0], [2, 2, -1], item_ids="ba", rater_ids="xy", classes=[0, 1, 2]
        ... )
        >>> given.item_ids, given.rater_ids, given.unlabeled_items
        (('b',), ('x', 'y'), ('a',))
        """
        scale = scale_of([], classes, frozenset())
        coded = checked_codes(labels, len(scale), lowest=-1, name="labels")
        item_codes, sorted_items = _by_sorted_ids(items, item_ids, "item")
        rater_codes, sorted_raters = _by_sorted_ids(raters, rater_ids, "rater")
        _same_length(items=item_codes, raters=rater_codes, labels=coded)
        return cls.from_arranged(arranged(
            item_codes, rater_codes, coded,
            item_ids=sorted_items, rater_ids=sorted_raters, repeats=repeats,
        ), scale)  # fmt: skip

    @classmethod
    def from_arranged(cls, rows: Arranged, classes: tuple[Any, ...]) -> Labels:
        """Take what `assay` itself has arranged; everybody else has `from_codes`."""
        return cls(
            item_codes=rows.items,
            rater_codes=rows.raters,
            label_codes=rows.labels,
            item_ids=rows.item_ids,
            rater_ids=rows.rater_ids,
            classes=classes,
            repeats_dropped=rows.repeats_dropped,
            abstentions=rows.abstentions,
            unlabeled_items=rows.unlabeled_items,
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
        cells = self.item_codes.astype(np.int64) * self.n_classes
        cells += self.label_codes
        counted = np.bincount(cells, minlength=self.n_items * self.n_classes)
        return counted.reshape(self.n_items, self.n_classes).astype(np.int64, copy=False)

    def input_hash(self) -> str:
        """SHA-256 of the labels in canonical form; the order of the rows does not change it.

        >>> one = Labels.from_triples("ab", "xy", [0, 1])
        >>> two = Labels.from_triples("ba", "yx", [1, 0])
        >>> one.input_hash() == two.input_hash()
        True
        """
        digest = hashlib.sha256(b"assay.Labels 1\n")
        for ids in (self.item_ids, self.rater_ids, self.classes):
            for part in _json_parts(ids):
                digest.update(part.encode())
        for codes in (self.item_codes, self.rater_codes, self.label_codes):
            for start in range(0, len(codes), AT_ONCE):
                digest.update(codes[start : start + AT_ONCE].astype("<i8").tobytes())
        return digest.hexdigest()


def _columns(**given: Iterable[Hashable]) -> dict[str, list[Hashable]]:
    columns = {name: plain_list(values) for name, values in given.items()}
    if len({len(values) for values in columns.values()}) > 1:
        told = ", ".join(f"{len(values)} {name}" for name, values in columns.items())
        raise ValueError(f"the columns differ in length: {told}")
    for name, values in columns.items():
        for row, value in enumerate(values):
            if value is None or value != value:
                raise ValueError(f"row {row} of {name} is missing")
    return columns


def _scale_codes(labels: list[Hashable], scale: tuple[Hashable, ...]) -> IntArray:
    code: Code = {held: position for position, held in enumerate(scale)}
    unknown = {label for label in labels if label not in code}
    if unknown:
        raise ValueError(f"not among the classes {scale}: {', '.join(sorted(map(repr, unknown)))}")
    return np.fromiter((code[label] for label in labels), dtype=np.int64, count=len(labels))


def _coded(values: list[Hashable]) -> tuple[tuple[Hashable, ...], IntArray]:
    ids = sorted_ids(set(values))
    code: Code = {held: position for position, held in enumerate(ids)}
    return ids, np.fromiter((code[value] for value in values), dtype=np.int64, count=len(values))


def _by_sorted_ids(
    codes: ArrayLike, ids: Sequence[Hashable] | IntArray, what: str
) -> tuple[Codes, Sequence[Any]]:
    """The ids sorted, and the codes into them in place of those into the ids as given."""
    coded = checked_codes(codes, len(ids), lowest=0, name=f"{what}s")
    if isinstance(ids, np.ndarray) and np.issubdtype(ids.dtype, np.integer):
        order = np.argsort(ids, kind="stable")
        arranged_ids: Sequence[Any] = NumberIds(ids[order])
        twice = bool((ids[order][1:] == ids[order][:-1]).any())
    else:
        plain = _columns(**{f"{what}_ids": ids})[f"{what}_ids"]
        arranged_ids = sorted_ids(plain)
        place: Code = {held: position for position, held in enumerate(plain)}
        order = np.fromiter((place[held] for held in arranged_ids), np.int64, len(plain))
        twice = len(place) < len(plain)
    if twice:
        raise ValueError(f"{what}_ids name an id twice")
    rank = np.empty(len(ids), dtype=coded.dtype)
    rank[order] = np.arange(len(ids))
    return rank[coded], arranged_ids


def _same_length(**columns: Codes) -> None:
    if len({len(codes) for codes in columns.values()}) > 1:
        told = ", ".join(f"{len(codes)} {name}" for name, codes in columns.items())
        raise ValueError(f"the columns differ in length: {told}")


def _json_parts(ids: Sequence[Any]) -> Iterator[str]:
    """The ids with their types as a line of JSON, in parts, so that millions of them have room."""
    yield "["
    for start in range(0, len(ids), AT_ONCE):
        yield (", " if start else "") + _json_of(ids[start : start + AT_ONCE])
    yield "]\n"


def _json_of(ids: Sequence[Any]) -> str:
    """JSON of the ids as `text_of` tells them, without brackets; plain ones are quick."""
    types = set(map(type, ids))
    if types == {int}:
        return '"int ' + '", "int '.join(map(str, ids)) + '"'
    if types == {str} and _is_plain("".join(ids)):
        return "\"str '" + "'\", \"str '".join(ids) + "'\""
    return json.dumps([text_of(held) for held in ids])[1:-1]


def _is_plain(text: str) -> bool:
    """Whether `repr` and JSON would write the text as it stands."""
    marked = any(mark in text for mark in "'\"\\")
    return not marked and text.isascii() and text.isprintable()
