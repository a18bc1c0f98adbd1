"""`touchstone items`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from touchstone_client.cli.projects import ProjectKey
from touchstone_client.cli.session import connected
from touchstone_client.cli.show import JsonFlag, show_errors, show_one

app = typer.Typer(name="items", help="Items to label.", no_args_is_help=True)


@app.callback()
def items() -> None:
    """Items to label."""


@app.command("import")
def import_items(
    project: ProjectKey,
    path: Annotated[
        Path, typer.Argument(help="A CSV, JSON Lines or Parquet file.", exists=True, dir_okay=False)
    ],
    rename: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar="OURS=THEIRS", help="Which of the file's columns one of ours is."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only check the file; change nothing.")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Add the items of a file: all of them, or none and a table of errors."""
    with connected() as touchstone:
        report = touchstone.items.import_file(
            project, path, mapping=_mapping(rename or []), dry_run=dry_run
        )
    show_one(report, json=json)
    if report.errors_total:
        show_errors(report.errors, report.errors_total)
        raise typer.Exit(1)


def _mapping(pairs: list[str]) -> dict[str, str]:
    split = [pair.partition("=") for pair in pairs]
    if any(not ours or not sign for ours, sign, _theirs in split):
        raise typer.BadParameter("Write --map ours=theirs, for example --map query_id=qid.")
    return {ours: theirs for ours, _sign, theirs in split}
