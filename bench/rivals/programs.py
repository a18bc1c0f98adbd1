"""Servers under test: each in a process group of its own, on loopback, ended with the block."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

from bench.cpu import parent_of
from bench.rivals.environments import NotHere
from touchstone.ops.embedded import Cluster
from touchstone.ops.processes import end, end_with_parent

HOST = "127.0.0.1"
START_SECONDS = 180.0


class Database:
    """One database in a cluster that runs while the block lasts."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        parts = urlsplit(cluster.url)
        self.name, self.user = name, str(parts.username)
        self.password = unquote(str(parts.password))
        self.folder = parse_qs(parts.query)["host"][0]
        with psycopg.connect(cluster.url, autocommit=True) as connection:
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        with self._entered() as connection:
            self.postmaster = parent_of(connection.info.backend_pid)

    def rows(self, query: str, parameters: Sequence[object] = ()) -> list[tuple[int, ...]]:
        """What a query gives; all of ours ask for whole numbers."""
        with self._entered() as connection:
            return connection.execute(query.encode(), parameters or None).fetchall()

    def number(self, query: str, parameters: Sequence[object] = ()) -> int:
        """The one number that a query gives."""
        return int(self.rows(query, parameters)[0][0] or 0)

    def _entered(self) -> psycopg.Connection[tuple[int, ...]]:
        return psycopg.connect(
            host=self.folder, dbname=self.name, user=self.user, password=self.password
        )


@contextlib.contextmanager
def database(home: Path, name: str) -> Iterator[Database]:
    """A durable PostgreSQL with the settings that ours has."""
    with Cluster(home / "postgres") as cluster:
        yield Database(cluster, name)


@contextlib.contextmanager
def program(
    command: Sequence[str | Path], *, folder: Path, environment: Mapping[str, str], log: Path
) -> Iterator[int]:
    """A program and its children while the block lasts; gives its process id."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            preexec_fn=end_with_parent(signal.SIGTERM),
            start_new_session=True,
        )
    try:
        yield process.pid
    finally:
        end(process, (signal.SIGTERM, signal.SIGKILL), seconds=15.0)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def run(command: Sequence[str | Path], *, folder: Path, environment: Mapping[str, str]) -> str:
    """Run a program to its end; what it printed.

    :raises NotHere: it failed.
    """
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        tail = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise NotHere(f"{Path(command[0]).name} failed: {' '.join(tail)}")
    return done.stdout


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def await_answer(port: int, path: str, *, log: Path) -> None:
    """Wait until `path` answers with 200.

    :raises NotHere: it did not in time; the message ends with the server's log.
    """
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection(HOST, port, timeout=30)
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        time.sleep(0.2)
    tail = log.read_text(errors="replace").splitlines()[-5:]
    raise NotHere("the server did not answer: " + " / ".join(tail))
