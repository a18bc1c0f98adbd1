"""The findings as tables that can stand in a document."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.crowd import Faults, Round, percentile
from bench.rivals.http import Download
from bench.rivals.metering import Cost
from bench.rivals.rival import Check
from bench.rivals.screens import Shown
from bench.rivals.sizes import Sizes

NONE = "–"
# Of the issue: ours is at least so many times the peer's labels per second.
FASTER = {"Label Studio": 100.0, "doccano": 30.0}
MOST_CPU_MS = 4.0


@dataclass
class Sheet:
    """Everything that was found about one system."""

    name: str
    version: str
    server: str
    notes: list[str] = field(default_factory=list)
    imported: Cost | None = None
    warm: Round | None = None
    rounds: dict[int, list[Round]] = field(default_factory=dict)
    faults: Faults | None = None
    counted: tuple[int, int] | None = None
    checks: list[Check] = field(default_factory=list)
    shown: Shown | None = None
    shown_fault: str = ""
    exported: Cost | None = None
    download: Download | None = None

    @property
    def all_rounds(self) -> list[Round]:
        """Those that count, and the one that warmed up."""
        counting = [one for rounds in self.rounds.values() for one in rounds]
        return counting if self.warm is None else [self.warm, *counting]

    @property
    def acknowledged(self) -> list[str]:
        """The names of all answers that the system said it took."""
        return [name for one in self.all_rounds for name in one.acknowledged]

    def speed(self, crowd: int) -> float:
        """Labels per second: the median of the passes."""
        return median(one.labels_per_second for one in self.rounds[crowd])

    def cpu(self, crowd: int) -> float:
        """CPU seconds per label: the median of the passes."""
        return median(one.cpu_per_label for one in self.rounds[crowd])


def written(sheets: Sequence[Sheet], sizes: Sizes, faults: Sequence[str], *, load: float) -> str:
    """The whole report; `faults` are the peers that could not be had, with the reason.

    `load` is how busy the machine was before: with more than a little the figures say nothing.
    """
    parts = [
        f"# Side by side, {datetime.now(UTC):%Y-%m-%d}",
        _machine(sizes, load),
        _bullets([*(_told(one) for one in sheets), *faults]),
        "## Next, then submit",
        *(_crowd(sheets, crowd) for crowd in sizes.crowds),
        "## Ours to each peer's",
        _ratios(sheets, sizes),
        "## Import, page, export",
        _table(sheets, BULK),
        "## What the store holds afterwards",
        _table(sheets, STORE),
        "## What the submit endpoint lets pass",
        _checks(sheets),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def holds(sheets: Sequence[Sheet], sizes: Sizes) -> bool:
    """Whether ours keeps its promises and is as much faster as was said."""
    ours, *peers = sheets
    failures = any(one.failures for one in ours.all_rounds)
    kept = ours.faults == Faults(0, 0, 0) and not failures
    clean = kept and all(check.holds for check in ours.checks)
    light = all(1000 * ours.cpu(crowd) <= MOST_CPU_MS for crowd in sizes.crowds)
    fast = all(
        ours.speed(crowd) >= FASTER[peer.name] * peer.speed(crowd)
        for peer in peers
        for crowd in sizes.crowds
    )
    return clean and light and fast


def _told(sheet: Sheet) -> str:
    return f"{sheet.name} {sheet.version}: {'; '.join([sheet.server, *sheet.notes])}"


def _machine(sizes: Sizes, load: float) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, "
        f"Python {platform.python_version()}. {sizes.items:,} items, overlap 3, five grades and a "
        f"comment, {sizes.passes} passes of {sizes.seconds:g} s in turn, {sizes.think:g} s of "
        f"thought; medians of the passes. Load before: {load:.1f}. Every system has "
        "a PostgreSQL of its own with the same programs and settings."
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _crowd(sheets: Sequence[Sheet], crowd: int) -> str:
    rows = [_crowd_row(one, one.rounds[crowd], crowd) for one in sheets if one.rounds.get(crowd)]
    head = (f"{crowd} annotators", "labels/s", "next p50 / p95 / p99, ms")
    return _lines((*head, "submit p50 / p95 / p99, ms", "CPU-ms per label", "failures"), rows)


def _crowd_row(sheet: Sheet, rounds: Sequence[Round], crowd: int) -> tuple[str, ...]:
    return (
        sheet.name,
        f"{sheet.speed(crowd):,.1f}",
        _spread([wait for one in rounds for wait in one.waits_next]),
        _spread([wait for one in rounds for wait in one.waits_submit]),
        f"{1000 * sheet.cpu(crowd):,.2f}",
        str(sum(len(one.failures) for one in rounds)),
    )


def _spread(waits: Sequence[float]) -> str:
    return " / ".join(f"{1000 * percentile(waits, share):,.1f}" for share in (50, 95, 99))


def _ratios(sheets: Sequence[Sheet], sizes: Sizes) -> str:
    ours, *peers = sheets
    rows = [
        (
            f"{peer.name}, {crowd} annotators",
            f"{ours.speed(crowd) / peer.speed(crowd):,.0f} times",
            f"{FASTER[peer.name]:g} times",
            f"{ours.cpu(crowd) / peer.cpu(crowd):.4f}",
        )
        for peer in peers
        for crowd in sizes.crowds
        if peer.rounds.get(crowd) and peer.speed(crowd) and peer.cpu(crowd)
    ]
    return _lines(("", "labels/s", "at least", "CPU per label"), rows) if rows else ""


def _checks(sheets: Sequence[Sheet]) -> str:
    rows = [
        (check.what, *(str(one.checks[at]) if one.checks else NONE for one in sheets))
        for at, check in enumerate(sheets[0].checks)
    ]
    return _lines(("sent", *(one.name for one in sheets)), rows)


def _cost(cost: Cost | None, tell: Callable[[Cost], str]) -> str:
    return NONE if cost is None else tell(cost)


def _done(cost: Cost) -> str:
    return f"gave up after {cost.seconds:.1f} s" if cost.fault else f"{cost.seconds:.1f} s"


def _page(sheet: Sheet, tell: Callable[[Shown], str]) -> str:
    return sheet.shown_fault or NONE if sheet.shown is None else tell(sheet.shown)


Rows = tuple[tuple[str, Callable[[Sheet], str]], ...]

BULK: Rows = (
    ("import", lambda one: _cost(one.imported, _done)),
    ("its CPU", lambda one: _cost(one.imported, lambda cost: f"{cost.cpu:.1f} s")),
    ("its largest process", lambda one: _cost(one.imported, _megabytes)),
    ("page, script over the wire", lambda one: _page(one, lambda p: _kilobytes(p.script_bytes))),
    ("page, everything", lambda one: _page(one, lambda p: _kilobytes(p.all_bytes))),
    ("page, requests", lambda one: _page(one, lambda p: str(p.requests))),
    ("page, cold to usable", lambda one: _page(one, lambda p: f"{p.usable:.2f} s")),
    ("submit to the next shown", lambda one: _page(one, lambda p: f"{1000 * p.to_next:.0f} ms")),
    ("export", lambda one: _cost(one.exported, _done)),
    ("its first byte", lambda one: f"{one.download.first_byte:.2f} s" if one.download else NONE),
    ("its size", lambda one: f"{one.download.size / 1e6:.1f} MB" if one.download else NONE),
    ("its CPU", lambda one: _cost(one.exported, lambda cost: f"{cost.cpu:.1f} s")),
    ("its largest process", lambda one: _cost(one.exported, _megabytes)),
)

STORE: Rows = (
    ("acknowledged labels lost", lambda one: str(one.faults.lost) if one.faults else NONE),
    ("labels doubled", lambda one: str(one.faults.doubled) if one.faults else NONE),
    ("items above the overlap", lambda one: str(one.faults.above_overlap) if one.faults else NONE),
    (
        "its own counter / the rows",
        lambda one: f"{one.counted[0]:,} / {one.counted[1]:,}" if one.counted else NONE,
    ),
)


def _megabytes(cost: Cost) -> str:
    return f"{cost.peak_megabytes:.0f} MB"


def _kilobytes(size: int) -> str:
    return f"{size / 1000:,.0f} KB"


def _table(sheets: Sequence[Sheet], rows: Rows) -> str:
    told = [(what, *(tell(one) for one in sheets)) for what, tell in rows]
    return _lines(("", *(one.name for one in sheets)), told)


def _lines(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
