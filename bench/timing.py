"""Timing two things in turn, so that a machine that drifts drifts for both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the report: ours, what it is held against, and the limit of their ratio.

    `limit` is the most that ours / theirs may be; seconds throughout.
    """

    what: str
    ours: float
    against: str
    theirs: float
    limit: float

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs

    @property
    def holds(self) -> bool:
        return self.ratio <= self.limit

    def __str__(self) -> str:
        verdict = "ok " if self.holds else "NOT"
        return (
            f"{verdict} {self.what:<44} {1000 * self.ours:9.2f} ms   "
            f"{self.against:<28} {1000 * self.theirs:9.2f} ms   "
            f"ratio {self.ratio:6.3f} (at most {self.limit:g})"
        )


def seconds(act: Callable[[], object]) -> float:
    """How long one call takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def in_turn(
    ours: Callable[[], object], theirs: Callable[[], object], *, rounds: int
) -> tuple[float, float]:
    """The medians of both over interleaved rounds, after one round that does not count."""
    pairs = [(seconds(ours), seconds(theirs)) for _round in range(rounds + 1)][1:]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def median(act: Callable[[], object], *, rounds: int) -> float:
    """The median of one thing over rounds, after one that does not count."""
    return statistics.median([seconds(act) for _round in range(rounds + 1)][1:])
