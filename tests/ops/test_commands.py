"""`touchstone-ops` starts everything, serves, and takes everything down again."""

import os
import signal
import socket
import time
from pathlib import Path

import pytest

from tests.ops.service import await_answer, children, command, command_line
from touchstone.ops import cli, postmaster
from touchstone.ops.embedded import Cluster
from touchstone.ops.runtime import state_folder
from touchstone.ops.serving import HOST


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_leaves_nothing_running(state: Path, port: int, how: signal.Signals) -> None:
    data = Cluster(state / "postgres").data
    running = command("run", f"--port={port}", state=state)
    await_answer(port, wanted=True)
    assert postmaster.running_pid(data) is not None

    running.send_signal(how)
    running.communicate(timeout=60)

    await_answer(port, wanted=False)
    deadline = time.monotonic() + 20
    while postmaster.running_pid(data) is not None:
        assert time.monotonic() < deadline, "the database outlived its supervisor"
        time.sleep(0.05)


@pytest.mark.slow
def test_a_killed_web_server_ends_the_command_and_frees_the_port(state: Path, port: int) -> None:
    running = command("run", f"--port={port}", state=state)
    await_answer(port, wanted=True)
    server = next(pid for pid in children(running.pid) if b"granian" in command_line(pid))

    os.kill(server, signal.SIGKILL)
    running.communicate(timeout=60)

    assert running.returncode != 0
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))


def test_says_that_the_port_is_taken(
    port: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as other:
        other.bind((HOST, port))
        other.listen()

        assert cli.main(["run", f"--port={port}"]) == 1

    assert f"Port {port} is in use" in capsys.readouterr().err


def test_keeps_its_state_where_it_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TOUCHSTONE_STATE", str(tmp_path))
    assert state_folder() == tmp_path

    monkeypatch.delenv("TOUCHSTONE_STATE")
    assert state_folder().name == "var"
