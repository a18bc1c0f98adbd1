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

from touchstone.apps.intake.policies import RequestState
from touchstone.apps.labeling import operations as labeling
from touchstone.apps.labeling.desk import Desk, Hands, desk_of, has_open_work
from touchstone.apps.labeling.queries import LeasedTask, tasks_in_hand
from touchstone.apps.people.policies import Capability
from touchstone.apps.people.queries import holds_somewhere
from touchstone.apps.planning.queries import plan_in_force
from touchstone.apps.planning.working import frozen_plan
from touchstone.apps.quality.operations import mark_gold
from touchstone.flows import exposure
from touchstone.flows.gold_mixing import gold_to_mix
from touchstone.flows.machine_leases import lease_for_machine
from touchstone.flows.qualification import require_qualified, require_qualified_for
from touchstone.flows.self_repeats import repeats_to_mix
from touchstone.lib.errors import NotVisible, Refused

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
    """What became of a submit.

    An answer to what was asked before counts for whoever gave it, though it fills no place: they
    do not learn that it was a repeat.
    """

    judgment_id: int
    late: bool
    counts: bool
    submitted_at: datetime


@dataclass(frozen=True)
class Work:
    """Tasks as they were leased, and the plan they were leased under."""

    tasks: list[LeasedTask]
    plan: Plan


def take_work(*, key: str, by: User, count: int, at: datetime) -> Work:
    """`lease_work` for somebody who names a project, with the plan that the tasks belong to.

    :raises NotVisible: they are not an annotator on such a project.
    """
    desk = desk_of(key=key, annotator=by, at=at)
    if desk is None or not desk.is_member or not holds_somewhere(by, Capability.LABEL):
        raise NotVisible(_("There is no such project."))
    return _take(desk, by, count, at, None)


def lease_work(
    *,
    project: Project,
    by: User,
    count: int,
    at: datetime,
    item_ids: Sequence[int] | None = None,
) -> list[LeasedTask]:
    """Lease up to `count` tasks, gold (`gold_mixing`) and repeats among them, in random order.

    `item_ids` names the items instead, for work that was handed out elsewhere. A machine gets its
    tasks outside of the overlap and without gold (`machine_leases`).

    :raises NotOpenForWork: the project is not in pilot or live.
    :raises GuidelineUnread: the person has not confirmed the version in force.
    :raises QualificationNeeded: the quiz or the test is to be passed first.
    :raises ConsentNeeded: the person has not agreed to see content of this harm class.
    :raises TopicDeclined: the person does not want work on this topic.
    :raises ExposureLimit: the person has reached a limit of exposure.
    :raises TooManyLeases: the person holds too many already.
    """
    desk = desk_of(key=project.key, annotator=by, at=at)
    return _take(desk, by, count, at, item_ids).tasks


def _take(
    desk: Desk | None, by: User, count: int, at: datetime, item_ids: Sequence[int] | None
) -> Work:
    if (
        desk is None
        or desk.plan_id is None
        or RequestState(desk.project.request.state) not in WORKING
    ):
        raise _closed()
    plan = frozen_plan(desk.plan_id)
    plain = item_ids is None and by.kind == by.Kind.HUMAN
    if plain and not exposure.is_booked(project=desk.project, by=by):
        # A claim is one statement: a transaction around it would be two round trips for nothing.
        return _taken(desk, plan, by, count, at, item_ids)
    with transaction.atomic():
        return _taken(desk, plan, by, count, at, item_ids)


def _taken(
    desk: Desk, plan: Plan, by: User, count: int, at: datetime, item_ids: Sequence[int] | None
) -> Work:
    project = desk.project
    if by.kind == by.Kind.MACHINE:
        tasks = lease_for_machine(
            project=project, plan=plan, by=by, count=count, at=at, item_ids=item_ids
        )
        return Work(tasks, plan)
    if not desk.has_read:
        raise GuidelineUnread(_("Read the guideline and confirm it before you start."))
    if item_ids is not None:
        require_qualified_for(plan=plan, by=by, item_ids=item_ids, at=at)
        window = exposure.open_window(project=project, plan=plan, by=by, at=at)
        tasks = _lease(project, plan, by, len(item_ids), at, [], item_ids)
        return Work(exposure.within(window, tasks), plan)
    # Who may lease where: the desk knows the plan's own conditions, qualification comes on top.
    tags = require_qualified(plan=plan, by=by, tags=desk.tags, at=at)
    window = exposure.open_window(project=project, plan=plan, by=by, at=at)
    tasks = _mixed(project, plan, by, count, at, tags, desk.hands)
    random.shuffle(tasks)
    return Work(exposure.within(window, tasks), plan)


def _mixed(
    project: Project,
    plan: Plan,
    by: User,
    count: int,
    at: datetime,
    tags: Sequence[str],
    hands: Hands,
) -> list[LeasedTask]:
    """Gold and repeats in place of work, while there is work: what came after it would be them."""
    gold = gold_to_mix(project=project, plan=plan, by=by, tags=tags, count=count)
    again = repeats_to_mix(
        project=project, plan=plan, by=by, tags=tags, count=count - len(gold), at=at
    )
    work = count - len(gold) - len(again)
    if work == count:
        return _lease(project, plan, by, count, at, tags, hands=hands)
    with transaction.atomic():
        tasks = _lease(project, plan, by, work, at, tags, hands=hands)
        if tasks or (not work and has_open_work(project, by, tags)):
            tasks += _lease(project, plan, by, len(gold), at, tags, gold) if gold else []
            tasks += _lease(project, plan, by, len(again), at, tags, again, True) if again else []
    return tasks


def _lease(
    project: Project,
    plan: Plan,
    by: User,
    count: int,
    at: datetime,
    tags: Sequence[str],
    item_ids: Sequence[int] | None = None,
    again: bool = False,
    hands: Hands | None = None,
) -> list[LeasedTask]:
    return labeling.lease(
        project=project,
        plan=plan,
        annotator=by,
        count=count,
        at=at,
        locale_tags=tags,
        item_ids=item_ids,
        again=again,
        hands=hands,
    )


def working_plan(project: Project) -> Plan:
    """The plan under which work is handed out now.

    :raises NotOpenForWork: the project is not in pilot or live, or has no approved plan.
    """
    plan = plan_in_force(project)
    if plan is None or RequestState(project.request.state) not in WORKING:
        raise _closed()
    return plan


def _closed() -> NotOpenForWork:
    return NotOpenForWork(
        _("This project does not hand out work now. What you submitted before is kept.")
    )


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
    exposure.answered(project_id=judgment.project_id, lease=lease, seconds=seconds, by=by, at=at)
    counts = judgment.counts or judgment.repeat
    return Submitted(judgment.pk, judgment.late, counts, judgment.submitted_at)
