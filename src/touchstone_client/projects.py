"""Projects, their phases and their members."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from touchstone_client.transport import Transport
from touchstone_client.wire import decode


@dataclass(frozen=True, kw_only=True)
class Project:
    """A request being carried out; its state is its request's."""

    key: str
    name: str
    request: int
    state: str
    owner: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far the work is; `wanted` and `done` count judgments."""

    items: int
    items_done: int
    wanted: int
    done: int
    leased: int
    late: int


@dataclass(frozen=True, kw_only=True)
class ProjectDetail(Project):
    """A project with the version of its plan in force and its progress."""

    plan: int | None
    progress: Progress


@dataclass(frozen=True, kw_only=True)
class Member:
    """A person on a project; deliveries name annotators by `pseudonym` only."""

    name: str
    pseudonym: str
    vendor: str | None
    function: str
    added_at: datetime


class Projects:
    """`touchstone.projects`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> Iterator[Project]:
        """The projects you may see, by key."""
        return (decode(Project, row) for row in self._transport.pages("/projects"))

    def get(self, key: str) -> ProjectDetail:
        """One project with its progress."""
        return decode(ProjectDetail, self._transport.get(f"/projects/{key}"))

    def move(self, key: str, to: str, *, reason: str = "") -> ProjectDetail:
        """Go to "pilot", "live", "paused", "resumed" or "closed"."""
        body = {"to": to, "reason": reason}
        return decode(ProjectDetail, self._transport.post(f"/projects/{key}/phase", body))

    def prioritise(
        self,
        key: str,
        tier: str,
        *,
        locale: str | None = None,
        items: Sequence[str] | None = None,
    ) -> int:
        """Serve items as "urgent", "high", "normal" or "low"; returns how many moved.

        Those of one locale, those named by their ids, or all.
        """
        named = None if items is None else [*items]
        body = {"tier": tier, "locale": locale, "items": named}
        return int(self._transport.post(f"/projects/{key}/priority", body)["items"])

    def members(self, key: str) -> tuple[Member, ...]:
        """Who is on the project."""
        rows = self._transport.get(f"/projects/{key}/members")
        return tuple(decode(Member, row) for row in rows)

    def add_member(self, key: str, *, email: str, function: str) -> Member:
        """Put a person on the project as "annotator", "qa_lead" or "stakeholder"."""
        body = {"email": email, "function": function}
        return decode(Member, self._transport.post(f"/projects/{key}/members", body))
