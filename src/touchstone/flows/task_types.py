"""Task types and who uses them: the service's own texts, and the projects that somebody may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from touchstone.apps.guidelines.policies import LabelSchema
from touchstone.apps.guidelines.queries import guidelines_of, schema_of, task_types
from touchstone.apps.planning.queries import projects_visible_to

if TYPE_CHECKING:
    from touchstone.apps.guidelines.models import Guideline, TaskType
    from touchstone.apps.people.models import User


@dataclass(frozen=True)
class Use:
    """A project that has planned with a version of a task type."""

    version: int
    key: str
    name: str


@dataclass(frozen=True)
class TypeRow:
    """One task type in its newest version, what teaches it and who uses any version of it."""

    task_type: TaskType
    schema: LabelSchema
    guidelines: list[Guideline]
    uses: list[Use]

    @property
    def projects(self) -> list[Use]:
        """One line a project, for whoever asks only which."""
        return list({use.key: use for use in self.uses}.values())


def task_type_rows(viewer: User) -> list[TypeRow]:
    """Every task type, by key."""
    rows = list(task_types())
    keys = [row.key for row in rows]
    teaching, uses = guidelines_of(keys), uses_of(keys, viewer)
    return [
        TypeRow(row, schema_of(row), teaching.get(row.key, []), uses.get(row.key, []))
        for row in rows
    ]


def uses_of(keys: Iterable[str], viewer: User) -> dict[str, list[Use]]:
    """The projects that `viewer` may see and that planned with these task types, by their keys."""
    rows = (
        projects_visible_to(viewer)
        .filter(plans__task_type__key__in=list(keys))
        .values_list("plans__task_type__key", "plans__task_type__version", "key", "name")
        .order_by("name", "plans__task_type__version")
        .distinct()
    )
    found: dict[str, list[Use]] = {}
    for task_type, version, key, name in rows:
        found.setdefault(task_type, []).append(Use(version, key, name))
    return found
