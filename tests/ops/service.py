"""`touchstone-ops` in a process of its own, as an operator starts it."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO

from touchstone.ops.serving import HOST


def command(
    *arguments: str, state: Path, web_workers: int = 1, log: IO[str] | int = subprocess.PIPE
) -> subprocess.Popen[str]:
    """`touchstone-ops` with a database of its own; give a `log` file to one that says much."""
    env = {**os.environ, "TOUCHSTONE_STATE": str(state), "WEB_WORKERS": str(web_workers)}
    for name in ("DATABASE_URL", "DATABASE_POOL_SIZE", "SECRET_KEY"):
        env.pop(name, None)
    program = [
        sys.executable,
        "-c",
        "import sys; from touchstone.ops.cli import main; sys.exit(main())",
    ]
    return subprocess.Popen(
        [*program, *arguments], env=env, stderr=log, text=True, preexec_fn=_heed_ctrl_c
    )


def _heed_ctrl_c() -> None:
    """As at a terminal: what a shell runs in the background begins with Ctrl-C ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def command_line(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def children(pid: int) -> list[int]:
    return [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


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
