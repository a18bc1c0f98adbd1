"""`touchstone plans`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from touchstone_client.cli.files import read_draft
from touchstone_client.cli.projects import ProjectKey
from touchstone_client.cli.session import connected
from touchstone_client.cli.show import JsonFlag, show_one, show_rows
from touchstone_client.plans import PlanDraft

app = typer.Typer(name="plans", help="Plans of projects.", no_args_is_help=True)

Version = Annotated[int, typer.Argument(help="The version of the plan.")]
DraftFile = Annotated[Path, typer.Argument(help="A JSON file with the plan; - reads from stdin.")]


@app.command()
def guidelines(json: JsonFlag = False) -> None:
    """The published guidelines that a plan can name by id."""
    with connected() as touchstone:
        columns = ("id", "guideline", "version", "task_type", "title_en")
        show_rows(touchstone.plans.guidelines(), columns, json=json)


@app.command("list")
def list_plans(project: ProjectKey, json: JsonFlag = False) -> None:
    """Every version of a project's plan, newest first."""
    with connected() as touchstone:
        columns = ("version", "state", "guideline", "start_date", "end_date", "change_note")
        show_rows(touchstone.plans.list(project), columns, json=json)


@app.command()
def show(project: ProjectKey, version: Version, json: JsonFlag = False) -> None:
    """One version with all it says."""
    with connected() as touchstone:
        show_one(touchstone.plans.get(project, version), json=json)


@app.command()
def draft(project: ProjectKey, plan: DraftFile, json: JsonFlag = False) -> None:
    """Write the next version of a plan."""
    content = read_draft(PlanDraft, plan)
    with connected() as touchstone:
        show_one(touchstone.plans.draft(project, content), json=json)


@app.command()
def revise(project: ProjectKey, version: Version, plan: DraftFile, json: JsonFlag = False) -> None:
    """Replace what a draft says."""
    content = read_draft(PlanDraft, plan)
    with connected() as touchstone:
        show_one(touchstone.plans.revise(project, version, content), json=json)


@app.command()
def submit(project: ProjectKey, version: Version, json: JsonFlag = False) -> None:
    """Ask another person to approve a draft."""
    with connected() as touchstone:
        show_one(touchstone.plans.submit(project, version), json=json)


@app.command()
def approve(project: ProjectKey, version: Version, json: JsonFlag = False) -> None:
    """Put a plan in force that another person submitted."""
    with connected() as touchstone:
        show_one(touchstone.plans.approve(project, version), json=json)


@app.command()
def reject(
    project: ProjectKey,
    version: Version,
    note: Annotated[str, typer.Option(help="What has to change.")],
    json: JsonFlag = False,
) -> None:
    """Send a plan back; what comes next is a new version."""
    with connected() as touchstone:
        show_one(touchstone.plans.reject(project, version, note=note), json=json)
