"""What `postmaster.pid` says, and what to do about a server that nobody owns any more."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

from touchstone.ops.errors import OperatorError

STATUS_LINE = 7


def is_ready(data: Path) -> bool:
    """Whether the server of `data` accepts connections."""
    lines = _lines(data)
    return len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready"


def running_pid(data: Path) -> int | None:
    """The process that serves `data`; None when the file is stale.

    A number alone proves nothing: after a restart of the machine or the container it may belong
    to anyone, and a dead child may stay in the table. The process must stand in `data`.
    """
    lines = _lines(data)
    if not lines or not lines[0].strip().isdigit():
        return None
    pid = int(lines[0])
    return pid if _serves(pid, data) else None


def clear_remains(data: Path, sockets: Path, *, seconds: float) -> None:
    """Leave no server and no stale file behind; the caller holds the lock, so nobody owns either.

    PostgreSQL itself refuses to start while a number in these files belongs to any process. What
    it rightly fears, helpers of a dead server still at work, it also sees in shared memory.

    :raises OperatorError: an orphan server does not stop.
    """
    for how in (signal.SIGINT, signal.SIGQUIT):
        pid = running_pid(data)
        if pid is None:
            break
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, how)
        _await_end(data, seconds=seconds)
    if (pid := running_pid(data)) is not None:
        raise OperatorError(f"An earlier PostgreSQL (process {pid}) serves {data} and won't stop.")
    for stale in (data / "postmaster.pid", *sockets.glob(".s.PGSQL.*")):
        stale.unlink(missing_ok=True)


def _await_end(data: Path, *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while running_pid(data) is not None and time.monotonic() < deadline:
        time.sleep(0.05)


def _lines(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _serves(pid: int, data: Path) -> bool:
    """Whether process `pid` is a server whose working directory is `data`."""
    if Path("/proc/self").exists():
        try:
            return Path(f"/proc/{pid}/cwd").resolve(strict=True) == data.resolve()
        except OSError:
            return False
    command = ["ps", "-p", str(pid), "-o", "command="]
    shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return "postgres" in shown and str(data) in shown
