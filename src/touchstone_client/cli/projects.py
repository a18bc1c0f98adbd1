"""`touchstone projects`."""

from __future__ import annotations

from typing import Annotated

import typer

from touchstone_client.cli.session import connected
from touchstone_client.cli.show import JsonFlag, show_one, show_rows

app = typer.Typer(name="projects", help="Projects and their members.", no_args_is_help=True)

ProjectKey = Annotated[str, typer.Argument(help="The key of the project.")]


@app.command("list")
def list_projects(json: JsonFlag = False) -> None:
    """The projects you may see."""
    with connected() as touchstone:
        columns = ("key", "state", "name", "owner", "request")
        show_rows(touchstone.projects.list(), columns, json=json)


@app.command()
def show(project: ProjectKey, json: JsonFlag = False) -> None:
    """One project with its progress."""
    with connected() as touchstone:
        show_one(touchstone.projects.get(project), json=json)


@app.command()
def move(
    project: ProjectKey,
    to: Annotated[str, typer.Argument(help="pilot, live, paused, resumed or closed.")],
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    json: JsonFlag = False,
) -> None:
    """Start the pilot, go live, pause, resume or close."""
    with connected() as touchstone:
        show_one(touchstone.projects.move(project, to, reason=reason), json=json)


@app.command()
def members(project: ProjectKey, json: JsonFlag = False) -> None:
    """Who is on a project."""
    with connected() as touchstone:
        columns = ("name", "function", "vendor", "pseudonym")
        show_rows(touchstone.projects.members(project), columns, json=json)


@app.command("add-member")
def add_member(
    project: ProjectKey,
    email: Annotated[str, typer.Argument(help="The address of the person's account.")],
    function: Annotated[str, typer.Option(help="annotator, qa_lead or stakeholder.")] = "annotator",
    json: JsonFlag = False,
) -> None:
    """Put a person on a project."""
    with connected() as touchstone:
        added = touchstone.projects.add_member(project, email=email, function=function)
        show_one(added, json=json)
