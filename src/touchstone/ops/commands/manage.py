"""Run a management command of Django's with the database running, such as `manage shell`."""

import argparse

from touchstone.ops.runtime import set_up_django, surroundings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Whatever Django's command takes."""
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="the command and its options")


def run(options: argparse.Namespace) -> int:
    """Hand the arguments to Django."""
    with surroundings():
        set_up_django()
        from django.core.management import execute_from_command_line

        execute_from_command_line(["touchstone-ops manage", *options.arguments])
    return 0
