"""Small tables that commands read beside label files: gold, clusters, curves, grades."""

from __future__ import annotations

import csv
import math
from collections.abc import Hashable, Iterator, Sequence
from pathlib import Path

import numpy as np

from assay._arrays import FloatArray
from assay.data import Labels


def column_of(path: Path, columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The named columns of a CSV file, row by row.

    :raises ValueError: the file cannot be read; the message names line and column.
    """
    for _, values in _rows(path, columns):
        yield values


def accepted_sets(path: Path, labels: Labels) -> dict[Hashable, set[Hashable]]:
    """Gold from a CSV file with columns item and truth; ``1|2`` accepts both.

    Items are matched by their text: a CSV file holds no numbers, a Parquet file may.

    :raises ValueError: the file cannot be read, an answer is no class, an item comes twice, or no
        item is among the labeled ones.
    """
    named = {str(held): held for held in labels.classes}
    known = {str(held): held for held in labels.item_ids}
    gold: dict[Hashable, set[Hashable]] = {}
    for line, (item, truth) in _rows(path, ("item", "truth")):
        parts = [part.strip() for part in truth.split("|")]
        if unknown := [part for part in parts if part not in named]:
            raise ValueError(
                f"{path}, line {line}, column 'truth': {unknown[0]!r} is not among the classes "
                f"{', '.join(named)}: name all of them with --classes"
            )
        if item in gold:
            raise ValueError(f"{path}, line {line}, column 'item': {item!r} is there already")
        gold[known.get(item, item)] = {named[part] for part in parts}
    if not any(item in known for item in map(str, gold)):
        raise ValueError(f"{path}: none of its {len(gold)} items is labeled, such as {item!r}")
    return gold


def numbers(path: Path, columns: Sequence[str], *, may_be_empty: str = "") -> list[FloatArray]:
    """Columns of numbers from a CSV file; in the column `may_be_empty` a blank is NaN.

    :raises ValueError: the file cannot be read, or holds something else; the message says where.
    """
    found: list[list[float]] = [[] for _ in columns]
    for line, values in _rows(path, columns, may_be_empty=may_be_empty):
        for held, name, text in zip(found, columns, values, strict=True):
            held.append(_number(text, f"{path}, line {line}, column {name!r}"))
    return [np.asarray(held, dtype=np.float64) for held in found]


def _number(text: str, where: str) -> float:
    try:
        value = float(text) if text else math.nan
    except ValueError:
        raise ValueError(f"{where}: {text!r} is not a number") from None
    if text and not math.isfinite(value):
        raise ValueError(f"{where}: {text!r} is not a finite number")
    return value


def _rows(
    path: Path, columns: Sequence[str], *, may_be_empty: str = ""
) -> Iterator[tuple[int, tuple[str, ...]]]:
    if path.suffix.lower() in (".parquet", ".jsonl", ".json", ".gz"):
        raise ValueError(f"{path}: only CSV is read here")
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            yield from _read(path, csv.DictReader(lines), columns, may_be_empty)
    except UnicodeDecodeError as problem:
        raise ValueError(f"{path} is not UTF-8 (byte {problem.start}): save it as UTF-8") from None
    except OSError as problem:
        raise ValueError(f"cannot read {path}: {problem.strerror or problem}") from None


def _read(
    path: Path, reader: csv.DictReader[str], columns: Sequence[str], may_be_empty: str
) -> Iterator[tuple[int, tuple[str, ...]]]:
    if reader.fieldnames is None:
        raise ValueError(f"{path} is empty: a header with {', '.join(columns)} is needed")
    if missing := [column for column in columns if column not in reader.fieldnames]:
        found = ", ".join(reader.fieldnames)
        raise ValueError(f"{path} lacks the column {missing[0]!r}; it has: {found}")
    empty = True
    for row in reader:
        values = tuple((row[column] or "").strip() for column in columns)
        for name, value in zip(columns, values, strict=True):
            if not value and name != may_be_empty:
                raise ValueError(f"{path}, line {reader.line_num}, column {name!r} is empty")
        empty = False
        yield reader.line_num, values
    if empty:
        raise ValueError(f"{path} has a header but no rows")
