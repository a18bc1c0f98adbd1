"""`touchstone-ops`: what an operator runs on the machine itself.

The `touchstone` command is another one: it talks to a running service over HTTP.
"""

import argparse
import importlib
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from touchstone.ops.errors import OperatorError

COMMANDS = {
    "demo": "play the demonstration programme, then serve it",
    "run": "serve the console, the workbench and the API",
    "worker": "do what waits beside the requests; `run` starts one by itself",
    "machine": "have a machine annotator judge items, within a budget",
    "migrate": "bring the database to the schema of this code",
    "manage": "run a management command of Django's with the database running",
    "messages": "extract, check or compile the translations",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _leave)
    try:
        return int(options.run(options) or 0)
    except OperatorError as error:
        print(f"touchstone-ops: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="touchstone-ops", description=__doc__)
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, what in COMMANDS.items():
        module = importlib.import_module(f"touchstone.ops.commands.{name}")
        subparser = subparsers.add_parser(name, help=what, description=module.__doc__)
        module.add_arguments(subparser)
        subparser.set_defaults(run=module.run)
    return parser


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    """Unwind, so that what was started is stopped in order."""
    raise SystemExit(128 + number)
