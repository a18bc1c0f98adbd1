"""Rules of quality that need no database: hits, disagreement, what an audit says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from touchstone.apps.quality.models import Lot, Measurement

__all__ = [
    "LotDecision",
    "MeasurementKind",
    "agrees",
    "disagreement",
    "is_hit",
]

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
