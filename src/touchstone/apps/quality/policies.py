"""Rules of quality that need no database: hits, disagreement, what an audit says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from math import ceil, log

from assay.gold import detection_power, gold_needed
from assay.results import TooLittle
from touchstone.apps.quality.models import Lot, Measurement

__all__ = [
    "LotDecision",
    "MeasurementKind",
    "PassMark",
    "agrees",
    "disagreement",
    "is_hit",
    "pass_mark",
    "size_needed",
]

# How often somebody who is at the standard may fail a test by bad luck.
FALSE_ALARM = 0.05
# Whom a test is meant to catch: somebody so far below the standard (operations.md §3: .90 and .75).
WEAKNESS = 0.15
# How often a test should catch them.
WANTED_POWER = 0.8
# Another test so soon would only be another draw of the same luck.
RETEST_WAIT = timedelta(hours=24)

LotDecision = Lot.Decision
MeasurementKind = Measurement.Kind


def is_hit(grade: int, accepted: Collection[int]) -> bool:
    """Whether a grade is one of the accepted answers of a gold item."""
    return grade in accepted


def disagreement(grades: Sequence[int]) -> int | None:
    """The spread (highest − lowest) of grades that settle nothing, or None when they do.

    Grades settle an item when more than half of them are the same. Fewer than two grades cannot
    disagree.

    >>> disagreement([2, 2, 0]), disagreement([0, 1, 3]), disagreement([1])
    (None, 3, None)
    """
    if len(grades) < 2:
        return None
    most = Counter(grades).most_common(1)[0][1]
    if 2 * most > len(grades):
        return None
    return max(grades) - min(grades)


def agrees(*, outcome: str, grade: int | None, audited_outcome: str, audited: int | None) -> bool:
    """Whether an auditor came to the same outcome and the same grade."""
    return outcome == audited_outcome and grade == audited


@dataclass(frozen=True)
class PassMark:
    """What a test of `n` gold items asks and can tell.

    Who has fewer than `right` items right fails. `false_alarm` is the chance that somebody exactly
    at the `standard` fails, `power` that somebody whose accuracy is only `weak` does.
    """

    n: int
    right: int
    standard: float
    weak: float
    false_alarm: float
    power: float

    @property
    def is_weak(self) -> bool:
        """Whether the test lets too many pass whom it is meant to catch."""
        return self.power < WANTED_POWER


@lru_cache(maxsize=256)
def pass_mark(n: int, standard: float, *, false_alarm: float = FALSE_ALARM) -> PassMark:
    """How many of `n` gold items must be right, from the accuracy asked and not from habit.

    The mark is the highest that fails at most `false_alarm` of those at the standard.

    >>> mark = pass_mark(50, 0.90)
    >>> mark.right, round(mark.false_alarm, 3), mark.weak, round(mark.power, 2)
    (41, 0.025, 0.75, 0.84)
    """
    weak = weak_accuracy(standard)
    if standard <= 0:
        return PassMark(n, 0, standard, weak, 0.0, 0.0)
    if standard >= 1:  # one item wrong is one too many
        return PassMark(n, n, standard, weak, 0.0, 1 - weak**n)
    found = detection_power(n, weak, standard, alpha=false_alarm)
    return PassMark(n, found.fail_below, standard, weak, found.false_alarm, found.power)


def size_needed(standard: float, *, false_alarm: float = FALSE_ALARM) -> int | None:
    """The fewest gold items whose test catches a weak annotator often enough; None: too many.

    >>> size_needed(0.90), size_needed(1.0), size_needed(0.02)
    (40, 10, None)
    """
    if standard <= 0:
        return None
    if standard >= 1:
        return ceil(log(1 - WANTED_POWER) / log(weak_accuracy(standard)))
    found = gold_needed(
        weak_accuracy(standard), standard, power=WANTED_POWER, alpha=false_alarm, most=200
    )
    return None if isinstance(found, TooLittle) else found.n


def weak_accuracy(standard: float) -> float:
    """The accuracy that a test is meant to catch: `WEAKNESS` below, or half of a low standard."""
    return round(max(standard - WEAKNESS, standard / 2), 6)
