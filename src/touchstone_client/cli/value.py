"""`touchstone value`: costs and the return."""

from __future__ import annotations

from typing import Annotated

import typer

from touchstone_client.cli.projects import ProjectKey
from touchstone_client.cli.session import connected
from touchstone_client.cli.show import JsonFlag, show_one, show_rows
from touchstone_client.value import Assumptions

app = typer.Typer(name="value", help="Costs and the return on them.", no_args_is_help=True)

LINES = ("subject", "quality_class", "quantity", "unit_price", "currency", "amount_minor_units")


@app.command()
def costs(
    project: ProjectKey,
    lines: Annotated[bool, typer.Option("--lines", help="Each cost as it landed.")] = False,
    json: JsonFlag = False,
) -> None:
    """What a project has cost so far."""
    with connected() as touchstone:
        if lines:
            show_rows(touchstone.value.cost_lines(project), LINES, json=json)
        else:
            show_one(touchstone.value.costs(project), json=json)


@app.command("return")
def estimate(
    project: ProjectKey,
    evaluation: Annotated[int, typer.Option(help="The evaluation that the gain comes from.")],
    metric: Annotated[str, typer.Option(help="The metric of the gain.")] = "nDCG@10",
    p_launch: Annotated[
        float | None, typer.Option(help="The chance that the change ships.")
    ] = None,
    attribution: Annotated[
        float | None, typer.Option(help="The share of the gain that the labels may claim.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The seed of the simulation.")] = 0,
    json: JsonFlag = False,
) -> None:
    """Estimate the return on all costs so far, as a range."""
    assumptions = Assumptions(p_launch=p_launch, attribution=attribution)
    with connected() as touchstone:
        found = touchstone.value.estimate_return(
            project, evaluation=evaluation, metric=metric, assumptions=assumptions, seed=seed
        )
        show_one(found, json=json)


@app.command()
def returns(project: ProjectKey, json: JsonFlag = False) -> None:
    """The estimates of the return, newest first."""
    with connected() as touchstone:
        columns = ("id", "metric", "p_positive", "roi_p10", "roi_p50", "roi_p90", "at")
        show_rows(touchstone.value.returns(project), columns, json=json)


@app.command()
def review(
    project: ProjectKey,
    note: Annotated[str, typer.Option(help="What was learned.")] = "",
    json: JsonFlag = False,
) -> None:
    """Confirm that the newest estimate was reviewed."""
    with connected() as touchstone:
        show_one(touchstone.value.review_return(project, note=note), json=json)
