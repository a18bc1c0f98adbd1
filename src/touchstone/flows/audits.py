"""The auditor's journey: the next judgment to re-judge, blind, and what came of it.

The workbench calls this flow and never `quality`, so that nothing more than these fields can reach
an auditor's screen before they have answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from touchstone.apps.quality import operations as quality
from touchstone.apps.quality.queries import BlindTask, audit_for, audit_queue, blind_audits
from touchstone.flows.looks import end_look, open_look

if TYPE_CHECKING:
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Project


@dataclass(frozen=True)
class AuditDesk:
    """The next audit, if there is one, and how many wait with it."""

    task: BlindTask | None
    waiting: int


def next_audit(*, project: Project, by: User, at: datetime) -> AuditDesk:
    """The next judgment that waits for this auditor; never one of their own.

    :raises ConsentNeeded, TopicDeclined, ExposureLimit: they may not look at it, see `looks`.
    """
    tasks = blind_audits(project, by, most=1)
    if tasks:
        open_look(project=project, subject=_subject(tasks[0].pk), by=by, at=at)
    return AuditDesk(tasks[0] if tasks else None, audit_queue(project, by).count())


def _subject(number: int) -> str:
    return f"audit {number}"


@transaction.atomic
def submit_audit(
    *, project: Project, number: int, answers: Mapping[str, object], by: User, at: datetime
) -> bool:
    """Record a blind answer; returns whether it agrees with the annotator's.

    :raises NotVisible: the project has no such audit.
    :raises OwnWork: the auditor made the judgment.
    :raises AlreadyDone: the audit is finished.
    :raises InvalidAnswers: the answers do not fit the schema.
    """
    audit = audit_for(project, number)
    done = quality.submit_audit(audit=audit, answers=answers, by=by, at=at)
    end_look(project=project, subject=_subject(number), by=by, at=at)
    return bool(done.agrees)
