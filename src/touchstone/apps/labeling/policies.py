"""Rules of labeling that need no database: what a late submit is worth, how time is counted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from touchstone.apps.labeling.models import AssignmentState, Outcome, QueueEntry

__all__ = ["AssignmentState", "Lane", "Outcome", "Standing", "Tier", "answers_hash", "standing"]

Lane = QueueEntry.Lane
Tier = QueueEntry.Tier

MOST_SECONDS = 24 * 3600.0


@dataclass(frozen=True)
class Standing:
    """What a submit is worth: `late` when its lease was over, `counts` when it fills a place.

    `takes_place` says that the place was given back meanwhile and is to be taken again.
    """

    late: bool
    counts: bool
    takes_place: bool


def standing(
    *,
    state: str,
    same_lease: bool,
    leased_until: datetime,
    at: datetime,
    place_free: bool,
    in_overlap: bool = True,
) -> Standing:
    """Judge a submit against its assignment.

    A lease is over at `leased_until`, not after it. One that ran out but that nobody ended still
    holds its place. Once ended, the answers fill a free place if there is one; otherwise they are
    kept without counting. Outside of the overlap (a machine's, or a repeat) they never count.
    """
    if not in_overlap:
        on_time = state == AssignmentState.LEASED and same_lease and at < leased_until
        return Standing(late=not on_time, counts=False, takes_place=False)
    if state == AssignmentState.LEASED and same_lease:
        return Standing(late=at >= leased_until, counts=True, takes_place=False)
    if state == AssignmentState.LEASED:
        # The same person holds a newer lease on this item, whose answers will count.
        return Standing(late=True, counts=False, takes_place=False)
    return Standing(late=True, counts=place_free, takes_place=place_free)


def answers_hash(answers: Mapping[str, object]) -> str:
    """SHA-256 of the answers in a canonical form, to tell a repeat from a change of mind."""
    canonical = json.dumps(answers, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def active_seconds(*, reported: float, leased_at: datetime, at: datetime) -> float:
    """The time spent, as reported but never longer than the lease was held.

    A client's clock may be wrong by hours; the server's is the bound.
    """
    held = max(0.0, (at - leased_at).total_seconds())
    return max(0.0, min(reported, held, MOST_SECONDS))
