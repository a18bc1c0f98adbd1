"""The annotator's side: leasing tasks and answering them, for programs that label."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from touchstone_client.transport import Transport
from touchstone_client.wire import decode


@dataclass(frozen=True, kw_only=True)
class Work:
    """A project to label on."""

    key: str
    name: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Task:
    """One task in hand; give `assignment` and `lease` back with the answers."""

    assignment: str
    lease: str
    leased_until: datetime
    query: str
    locale: str
    direction: str
    content: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Tasks:
    """Leased tasks with what is asked about each; `scale_version` names the schema for good."""

    tasks: tuple[Task, ...]
    guideline_version: str
    scale_version: str
    label_schema: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """What became of the answers: `late` ones are kept, `counts` says whether they fill a place."""

    judgment: int
    late: bool
    counts: bool
    submitted_at: datetime


@dataclass(frozen=True, kw_only=True)
class Guideline:
    """What to read before labeling, in Markdown."""

    version: str
    language: str
    text: str
    read: bool


class Labeling:
    """`touchstone.work`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> Iterator[Work]:
        """The projects you are to label on."""
        return (decode(Work, row) for row in self._transport.pages("/work"))

    def guideline(self, project: str) -> Guideline:
        """The guideline in force, in the language of the client or else in English."""
        return decode(Guideline, self._transport.get(f"/projects/{project}/guideline"))

    def confirm_guideline(self, project: str) -> Guideline:
        """Confirm that you have read the version in force."""
        path = f"/projects/{project}/guideline"
        return decode(Guideline, self._transport.post(path, repeatable=True))

    def lease(self, project: str, count: int = 1) -> Tasks:
        """Take up to `count` tasks (at most 50); each is yours until its lease ends."""
        answer = self._transport.post(f"/projects/{project}/lease", {"count": count})
        return decode(Tasks, answer)

    def in_hand(self, project: str) -> Tasks:
        """The tasks you hold now."""
        return decode(Tasks, self._transport.get(f"/projects/{project}/lease"))

    def heartbeat(self, task: Task) -> datetime:
        """Say that you are still at it; returns when the lease ends now."""
        answer = self._transport.post(
            f"/assignments/{task.assignment}/heartbeat", {"lease": task.lease}, repeatable=True
        )
        return datetime.fromisoformat(answer["leased_until"])

    def release(self, task: Task) -> None:
        """Give a task back unanswered; you may get it again."""
        self._transport.delete(f"/assignments/{task.assignment}/lease", lease=task.lease)

    def skip(self, task: Task, *, reason: str = "") -> None:
        """Give a task back for good."""
        body = {"lease": task.lease, "reason": reason}
        self._transport.post(f"/assignments/{task.assignment}/skip", body)

    def submit(
        self,
        task: Task,
        answers: Mapping[str, Any],
        *,
        seconds: float,
        idempotency_key: str | None = None,
    ) -> Submitted:
        """Send answers, again and again until they have arrived: they count once.

        The key defaults to one made from the lease, so that a program that was restarted may
        send the same answers again.
        """
        key = idempotency_key or uuid.uuid5(uuid.UUID(task.lease), task.assignment).hex
        body = {
            "assignment": task.assignment,
            "lease": task.lease,
            "answers": dict(answers),
            "seconds": seconds,
        }
        return decode(Submitted, self._transport.post("/judgments", body, idempotency_key=key))
