"""The command with its groups, and what becomes of an error."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from touchstone_client.cli import (
    evaluations,
    items,
    plans,
    projects,
    quality,
    releases,
    requests,
    value,
    work,
)
from touchstone_client.cli.session import connected
from touchstone_client.cli.show import (
    JsonFlag,
    explain,
    report_bad_file,
    show_one,
    show_rows,
)
from touchstone_client.errors import ApiError, BadFile, TouchstoneError, TransportError

HELP = """Touchstone from the command line.

Set TOUCHSTONE_URL to the address of the service and TOUCHSTONE_TOKEN to a token from your account
page. Every command takes --json and then prints what the API answered.

Exit status: 0 done, 1 the service refused, 2 wrong use, 3 no answer, 4 no valid token.
"""

app = typer.Typer(
    name="touchstone",
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for group in (
    requests.app,
    projects.app,
    plans.app,
    items.app,
    work.app,
    quality.app,
    quality.consensus,
    releases.app,
    evaluations.app,
    value.app,
):
    app.add_typer(group)


@app.command()
def whoami(json: JsonFlag = False) -> None:
    """Who your token belongs to, and what they may do where."""
    with connected() as touchstone:
        show_one(touchstone.whoami(), json=json)


@app.command()
def markets(json: JsonFlag = False) -> None:
    """Every market of the service."""
    with connected() as touchstone:
        show_rows(touchstone.markets(), ("code", "name_en", "name_fr", "currency"), json=json)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and leave with its exit status."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status and never a traceback for what users can mend."""
    try:
        app(args=arguments, prog_name="touchstone")
    except SystemExit as done:  # the library's way to end, also after wrong use
        return done.code if isinstance(done.code, int) else 0
    except BadFile as error:
        report_bad_file(error)
        return 1
    except TransportError as error:
        explain(f"{error}\nIs TOUCHSTONE_URL right, and is the service running?")
        return 3
    except ApiError as error:
        explain(str(error))
        return 4 if error.status == 401 else 1
    except (TouchstoneError, ValueError, OSError) as error:
        explain(str(error))
        return 1
    return 0
