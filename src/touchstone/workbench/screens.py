"""What the scripts of a screen start with, as JSON in the page. Nothing here is a secret.

Only the fields that the schema names are handed over, whatever else an item's file had in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings
from django.utils.translation import get_language

from touchstone.workbench.texts import expert_texts, task_texts

if TYPE_CHECKING:
    from touchstone.apps.guidelines.policies import LabelSchema
    from touchstone.apps.labeling.queries import LeasedTask
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Project
    from touchstone.flows.desk import Desk

# Three beats in the length of a lease: one may be lost on the way.
BEATS_A_LEASE = 3
SHORTEST_BEAT_SECONDS = 20


class Shown(Protocol):
    """An item, whoever looks at it."""

    @property
    def query(self) -> str: ...
    @property
    def locale(self) -> str: ...
    @property
    def direction(self) -> str: ...
    @property
    def content(self) -> Mapping[str, object]: ...


def desk_data(project: Project, by: User, desk: Desk, at: datetime) -> dict[str, Any]:
    """What the task screen starts with."""
    return {
        "project": project.key,
        "user": by.pk,
        "api": "/api/v1",
        "csrfCookie": settings.CSRF_COOKIE_NAME,
        "language": get_language(),
        "now": at.isoformat(),
        "beatSeconds": max(SHORTEST_BEAT_SECONDS, desk.lease_minutes * 60 // BEATS_A_LEASE),
        "doneToday": desk.done_today,
        "context": list(desk.schema.context),
        "tasks": [_task(task, desk.schema) for task in desk.tasks],
        "texts": task_texts(),
    }


def expert_data(task: Shown, schema: LabelSchema) -> dict[str, Any]:
    """What an expert's screen starts with."""
    return {
        "language": get_language(),
        "context": list(schema.context),
        "task": _shown(task, schema.context),
        "texts": expert_texts(),
    }


def _task(task: LeasedTask, schema: LabelSchema) -> dict[str, Any]:
    held = {
        "assignment": str(task.assignment_id),
        "lease": str(task.lease),
        "leased_until": task.leased_until.isoformat(),
    }
    return held | _shown(task, schema.context)


def _shown(task: Shown, context: Iterable[str]) -> dict[str, Any]:
    return {
        "query": task.query,
        "locale": task.locale,
        "direction": task.direction,
        "content": {key: task.content[key] for key in context if key in task.content},
    }
