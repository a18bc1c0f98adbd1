"""What the hot path needs of projects and plans, read without the ORM or only once.

Annotators ask for work many times a second; `queries` has everything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from touchstone.apps.intake.models import LabelingRequest
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Plan, Project
from touchstone.lib import prepared
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


# Who may label in a locale of `plan`: somebody who speaks it, and of a vendor that the plan names
# there if it names any. More conditions of the plan's own join here; what is earned (a test passed,
# a consent given) is asked for on top, in the flow.
OPEN_LOCALES = """
ARRAY(
    SELECT terms.locale_id FROM planning_planlocale AS terms
    JOIN people_fluency AS fluent
         ON fluent.locale_id = terms.locale_id AND fluent.user_id = %(user)s::bigint
    WHERE terms.plan_id = plan.id AND (
        (SELECT 1 FROM planning_planvendor AS named
         WHERE named.plan_id = plan.id AND named.locale_id = terms.locale_id
         LIMIT 1) IS NULL
        OR (SELECT 1 FROM planning_planvendor AS named
            JOIN people_user AS person ON person.vendor_id = named.vendor_id
            WHERE named.plan_id = plan.id AND named.locale_id = terms.locale_id
              AND person.id = %(user)s::bigint) IS NOT NULL
    )
    ORDER BY terms.locale_id
)
"""
_OPEN_LOCALES_OF_PLANS = f"""
SELECT plan.id, {OPEN_LOCALES} FROM planning_plan AS plan WHERE plan.id = ANY (%(plans)s::bigint[])
"""


def open_locales(plans: Iterable[Plan], user: User) -> dict[int, list[str]]:
    """The tags of the locales in which `user` may label under each plan, by the plan's id."""
    parameters = {"plans": [plan.pk for plan in plans], "user": user.pk}
    return dict(prepared.rows(_OPEN_LOCALES_OF_PLANS, parameters))


@lru_cache(maxsize=1_000)
def frozen_plan(pk: int) -> Plan:
    """A plan that was approved once, with its task type, guideline and project, kept in memory.

    The database freezes such a plan and a published guideline, and nobody writes task types anew.
    Only its `state` may be older than the row; the caller knows it. Do not change what you get.
    """
    return Plan.objects.select_related(
        "task_type", "guideline_version__guideline", "currency", "project"
    ).get(pk=pk)
