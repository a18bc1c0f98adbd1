"""Writing work: filling the queue, leasing, submitting, giving back.

Nothing acknowledged is ever lost: answers that arrive after their lease ended are kept as a late
judgment, and fill a place if the item still wants one.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Subquery
from django.utils.translation import gettext_lazy as _

from touchstone.apps.guidelines.policies import parse_schema, validate_answers
from touchstone.apps.labeling import claims
from touchstone.apps.labeling.models import Assignment, AssignmentState, Judgment, QueueEntry
from touchstone.apps.labeling.policies import (
    Standing,
    active_seconds,
    answers_hash,
    standing,
)
from touchstone.apps.labeling.queries import LeasedTask, tasks_of
from touchstone.apps.ledger.operations import record
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Plan, Project
from touchstone.lib.errors import NotVisible, Refused
from touchstone.lib.statistics import count_anew

# A person holds at most this many live leases in a project: enough to prefetch, too few to hoard.
MOST_LEASES = 50


class LeaseLost(Refused):
    """The assignment is no longer held under this lease; nothing was changed."""

    code = "lease_lost"


class AlreadySubmitted(Refused):
    """The person's answers for this item are already kept."""

    code = "already_submitted"


class IdempotencyConflict(Refused):
    """The idempotency key was used for other answers."""

    code = "idempotency_conflict"


class TooManyLeases(Refused):
    """The person holds too many leases already."""

    code = "too_many_leases"


@transaction.atomic
def enqueue(
    *,
    project: Project,
    batch_id: int,
    need: int,
    overlaps: Mapping[str, int],
    directed: Collection[str],
    by: User,
    at: datetime,
) -> int:
    """Open the items of an import batch for labeling; returns how many.

    `overlaps` overrides `need` by item key. Items in `directed` are served only when named.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO labeling_queueentry (item_id, project_id, locale_tag, lane, need, taken)
            SELECT item.id, item.project_id, query.locale_id,
                   CASE WHEN item.key = ANY(%(directed)s) THEN 1 ELSE 0 END,
                   COALESCE(wanted.need, %(need)s), 0
            FROM items_item AS item
            JOIN items_query AS query ON query.id = item.query_id
            LEFT JOIN unnest(%(keys)s::text[], %(needs)s::int[]) AS wanted(key, need)
                   ON wanted.key = item.key
            WHERE item.batch_id = %(batch)s
            """,
            {
                "directed": list(directed),
                "need": need,
                "keys": list(overlaps),
                "needs": list(overlaps.values()),
                "batch": batch_id,
            },
        )
        opened = int(cursor.rowcount)
    count_anew(QueueEntry, rows=opened)
    record(
        event="labeling.items.enqueued",
        subject=project,
        by=by,
        at=at,
        project_id=project.pk,
        items=opened,
        need=need,
    )
    return opened


def settle_statistics() -> None:
    """Have the planner count work that was written at one go: a replay, a restored backup."""
    count_anew(QueueEntry, Assignment, Judgment)


@transaction.atomic
def want_again(*, project: Project, counts: Mapping[int, int], by: User, at: datetime) -> int:
    """Want more judgments of items whose work did not stand, by item id; returns how many items.

    The work that did not stand keeps its place, so that other people do it again.
    """
    items = claims.want_more(project_id=project.pk, places=counts)
    record(
        event="labeling.items.wanted_again",
        subject=project,
        by=by,
        at=at,
        project_id=project.pk,
        items=items,
        judgments=sum(counts.values()),
    )
    return items


