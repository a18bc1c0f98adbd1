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
from django.utils.translation import gettext_lazy as _

from touchstone.apps.guidelines.policies import (
    Answered,
    LabelSchema,
    is_swapped,
    unswapped_answers,
    validate_answers,
)
from touchstone.apps.items.models import Item
from touchstone.apps.labeling import claims, keeping
from touchstone.apps.labeling.desk import Hands, hands_of
from touchstone.apps.labeling.models import Assignment, AssignmentState, Judgment, QueueEntry
from touchstone.apps.labeling.policies import Tier, active_seconds, answers_hash, standing
from touchstone.apps.labeling.queries import LeasedTask, schema_of_plan, tasks_of
from touchstone.apps.ledger.operations import record
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Plan, Project
from touchstone.lib.errors import NotVisible, Refused
from touchstone.lib.statistics import count_anew
from touchstone.lib.transactions import in_transaction

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
    tiers: Mapping[str, int] | None = None,
    by: User,
    at: datetime,
) -> int:
    """Open the items of an import batch for labeling; returns how many.

    `overlaps` overrides `need` by item key, `tiers` how soon an item is wanted. Items in `directed`
    are served only when named.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO labeling_queueentry (
                item_id, project_id, locale_tag, lane, tier, need, taken
            )
            SELECT item.id, item.project_id, query.locale_id,
                   CASE WHEN item.key = ANY(%(directed)s) THEN 1 ELSE 0 END,
                   COALESCE(placed.tier, %(normal)s),
                   COALESCE(wanted.need, %(need)s), 0
            FROM items_item AS item
            JOIN items_query AS query ON query.id = item.query_id
            LEFT JOIN unnest(%(keys)s::text[], %(needs)s::int[]) AS wanted(key, need)
                   ON wanted.key = item.key
            LEFT JOIN unnest(%(placed)s::text[], %(tiers)s::int[]) AS placed(key, tier)
                   ON placed.key = item.key
            WHERE item.batch_id = %(batch)s
            """,
            {
                "directed": list(directed),
                "need": need,
                "keys": list(overlaps),
                "needs": list(overlaps.values()),
                "placed": list(tiers or ()),
                "tiers": list((tiers or {}).values()),
                "normal": Tier.NORMAL.value,
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


def lease(
    *,
    project: Project,
    plan: Plan,
    annotator: User,
    count: int,
    at: datetime,
    locale_tags: Sequence[str],
    item_ids: Sequence[int] | None = None,
    again: bool = False,
    hands: Hands | None = None,
) -> list[LeasedTask]:
    """Lease up to `count` items to `annotator` under `plan`; fewer when fewer want them.

    Named `item_ids` are leased from either lane; otherwise the open lane of the locales is
    searched, the most urgent items first. With `again` the named items are asked once more of
    somebody who judged them, outside of the overlap. `hands` says what the person holds, where the
    caller knows it already.

    :raises TooManyLeases: the person would hold more than `MOST_LEASES`.
    """
    hands = hands or hands_of(project=project, annotator=annotator, at=at)
    if hands.overdue:
        expire_leases(project=project, at=at)
    _refuse_hoarding(hands.held, count)
    claim = claims.Claim(
        project_id=project.pk,
        annotator_id=annotator.pk,
        plan_id=plan.pk,
        guideline_version_id=plan.guideline_version_id,
        at=at,
        until=at + timedelta(minutes=plan.lease_minutes),
    )
    if item_ids is None:
        claimed = _claim_open(claim, locale_tags, count)
    else:
        claim_named = claims.claim_repeats if again else claims.claim_items
        claimed = claim_named(claim, item_ids=item_ids)
    schema = schema_of_plan(plan.pk)
    return tasks_of(claimed, {each.assignment_id: schema for each in claimed})


def _refuse_hoarding(held: int, count: int) -> None:
    if held + count > MOST_LEASES:
        raise TooManyLeases(
            _("You hold many tasks already. Finish or give back some of them first."),
            held=held,
            most=MOST_LEASES,
        )


def _claim_open(
    claim: claims.Claim, locale_tags: Sequence[str], count: int
) -> list[claims.Claimed]:
    """Among equally urgent items of several locales, chance decides where to look first."""
    if count < 1 or not locale_tags:
        return []
    tags = random.sample(list(locale_tags), len(locale_tags))
    for looked_at in (claims.LOOKED_AT, claims.LOOKED_AT_LAST):
        claimed = claims.claim_open(
            claim, locale_tags=tags, count=count, probe=random.random(), looked_at=looked_at
        )
        if claimed:
            return claimed
    return []


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


@in_transaction
def heartbeat(*, assignment_id: UUID, lease: UUID, by: User, at: datetime) -> datetime:
    """Renew a live lease for its plan's length; returns when it now ends.

    No ledger entry: a heartbeat changes nothing that anybody will ask about.

    :raises LeaseLost: the lease ended or was replaced.
    """
    until = keeping.renew(assignment_id=assignment_id, annotator_id=by.pk, lease=lease, at=at)
    if until is None:
        _held(assignment_id, by)
        raise LeaseLost(_("This task is no longer reserved for you. Your answers will be kept."))
    return until


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
    held = _held(assignment_id, by)
    if held.state != AssignmentState.LEASED or held.lease != lease:
        raise LeaseLost(_("This task is no longer reserved for you."))
    keeping.give_back(held, assignment_id=assignment_id, state=state.value, at=at)
    record(
        event=f"labeling.assignment.{state.value}",
        subject=Assignment(pk=assignment_id),
        by=by,
        at=at,
        project_id=held.project_id,
        reason=reason,
    )


@in_transaction
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

    Answers about sides that were shown exchanged are kept in the item's own orientation.

    :raises InvalidAnswers: the answers do not fit the schema; nothing was kept.
    :raises IdempotencyConflict: the key was used for other answers.
    :raises AlreadySubmitted: this person's answers for the item are already kept.
    """
    digest = answers_hash(answers)
    held = _held(assignment_id, by, idempotency_key)
    if held.earlier is not None:
        return _repeated(assignment_id, idempotency_key, digest, by)
    if held.state == AssignmentState.SUBMITTED:
        raise AlreadySubmitted(_("You have answered this task already. Your first answer is kept."))
    schema = schema_of_plan(held.plan_id)
    swapped = is_swapped(schema, assignment_id)
    answered = _read(schema, held.item_id, unswapped_answers(schema, answers, swapped))
    worth = standing(
        state=held.state,
        same_lease=held.lease == lease,
        leased_until=held.leased_until,
        at=at,
        place_free=held.taken < held.need,
        in_overlap=held.in_overlap,
    )
    spent = active_seconds(reported=seconds, leased_at=held.leased_at, at=at)
    judgment = keeping.keep(
        {
            "assignment_id": assignment_id,
            "item_id": held.item_id,
            "project_id": held.project_id,
            "annotator_id": by.pk,
            "plan_id": held.plan_id,
            "guideline_version_id": held.guideline_version_id,
            "outcome": answered.outcome,
            "grade": answered.grade,
            "answers": answered.stored,
            "swapped": swapped,
            "reason": answered.reason,
            "comment": answered.comment,
            "seconds": spent,
            "started_at": at - timedelta(seconds=spent),
            "submitted_at": at,
            "late": worth.late,
            "counts": worth.counts,
            "repeat": held.repeat,
            "idempotency_key": idempotency_key,
            "content_hash": digest,
        },
        ends=worth.counts or not held.in_overlap,
        takes_place=worth.takes_place,
        event="labeling.judgment.submitted",
    )
    return judgment or _repeated(assignment_id, idempotency_key, digest, by)


def _read(schema: LabelSchema, item_id: int, answers: object) -> Answered:
    """The answers, checked against the item's own content where the schema refers to it."""
    if not schema.needs_item:
        return validate_answers(schema, answers)
    item = Item.objects.select_related("query").get(pk=item_id)
    return validate_answers(schema, answers, query=item.query.text, content=item.content)


def _repeated(assignment_id: UUID, idempotency_key: str, digest: str, by: User) -> Judgment:
    """The judgment that this key stands for already."""
    earlier = Judgment.objects.get(annotator=by, idempotency_key=idempotency_key)
    if earlier.assignment_id != assignment_id or earlier.content_hash != digest:
        raise IdempotencyConflict(
            _("This submission was sent before with other answers. The first answers are kept.")
        )
    return earlier


def _held(assignment_id: UUID, by: User, idempotency_key: str = "") -> keeping.Held:
    """A person's own task, locked; another person's does not exist for them."""
    held = keeping.hold(
        assignment_id=assignment_id, annotator_id=by.pk, idempotency_key=idempotency_key
    )
    if held is None or held.annotator_id != by.pk:
        raise NotVisible(_("There is no such task."))
    return held
