"""A child that ends by itself is started again, and is ended when it is to be."""

import os
import signal
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.ops.test_embedded import recall, remember
from touchstone.ops import postmaster
from touchstone.ops.embedded import Cluster
from touchstone.ops.keeping import Kept
from touchstone.ops.processes import is_alive

pytestmark = pytest.mark.slow


def kept(program: str) -> Kept:
    return Kept("child", [sys.executable, "-c", program], os.environ)


def pid_of(child: Kept) -> int:
    assert child._process is not None
    return child._process.pid


def test_a_killed_child_is_started_again_and_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    child = kept("import time; time.sleep(60)")
    child.keep()
    first = pid_of(child)
    child.keep()
    assert pid_of(child) == first, "one that runs is left alone"

    os.kill(first, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while pid_of(child) == first:
        assert time.monotonic() < deadline
        child.keep()
        time.sleep(0.02)

    assert "The child ended with status -9; starting it again." in capsys.readouterr().err
    second = pid_of(child)
    child.stop()
    assert not is_alive(second)


def test_one_that_ends_at_once_is_not_started_at_once_for_ever() -> None:
    child = kept("")
    starts = set()
    until = time.monotonic() + 2.5
    while time.monotonic() < until:
        child.keep()
        starts.add(pid_of(child))
        time.sleep(0.02)

    assert 1 <= len(starts) <= 3
    child.stop()


def test_a_killed_database_comes_back_with_what_was_committed(state: Path) -> None:
    with Cluster(state / "postgres") as cluster:
        remember(cluster, "kept")
        first = postmaster.running_pid(cluster.data)
        assert first is not None
        cluster.revive()
        assert postmaster.running_pid(cluster.data) == first, "one that runs is left alone"

        os.kill(first, signal.SIGKILL)
        deadline = time.monotonic() + 60
        while postmaster.running_pid(cluster.data) in (first, None):
            assert time.monotonic() < deadline
            cluster.revive()
        assert recall(cluster) == ["kept"]
    with pytest.raises(psycopg.OperationalError):
        recall(cluster)
