"""Reports: a table for the screen, for JSON or for a file, and words beside it."""

from __future__ import annotations

import argparse
import csv
import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from assay.results import Estimate, TooLittle, plain

FORMATS = (".csv", ".json", ".jsonl")

DIGITS = 5
"""Significant digits on the screen; files and JSON keep them all."""


@dataclass(frozen=True)
class Report:
    """`rows` under `columns`, and `notes` and `warnings` that say what to know about them."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[object]]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    more: Mapping[str, object] = field(default_factory=dict)


def add_output(command: argparse.ArgumentParser, *, formats: str = ".csv, .json, .jsonl") -> None:
    """The options that say where a table goes."""
    command.add_argument("--json", action="store_true", help="print JSON in place of a table")
    command.add_argument("--out", type=Path, metavar="FILE", help=f"write to a file: {formats}")


def tell(report: Report, given: argparse.Namespace) -> int:
    """Put a report where the options say; the exit status is 0."""
    for note in report.notes:
        say(note)
    for warning in report.warnings:
        say(f"warning: {warning}")
    if given.out is not None:
        _write(report, given.out)
        say(f"{len(report.rows)} rows written to {given.out}")
    elif given.json:
        print(json.dumps(_whole(report), ensure_ascii=False))
    else:
        _draw(report, sys.stdout)
    return 0


def short(found: TooLittle) -> int:
    """Say that there is too little data; the exit status is 1."""
    say(str(found))
    return 1


def estimated(name: str, found: Estimate | TooLittle) -> tuple[object, ...]:
    """A row of `ESTIMATES` for one measure."""
    if isinstance(found, TooLittle):
        return (name, None, None, None, found.n, found.reason)
    return (name, found.value, found.low, found.high, found.n, found.method)


ESTIMATES = ("measure", "value", "low", "high", "n", "method")


def say(text: str) -> None:
    """One line to standard error."""
    print(text, file=sys.stderr)


def progress(what: str) -> Any:
    """A function that shows how many are done, on a terminal only; the line is overwritten."""

    def show(done: int) -> None:
        print(f"\r{what}: {done:,}", end="", file=sys.stderr, flush=True)

    return show if sys.stderr.isatty() else None


def _whole(report: Report) -> dict[str, Any]:
    """All that a report says."""
    words = {"notes": list(report.notes), "warnings": list(report.warnings)}
    return {"rows": _records(report), **_plain(report.more), **words}


def _records(report: Report) -> list[dict[str, Any]]:
    return [dict(zip(report.columns, map(plain, row), strict=True)) for row in report.rows]


def _plain(values: Mapping[str, object]) -> dict[str, Any]:
    return {name: plain(value) for name, value in values.items()}


def _write(report: Report, path: Path) -> None:
    """Write beside the file and put it in place when it is whole."""
    if path.suffix not in FORMATS:
        raise ValueError(f"{path} has no known extension: one of {', '.join(FORMATS)}")
    partial = path.with_name(path.name + ".part")
    try:
        with partial.open("w", encoding="utf-8", newline="") as out:
            _format(report, path.suffix, out)
        partial.replace(path)
    except OSError as problem:
        raise ValueError(f"cannot write {path}: {problem.strerror or problem}") from None
    finally:
        partial.unlink(missing_ok=True)


def _format(report: Report, suffix: str, out: TextIO) -> None:
    if suffix == ".csv":
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(report.columns)
        writer.writerows(["" if each is None else plain(each) for each in row]
                         for row in report.rows)  # fmt: skip
    elif suffix == ".json":
        json.dump(_whole(report), out, ensure_ascii=False)
    else:
        out.writelines(json.dumps(each, ensure_ascii=False) + "\n" for each in _records(report))


def _draw(report: Report, out: TextIO) -> None:
    """Columns as wide as they need be; numbers to the right."""
    cells = [[_cell(value) for value in row] for row in report.rows]
    widths = [max([len(name), *(len(row[n]) for row in cells)])
              for n, name in enumerate(report.columns)]  # fmt: skip
    right = [_numbers(row[n] for row in report.rows) for n in range(len(widths))]
    for line in [list(report.columns), *cells]:
        placed = (text.rjust(width) if to_right else text.ljust(width)
                  for text, width, to_right in zip(line, widths, right, strict=True))  # fmt: skip
        print("  ".join(placed).rstrip(), file=out)


def _numbers(values: Iterable[object]) -> bool:
    return all(value is None or isinstance(plain(value), int | float) for value in values)


def _cell(value: object) -> str:
    held = plain(value)
    if held is None:
        return "–"
    if isinstance(held, bool):
        return "yes" if held else "no"
    if isinstance(held, float) and math.isfinite(held):
        return f"{held:.{DIGITS}g}"
    return str(held)
