"""The owner's journey from a file to a queue: import items, open them for labeling, hide the gold.

One transaction: a file is in, queued and marked, or nothing has changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from touchstone.apps.guidelines.policies import content_rules, parse_schema
from touchstone.apps.intake.policies import RequestState
from touchstone.apps.items.operations import ImportReport, import_items
from touchstone.apps.items.policies import MOST_OVERLAP
from touchstone.apps.labeling.operations import enqueue
from touchstone.apps.planning.queries import plan_in_force
from touchstone.apps.quality.operations import add_gold
from touchstone.lib.errors import Refused

if TYPE_CHECKING:
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Plan, Project

OPEN = frozenset({RequestState.PLANNED, RequestState.PILOT, RequestState.LIVE})


class NotOpenForItems(Refused):
    """The project takes no items in its state."""

    code = "not_open_for_items"


class PlanNotInForce(Refused):
    """Items are labeled under the approved plan, and this is not it."""

    code = "plan_not_in_force"


@transaction.atomic
def take_in(
    *,
    project: Project,
    plan: Plan | None = None,
    stream: BinaryIO,
    file_name: str,
    mapping: Mapping[str, str] | None = None,
    dry_run: bool = False,
    by: User,
    at: datetime,
) -> ImportReport:
    """Import a file and queue its items under the plan in force (`plan`, when given, must be it).

    An item gets the plan's overlap unless its row says otherwise. A gold item goes into the
    directed lane and is not limited by the plan's overlap: it serves to check many annotators.
    What is wrong with the file is in the report; then, and after a dry run, nothing has changed.

    :raises NotOpenForItems: the project is not planned, in pilot or live.
    :raises PlanNotInForce: there is no approved plan, or `plan` is not the one in force.
    """
    force = _plan_for(project, plan)
    schema = parse_schema(force.task_type.schema)
    report = import_items(
        project=project,
        stream=stream,
        file_name=file_name,
        mapping=mapping,
        dry_run=dry_run,
        by=by,
        at=at,
        grades=schema.grades,
        rules=content_rules(schema),
    )
    if report.batch is not None and not report.already_imported:
        _queue(project, force, report, report.batch.pk, by, at)
    return report


def _plan_for(project: Project, plan: Plan | None) -> Plan:
    if RequestState(project.request.state) not in OPEN:
        raise NotOpenForItems(
            _("Items are imported once a plan is approved and until the delivery. %(state)s.")
            % {"state": RequestState(project.request.state).label}
        )
    force = plan_in_force(project)
    if force is None or (plan is not None and plan.pk != force.pk):
        raise PlanNotInForce(
            _("Nothing was imported: items are labeled under the approved plan. Approve it first.")
        )
    return force


def _queue(
    project: Project, plan: Plan, report: ImportReport, batch_id: int, by: User, at: datetime
) -> None:
    overlaps = dict.fromkeys(report.gold, MOST_OVERLAP) | dict(report.overlaps)
    enqueue(
        project=project,
        batch_id=batch_id,
        need=plan.overlap,
        overlaps=overlaps,
        directed=report.gold.keys(),
        tiers=report.priorities,
        by=by,
        at=at,
    )
    if report.gold:
        add_gold(project=project, answers=report.gold, by=by, at=at)
