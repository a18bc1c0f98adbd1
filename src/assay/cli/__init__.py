"""The `assay` command: files in, a table out.

Tables go to standard output, words about them to standard error; `--json` prints JSON in place of
the table, `--out FILE` writes it to a file. The exit status is 0, or 1 where there is too little
data, or 2 where the input cannot be used.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from assay.cli import labels, plans, rankings
from assay.cli.output import say


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    given = parser().parse_args(arguments)
    try:
        _check_out(given)
        status: int = given.run(given)
        sys.stdout.flush()
    except ValueError as problem:
        say(f"assay: {problem}")
        return 2
    except BrokenPipeError:  # the reader, such as `head`, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


def _check_out(given: argparse.Namespace) -> None:
    """Refuse, before anything is computed, a place that cannot be written or is an input."""
    if given.out is None:
        return
    if not given.out.parent.is_dir():
        raise ValueError(f"cannot write {given.out}: there is no folder {given.out.parent}")
    held = [each for each in vars(given).values() if isinstance(each, Path)]
    inputs = [*held, *getattr(given, "runs", ())]
    if sum(each.resolve() == given.out.resolve() for each in inputs) > 1:
        raise ValueError(f"{given.out} is read: write to another file")


def parser() -> argparse.ArgumentParser:
    """All commands with their options."""
    made = argparse.ArgumentParser(prog="assay", description="Measure the quality of labels.")
    commands = made.add_subparsers(required=True, metavar="command")
    for family in (labels, rankings, plans):
        family.add_to(commands)
    return made
