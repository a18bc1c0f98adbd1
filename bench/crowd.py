"""A crowd of annotators in a closed loop: ask for a task, think, answer it, ask again.

The same loop drives every system that is compared; what differs between systems is an adapter.
Each annotator is a thread with a connection of its own. Nothing here knows how a system works
inside, so a lost or doubled answer is found by asking the system what it holds.
"""

from __future__ import annotations

import random
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol


class Annotator(Protocol):
    """One person at one system, with a connection of their own."""

    def next(self) -> object | None:
        """The next task; None when the system has none for this person."""

    def submit(self, task: object) -> str:
        """Answer a task; returns the name of the answer that the system acknowledged."""

    def close(self) -> None:
        """Hang up."""


@dataclass(frozen=True)
class Faults:
    """What must not be: acknowledged answers that are gone or doubled, items above the overlap."""

    lost: int
    doubled: int
    above_overlap: int


class System(Protocol):
    """A system under test that is already running and filled."""

    name: str

    def annotator(self, number: int) -> Annotator:
        """The annotator of this number, signed in."""

    def cpu_seconds(self) -> float:
        """What the web server and the database have used so far."""

    def faults(self, acknowledged: Sequence[str]) -> Faults:
        """Compare what was acknowledged with what is stored."""


@dataclass
class Round:
    """What one round measured; times in seconds."""

    annotators: int
    think: float
    seconds: float = 0.0
    cpu: float = 0.0
    waits_next: list[float] = field(default_factory=list)
    waits_submit: list[float] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def labels_per_second(self) -> float:
        return len(self.acknowledged) / self.seconds

    @property
    def cpu_per_label(self) -> float:
        return self.cpu / max(1, len(self.acknowledged))

    def __str__(self) -> str:
        return (
            f"{self.annotators:3} annotators, {self.think:g} s thought: "
            f"{self.labels_per_second:7.1f} labels/s, "
            f"{1000 * self.cpu_per_label:6.2f} CPU-ms each, "
            f"next {_spread(self.waits_next)}, submit {_spread(self.waits_submit)} ms"
            + (f", {len(self.failures)} failures: {self.failures[0]}" if self.failures else "")
        )


def work(system: System, *, annotators: int, think: float, seconds: float) -> Round:
    """Let `annotators` work for `seconds`; each thinks `think` on average over a task."""
    found, lock = Round(annotators, think), threading.Lock()
    people = [system.annotator(number) for number in range(annotators)]
    start = threading.Barrier(annotators + 1)
    ends_at = [0.0]

    def run(number: int) -> None:
        mine = Round(1, think)
        start.wait()
        try:
            _work_on(people[number], random.Random(number), lambda: ends_at[0], mine)
        except Exception as error:
            mine.failures.append(f"{type(error).__name__}: {error}")
        with lock:
            for name in ("waits_next", "waits_submit", "acknowledged", "failures"):
                getattr(found, name).extend(getattr(mine, name))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(annotators)]
    for thread in threads:
        thread.start()
    used, began = system.cpu_seconds(), time.perf_counter()
    ends_at[0] = began + seconds
    start.wait()
    for thread in threads:
        thread.join()
    found.seconds, found.cpu = time.perf_counter() - began, system.cpu_seconds() - used
    for person in people:
        person.close()
    return found


def _work_on(
    person: Annotator, chance: random.Random, ends_at: Callable[[], float], mine: Round
) -> None:
    time.sleep(chance.random() * mine.think)  # people do not begin on the same beat
    while (began := time.perf_counter()) < ends_at():
        task = person.next()
        mine.waits_next.append(time.perf_counter() - began)
        if task is None:
            return
        if mine.think:
            time.sleep(mine.think * (0.5 + chance.random()))
        began = time.perf_counter()
        mine.acknowledged.append(person.submit(task))
        mine.waits_submit.append(time.perf_counter() - began)


def percentile(times: Sequence[float], share: int) -> float:
    """The value that `share` percent of `times` do not pass."""
    if len(times) < 2:
        return sum(times)
    return statistics.quantiles(times, n=100, method="inclusive")[share - 1]


def _spread(times: Sequence[float]) -> str:
    return " / ".join(f"{1000 * percentile(times, share):.1f}" for share in (50, 95, 99))
