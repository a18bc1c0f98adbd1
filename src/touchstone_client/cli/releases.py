"""`touchstone releases`."""

from __future__ import annotations

import json as jsonlib
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from touchstone_client.cli.projects import ProjectKey
from touchstone_client.cli.session import connected
from touchstone_client.cli.show import JsonFlag, show_one, show_rows

app = typer.Typer(name="releases", help="Frozen deliveries.", no_args_is_help=True)

Version = Annotated[int, typer.Argument(help="The version of the release.")]


@app.command("list")
def list_releases(project: ProjectKey, json: JsonFlag = False) -> None:
    """The releases of a project, newest first."""
    with connected() as touchstone:
        columns = ("version", "items", "judgments", "at", "checksum")
        show_rows(touchstone.releases.list(project), columns, json=json)


@app.command()
def show(project: ProjectKey, version: Version, json: JsonFlag = False) -> None:
    """One release with its files and data card."""
    with connected() as touchstone:
        show_one(touchstone.releases.get(project, version), json=json)


@app.command()
def freeze(
    project: ProjectKey,
    test_share: Annotated[
        str, typer.Option(help="The share of queries held out for testing.")
    ] = "0",
    split_seed: Annotated[int, typer.Option(help="The seed of the split.")] = 0,
    note: Annotated[str, typer.Option(help="What the requester should know.")] = "",
    consensus_run: Annotated[
        int | None, typer.Option(help="The consensus run; the newest when not given.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Freeze the labels into files that never change, and hand them over."""
    try:
        share = Decimal(test_share)
    except InvalidOperation as error:
        raise typer.BadParameter("--test-share is a number from 0 to below 1.") from error
    with connected() as touchstone:
        release = touchstone.releases.freeze(
            project,
            test_share=share,
            split_seed=split_seed,
            note=note,
            consensus_run=consensus_run,
        )
        show_one(release, json=json)


@app.command()
def download(
    project: ProjectKey,
    version: Version,
    folder: Annotated[Path, typer.Option("--to", help="Where to; made if needed.")] = Path("."),
    only: Annotated[str | None, typer.Option(help="Only the file of this name.")] = None,
    json: JsonFlag = False,
) -> None:
    """Write the files of a release, each checked against its checksum."""
    with connected() as touchstone:
        written = touchstone.releases.download(project, version, folder, only=only)
    paths = [str(path) for path in written]
    typer.echo(jsonlib.dumps(paths, indent=2) if json else "\n".join(paths))


@app.command()
def accept(project: ProjectKey, version: Version, json: JsonFlag = False) -> None:
    """Accept a release."""
    with connected() as touchstone:
        show_one(touchstone.releases.accept(project, version), json=json)


@app.command("return")
def send_back(
    project: ProjectKey,
    version: Version,
    reason: Annotated[str, typer.Option(help="Why: the team works from it.")],
    json: JsonFlag = False,
) -> None:
    """Return a release with the reason why."""
    with connected() as touchstone:
        show_one(touchstone.releases.send_back(project, version, reason=reason), json=json)
