"""What one long call costs: time, CPU of server and database, memory of the largest process."""

from __future__ import annotations

import contextlib
import http.client
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bench.cpu import children_of, peak_megabytes
from bench.rivals.http import Unexpected
from bench.rivals.rival import Rival

SAMPLE_SECONDS = 0.2
T = TypeVar("T")


@dataclass(frozen=True)
class Cost:
    """Of one call; `fault` says why it came to nothing."""

    seconds: float
    cpu: float
    peak_megabytes: float
    fault: str = ""


def metered(rival: Rival, act: Callable[[], T]) -> tuple[Cost, T | None]:
    """Do it and say what it cost; a system that gives up is a finding, not an error."""
    result, fault = None, ""
    with _peak(rival) as peak:
        used, began = rival.cpu_seconds(), time.perf_counter()
        try:
            result = act()
        except (Unexpected, OSError, http.client.HTTPException) as error:
            fault = f"{type(error).__name__}: {error}"
        seconds, cpu = time.perf_counter() - began, rival.cpu_seconds() - used
    return Cost(seconds, cpu, max(peak), fault), result


@contextlib.contextmanager
def _peak(rival: Rival) -> Iterator[list[float]]:
    """The peaks of all processes, sampled, as a worker may end before it is asked."""
    peaks, ended = [0.0], threading.Event()

    def watch() -> None:
        while not ended.wait(SAMPLE_SECONDS):
            peaks.extend(_peaks(rival.roots))

    for pid in _family(rival.roots):
        with contextlib.suppress(OSError):
            Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak starts anew from here
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peaks
    finally:
        ended.set()
        watcher.join()
        peaks.extend(_peaks(rival.roots))


def _peaks(roots: tuple[int, ...]) -> list[float]:
    found = []
    for pid in _family(roots):
        with contextlib.suppress(OSError):
            found.append(peak_megabytes(pid))
    return found


def _family(roots: tuple[int, ...]) -> list[int]:
    found, waiting = [], list(roots)
    while waiting:
        found.append(pid := waiting.pop())
        waiting += children_of(pid)
    return found
