"""Writing the work of machine annotators: profiles, leases, calls, and what comes of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from touchstone.apps.guidelines.queries import schema_of
from touchstone.apps.labeling.claims import Claim
from touchstone.apps.labeling.machines.claims import claim_for_machine
from touchstone.apps.labeling.machines.models import (
    KinAllowed,
    MachineCall,
    MachineJudgment,
    MachineProfile,
)
from touchstone.apps.labeling.machines.policies import CallState, Terms, call_cost, faults
from touchstone.apps.labeling.machines.prompts import prompt_hash
from touchstone.apps.labeling.machines.queries import count_in_hand, profile_in_force, terms_of
from touchstone.apps.labeling.models import Judgment
from touchstone.apps.labeling.operations import (
    MOST_LEASES,
    LeaseLost,
    TooManyLeases,
    expire_leases,
    release_lease,
    submit_judgment,
)
from touchstone.apps.labeling.queries import LeasedTask, tasks_of
from touchstone.apps.ledger.operations import record
from touchstone.apps.markets.queries import get_currency
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Plan, Project
from touchstone.lib.chat import Try
from touchstone.lib.errors import Refused


class InvalidProfile(Refused):
    """A profile cannot stand; `details["fields"]` says why."""

    code = "invalid_profile"

    def __init__(self, fields: dict[str, str]) -> None:
        said = " ".join(f"{field}: {why}" for field, why in sorted(fields.items()))
        super().__init__(
            _("The profile was not written. %(faults)s") % {"faults": said}, fields=fields
        )


class NotAMachine(Refused):
    """The account is a person's."""

    code = "not_a_machine"


@transaction.atomic
def write_profile(
    *, annotator: User, terms: Terms, by: User | None, at: datetime
) -> MachineProfile:
    """Write the next version of how a machine judges; the same terms again change nothing.

    :raises NotAMachine: the account is a person's, or closed.
    :raises InvalidProfile: the terms cannot stand.
    :raises UnknownCurrency: there is no such currency.
    """
    held = User.objects.select_for_update().get(pk=annotator.pk)
    if held.kind != User.Kind.MACHINE or not held.is_active:
        raise NotAMachine(_("%(name)s is not an open account of a machine.") % {"name": held.name})
    if wrong := faults(terms):
        raise InvalidProfile(wrong)
    currency = get_currency(terms.currency)
    newest = profile_in_force(held)
    if newest is not None and terms_of(newest) == terms:
        return newest
    version = held.machine_profiles.aggregate(newest=Max("version"))["newest"] or 0
    values = {name: value for name, value in vars(terms).items() if name != "currency"}
    profile = MachineProfile.objects.create(
        annotator=held,
        version=version + 1,
        prompt_hash=prompt_hash(terms.prompt),
        currency=currency,
        created_by=by,
        created_at=at,
        **values,
    )
    record(
        event="labeling.machine.profiled",
        subject=profile,
        by=by,
        at=at,
        version=profile.version,
        model=profile.model,
    )
    return profile


class ReasonMissing(Refused):
    """An exception is not made without a reason."""

    code = "reason_missing"


@transaction.atomic
def allow_kin(
    *, project: Project, annotator: User, reason: str, by: User | None, at: datetime
) -> KinAllowed:
    """Let a machine label for a model of its own family, for a reason that is kept.

    It holds for the family that the machine's profile names now.

    :raises NotAMachine: the account has no profile of a machine.
    :raises ReasonMissing: no reason is given.
    """
    profile = profile_in_force(annotator)
    if profile is None:
        raise NotAMachine(_("%(name)s is not a machine.") % {"name": annotator.name})
    reason = reason.strip()
    if not reason:
        raise ReasonMissing(_("Say why: the reason is kept with the project."))
    allowed = KinAllowed.objects.create(
        project=project, annotator=annotator, family=profile.family, reason=reason, by=by, at=at
    )
    record(
        event="labeling.machine.allowed",
        subject=allowed,
        by=by,
        at=at,
        project_id=project.pk,
        family=profile.family,
        reason=reason,
    )
    return allowed


