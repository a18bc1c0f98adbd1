"""`touchstone runs` and `touchstone evaluations`: search systems against releases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from touchstone_client.cli.projects import ProjectKey
from touchstone_client.cli.session import connected
from touchstone_client.cli.show import JsonFlag, show_one, show_rows

app = typer.Typer(
    name="evaluations", help="Search systems measured against releases.", no_args_is_help=True
)

COMPARED = ("metric", "difference", "low", "high", "p_value", "test", "n")


@app.command()
def runs(project: ProjectKey, json: JsonFlag = False) -> None:
    """The run files of a project, newest first."""
    with connected() as touchstone:
        columns = ("id", "system", "file_name", "queries", "lines", "at")
        show_rows(touchstone.evaluations.runs(project), columns, json=json)


@app.command()
def upload(
    project: ProjectKey,
    path: Annotated[Path, typer.Argument(help="A TREC run file.", exists=True, dir_okay=False)],
    system: Annotated[str, typer.Option(help="Its name; the file's tag when not given.")] = "",
    json: JsonFlag = False,
) -> None:
    """Send a TREC run file."""
    with connected() as touchstone:
        show_one(touchstone.evaluations.upload_run(project, path, system=system), json=json)


@app.command()
def evaluate(
    project: ProjectKey,
    release: Annotated[int, typer.Argument(help="The version of the release.")],
    baseline: Annotated[int, typer.Option(help="The id of the run to compare with.")],
    candidate: Annotated[int, typer.Option(help="The id of the run to judge.")],
    seed: Annotated[int, typer.Option(help="The seed of the paired test.")] = 0,
    part: Annotated[str, typer.Option(help="all, or test: the queries held out.")] = "all",
    json: JsonFlag = False,
) -> None:
    """Measure two runs with nDCG@10 and P@10, and their difference."""
    with connected() as touchstone:
        found = touchstone.evaluations.evaluate(
            project, release, baseline=baseline, candidate=candidate, seed=seed, part=part
        )
    if json:
        show_one(found, json=True)
        return
    typer.echo(f"Evaluation {found.id}: {found.candidate.system} against {found.baseline.system}")
    show_rows(found.results, ("system", "metric", "value", "low", "high", "n"), json=False)
    show_rows(found.comparisons, COMPARED, json=False)


@app.command("list")
def list_evaluations(project: ProjectKey, json: JsonFlag = False) -> None:
    """The evaluations of a project, newest first."""
    with connected() as touchstone:
        columns = ("id", "release", "seed", "by", "at")
        show_rows(touchstone.evaluations.list(project), columns, json=json)


@app.command()
def show(
    evaluation: Annotated[int, typer.Argument(help="The id of the evaluation.")],
    json: JsonFlag = False,
) -> None:
    """One evaluation with its numbers."""
    with connected() as touchstone:
        show_one(touchstone.evaluations.get(evaluation), json=json)
