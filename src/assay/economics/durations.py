"""How long work takes whose steps are given as lowest, likeliest and highest: PERT, simulated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assay._arrays import FloatArray
from assay.results import Result, TooLittle


@dataclass(frozen=True, slots=True)
class Pert(Result):
    """A duration from its lowest, likeliest and highest value: a beta distribution between them.

    Mean (a + 4m + b)/6, variance (mean − a)(b − mean)/7. Malcolm et al. (1959); the classic
    ((b − a)/6)² is another variance, too low here by 15 % for (2, 4, 9).

    >>> step = Pert(2, 4, 9)
    >>> step.mean, round(step.sd, 4)
    (4.5, 1.2677)
    """

    low: float
    likely: float
    high: float

    def __post_init__(self) -> None:
        if not (
            self.low <= self.likely <= self.high and -math.inf < self.low < self.high < math.inf
        ):
            raise ValueError(
                f"need low ≤ likely ≤ high, low < high, not {self.low}, {self.likely}, {self.high}"
            )

    @property
    def mean(self) -> float:
        return (self.low + 4 * self.likely + self.high) / 6

    @property
    def sd(self) -> float:
        return math.sqrt((self.mean - self.low) * (self.high - self.mean) / 7)

    def drawn(self, rng: np.random.Generator, draws: int) -> FloatArray:
        width = self.high - self.low
        first, second = (4 * (each / width) for each in
                         (self.likely - self.low, self.high - self.likely))  # fmt: skip
        return self.low + width * rng.beta(1 + first, 1 + second, size=draws)


@dataclass(frozen=True, slots=True, eq=False)
class Duration(Result):
    """When the longest of several paths is done.

    `critical` (P,) is how often each path is the longest. `merge_bias` is the mean beyond the
    longest mean of a path: what a plan made of means leaves out.
    """

    mean: float
    sd: float
    p50: float
    p80: float
    p95: float
    critical: FloatArray
    merge_bias: float
    draws: FloatArray
    method: str
    warnings: tuple[str, ...] = ()


def path_durations(
    paths: Sequence[Sequence[Pert]], *, rng: np.random.Generator, draws: int = 100_000
) -> Duration | TooLittle:
    """Duration of paths that run side by side, each of steps one after the other.

    Each step is drawn from its `Pert`, a path is the sum of its steps, and the work is done when
    the longest path is. Steps are taken as independent; a cause that slows all of them (a holiday,
    a vendor) widens the truth. Promise P80, not the mean. No path, or one without steps, is too
    little.

    :raises ValueError: `draws` is below 1000.

    >>> found = path_durations([[Pert(2, 4, 9)] * 10], rng=np.random.default_rng(1))
    >>> round(found.mean, 1), round(found.sd, 1), round(found.p80, 1)
    (45.0, 4.0, 48.4)
    """
    if draws < 1000:
        raise ValueError(f"draws must be at least 1000, not {draws}")
    if not paths or not all(paths):
        return TooLittle("no path, or a path without steps", len(paths))
    length = np.stack([_drawn(path, rng, draws) for path in paths])
    longest = length.max(axis=0)
    critical = np.bincount(length.argmax(axis=0), minlength=len(paths)) / draws
    p50, p80, p95 = np.quantile(longest, [0.5, 0.8, 0.95]).tolist()
    mean, planned = float(longest.mean()), max(sum(s.mean for s in path) for path in paths)
    return Duration(
        mean, float(longest.std()), p50, p80, p95, critical, mean - planned, np.sort(longest),
        f"longest of {len(paths)} paths of PERT steps, {draws} simulated runs",
    )  # fmt: skip


def _drawn(path: Sequence[Pert], rng: np.random.Generator, draws: int) -> FloatArray:
    total = np.zeros(draws)
    for step in path:
        total += step.drawn(rng, draws)
    return total
