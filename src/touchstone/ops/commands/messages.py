"""Extract, check or compile the translations; no program of GNU gettext is needed."""

import argparse
import sys

from touchstone.ops import message_catalogs

ACTIONS = {
    "extract": message_catalogs.extract,
    "check": message_catalogs.check,
    "compile": message_catalogs.compile_all,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to do."""
    parser.add_argument("action", choices=ACTIONS)


def run(options: argparse.Namespace) -> int:
    """Do it; the faults found go to standard error and into the exit status."""
    faults = ACTIONS[options.action]()
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0
