"""`kill -9` under load: what was acknowledged is there, once, and the queue goes on by itself.

`KILL_TEST_SECONDS=60` makes the minute of the full test; 16 is what every run bears.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from tests.ops.crowd import Annotator, at_work, fill
from tests.ops.service import await_answer, children, command, command_line
from touchstone.ops import postmaster
from touchstone.ops.embedded import Cluster
from touchstone.ops.serving import HOST
from touchstone_client import ApiError

pytestmark = pytest.mark.slow

SECONDS = float(os.environ.get("KILL_TEST_SECONDS", "16"))
ANNOTATORS, ITEMS = 64, int(200 * SECONDS)
# From the judgment that decides to the decision; the issue allows 5.
MOST_SECONDS_TO_DECIDE = 5.0


@dataclass
class Service:
    """A running service with its load."""

    process: subprocess.Popen[str]
    cluster: Cluster
    base_url: str
    acknowledged: list[tuple[int, float]] = field(default_factory=list)
    refusals: list[ApiError] = field(default_factory=list)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.cluster.url) as connection:
            return connection.execute(query.encode()).fetchall()

    def await_database(self) -> None:
        """It is started again and recovers what was committed."""
        deadline = time.monotonic() + 45.0
        while time.monotonic() < deadline:
            with contextlib.suppress(psycopg.OperationalError):
                self.rows("SELECT 1")
                return
            time.sleep(0.1)
        raise AssertionError("the database does not come back")

    def await_work(self, *, since: float) -> None:
        """Answers are acknowledged again, and the worker decides again."""
        decided = f"SELECT 1 FROM labeling_stopdecision WHERE at > to_timestamp({since}) LIMIT 1"
        deadline = time.monotonic() + 45.0
        while self.since(since) < ANNOTATORS or not self.rows(decided):
            assert time.monotonic() < deadline, "the queue does not go on by itself"
            time.sleep(0.2)

    def since(self, moment: float) -> int:
        return sum(at > moment for _judgment, at in self.acknowledged)


@pytest.fixture
def service(state: Path, port: int) -> Iterator[Service]:
    log = state / "log"
    with log.open("w") as file:
        process = command("run", f"--port={port}", state=state, web_workers=2, log=file)
        try:
            await_answer(port, wanted=True)
            yield Service(process, Cluster(state / "postgres"), f"http://{HOST}:{port}")
        finally:
            process.terminate()
            process.wait(timeout=60)
            print(log.read_text()[-5000:])  # seen when the test fails


def child(parent: int, name: bytes) -> int:
    return next(pid for pid in children(parent) if name in command_line(pid))


def a_web_worker(service: Service) -> int:
    server = child(service.process.pid, b"granian")
    return next(pid for pid in children(server) if b"resource_tracker" not in command_line(pid))


def the_worker(service: Service) -> int:
    return child(service.process.pid, b"\0worker\0")


def the_database(service: Service) -> int:
    pid = postmaster.running_pid(service.cluster.data)
    assert pid is not None
    return pid


def kill(pid: int) -> float:
    os.kill(pid, signal.SIGKILL)
    return time.time()


def test_killing_web_worker_worker_and_database_loses_nothing(service: Service) -> None:
    key, tokens = fill(service.cluster.url, items=ITEMS, annotators=ANNOTATORS)
    stop = threading.Event()
    crowd = [
        Annotator(
            number, service.base_url, token, key, stop,
            lambda judgment, at: service.acknowledged.append((judgment, at)),
            service.refusals.append,
        )
        for number, token in enumerate(tokens)
    ]  # fmt: skip
    kills: list[float] = []

    with at_work(crowd):
        for victim in (a_web_worker, the_worker, the_database):
            time.sleep(SECONDS / 4)
            before = victim(service)
            kills.append(kill(before))
        service.await_database()
        service.await_work(since=time.time())
        time.sleep(SECONDS / 4)
        assert the_worker(service) and the_database(service) != before
    check_store(service)
    check_decisions(service, kills)


def check_store(service: Service) -> None:
    """Everything acknowledged is there once; no item has more than it wants."""
    stored = {pk: counts for pk, counts in service.rows("SELECT id, counts FROM labeling_judgment")}
    acknowledged = {judgment for judgment, _at in service.acknowledged}
    assert len(acknowledged) > 100
    assert acknowledged <= set(stored)
    # An answer may have been stored while its acknowledgement was cut off: that one is sent again
    # under its key, and the end of the test cuts off at most one for each person.
    assert len(set(stored) - acknowledged) <= ANNOTATORS
    assert service.refusals == []
    assert (
        service.rows(
            "SELECT item_id, annotator_id FROM labeling_judgment GROUP BY 1, 2 HAVING count(*) > 1"
        )
        == []
    )
    assert (
        service.rows("""
        SELECT entry.item_id FROM labeling_queueentry AS entry
        WHERE entry.taken <> (
            SELECT count(*) FROM labeling_judgment AS judged
            WHERE judged.item_id = entry.item_id AND judged.counts
        ) + (
            SELECT count(*) FROM labeling_assignment AS held
            WHERE held.item_id = entry.item_id AND held.state = 'leased' AND held.in_overlap
        )
    """)
        == []
    )


def check_decisions(service: Service, kills: list[float]) -> None:
    """The worker decided in time before it was killed, and left nothing undecided at the end."""
    decided = service.rows("""
        SELECT extract(epoch FROM decided.at)::float, extract(epoch FROM (
            SELECT judged.submitted_at FROM labeling_judgment AS judged
            WHERE judged.item_id = decided.item_id AND judged.counts
            ORDER BY judged.submitted_at OFFSET decided.judgments - 1 LIMIT 1
        ))::float
        FROM labeling_stopdecision AS decided
    """)
    waits = [float(at) - float(cause) for at, cause in decided if float(cause) < kills[1] - 5.0]
    assert len(decided) > 50
    assert not waits or max(waits) < MOST_SECONDS_TO_DECIDE
    still_due = "SELECT count(*) FROM labeling_dueitem"
    deadline = time.monotonic() + MOST_SECONDS_TO_DECIDE
    while service.rows(still_due) != [(0,)]:
        assert time.monotonic() < deadline, "items stay due"
        time.sleep(0.2)
