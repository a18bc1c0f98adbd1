"""How answers are printed: JSON for programs, aligned columns for people."""

from __future__ import annotations

import dataclasses
import json as jsonlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

from touchstone_client.errors import BadFile
from touchstone_client.wire import encode

JsonFlag = Annotated[bool, typer.Option("--json", help="Print what the API answered, as JSON.")]

WIDEST = 60


def show_one(found: Any, *, json: bool) -> None:
    """One object: its fields below each other; nested objects as short JSON."""
    if json:
        typer.echo(jsonlib.dumps(encode(found), ensure_ascii=False, indent=2))
        return
    fields = {field.name: getattr(found, field.name) for field in dataclasses.fields(found)}
    width = max(map(len, fields))
    for name, value in fields.items():
        typer.echo(f"{name:<{width}}  {_text(value)}")


def show_rows(found: Iterable[Any], columns: Sequence[str], *, json: bool) -> None:
    """Many objects: a line each, with these columns."""
    rows = list(found)
    if json:
        typer.echo(jsonlib.dumps([encode(row) for row in rows], ensure_ascii=False, indent=2))
        return
    if not rows:
        typer.echo("Nothing here.")
        return
    show_table(columns, [[_short(getattr(row, name)) for name in columns] for row in rows])


def show_table(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    """Aligned columns under a line of names."""
    widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
    for line in ([name.upper() for name in columns], *cells):
        padded = (text.ljust(width) for text, width in zip(line, widths, strict=True))
        typer.echo("  ".join(padded).rstrip())


def explain(message: str) -> None:
    """What went wrong, to people, on standard error."""
    typer.echo(f"Error: {message}", err=True)


def report_bad_file(error: BadFile) -> None:
    """The errors of an import, a line each."""
    explain(error.message)
    show_errors(error.report.errors, error.report.errors_total)


def show_errors(errors: Sequence[Any], total: int) -> None:
    """A table of row errors on standard error, and how many are not shown."""
    for one in errors:
        where = f"line {one.line}" if one.line else "file"
        column = f", {one.column}" if one.column else ""
        typer.echo(f"  {where}{column}: {one.message}", err=True)
    if total > len(errors):
        typer.echo(f"  … and {total - len(errors)} more.", err=True)


def _short(value: Any) -> str:
    text = _text(value)
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M UTC")
    if isinstance(value, Mapping | tuple | list) or dataclasses.is_dataclass(value):
        return jsonlib.dumps(encode(value), ensure_ascii=False)
    return str(value)
