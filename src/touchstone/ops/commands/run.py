"""Serve the console, the workbench and the API until Ctrl-C."""

import argparse
import os

from touchstone.ops.runtime import migrate, set_up_django, surroundings
from touchstone.ops.serving import HOST, check_port, collect_static, serve


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The port, which `PORT` may also give."""
    default = int(os.environ.get("PORT") or 8000)
    parser.add_argument("--port", type=int, default=default, help=f"default {default}")


def run(options: argparse.Namespace) -> int:
    """Migrate, then serve."""
    check_port(options.port)
    with surroundings() as around:
        set_up_django()
        migrate(verbosity=0)
        collect_static()
        print(f"Touchstone is at http://{HOST}:{options.port}. Ctrl-C stops it.", flush=True)
        return serve(port=options.port, surroundings=around)
