"""Three columns of Arrow arrays become labels; no files here.

Batches are taken in one after another. Raters and labels are coded as they come; items, of which
nearly every batch has others, in large pieces.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from assay._ids import NumberIds, TextIds
from assay._ingest import Codes, Repeats, arranged
from assay._label_values import UnusableLabel, coded_labels
from assay.data import Labels

LAZY_FROM = 100_000
"""Ids from which they are kept as arrays and decoded on demand; fewer are a tuple."""

PIECE_ROWS = 1 << 25
"""Items that are coded together: their texts are held until then, a gigabyte at most or so."""

Columns = tuple[str, str, str]


class Fault(Exception):
    """A row that cannot be used: its number from 0, the column and the problem."""

    def __init__(self, row: int, column: str, problem: str) -> None:
        super().__init__(problem)
        self.row, self.column, self.problem = row, column, problem


class Columned:
    """Three columns, taken in batch by batch and coded at the end."""

    def __init__(self, names: Columns) -> None:
        self.names = names
        self.rows = 0
        self._parts: list[list[Any]] = [[], [], []]
        self._pieces: list[Any] = []

    def add(self, batch: Any) -> None:
        """Take a batch of the three columns, in this order."""
        for place, name in enumerate(self.names):
            column = _usable(batch.column(place), name, self.rows, is_label=place == 2)
            if place and not pa.types.is_dictionary(column.type):
                column = column.dictionary_encode()
            self._parts[place].append(column)
        self.rows += batch.num_rows
        if sum(map(len, self._parts[0])) >= PIECE_ROWS:
            self._pieces.append(_piece(self._parts[0]))

    def labels(
        self,
        classes: Sequence[Hashable] | None,
        abstain: Collection[Hashable],
        repeats: Repeats,
    ) -> Labels:
        """Code what was taken in; it is given up on the way, column by column, to save room."""
        coded, scale = self._coded_labels(classes, abstain)
        raters, rater_ids = self._ids(1)
        if self._pieces and self._parts[0]:
            self._pieces.append(_piece(self._parts[0]))
        self._parts[0] = self._pieces or self._parts[0]
        items, item_ids = self._ids(0)
        return Labels.from_arranged(arranged(
            items, raters, coded, item_ids=item_ids, rater_ids=rater_ids, repeats=repeats
        ), scale)  # fmt: skip

    def _coded_labels(
        self, classes: Sequence[Hashable] | None, abstain: Collection[Hashable]
    ) -> tuple[Codes, tuple[Any, ...]]:
        given, seen = _distinct(self._parts[2])
        try:
            scale, code = coded_labels(seen.to_pylist(), classes=classes, abstain=abstain)
        except UnusableLabel as problem:
            row = int(np.argmax(given == problem.place))
            raise Fault(row, self.names[2], str(problem)) from None
        narrow: Codes = code.astype(np.int8) if len(scale) < 128 else code
        return np.take(narrow, given), scale

    def _ids(self, place: int) -> tuple[Codes, Sequence[Any]]:
        """Codes into the sorted ids of a column, and the ids."""
        codes, distinct = _distinct(self._parts[place])
        if pa.types.is_string(distinct.type):
            empty = pc.index(distinct, "").as_py()
            if empty >= 0:
                row = int(np.argmax(codes == empty))
                raise Fault(row, self.names[place], f"the {self.names[place]} is empty")
        order = pc.array_sort_indices(distinct)
        rank = np.empty(len(order), dtype=np.int32)
        rank[order.to_numpy()] = np.arange(len(order), dtype=np.int32)
        ids = _ids_of(distinct.take(order))
        return np.take(rank, codes, out=codes, mode="clip"), ids


def _usable(column: Any, name: str, before: int, *, is_label: bool) -> Any:
    """The column as text or 64-bit integers (labels as they are), checked for missing values."""
    if column.null_count:
        row = before + int(np.argmax(column.is_null().to_numpy(zero_copy_only=False)))
        raise Fault(row, name, f"the {name} is missing")
    kind = column.type
    if pa.types.is_dictionary(kind):
        if is_label or pa.types.is_string(kind.value_type):
            return column.cast(pa.dictionary(pa.int32(), kind.value_type))
        column = column.dictionary_decode()
        kind = column.type
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.string())
    if is_label or pa.types.is_string(kind):
        return column
    if pa.types.is_integer(kind):
        return column.cast(pa.int64())
    raise Fault(before, name, f"ids must be text or whole numbers, not {kind}")


def _distinct(parts: list[Any]) -> tuple[NDArray[np.int32], Any]:
    """Codes by first appearance, and what they stand for; empties `parts`."""
    if not parts:
        return np.zeros(0, dtype=np.int32), pa.array([], pa.string())
    whole = pa.chunked_array(parts)
    parts.clear()
    if pa.types.is_dictionary(whole.type):
        whole = whole.unify_dictionaries()
    else:  # coded all together: their dictionaries would take longer to unify than to make
        whole = whole.dictionary_encode()
    pa.default_memory_pool().release_unused()  # what the texts filled, a gigabyte or two
    codes = np.concatenate([chunk.indices.to_numpy() for chunk in whole.chunks])
    return codes.astype(np.int32, copy=False), whole.chunk(0).dictionary


def _piece(parts: list[Any]) -> Any:
    """The parts as one dictionary array; empties `parts`."""
    codes, distinct = _distinct(parts)
    return pa.DictionaryArray.from_arrays(pa.array(codes), distinct)


def _ids_of(distinct: Any) -> Sequence[Any]:
    if len(distinct) < LAZY_FROM:
        return tuple(distinct.to_pylist())
    if pa.types.is_integer(distinct.type):
        return NumberIds(distinct.to_numpy())
    _, offsets, data = distinct.buffers()
    bounds = np.frombuffer(offsets, dtype=np.int32)[distinct.offset :][: len(distinct) + 1]
    return TextIds(np.frombuffer(data, dtype=np.uint8), bounds.astype(np.int64))