@transaction.atomic
def lease_items(
    *, project: Project, plan: Plan, annotator: User, item_ids: Sequence[int], at: datetime
) -> list[LeasedTask]:
    """Lease items to a machine outside of the overlap; those it has judged are left out.

    Items of the directed lane are never served.

    :raises NotAMachine: the account is a person's.
    :raises TooManyLeases: the machine would hold more than anybody may.
    """
    if annotator.kind != User.Kind.MACHINE:
        raise NotAMachine(_("%(name)s is not a machine.") % {"name": annotator.name})
    expire_leases(project=project, at=at)
    held = count_in_hand(project, annotator)
    if held + len(item_ids) > MOST_LEASES:
        raise TooManyLeases(
            _("You hold many tasks already. Finish or give back some of them first."),
            held=held,
            most=MOST_LEASES,
        )
    claim = Claim(
        project_id=project.pk,
        annotator_id=annotator.pk,
        plan_id=plan.pk,
        guideline_version_id=plan.guideline_version_id,
        at=at,
        until=at + timedelta(minutes=plan.lease_minutes),
    )
    claimed = claim_for_machine(claim, item_ids=item_ids)
    if claimed:
        record(
            event="labeling.items.leased",
            subject=project,
            by=annotator,
            at=at,
            project_id=project.pk,
            items=len(claimed),
        )
    schema = schema_of(plan.task_type)
    return tasks_of(claimed, {each.assignment_id: schema for each in claimed})


@transaction.atomic
def keep_calls(
    *,
    profile: MachineProfile,
    project: Project,
    task: LeasedTask,
    request_hash: str,
    request_bytes: int,
    tries: Sequence[Try],
    state: CallState,
    by: User,
    at: datetime,
) -> MachineCall:
    """Keep every try of one question and what it cost; returns the last.

    `state` is what came of the last, read against the label schema.
    """
    calls = [
        MachineCall(
            profile=profile,
            project=project,
            item_id=task.item_id,
            assignment_id=task.assignment_id,
            request_hash=request_hash,
            request_bytes=request_bytes,
            state=state if each is tries[-1] else CallState(each.ending.value),
            answer_format=each.answer_format,
            text=each.text,
            detail=each.detail,
            http_status=each.status,
            input_tokens=each.input_tokens,
            output_tokens=each.output_tokens,
            cost=call_cost(profile, each.input_tokens, each.output_tokens),
            seconds=each.seconds,
            at=at,
        )
        for each in tries
    ]
    last = MachineCall.objects.bulk_create(calls)[-1]
    record(
        event="labeling.machine.asked",
        subject=last,
        by=by,
        at=at,
        project_id=project.pk,
        tries=len(calls),
        state=last.state,
    )
    return last


@transaction.atomic
def submit_reply(
    *,
    profile: MachineProfile,
    call: MachineCall,
    assignment_id: UUID,
    lease: UUID,
    answers: dict[str, object],
    seconds: float,
    by: User,
    at: datetime,
) -> Judgment:
    """Record what an answered call says of an item, traced to the call; once for an assignment.

    A call made for another assignment of the very same words is said again and costs nothing.

    :raises InvalidAnswers: the answers do not fit the schema; nothing was kept.
    :raises AlreadySubmitted: the machine's judgment of the item is already kept.
    """
    judgment = submit_judgment(
        assignment_id=assignment_id,
        lease=lease,
        answers=answers,
        idempotency_key=f"machine:{assignment_id}",
        seconds=seconds,
        by=by,
        at=at,
    )
    MachineJudgment.objects.get_or_create(
        judgment=judgment,
        defaults={
            "profile": profile,
            "call": call,
            "reused": call.assignment_id != assignment_id,
        },
    )
    return judgment


def give_back(*, task: LeasedTask, by: User, at: datetime) -> None:
    """Give a task back unanswered, if it is still held; why is in its calls."""
    try:
        release_lease(assignment_id=task.assignment_id, lease=task.lease, by=by, at=at)
    except LeaseLost:
        return  # it ran out meanwhile, so it is given back already
