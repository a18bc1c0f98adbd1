"""What serves on one machine: granian's web workers in front of Django, and the worker beside."""

import contextlib
import errno
import os
import signal
import socket
import subprocess
import sys

from touchstone.ops.errors import OperatorError
from touchstone.ops.keeping import Kept
from touchstone.ops.processes import end, end_with_parent
from touchstone.ops.runtime import Surroundings

HOST = "127.0.0.1"
STOP_SECONDS = 15.0
WATCH_SECONDS = 0.5


def check_port(port: int) -> None:
    """Say so before the long work when somebody else has the port.

    :raises OperatorError: the port is taken or not ours to take.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            what = "in use" if error.errno == errno.EADDRINUSE else "not allowed here"
            raise OperatorError(
                f"Port {port} is {what}. Stop the program that has it, or choose another one: "
                f"make run PORT={port + 1}"
            ) from error


def collect_static() -> None:
    """Gather, hash and compress the static files that pages refer to."""
    from django.conf import settings
    from django.core.management import call_command

    if settings.STATIC_HASHED:
        call_command("collectstatic", interactive=False, verbosity=0)


def serve(*, port: int, surroundings: Surroundings) -> int:
    """Serve until a signal ends this process or the server ends; its exit status.

    The worker and a database of our own are started again should they end.
    """
    from django.db import connections

    connections.close_all()  # ours has nothing more to do
    worker = Kept("worker", worker_command(), surroundings.environment)
    server = subprocess.Popen(
        server_command(port),
        env=dict(surroundings.environment),
        stdin=subprocess.DEVNULL,
        preexec_fn=end_with_parent(signal.SIGTERM),
        start_new_session=True,  # the terminal's Ctrl-C reaches us alone; we pass it on in order
    )
    try:
        while True:
            if surroundings.database is not None:
                surroundings.database.revive()
            worker.keep()
            with contextlib.suppress(subprocess.TimeoutExpired):
                return server.wait(timeout=WATCH_SECONDS)
    finally:
        worker.stop()
        end(server, (signal.SIGTERM, signal.SIGKILL), seconds=STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)  # workers whose parent was killed keep the port


def worker_command() -> list[str]:
    """The worker as a program of its own."""
    main = "import sys; from touchstone.ops.cli import main; sys.exit(main())"
    return [sys.executable, "-c", main, "worker"]


def server_command(port: int) -> list[str]:
    return [
        sys.executable,
        "-m",
        "granian",
        "--interface=wsgi",
        f"--host={HOST}",
        f"--port={port}",
        f"--workers={os.environ.get('WEB_WORKERS', '2')}",
        "--blocking-threads=4",  # below DATABASE_POOL_SIZE: no thread waits for a connection
        "--respawn-failed-workers",
        "--workers-kill-timeout=10",
        "--log-level=warning",
        "touchstone.config.wsgi:application",
    ]
