"""The CPU time that a process and all its children have used, from /proc."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
# Fields of /proc/PID/stat behind the name: parent, and the times of itself and of ended children.
_PARENT, _TIMES = 1, slice(11, 15)


def cpu_seconds(*roots: int) -> float:
    """The seconds that the trees under `roots` have used so far, ended children included."""
    stats = _stats()
    children: dict[int, list[int]] = defaultdict(list)
    for pid, fields in stats.items():
        children[int(fields[_PARENT])].append(pid)
    waiting, ticks = list(roots), 0
    while waiting:
        pid = waiting.pop()
        waiting += children[pid]
        ticks += sum(int(part) for part in stats[pid][_TIMES]) if pid in stats else 0
    return ticks / _TICK


def peak_megabytes(pid: int) -> float:
    """The most memory that one process has held resident."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def parent_of(pid: int) -> int:
    """The parent of a process: the server, when it is a backend of PostgreSQL."""
    return int(_stats()[pid][_PARENT])


def children_of(pid: int) -> list[int]:
    """The direct children of a process."""
    return [one for one, fields in _stats().items() if int(fields[_PARENT]) == pid]


def _stats() -> dict[int, list[str]]:
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                text = (folder / "stat").read_text()
            except OSError:  # it has just ended
                continue
            found[int(folder.name)] = text.rpartition(")")[2].split()
    return found
