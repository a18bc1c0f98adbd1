"""What the hot path needs of projects and plans, read without the ORM or only once.

Annotators ask for work many times a second; `queries` has everything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from touchstone.apps.intake.models import LabelingRequest
from touchstone.apps.planning.models import Plan, Project
from touchstone.lib.prepared import Columns

_PROJECT = Columns(Project, "project")
# What decides on work; the rest of a request is read when somebody asks for it.
_REQUEST = Columns(
    LabelingRequest, "request", ("id", "number", "title", "state", "harm_class", "business_line")
)
PROJECT_COLUMNS = f"{_PROJECT.sql}, {_REQUEST.sql}"
"""For a statement whose tables are called `project` and `request`; `project_from` reads them."""


def project_from(values: Sequence[Any]) -> tuple[Project, list[Any]]:
    """A project with its request from a row beginning with `PROJECT_COLUMNS`; what follows them."""
    own, both = _PROJECT.count, _PROJECT.count + _REQUEST.count
    project = _PROJECT.instance(values[:own])
    project.request = _REQUEST.instance(values[own:both])
    return project, list(values[both:])


@lru_cache(maxsize=1_000)
def frozen_plan(pk: int) -> Plan:
    """A plan that was approved once, with its task type, guideline and project, kept in memory.

    The database freezes such a plan and a published guideline, and nobody writes task types anew.
    Only its `state` may be older than the row; the caller knows it. Do not change what you get.
    """
    return Plan.objects.select_related(
        "task_type", "guideline_version__guideline", "currency", "project"
    ).get(pk=pk)
