"""Play the demonstration programme on real data, then serve it until Ctrl-C."""

import argparse

from touchstone.ops.commands import run as run_command
from touchstone.ops.runtime import migrate, set_up_django, surroundings
from touchstone.ops.serving import HOST, check_port, collect_static, serve


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Whether the console stays open afterwards."""
    run_command.add_arguments(parser)
    parser.add_argument("--no-serve", action="store_true", help="end when the play is over")


def run(options: argparse.Namespace) -> int:
    """Migrate, play, then serve unless told not to."""
    if not options.no_serve:
        check_port(options.port)
    with surroundings() as around:
        set_up_django()
        migrate(verbosity=0)
        from touchstone.ops.demo import play

        play()
        if options.no_serve:
            return 0
        collect_static()
        print(
            f"\nThe console is open at http://{HOST}:{options.port}. Ctrl-C stops it.", flush=True
        )
        return serve(port=options.port, surroundings=around)