@transaction.atomic
def lease(
    *,
    project: Project,
    plan: Plan,
    annotator: User,
    count: int,
    at: datetime,
    locale_tags: Sequence[str],
    item_ids: Sequence[int] | None = None,
) -> list[LeasedTask]:
    """Lease up to `count` items to `annotator` under `plan`; fewer when fewer want them.

    Named `item_ids` are leased from either lane; otherwise the open lane of each locale is probed.

    :raises TooManyLeases: the person would hold more than `MOST_LEASES`.
    """
    expire_leases(project=project, at=at)
    _refuse_hoarding(project, annotator, count)
    claim = claims.Claim(
        project_id=project.pk,
        annotator_id=annotator.pk,
        plan_id=plan.pk,
        guideline_version_id=plan.guideline_version_id,
        at=at,
        until=at + timedelta(minutes=plan.lease_minutes),
    )
    claimed = (
        _claim_open(claim, locale_tags, count)
        if item_ids is None
        else claims.claim_items(claim, item_ids=item_ids)
    )
    if claimed:
        record(
            event="labeling.items.leased",
            subject=project,
            by=annotator,
            at=at,
            project_id=project.pk,
            items=len(claimed),
        )
    return tasks_of(claimed)


def _refuse_hoarding(project: Project, annotator: User, count: int) -> None:
    held = Assignment.objects.filter(
        project=project, annotator=annotator, state=AssignmentState.LEASED
    ).count()
    if held + count > MOST_LEASES:
        raise TooManyLeases(
            _("You hold many tasks already. Finish or give back some of them first."),
            held=held,
            most=MOST_LEASES,
        )


def _claim_open(
    claim: claims.Claim, locale_tags: Sequence[str], count: int
) -> list[claims.Claimed]:
    claimed: list[claims.Claimed] = []
    for tag in random.sample(list(locale_tags), len(locale_tags)):
        if len(claimed) < count:
            claimed += claims.claim_open(
                claim, locale_tag=tag, count=count - len(claimed), probe=random.random()
            )
    return claimed


@transaction.atomic
def expire_leases(*, project: Project, at: datetime) -> int:
    """End the leases that ran out, so that their items are served again; returns how many."""
    ended = claims.end_expired(project_id=project.pk, at=at)
    if ended:
        record(
            event="labeling.leases.expired",
            subject=project,
            by=None,
            at=at,
            project_id=project.pk,
            leases=ended,
        )
    return ended


@transaction.atomic
def heartbeat(*, assignment_id: UUID, lease: UUID, by: User, at: datetime) -> datetime:
    """Renew a live lease for its plan's length; returns when it now ends.

    No ledger entry: a heartbeat changes nothing that anybody will ask about.

    :raises LeaseLost: the lease ended or was replaced.
    """
    assignment = _own_assignment(assignment_id, by)
    if not _is_live(assignment, lease) or assignment.leased_until <= at:
        raise LeaseLost(_("This task is no longer reserved for you. Your answers will be kept."))
    assignment.leased_until = max(
        assignment.leased_until, at + timedelta(minutes=assignment.plan.lease_minutes)
    )
    assignment.save(update_fields=["leased_until"])
    return assignment.leased_until


@transaction.atomic
def release_lease(*, assignment_id: UUID, lease: UUID, by: User, at: datetime) -> None:
    """Give a task back unanswered; the same person may get it again.

    :raises LeaseLost: the lease ended or was replaced.
    """
    _give_back(assignment_id, lease, AssignmentState.RELEASED, "", by, at)


@transaction.atomic
def skip(*, assignment_id: UUID, lease: UUID, reason: str, by: User, at: datetime) -> None:
    """Give a task back for good: this person will not get it again. A reason may be empty.

    :raises LeaseLost: the lease ended or was replaced.
    """
    _give_back(assignment_id, lease, AssignmentState.SKIPPED, reason, by, at)


def _give_back(
    assignment_id: UUID, lease: UUID, state: AssignmentState, reason: str, by: User, at: datetime
) -> None:
    entry, assignment = _locked(assignment_id, by)
    if not _is_live(assignment, lease):
        raise LeaseLost(_("This task is no longer reserved for you."))
    _end(assignment, state, at)
    entry.taken -= 1
    entry.save(update_fields=["taken"])
    record(
        event=f"labeling.assignment.{state.value}",
        subject=assignment,
        by=by,
        at=at,
        project_id=assignment.project_id,
        reason=reason,
    )


