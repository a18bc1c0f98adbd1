"""A child process that is started again when it ends by itself."""

import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from touchstone.ops.processes import end, end_with_parent

SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
STOP_SECONDS = 15.0


class Kept:
    """One child. Call `keep` often, from a thread that lasts: Linux ends the child with it.

    The first restart comes at once. One that ends soon after its start is started again after a
    pause that doubles each time.
    """

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.name = name
        self._command = list(command)
        self._environment = dict(environment)
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = float("-inf")
        self._pause = SHORTEST_PAUSE

    def keep(self) -> None:
        """Start the child if it does not run, unless it is too soon."""
        if self._process is not None and self._process.poll() is None:
            return
        now = time.monotonic()
        if now < self._started_at + self._pause:
            return
        if self._process is not None:
            self._tell(now)
        self._started_at = now
        self._process = subprocess.Popen(
            self._command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            preexec_fn=end_with_parent(signal.SIGTERM),
            start_new_session=True,
        )

    def stop(self) -> None:
        """End the child, politely first."""
        if self._process is not None:
            end(self._process, (signal.SIGTERM, signal.SIGKILL), seconds=STOP_SECONDS)

    def _tell(self, now: float) -> None:
        assert self._process is not None
        lived = now - self._started_at
        self._pause = SHORTEST_PAUSE if lived > LONGEST_PAUSE else self._pause * 2
        self._pause = min(self._pause, LONGEST_PAUSE)
        print(
            f"The {self.name} ended with status {self._process.returncode}; starting it again.",
            file=sys.stderr,
            flush=True,
        )
