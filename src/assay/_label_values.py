"""What a label in a file means: one rule for text, numbers and truth values.

- A whole number, written as one ("2", "+2", "007") or as a decimal ("2.0"), is an integer.
- Any other decimal number ("2.5", "1e-3") is a float.
- Anything else is a word and stays as it is; truth values are the words "true" and "false".
- A column holds numbers or words, not both; abstentions do not count.
- Nothing at all, or "nan" in whatever case, is a missing label.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay._ingest import scale_of

WHOLE = re.compile(r"[+-]?[0-9]+")
DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


class UnusableLabel(ValueError):
    """A label that cannot be coded; `place` is where it stands among the distinct labels seen."""

    def __init__(self, place: int, problem: str) -> None:
        super().__init__(problem)
        self.place = place


def value_of(label: Hashable) -> Hashable:
    """The label's value by the rule above.

    >>> [value_of(text) for text in ("2", "2.0", "2.5", "good", True)]
    [2, 2, 2.5, 'good', 'true']
    """
    if isinstance(label, bool):
        return str(label).lower()
    if isinstance(label, str):
        if WHOLE.fullmatch(label):
            return int(label)
        if not DECIMAL.fullmatch(label):
            return label
        label = float(label)
    if isinstance(label, float) and label.is_integer():
        return int(label)
    return label


def coded_labels(
    seen: Sequence[Hashable],
    *,
    classes: Sequence[Hashable] | None,
    abstain: Collection[Hashable],
) -> tuple[tuple[Any, ...], NDArray[np.int32]]:
    """The classes, and for each distinct label its code among them, −1 for an abstention.

    `classes` and `abstain` may be written as text too: they go through the same rule.

    :raises UnusableLabel: the first of `seen` that is missing, unlike those before it, or none of
        the classes.
    :raises ValueError: `classes` repeats itself or meets `abstain`.

    >>> scale, codes = coded_labels(["2", "skip", "0"], classes=None, abstain=["skip"])
    >>> scale, codes.tolist()
    ((0, 2), [1, -1, 0])
    """
    values = [value_of(label) for label in seen]
    silent = frozenset(value_of(label) for label in abstain)
    _check_kinds(values, silent)
    declared = None if classes is None else [value_of(label) for label in classes]
    scale = scale_of(values, declared, silent)
    code = {held: position for position, held in enumerate(scale)} | dict.fromkeys(silent, -1)
    for place, value in enumerate(values):
        if value not in code:
            raise UnusableLabel(place, f"{value!r} is not among the classes {scale}")
    return scale, np.fromiter((code[value] for value in values), np.int32, len(values))


def _check_kinds(values: Sequence[Hashable], silent: frozenset[Hashable]) -> None:
    first: Hashable = None
    for place, value in enumerate(values):
        if value in silent:
            continue
        if _is_missing(value):
            raise UnusableLabel(place, "the label is missing")
        first = value if first is None else first
        if isinstance(value, str) != isinstance(first, str):
            words = value if isinstance(value, str) else first
            raise UnusableLabel(
                place, f"{value!r} follows {first!r}: numbers and words are mixed; if {words!r} "
                "is no label, name it in abstain",
            )  # fmt: skip


def _is_missing(value: Hashable) -> bool:
    if isinstance(value, float):
        return math.isnan(value)
    return value is None or (isinstance(value, str) and value.lower() in ("", "nan"))
