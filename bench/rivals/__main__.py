"""`python -m bench.rivals`: the side-by-side; exit status 1 when ours does not hold its limits.

The whole run takes most of an hour on two cores. `RIVALS_ITEMS=1000 RIVALS_SECONDS=10
RIVALS_PASSES=1` is a quick one; `bench/rivals/sizes.py` lists the rest.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from bench.rivals.environments import NotHere
from bench.rivals.sizes import Sizes

if TYPE_CHECKING:
    from bench.rivals.report import Sheet
    from bench.rivals.rival import Rival

# Before the rounds that count: the first calls load code and fill caches, in every system.
WARM_SECONDS = 5.0
RESULTS = Path(__file__).parents[1] / "results"
Start = Callable[[Path, Sizes], AbstractContextManager["Rival"]]
Pairs = list[tuple["Rival", "Sheet"]]


def main() -> int:
    """Run on databases of its own, so that nothing of yours is touched."""
    signal.signal(signal.SIGTERM, _leave)
    sizes, load = Sizes.from_environment(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="touchstone-rivals-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL's account passes through
        os.environ["TOUCHSTONE_STATE"] = str(Path(folder) / "touchstone")
        os.environ.pop("DATABASE_URL", None)
        return _measured(Path(folder), sizes, load)


def _measured(folder: Path, sizes: Sizes, load: float) -> int:
    from touchstone.ops.runtime import migrate, set_up_django, surroundings
    from touchstone.ops.serving import collect_static

    with surroundings():
        set_up_django()
        migrate(verbosity=0)
        collect_static()
        from django.db import connections

        from bench.rivals import report

        try:
            with _all(folder, sizes) as (rivals, missing):
                sheets = _put_through(rivals, missing, sizes)
        finally:
            connections.close_all()
            _keep_logs(folder)
    told = report.written(sheets, sizes, missing, load=load)
    print(f"\n{told}\nkept as {_kept(told)}")
    return 0 if report.holds(sheets, sizes) else 1


@contextlib.contextmanager
def _all(folder: Path, sizes: Sizes) -> Iterator[tuple[list[Rival], list[str]]]:
    """Every system that can be had here, ours first, and a line on each that cannot."""
    from bench.rivals import doccano, label_studio, touchstone

    starts: dict[str, Start] = {"label-studio": label_studio.running, "doccano": doccano.running}
    rivals: list[Rival] = []
    missing: list[str] = []
    with contextlib.ExitStack() as up:
        _tell("starting Touchstone")
        rivals.append(up.enter_context(touchstone.running(folder, sizes)))
        for name in sizes.peers:
            _tell(f"starting {name}")
            try:
                rivals.append(up.enter_context(starts[name](folder / name, sizes)))
            except NotHere as error:
                missing.append(f"{name} is not compared: {error}")
                _tell(missing[-1])
        yield rivals, missing


def _put_through(rivals: list[Rival], missing: list[str], sizes: Sizes) -> list[Sheet]:
    """All the work, phase by phase; a peer that cannot even import leaves the comparison."""
    pairs = _filled(rivals, missing)
    _warm_up(pairs, sizes)
    _pages(pairs, sizes)  # while every queue still has much to give
    _rounds(pairs, sizes)
    for rival, sheet in pairs:
        sheet.faults, sheet.counted = rival.faults(sheet.acknowledged), rival.counted()
        sheet.checks = rival.checks()
        _tell(f"{rival.name}: {sheet.faults}, counted {sheet.counted}")
    for rival, sheet in pairs:
        _export(rival, sheet)
    return [sheet for _rival, sheet in pairs]


def _filled(rivals: list[Rival], missing: list[str]) -> Pairs:
    from bench.rivals.metering import metered
    from bench.rivals.report import Sheet

    pairs = []
    for rival in rivals:
        cost, _none = metered(rival, rival.import_items)
        _tell(f"{rival.name}: imported in {cost.seconds:.1f} s {cost.fault}")
        if not cost.fault:
            sheet = Sheet(rival.name, rival.version, rival.server, rival.notes, imported=cost)
            pairs.append((rival, sheet))
        elif rival is rivals[0]:
            raise SystemExit(f"nothing to compare: {cost.fault}")
        else:
            missing.append(f"{rival.name} is not compared: its import failed: {cost.fault}")
    return pairs


def _export(rival: Rival, sheet: Sheet) -> None:
    from bench.rivals.metering import metered

    filled, _none = metered(rival, rival.fill_for_export)
    if filled.fault:
        rival.notes.append(f"could not be filled for the export: {filled.fault}")
        return
    sheet.exported, sheet.download = metered(rival, rival.export)
    _tell(f"{rival.name}: exported in {sheet.exported.seconds:.1f} s {sheet.exported.fault}")


def _warm_up(pairs: Pairs, sizes: Sizes) -> None:
    from bench.crowd import work

    for rival, sheet in pairs:
        seconds = min(WARM_SECONDS, sizes.seconds)
        sheet.warm = work(rival, annotators=min(sizes.crowds), think=0.0, seconds=seconds)
        _tell(f"warm now, {rival.name}: {sheet.warm}")


def _rounds(pairs: Pairs, sizes: Sizes) -> None:
    """Pass by pass and system after system, so that a machine that drifts drifts for all."""
    from bench.crowd import work

    for number in range(sizes.passes):
        for crowd in sizes.crowds:
            for rival, sheet in pairs:
                found = work(rival, annotators=crowd, think=sizes.think, seconds=sizes.seconds)
                sheet.rounds.setdefault(crowd, []).append(found)
                _tell(f"pass {number + 1}, {rival.name}: {found}")


def _pages(pairs: Pairs, sizes: Sizes) -> None:
    from playwright.sync_api import Error

    from bench.rivals import screens

    try:
        with screens.browser() as started:
            for rival, sheet in pairs:
                try:
                    sheet.shown = screens.shown(started, rival, submits=sizes.submits_seen)
                except Error as error:  # a page that does not come up is a finding of its own
                    sheet.shown_fault = str(error).splitlines()[0]
                _tell(f"{rival.name}: {sheet.shown or sheet.shown_fault}")
    except screens.NoBrowser as error:
        _tell(f"pages not measured: {error}")


def _kept(told: str) -> Path:
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"rivals-{datetime.now(UTC):%Y%m%d-%H%M}.md"
    path.write_text(told)
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _keep_logs(folder: Path) -> None:
    """What the servers wrote, for when something failed."""
    for log in folder.glob("*/*.log"):
        kept = RESULTS / "logs" / f"{log.parent.name}-{log.name}"
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(log, kept)


def _tell(line: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {line}", flush=True)


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    """Unwind, so that what was started is stopped."""
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
