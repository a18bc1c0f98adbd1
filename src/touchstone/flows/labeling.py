"""The annotator's journey: lease work with gold mixed in, submit it, mark the gold.

The surfaces call this flow and never `labeling` or `quality` alone, so that no caller has to know
which item is gold.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from touchstone.apps.guidelines.queries import has_read
from touchstone.apps.intake.policies import RequestState
from touchstone.apps.labeling import operations as labeling
from touchstone.apps.labeling.queries import LeasedTask, has_open_work, tasks_in_hand
from touchstone.apps.people.queries import fluency_of
from touchstone.apps.planning.queries import plan_in_force
from touchstone.apps.quality.operations import mark_gold
from touchstone.apps.quality.queries import unseen_gold
from touchstone.lib.errors import Refused

if TYPE_CHECKING:
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Plan, Project

WORKING = frozenset({RequestState.PILOT, RequestState.LIVE})


class NotOpenForWork(Refused):
    """The project is not in pilot or live, or has no plan in force."""

    code = "not_open_for_work"


class GuidelineUnread(Refused):
    """The guideline in force has not been read yet."""

    code = "guideline_unread"


@dataclass(frozen=True)
class Submitted:
    """What became of a submit."""

    judgment_id: int
    late: bool
    counts: bool
    submitted_at: datetime


@transaction.atomic
def lease_work(
    *,
    project: Project,
    by: User,
    count: int,
    at: datetime,
    item_ids: Sequence[int] | None = None,
) -> list[LeasedTask]:
    """Lease up to `count` tasks, gold among them at the plan's rate, in random order.

    `item_ids` names the items instead, for work that was handed out elsewhere.

    :raises NotOpenForWork: the project is not in pilot or live.
    :raises GuidelineUnread: the person has not confirmed the version in force.
    :raises TooManyLeases: the person holds too many already.
    """
    plan = working_plan(project)
    if not has_read(plan.guideline_version, by):
        raise GuidelineUnread(_("Read the guideline and confirm it before you start."))
    if item_ids is not None:
        return _lease(project, plan, by, len(item_ids), at, [], item_ids)
    tags = sorted(set(plan.locales.values_list("locale_id", flat=True)) & fluency_of(by))
    tasks = _mixed(project, plan, by, count, at, tags)
    random.shuffle(tasks)
    return tasks


def _mixed(
    project: Project, plan: Plan, by: User, count: int, at: datetime, tags: list[str]
) -> list[LeasedTask]:
    """Gold in place of work, and only while there is work: what comes after it would be gold."""
    wanted = sum(random.random() < float(plan.gold_rate) for _slot in range(count))
    gold = unseen_gold(project=project, annotator=by, locale_tags=tags, count=min(wanted, count))
    tasks = _lease(project, plan, by, count - len(gold), at, tags)
    if gold and (tasks or (count == len(gold) and has_open_work(project, by, tags))):
        tasks += _lease(project, plan, by, len(gold), at, tags, gold)
    return tasks


def _lease(
    project: Project,
    plan: Plan,
    by: User,
    count: int,
    at: datetime,
    tags: Sequence[str],
    item_ids: Sequence[int] | None = None,
) -> list[LeasedTask]:
    return labeling.lease(
        project=project,
        plan=plan,
        annotator=by,
        count=count,
        at=at,
        locale_tags=tags,
        item_ids=item_ids,
    )


def working_plan(project: Project) -> Plan:
    """The plan under which work is handed out now.

    :raises NotOpenForWork: the project is not in pilot or live, or has no approved plan.
    """
    plan = plan_in_force(project)
    if plan is None or RequestState(project.request.state) not in WORKING:
        raise NotOpenForWork(
            _("This project does not hand out work now. What you submitted before is kept.")
        )
    return plan


def work_in_hand(*, project: Project, by: User, at: datetime) -> list[LeasedTask]:
    """The tasks a person still holds, for a screen that was reloaded."""
    return tasks_in_hand(project=project, annotator=by, at=at)


@transaction.atomic
def submit_work(
    *,
    assignment_id: UUID,
    lease: UUID,
    answers: Mapping[str, object],
    idempotency_key: str,
    seconds: float,
    by: User,
    at: datetime,
) -> Submitted:
    """Record a judgment and mark it if its item is gold; the answer never says which it was.

    See `labeling.operations.submit_judgment` for what is refused.
    """
    judgment = labeling.submit_judgment(
        assignment_id=assignment_id,
        lease=lease,
        answers=answers,
        idempotency_key=idempotency_key,
        seconds=seconds,
        by=by,
        at=at,
    )
    mark_gold(judgment=judgment, at=at)
    return Submitted(judgment.pk, judgment.late, judgment.counts, judgment.submitted_at)
