"""The rule of dynamic overlap, without a database: when an item has enough judgments."""

from __future__ import annotations

from dataclasses import dataclass

from touchstone.apps.labeling.models import Verdict

__all__ = ["FEWEST", "Places", "Verdict", "needed_after", "verdict_of", "wants_fit"]

# One person alone cannot be contradicted: below two judgments nothing is sure, unless the plan
# wants one only.
FEWEST = 2
# Rater models from fewer judgments would be little more than their prior.
FIRST_FIT = 60
GROWTH = 1.25


@dataclass(frozen=True)
class Places:
    """How an item stands: places wanted and taken, judgments that count, and of these the void.

    What is taken and does not count yet is in somebody's hands. A void judgment keeps its place
    and says nothing: its lot was rejected.
    """

    need: int
    taken: int
    counted: int
    void: int = 0

    @property
    def standing(self) -> int:
        """The judgments that say something."""
        return self.counted - self.void

    @property
    def complete(self) -> bool:
        """Whether no answer is to come before more are wanted."""
        return self.counted == self.taken == self.need


def verdict_of(
    places: Places, *, probability: float, threshold: float, overlap: int, most: int
) -> Verdict | None:
    """What becomes of an item whose most probable grade has `probability`; None while it waits.

    It stops when it is sure by at least two judgments (one, where the `overlap` is one). When all
    its judgments are in and it is not sure, it gets one place more, up to `most` that stand.
    """
    if places.standing >= min(FEWEST, overlap) and probability >= threshold:
        return Verdict.STOP
    if not places.complete:
        return None
    return Verdict.MORE if places.standing < most else Verdict.MOST


def needed_after(verdict: Verdict, places: Places) -> int:
    """The places wanted after a verdict: a stop takes back only those that nobody has taken."""
    return {
        Verdict.STOP: places.taken,
        Verdict.MORE: places.need + 1,
        Verdict.MOST: places.need,
    }[verdict]


def wants_fit(*, judgments: int, at_last_fit: int | None) -> bool:
    """Whether raters are to be fitted (again): at first with some work, then as it grows.

    >>> [wants_fit(judgments=n, at_last_fit=None) for n in (59, 60)]
    [False, True]
    >>> [wants_fit(judgments=n, at_last_fit=100) for n in (124, 125)]
    [False, True]
    """
    if at_last_fit is None:
        return judgments >= FIRST_FIT
    return judgments >= GROWTH * at_last_fit
