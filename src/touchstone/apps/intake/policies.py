"""The life of a labeling request: which state may follow which, and the clocks that run.

Plain functions without the ORM. `operations.move_request` is the only way to move a request.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from touchstone.apps.intake.models import BusinessLine, HarmClass, Purpose, RequestState
from touchstone.apps.markets.policies import (
    WORKING_DAY,
    Calendar,
    add_working_time,
    working_time,
)
from touchstone.apps.people.policies import Capability

__all__ = (
    "CLOCK_RULES",
    "FINAL",
    "LEGAL",
    "OPEN",
    "TRIAGE_STATES",
    "WITH_REASON",
    "BusinessLine",
    "Clock",
    "ClockName",
    "ClockRule",
    "HarmClass",
    "Purpose",
    "RequestState",
    "Run",
    "Step",
    "capability_to_move",
    "clock_of",
    "legal_moves",
    "paused_from",
    "run_of",
    "state_after",
)

_S = RequestState

LEGAL: dict[RequestState, frozenset[RequestState]] = {
    _S.DRAFT: frozenset({_S.SUBMITTED, _S.CANCELLED}),
    _S.SUBMITTED: frozenset({_S.TRIAGED, _S.CANCELLED}),
    _S.TRIAGED: frozenset({_S.NEEDS_INFO, _S.SCOPED, _S.DECLINED, _S.DEFERRED, _S.CANCELLED}),
    _S.NEEDS_INFO: frozenset({_S.TRIAGED, _S.CANCELLED}),
    _S.SCOPED: frozenset({_S.APPROVED, _S.DECLINED, _S.DEFERRED, _S.NEEDS_INFO, _S.CANCELLED}),
    _S.DEFERRED: frozenset({_S.TRIAGED, _S.DECLINED, _S.CANCELLED}),
    _S.APPROVED: frozenset({_S.PLANNED, _S.PAUSED, _S.CANCELLED}),
    _S.PLANNED: frozenset({_S.PILOT, _S.LIVE, _S.PAUSED, _S.CANCELLED}),
    _S.PILOT: frozenset({_S.LIVE, _S.PAUSED, _S.CANCELLED}),
    _S.LIVE: frozenset({_S.DELIVERED, _S.PAUSED, _S.CANCELLED}),
    _S.DELIVERED: frozenset({_S.ACCEPTED, _S.LIVE}),
    _S.ACCEPTED: frozenset({_S.ROI_REVIEWED}),
    _S.ROI_REVIEWED: frozenset({_S.CLOSED}),
    # Of these four only the one it was paused from: see `legal_moves`.
    _S.PAUSED: frozenset({_S.APPROVED, _S.PLANNED, _S.PILOT, _S.LIVE, _S.CANCELLED}),
    _S.DECLINED: frozenset(),
    _S.CANCELLED: frozenset(),
    _S.CLOSED: frozenset(),
}
FINAL = frozenset(state for state, following in LEGAL.items() if not following)
OPEN = frozenset(LEGAL) - FINAL
WITH_REASON = frozenset({_S.NEEDS_INFO, _S.DECLINED, _S.DEFERRED, _S.CANCELLED})
# What a person decides on the request itself; every later state is reached by a flow (approving a
# plan, starting a phase, delivering, …) that brings the facts which the state claims.
TRIAGE_STATES = frozenset(
    {_S.TRIAGED, _S.NEEDS_INFO, _S.SCOPED, _S.APPROVED, _S.DECLINED, _S.DEFERRED, _S.CANCELLED}
)
_BY_THE_REQUESTER = frozenset(
    {
        (_S.DRAFT, _S.SUBMITTED),
        (_S.DRAFT, _S.CANCELLED),
        (_S.SUBMITTED, _S.CANCELLED),
        (_S.NEEDS_INFO, _S.TRIAGED),
        (_S.NEEDS_INFO, _S.CANCELLED),
    }
)


class Step(Protocol):
    """One move of a request, as `models.Transition` keeps it."""

    @property
    def from_state(self) -> str: ...
    @property
    def to_state(self) -> str: ...
    @property
    def at(self) -> datetime: ...


def legal_moves(state: RequestState, origin: RequestState | None) -> frozenset[RequestState]:
    """The states that may follow `state`; a paused request goes back to `origin` or ends."""
    if state is not RequestState.PAUSED:
        return LEGAL[state]
    return LEGAL[state] & {origin, RequestState.CANCELLED}


def paused_from(steps: Sequence[Step]) -> RequestState | None:
    """Where a paused request came from: the state before its last step. None if not paused."""
    if not steps or steps[-1].to_state != RequestState.PAUSED:
        return None
    return RequestState(steps[-1].from_state)


def state_after(steps: Iterable[Step]) -> RequestState:
    """The state that `steps` lead to from a draft.

    :raises ValueError: a step does not begin where the one before it ended, or is not legal.
    """
    state, origin = RequestState.DRAFT, None
    for step in steps:
        following = RequestState(step.to_state)
        if step.from_state != state or following not in legal_moves(state, origin):
            raise ValueError(f"{step.from_state} → {step.to_state} does not follow {state.value}")
        state, origin = following, state
    return state


def capability_to_move(state: RequestState, to: RequestState) -> Capability:
    """What a person needs to move a request from `state` to `to`.

    Requesters hand in, answer and withdraw until the request is taken in; the rest is triage.
    """
    if (state, to) in _BY_THE_REQUESTER:
        return Capability.FILE_REQUEST
    return Capability.TRIAGE_REQUEST


# --- clocks (operations.md §1) ------------------------------------------------------------------

# Nobody can be late for a request that waits for its requester or is paused.
HELD = frozenset({_S.NEEDS_INFO, _S.PAUSED})


class ClockName(Enum):
    """What the owning team has promised to do in time."""

    ACKNOWLEDGE = "acknowledge"
    DECIDE = "decide"
    PLAN = "plan"


@dataclass(frozen=True)
class ClockRule:
    """A clock starts when a request enters `start` and stops for good in one of `ends`."""

    name: ClockName
    start: RequestState
    ends: frozenset[RequestState]
    working_days: int


CLOCK_RULES = (
    ClockRule(ClockName.ACKNOWLEDGE, _S.SUBMITTED, frozenset({_S.TRIAGED, _S.CANCELLED}), 1),
    ClockRule(
        ClockName.DECIDE,
        _S.SUBMITTED,
        frozenset({_S.APPROVED, _S.DECLINED, _S.DEFERRED, _S.CANCELLED}),
        2,
    ),
    ClockRule(ClockName.PLAN, _S.APPROVED, frozenset({_S.PLANNED, _S.CANCELLED}), 5),
)


@dataclass(frozen=True)
class Run:
    """When a clock ran: `spans` leave out the time it was held."""

    started_at: datetime
    ended_at: datetime | None
    held: bool
    spans: tuple[tuple[datetime, datetime], ...]


def run_of(rule: ClockRule, steps: Iterable[Step], at: datetime) -> Run | None:
    """How the clock of `rule` ran through `steps` until `at`; None if it has not started."""
    started_at: datetime | None = None
    running_since: datetime | None = None
    spans: list[tuple[datetime, datetime]] = []
    for step in steps:
        if started_at is None:
            if step.to_state == rule.start:
                started_at = running_since = step.at
            continue
        leaves = step.to_state in HELD or step.to_state in rule.ends
        if running_since is not None and leaves:
            spans.append((running_since, step.at))
            running_since = None
        if step.to_state in rule.ends:
            return Run(started_at, step.at, False, tuple(spans))
        if running_since is None and not leaves:
            running_since = step.at
    if started_at is None:
        return None
    if running_since is not None:
        spans.append((running_since, at))
    return Run(started_at, None, running_since is None, tuple(spans))


@dataclass(frozen=True)
class Clock:
    """How much of the promised working time is used. `due_at` is None while the clock is held."""

    name: ClockName
    started_at: datetime
    ended_at: datetime | None
    held: bool
    due_at: datetime | None
    allowed: timedelta
    used: timedelta

    @property
    def is_late(self) -> bool:
        """Whether the promise was broken."""
        return self.used > self.allowed


def clock_of(
    rule: ClockRule, steps: Iterable[Step], calendar: Calendar, at: datetime
) -> Clock | None:
    """The clock of `rule` at `at`, in the working time of `calendar`; None if not started."""
    run = run_of(rule, steps, at)
    if run is None:
        return None
    allowed = rule.working_days * WORKING_DAY
    used = sum((working_time(*span, calendar) for span in run.spans), timedelta(0))
    return Clock(
        name=rule.name,
        started_at=run.started_at,
        ended_at=run.ended_at,
        held=run.held,
        due_at=_due_at(run, allowed, calendar),
        allowed=allowed,
        used=used,
    )


def _due_at(run: Run, allowed: timedelta, calendar: Calendar) -> datetime | None:
    """When `allowed` is or was used up; unknown while the clock is held short of it."""
    due_at, left = None, allowed
    for start, end in run.spans:
        due_at = add_working_time(start, left, calendar)
        if due_at <= end:
            return due_at
        left -= working_time(start, end, calendar)
    return None if run.held else due_at
