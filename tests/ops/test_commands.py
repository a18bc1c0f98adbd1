"""`touchstone-ops` starts everything, serves, and takes everything down again."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from touchstone.ops import cli, postmaster
from touchstone.ops.embedded import Cluster
from touchstone.ops.runtime import state_folder
from touchstone.ops.serving import HOST


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def state() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="touchstone-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def command(*arguments: str, state: Path) -> subprocess.Popen[str]:
    """`touchstone-ops` with a database of its own."""
    env = {**os.environ, "TOUCHSTONE_STATE": str(state), "WEB_WORKERS": "1"}
    for name in ("DATABASE_URL", "SECRET_KEY"):
        env.pop(name, None)
    program = [
        sys.executable,
        "-c",
        "import sys; from touchstone.ops.cli import main; sys.exit(main())",
    ]
    return subprocess.Popen(
        [*program, *arguments], env=env, stderr=subprocess.PIPE, text=True, preexec_fn=_heed_ctrl_c
    )


def _heed_ctrl_c() -> None:
    """As at a terminal: what a shell runs in the background begins with Ctrl-C ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def command_line(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def await_answer(port: int, *, wanted: bool, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while answers(port) is not wanted:
        assert time.monotonic() < deadline, f"port {port} answers: {not wanted}"
        time.sleep(0.1)


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
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
    server = next(pid for pid in map(int, children) if b"granian" in command_line(pid))

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
