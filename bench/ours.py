"""Touchstone under test: its web server as `make run` starts it, and annotators over HTTP."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import time
import uuid
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.db import connection

from bench.cpu import cpu_seconds, parent_of
from bench.crowd import Faults
from bench.scene import Scene
from touchstone.apps.labeling.queries import overlap_faults, stored_judgments
from touchstone.ops.processes import end, end_with_parent
from touchstone.ops.runtime import state_folder
from touchstone.ops.serving import HOST, server_command

START_SECONDS = 60.0


class Touchstone:
    """A running server with one project in work; each `next` leases `batch` tasks ahead."""

    name = "Touchstone"

    def __init__(self, port: int, pid: int, scene: Scene, *, batch: int = 1) -> None:
        self.port, self.pid, self.scene, self.batch = port, pid, scene, batch
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self.postgres = parent_of(cursor.fetchone()[0])

    def annotator(self, number: int) -> Person:
        """The annotator of this number, with their token."""
        return Person(self.port, self.scene.project.key, self.scene.tokens[number], self.batch)

    def cpu_seconds(self) -> float:
        """Of granian with its workers and of PostgreSQL with its backends."""
        return cpu_seconds(self.pid, self.postgres)

    def faults(self, acknowledged: Sequence[str]) -> Faults:
        """Every acknowledged key is stored once, and no item has more than it wants."""
        stored = {key for key, _grade in stored_judgments(self.scene.project)}
        return Faults(
            lost=len(set(acknowledged) - stored),
            doubled=sum(times - 1 for times in Counter(acknowledged).values()),
            above_overlap=overlap_faults(self.scene.project),
        )


class Person:
    """One annotator over a connection that stays open, as a browser's does."""

    def __init__(self, port: int, project: str, token: str, batch: int) -> None:
        self._http = http.client.HTTPConnection(HOST, port, timeout=120)
        self._http.connect()
        assert self._http.sock is not None
        self._http.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._project, self._batch = project, batch
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._waiting: deque[Any] = deque()
        self._scale = ""

    def next(self) -> Any | None:
        """The next task in hand, or a lease of some more."""
        if not self._waiting:
            path = f"/api/v1/projects/{self._project}/lease"
            leased = self._call(path, {"count": self._batch, "known_scale": self._scale})
            self._waiting += leased["tasks"]
            self._scale = leased["scale_version"]
        return self._waiting.popleft() if self._waiting else None

    def submit(self, task: Any) -> str:
        """Grade 2, with the key that names the answer."""
        key = uuid.uuid4().hex
        body = {
            "assignment": task["assignment"],
            "lease": task["lease"],
            "answers": {"outcome": "label", "values": {"grade": 2}, "comment": "As expected."},
            "seconds": 5.0,
        }
        self._call("/api/v1/judgments", body, {"Idempotency-Key": key})
        return key

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def _call(self, path: str, body: Any, headers: dict[str, str] | None = None) -> Any:
        self._http.request("POST", path, json.dumps(body), self._headers | (headers or {}))
        response = self._http.getresponse()
        content = response.read()
        if response.status not in (200, 202):
            raise RuntimeError(f"{path} {response.status}: {content[:300]!r}")
        return json.loads(content)


@contextlib.contextmanager
def served() -> Iterator[tuple[int, int]]:
    """The web server on a free port while the block lasts: its port and its process."""
    port = _free_port()
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_POOL_SIZE"}
    with Path(state_folder() / "web.log").open("wb") as log:
        server = subprocess.Popen(
            server_command(port),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=end_with_parent(signal.SIGTERM),
            start_new_session=True,
        )
    try:
        _await(port)
        yield port, server.pid
    finally:
        end(server, (signal.SIGTERM, signal.SIGKILL), seconds=15.0)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _await(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection(HOST, port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(f"the server did not answer: see {state_folder() / 'web.log'}")
