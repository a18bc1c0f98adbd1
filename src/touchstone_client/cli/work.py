"""`touchstone work`: labeling by a program."""

from __future__ import annotations

import json as jsonlib
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from touchstone_client.cli.projects import ProjectKey
from touchstone_client.cli.session import connected
from touchstone_client.cli.show import JsonFlag, show_one, show_rows
from touchstone_client.wire import encode
from touchstone_client.work import Task

app = typer.Typer(name="work", help="Labeling, for programs.", no_args_is_help=True)


@app.command("list")
def list_work(json: JsonFlag = False) -> None:
    """The projects you are to label on."""
    with connected() as touchstone:
        show_rows(touchstone.work.list(), ("key", "state", "name"), json=json)


@app.command()
def guideline(
    project: ProjectKey,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Confirm that you have read it.")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """The guideline in force."""
    with connected() as touchstone:
        labeling = touchstone.work
        found = labeling.confirm_guideline(project) if confirm else labeling.guideline(project)
    if json:
        show_one(found, json=True)
    else:
        typer.echo(found.text)


@app.command()
def lease(
    project: ProjectKey,
    count: Annotated[int, typer.Option(min=1, max=50, help="How many tasks.")] = 1,
    json: JsonFlag = False,
) -> None:
    """Take tasks. With --json a line each, for `work submit` to read back with the answers."""
    with connected() as touchstone:
        tasks = touchstone.work.lease(project, count).tasks
    if json:
        for task in tasks:
            typer.echo(jsonlib.dumps(encode(task), ensure_ascii=False))
    else:
        show_rows(tasks, ("assignment", "locale", "query", "leased_until"), json=False)


@app.command()
def submit(
    path: Annotated[
        Path,
        typer.Argument(help="JSON Lines: assignment, lease, answers, seconds; - reads from stdin."),
    ],
    json: JsonFlag = False,
) -> None:
    """Send answers, a line each. Sent twice, they count once."""
    with connected() as touchstone:
        kept = [
            touchstone.work.submit(task, answers, seconds=seconds)
            for task, answers, seconds in _answers(path)
        ]
    show_rows(kept, ("judgment", "late", "counts", "submitted_at"), json=json)


def _answers(path: Path) -> Iterator[tuple[Task, dict[str, Any], float]]:
    text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield _answer(line, number)


def _answer(line: str, number: int) -> tuple[Task, dict[str, Any], float]:
    try:
        given = jsonlib.loads(line)
        task = Task(
            assignment=given["assignment"],
            lease=given["lease"],
            leased_until=datetime.min,
            query="",
            locale="",
            direction="",
            content={},
        )
        return task, dict(given["answers"]), float(given["seconds"])
    except (KeyError, TypeError, ValueError) as error:
        raise typer.BadParameter(f"Line {number} cannot be read: {error!r}.") from error
