"""`touchstone quality` and `touchstone consensus`."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import Annotated

import typer

from touchstone_client.cli.projects import ProjectKey
from touchstone_client.cli.session import connected
from touchstone_client.cli.show import JsonFlag, show_one, show_rows

app = typer.Typer(name="quality", help="Quality figures and lots.", no_args_is_help=True)

FIGURES = ("kind", "locale", "value", "low", "high", "n", "reason")


@app.command()
def show(project: ProjectKey, json: JsonFlag = False) -> None:
    """The newest figure of each kind and locale."""
    with connected() as touchstone:
        found = touchstone.quality.get(project)
    if json:
        show_one(found, json=True)
    else:
        show_rows(found.measurements, FIGURES, json=False)


@app.command()
def measure(
    project: ProjectKey,
    seed: Annotated[int, typer.Option(help="The seed of the bootstrap.")] = 0,
    json: JsonFlag = False,
) -> None:
    """Measure alpha, gold accuracy and audit agreement now."""
    with connected() as touchstone:
        show_rows(touchstone.quality.measure(project, seed=seed), FIGURES, json=json)


@app.command()
def lots(project: ProjectKey, json: JsonFlag = False) -> None:
    """The lots of a project, newest first."""
    with connected() as touchstone:
        columns = ("number", "locale", "decision", "by", "at", "reason")
        show_rows(touchstone.quality.lots(project), columns, json=json)


@app.command("decide-lot")
def decide_lot(
    project: ProjectKey,
    locale: Annotated[str, typer.Argument(help="The locale, for example fr-FR.")],
    decision: Annotated[str, typer.Argument(help="accepted or rejected.")],
    reason: Annotated[str, typer.Option(help="Why; compulsory to reject.")] = "",
    json: JsonFlag = False,
) -> None:
    """Accept or reject all work of a locale that is in no lot yet."""
    with connected() as touchstone:
        lot = touchstone.quality.decide_lot(
            project, locale=locale, decision=decision, reason=reason
        )
        show_one(lot, json=json)


@app.command("export")
def export_judgments(
    project: ProjectKey,
    path: Annotated[
        Path, typer.Argument(help="Where to; CSV where it ends in .csv, else JSON Lines.")
    ],
    json: JsonFlag = False,
) -> None:
    """Write every judgment as it stands now to a file; a release is what is frozen."""
    with connected() as touchstone:
        written = str(touchstone.quality.export_judgments(project, path))
    typer.echo(jsonlib.dumps(written) if json else written)


consensus = typer.Typer(name="consensus", help="Estimated true labels.", no_args_is_help=True)
RUNS = ("id", "method", "items", "judgments", "raters", "differs_from_majority", "at")


@consensus.command("run")
def run_consensus(
    project: ProjectKey,
    prior_strength: Annotated[
        float | None, typer.Option(help="How strongly raters are drawn to the average.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Estimate the true label of every judged item."""
    with connected() as touchstone:
        show_one(touchstone.consensus.run(project, prior_strength=prior_strength), json=json)


@consensus.command("list")
def list_runs(project: ProjectKey, json: JsonFlag = False) -> None:
    """The consensus runs of a project, newest first."""
    with connected() as touchstone:
        show_rows(touchstone.consensus.list(project), RUNS, json=json)
