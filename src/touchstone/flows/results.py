"""What somebody is told of their own work: how much, how good on revealed gold, their appeals.

Nothing here depends on gold that was not revealed. What is counted by day is everything that the
person submitted; accuracy and its count are of revealed items alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from touchstone.apps.labeling.queries import judged_by_day
from touchstone.apps.quality.appealing import operations as appealing
from touchstone.apps.quality.appealing.queries import (
    RevealedAnswer,
    Share,
    revealed_answers,
    revealed_share,
)
from touchstone.flows.desk import start_of_day

__all__ = ["Day", "MyResults", "RevealedAnswer", "appeal", "my_results"]

if TYPE_CHECKING:
    from touchstone.apps.people.models import User

DAYS_SHOWN = 14


@dataclass(frozen=True)
class Day:
    """One day of somebody's own calendar."""

    date: date
    judgments: int


@dataclass(frozen=True)
class MyResults:
    """One's own work: the last days, the share right of revealed gold, each revealed answer."""

    days: tuple[Day, ...]
    share: Share
    answers: tuple[RevealedAnswer, ...]


def my_results(*, by: User, at: datetime) -> MyResults:
    """What one person may know of their own work; for that person alone."""
    today = start_of_day(by, at)
    first = today - timedelta(days=DAYS_SHOWN - 1)
    done = judged_by_day(by, first)
    dates = [first.date() + timedelta(days=n) for n in range(DAYS_SHOWN)]
    return MyResults(
        days=tuple(Day(each, done.get(each, 0)) for each in dates),
        share=revealed_share(by),
        answers=tuple(revealed_answers(by)),
    )


def appeal(*, number: int, reason: str, by: User, at: datetime) -> None:
    """Object to the mark on one of one's own revealed answers, by its number.

    :raises NotVisible: it is no revealed answer of this person.
    :raises AppealRefused: the answer was right, or there is no reason, or a very long one.
    :raises AlreadyAppealed: an appeal was raised before; it is kept.
    """
    appealing.raise_appeal(judgment_id=number, reason=reason, by=by, at=at)
