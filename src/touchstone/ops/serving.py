"""The web server of one machine: granian's workers in front of Django."""

import contextlib
import errno
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping

from touchstone.ops.errors import OperatorError
from touchstone.ops.processes import end, end_with_parent

HOST = "127.0.0.1"
STOP_SECONDS = 15.0


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


def serve(*, port: int, environment: Mapping[str, str]) -> int:
    """Serve until a signal ends this process or the server ends; its exit status."""
    from django.db import connections

    connections.close_all()  # ours has nothing more to do
    server = subprocess.Popen(
        _command(port),
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        preexec_fn=end_with_parent(signal.SIGTERM),
        start_new_session=True,  # the terminal's Ctrl-C reaches us alone; we pass it on in order
    )
    try:
        return server.wait()
    finally:
        end(server, (signal.SIGTERM, signal.SIGKILL), seconds=STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)  # workers whose parent was killed keep the port


def _command(port: int) -> list[str]:
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
