"""Labeling requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from touchstone_client.projects import Project
from touchstone_client.transport import Transport
from touchstone_client.wire import decode, encode


@dataclass(frozen=True, kw_only=True)
class RequestDraft:
    """What a model team asks for; `locales` says how many items in each.

    Money is in minor units of `currency`; one point of `metric` is 0.01 on a 0..1 scale.
    """

    title: str
    business_line: str
    purpose: str
    metric: str
    worthwhile_change: Decimal
    deadline_date: date
    currency: str
    budget_minor_units: int
    value_per_point_minor_units: int
    value_source: str
    locales: Mapping[str, int]
    harm_class: str = "S3"
    description: str = ""
    metric_current: Decimal | None = None
    metric_target: Decimal | None = None
    personal_data: bool = False
    alternatives: str = ""
    model_family: str = ""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step in the life of a request."""

    from_state: str
    to_state: str
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class RequestSummary:
    """A labeling request as a list shows it."""

    number: int
    key: str
    title: str
    requester: str
    business_line: str
    purpose: str
    metric: str
    deadline_date: date
    currency: str
    budget_minor_units: int
    harm_class: str
    state: str
    locales: Mapping[str, int]
    project: str | None
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Request(RequestSummary):
    """A labeling request with everything in it; `moves` are the states open to you."""

    description: str
    metric_current: Decimal | None
    metric_target: Decimal | None
    worthwhile_change: Decimal
    value_per_point_minor_units: int
    value_source: str
    personal_data: bool
    alternatives: str
    model_family: str
    history: tuple[Step, ...]
    moves: tuple[str, ...]


class Requests:
    """`touchstone.requests`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, *, state: str | None = None) -> Iterator[RequestSummary]:
        """The requests you may know of, newest first, fetched as you go."""
        rows = self._transport.pages("/requests", state=state)
        return (decode(RequestSummary, row) for row in rows)

    def get(self, number: int) -> Request:
        """One request with its history."""
        return decode(Request, self._transport.get(f"/requests/{number}"))

    def file(self, draft: RequestDraft) -> Request:
        """File a request; it stays your draft until you submit it."""
        return decode(Request, self._transport.post("/requests", encode(draft)))

    def revise(self, number: int, draft: RequestDraft) -> Request:
        """Replace what a draft, or a request that needs information, asks for."""
        return decode(Request, self._transport.put(f"/requests/{number}", encode(draft)))

    def submit(self, number: int) -> Request:
        """Hand a draft in."""
        return decode(Request, self._transport.post(f"/requests/{number}/submit"))

    def answer(self, number: int, reason: str) -> Request:
        """Answer the question of a request that needs information."""
        return self._with_reason(number, "answer", reason)

    def withdraw(self, number: int, reason: str) -> Request:
        """Withdraw a request before it is taken in."""
        return self._with_reason(number, "withdraw", reason)

    def move(self, number: int, to: str, *, reason: str = "") -> Request:
        """Decide: triaged, needs_info, scoped, approved, declined, deferred or cancelled."""
        body = {"to": to, "reason": reason}
        return decode(Request, self._transport.post(f"/requests/{number}/move", body))

    def open_project(self, number: int, *, key: str, name: str) -> Project:
        """Open the project that carries an approved request out."""
        body = {"key": key, "name": name}
        return decode(Project, self._transport.post(f"/requests/{number}/project", body))

    def _with_reason(self, number: int, action: str, reason: str) -> Request:
        answer = self._transport.post(f"/requests/{number}/{action}", {"reason": reason})
        return decode(Request, answer)
