"""Child processes that neither outlive us nor need to be killed hard."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable

PR_SET_PDEATHSIG = 1


def end_with_parent(how: signal.Signals) -> Callable[[], None] | None:
    """What a child runs before its program: ask Linux for signal `how` should its parent die.

    Linux watches the thread that starts the child, so start it from one that lasts. Other systems
    have no such wish; there the next start must look for orphans.
    """
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl  # loaded here: a forked child should load nothing
    parent = os.getpid()

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, int(how))
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return ask


def end(
    process: subprocess.Popen[bytes], hows: Iterable[signal.Signals], *, seconds: float
) -> None:
    """Send each signal in turn until the process ends, `seconds` apart."""
    for how in hows:
        if process.poll() is None:
            process.send_signal(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=seconds)
            return


def is_alive(pid: int) -> bool:
    """Whether a process has this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
