"""Bring the database to the schema of this code."""

import argparse

from touchstone.ops import runtime


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None."""


def run(options: argparse.Namespace) -> int:
    """Start the database if it is ours, and migrate it."""
    with runtime.surroundings():
        runtime.set_up_django()
        runtime.migrate()
    return 0
