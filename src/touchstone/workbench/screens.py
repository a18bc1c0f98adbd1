"""What the scripts of a screen start with, as JSON in the page. Nothing here is a secret.

Only the fields that the schema names are handed over, whatever else an item's file had in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings
from django.utils.translation import get_language

from touchstone.apps.guidelines.policies import presented
from touchstone.apps.labeling.asking.queries import my_questions
from touchstone.apps.people.keymap import DEFAULTS, moved_keys
from touchstone.apps.people.queries import workbench_of
from touchstone.flows.exposure import severity_on
from touchstone.workbench.layouts import part_keys, sent_keys, shown_keys
from touchstone.workbench.texts import expert_texts, panel_texts, task_texts

if TYPE_CHECKING:
    from touchstone.apps.guidelines.policies import LabelSchema
    from touchstone.apps.labeling.queries import LeasedTask
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Project
    from touchstone.apps.wellbeing.policies import Severity
    from touchstone.flows.desk import Desk

# Three beats in the length of a lease: one may be lost on the way.
BEATS_A_LEASE = 3
SHORTEST_BEAT_SECONDS = 20
LONGEST_EXPOSED_BEAT_SECONDS = 120
# How long an answer can be taken back, unless the next one is given before.
UNDO_SECONDS = 10.0
# Active work after which a break is offered.
BREAK_MINUTES = 50.0
QUESTIONS_AT_HAND = 50


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


@dataclass(frozen=True)
class Sample:
    """An item that nobody has imported, to try a schema on."""

    query: str
    locale: str
    direction: str
    content: Mapping[str, object]


def desk_data(project: Project, by: User, desk: Desk, at: datetime) -> dict[str, Any]:
    """What the task screen starts with."""
    severity = severity_on(project)
    return (
        {
            "project": project.key,
            "undoSeconds": UNDO_SECONDS,
            "breakMinutes": BREAK_MINUTES,
            "research": research_url(severity),
            "now": at.isoformat(),
            "beatSeconds": _beat_seconds(desk, severity),
            "harmful": severity.is_harmful,
            "timeZone": by.time_zone,
            "doneToday": desk.done_today,
            "tasks": [_task(task, desk.schema) for task in desk.tasks],
            "texts": task_texts(),
        }
        | _own_way(by)
        | _way_of_showing(desk.schema)
    )


def research_url(severity: Severity) -> str:
    """Where a query can be looked up; nowhere where that would show harm past all limits."""
    return "" if severity.is_exposure else settings.RESEARCH_URL


def _own_way(by: User) -> dict[str, Any]:
    """Who it is, the person's own keys and how to change them."""
    own = workbench_of(by)
    return {
        "user": by.pk,
        "api": "/api/v1",
        "csrfCookie": settings.CSRF_COOKIE_NAME,
        "keys": moved_keys(own.keys),
        "autoAdvance": own.auto_advance,
        "preferences": {
            "keys": own.keys,
            "auto_advance": own.auto_advance,
            "defaults": dict(DEFAULTS),
        },
    }


def asked_data(project: Project, by: User) -> list[dict[str, Any]]:
    """What a person last asked on a project, with the answers: as the API tells it."""
    rows = my_questions(by).filter(project=project)[:QUESTIONS_AT_HAND]
    return [
        {
            "question": row.pk,
            "assignment": str(row.assignment_id),
            "kind": row.kind,
            "text": row.text,
            "query": row.item.query.text,
            "answers": [
                {"text": each.text, "read": hasattr(each, "reading")} for each in row.answers.all()
            ],
        }
        for row in rows
    ]


def _beat_seconds(desk: Desk, severity: Severity) -> int:
    """How often the screen says that somebody is there; often, where it is counted as exposure."""
    beat = desk.lease_minutes * 60 // BEATS_A_LEASE
    if severity.is_exposure:
        beat = min(beat, LONGEST_EXPOSED_BEAT_SECONDS)
    return max(SHORTEST_BEAT_SECONDS, beat)


def expert_data(task: Shown, schema: LabelSchema, by: User) -> dict[str, Any]:
    """What an expert's screen starts with, or that of somebody who learns."""
    shown = {"task": _shown(task, schema), "texts": expert_texts()}
    return shown | _own_way(by) | _way_of_showing(schema)


def preview_data(sample: Sample, schema: LabelSchema) -> dict[str, Any]:
    """What a preview starts with: no assignment, nowhere to send answers to."""
    return {"task": _shown(sample, schema), "texts": panel_texts()} | _way_of_showing(schema)


def _way_of_showing(schema: LabelSchema) -> dict[str, Any]:
    """How the scripts lay an item out."""
    return {
        "language": get_language(),
        "layout": schema.layout,
        "context": list(shown_keys(schema)),
        "parts": list(part_keys(schema)),
    }


def _task(task: LeasedTask, schema: LabelSchema) -> dict[str, Any]:
    held = {
        "assignment": str(task.assignment_id),
        "lease": str(task.lease),
        "leased_until": task.leased_until.isoformat(),
    }
    return held | _shown(task, schema)


def _shown(task: Shown, schema: LabelSchema) -> dict[str, Any]:
    # An annotator's content comes with its sides in place; what sways goes for everybody.
    content = presented(schema, task.content, swapped=False)
    return {
        "query": task.query,
        "locale": task.locale,
        "direction": task.direction,
        "content": {key: content[key] for key in sent_keys(schema) if key in content},
    }
