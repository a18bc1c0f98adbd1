"""Do what waits beside the requests: jobs, and what has to happen every second, until Ctrl-C.

`run` and `demo` start one by themselves. More of them, on any machine that reaches the database,
share the work.
"""

import argparse

from touchstone.ops.runtime import set_up_django, surroundings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How much it does at a time."""
    parser.add_argument(
        "--jobs", type=int, default=2, help="how many jobs to do at a time; default 2"
    )


def run(options: argparse.Namespace) -> int:
    """Work until told to stop; what was begun is finished or left to another worker."""
    with surroundings():
        set_up_django()
        from touchstone.lib.jobs import work

        work(concurrency=options.jobs)
    return 0