@transaction.atomic
def submit_judgment(
    *,
    assignment_id: UUID,
    lease: UUID,
    answers: Mapping[str, object],
    idempotency_key: str,
    seconds: float,
    by: User,
    at: datetime,
) -> Judgment:
    """Record one judgment against an assignment; a repeat with the same key returns the first.

    Answers that come after the lease ended are kept with `late`, and `counts` says whether they
    still filled a place.

    :raises InvalidAnswers: the answers do not fit the schema; nothing was kept.
    :raises IdempotencyConflict: the key was used for other answers.
    :raises AlreadySubmitted: this person's answers for the item are already kept.
    """
    digest = answers_hash(answers)
    entry, assignment = _locked(assignment_id, by)
    earlier = _repeated(assignment, idempotency_key, digest, by)
    if earlier is not None:
        return earlier
    if assignment.state == AssignmentState.SUBMITTED:
        raise AlreadySubmitted(_("You have answered this task already. Your first answer is kept."))
    answered = validate_answers(parse_schema(assignment.plan.task_type.schema), answers)
    worth = standing(
        state=assignment.state,
        same_lease=assignment.lease == lease,
        leased_until=assignment.leased_until,
        at=at,
        place_free=entry.taken < entry.need,
    )
    spent = active_seconds(reported=seconds, leased_at=assignment.leased_at, at=at)
    judgment = Judgment.objects.create(
        assignment=assignment,
        item_id=assignment.item_id,
        project_id=assignment.project_id,
        annotator=by,
        plan=assignment.plan,
        guideline_version_id=assignment.guideline_version_id,
        outcome=answered.outcome,
        grade=answered.grade,
        answers=dict(answers),
        reason=answered.reason,
        comment=answered.comment,
        seconds=spent,
        started_at=at - timedelta(seconds=spent),
        submitted_at=at,
        late=worth.late,
        counts=worth.counts,
        idempotency_key=idempotency_key,
        content_hash=digest,
    )
    _settle_place(entry, assignment, worth, at)
    record(
        event="labeling.judgment.submitted",
        subject=judgment,
        by=by,
        at=at,
        project_id=assignment.project_id,
        late=worth.late,
        counts=worth.counts,
    )
    return judgment


def _settle_place(entry: QueueEntry, assignment: Assignment, worth: Standing, at: datetime) -> None:
    if worth.takes_place:
        entry.taken += 1
        entry.save(update_fields=["taken"])
    if worth.counts:
        _end(assignment, AssignmentState.SUBMITTED, at)


def _end(assignment: Assignment, state: AssignmentState, at: datetime) -> None:
    assignment.state = state
    assignment.ended_at = at
    assignment.save(update_fields=["state", "ended_at"])


def _repeated(
    assignment: Assignment, idempotency_key: str, digest: str, by: User
) -> Judgment | None:
    earlier = Judgment.objects.filter(annotator=by, idempotency_key=idempotency_key).first()
    if earlier is None:
        return None
    if earlier.assignment_id != assignment.pk or earlier.content_hash != digest:
        raise IdempotencyConflict(
            _("This submission was sent before with other answers. The first answers are kept.")
        )
    return earlier


def _is_live(assignment: Assignment, lease: UUID) -> bool:
    return assignment.state == AssignmentState.LEASED and assignment.lease == lease


def _locked(assignment_id: UUID, by: User) -> tuple[QueueEntry, Assignment]:
    """The queue entry and the assignment, both locked, in the order that every writer keeps.

    Each is looked up by its primary key alone. A join or a second condition lets the planner scan
    the queue, or a person's whole history, when its statistics are older than the project.
    """
    item = Assignment.objects.filter(pk=assignment_id).values("item_id")
    entry = QueueEntry.objects.select_for_update().filter(item_id=Subquery(item)).first()
    if entry is None:
        raise NotVisible(_("There is no such task."))
    return entry, _own_assignment(assignment_id, by)


def _own_assignment(assignment_id: UUID, by: User) -> Assignment:
    """A person's own assignment, locked; another person's does not exist for them."""
    found = (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("plan__task_type")
        .filter(pk=assignment_id)
        .first()
    )
    if found is None or found.annotator_id != by.pk:
        raise NotVisible(_("There is no such task."))
    return found
