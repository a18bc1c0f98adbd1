"""Ids by the million, held as arrays and decoded when they are asked for.

An `Ids` reads like the tuple of its ids and equals it. Few ids are better kept as a tuple.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from assay._arrays import IntArray

DECODED_AT_ONCE = 65_536
"""Ids decoded together: enough to be quick, few enough to need little room."""


class Ids(Sequence[Any]):
    """A read-only sequence of ids that behaves like a tuple."""

    __slots__ = ()

    @abstractmethod
    def decoded(self, start: int, stop: int) -> list[Any]:
        """The ids from `start` up to `stop`, as plain Python values."""

    @abstractmethod
    def take(self, rows: IntArray) -> Ids:
        """The ids at these places, in this order."""

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Any, ...]: ...
    def __getitem__(self, place: int | slice) -> Any:
        held = range(len(self))[place]
        if isinstance(held, range):
            if held.step == 1:
                return tuple(self.decoded(held.start, max(held.start, held.stop)))
            return tuple(self.decoded(row, row + 1)[0] for row in held)
        return self.decoded(held, held + 1)[0]

    def __iter__(self) -> Iterator[Any]:
        for start in range(0, len(self), DECODED_AT_ONCE):
            yield from self.decoded(start, min(start + DECODED_AT_ONCE, len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, tuple | Ids):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        shown = ", ".join(map(repr, self[:3]))
        return f"<{len(self)} ids: {shown}{', …' if len(self) > 3 else ''}>"


class NumberIds(Ids):
    """Whole numbers, in an integer array."""

    __slots__ = ("_values",)

    def __init__(self, values: NDArray[np.integer[Any]]) -> None:
        self._values = values

    def __len__(self) -> int:
        return len(self._values)

    def decoded(self, start: int, stop: int) -> list[Any]:
        return list(self._values[start:stop].tolist())

    def take(self, rows: IntArray) -> NumberIds:
        return NumberIds(self._values[rows])


class TextIds(Ids):
    """Texts end to end in UTF-8: text i is `data[offsets[i]:offsets[i + 1]]`."""

    __slots__ = ("data", "offsets")

    def __init__(self, data: NDArray[np.uint8], offsets: IntArray) -> None:
        self.data = data
        self.offsets = offsets

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def decoded(self, start: int, stop: int) -> list[Any]:
        first = int(self.offsets[start])
        raw = self.data[first : int(self.offsets[stop])].tobytes()
        bounds = (self.offsets[start : stop + 1] - first).tolist()
        if raw.isascii():
            text = raw.decode("ascii")
            return [text[a:b] for a, b in pairwise(bounds)]
        return [raw[a:b].decode() for a, b in pairwise(bounds)]

    def take(self, rows: IntArray) -> TextIds:
        sizes = (self.offsets[1:] - self.offsets[:-1])[rows]
        offsets = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum(sizes, out=offsets[1:])
        data = np.empty(int(offsets[-1]), dtype=np.uint8)
        for start in range(0, len(rows), DECODED_AT_ONCE):
            part = slice(start, start + DECODED_AT_ONCE)
            first, last = int(offsets[start]), int(offsets[min(part.stop, len(rows))])
            shift = np.repeat(self.offsets[rows[part]] - offsets[:-1][part], sizes[part])
            data[first:last] = self.data[np.arange(first, last) + shift]
        return TextIds(data, offsets)


def plain_list(values: Iterable[Hashable]) -> list[Hashable]:
    """The values as plain Python ones, without numpy's scalars."""
    if isinstance(values, np.ndarray):
        return list(values.tolist())
    return [value.item() if isinstance(value, np.generic) else value for value in values]


def sorted_ids(ids: Collection[Hashable]) -> tuple[Hashable, ...]:
    """Sorted as they compare; by type and text where they do not."""
    try:
        return tuple(sorted(ids))  # type: ignore[type-var]
    except TypeError:
        return tuple(sorted(ids, key=text_of))


def text_of(held: Hashable) -> str:
    """The id with its type: 1 and "1" are two ids."""
    return f"{type(held).__name__} {held!r}"
