"""`touchstone requests`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from touchstone_client.cli.files import read_draft
from touchstone_client.cli.session import connected
from touchstone_client.cli.show import JsonFlag, show_one, show_rows
from touchstone_client.requests import RequestDraft

app = typer.Typer(name="requests", help="Labeling requests.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(help="The number of the request.")]
Reason = Annotated[str, typer.Option(help="Why; compulsory for some decisions.")]
DraftFile = Annotated[
    Path, typer.Argument(help="A JSON file with the request; - reads from stdin.")
]
COLUMNS = ("number", "state", "title", "requester", "deadline_date", "project")


@app.command("list")
def list_requests(
    state: Annotated[str | None, typer.Option(help="Only those in this state.")] = None,
    json: JsonFlag = False,
) -> None:
    """The requests you may know of, newest first."""
    with connected() as touchstone:
        show_rows(touchstone.requests.list(state=state), COLUMNS, json=json)


@app.command()
def show(number: Number, json: JsonFlag = False) -> None:
    """One request with its history."""
    with connected() as touchstone:
        show_one(touchstone.requests.get(number), json=json)


@app.command()
def file(draft: DraftFile, json: JsonFlag = False) -> None:
    """File a request; it stays your draft until you submit it."""
    content = read_draft(RequestDraft, draft)
    with connected() as touchstone:
        show_one(touchstone.requests.file(content), json=json)


@app.command()
def revise(number: Number, draft: DraftFile, json: JsonFlag = False) -> None:
    """Replace what a draft asks for."""
    content = read_draft(RequestDraft, draft)
    with connected() as touchstone:
        show_one(touchstone.requests.revise(number, content), json=json)


@app.command()
def submit(number: Number, json: JsonFlag = False) -> None:
    """Hand a draft in."""
    with connected() as touchstone:
        show_one(touchstone.requests.submit(number), json=json)


@app.command()
def answer(number: Number, reason: Reason, json: JsonFlag = False) -> None:
    """Answer the question of a request that needs information."""
    with connected() as touchstone:
        show_one(touchstone.requests.answer(number, reason), json=json)


@app.command()
def withdraw(number: Number, reason: Reason, json: JsonFlag = False) -> None:
    """Withdraw a request before it is taken in."""
    with connected() as touchstone:
        show_one(touchstone.requests.withdraw(number, reason), json=json)


@app.command()
def move(
    number: Number,
    to: Annotated[
        str,
        typer.Argument(
            help="triaged, needs_info, scoped, approved, declined, deferred or cancelled."
        ),
    ],
    reason: Reason = "",
    json: JsonFlag = False,
) -> None:
    """Decide on a request."""
    with connected() as touchstone:
        show_one(touchstone.requests.move(number, to, reason=reason), json=json)


@app.command("open-project")
def open_project(
    number: Number,
    key: Annotated[str, typer.Option(help="Short name for addresses: faq-fr.")],
    name: Annotated[str, typer.Option(help="Name for people.")],
    json: JsonFlag = False,
) -> None:
    """Open the project that carries an approved request out."""
    with connected() as touchstone:
        show_one(touchstone.requests.open_project(number, key=key, name=name), json=json)
