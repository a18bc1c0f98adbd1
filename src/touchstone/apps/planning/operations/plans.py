"""Writing, submitting and deciding plans. An approved plan is frozen; a change is a new version."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from touchstone.apps.guidelines.models import GuidelineVersion
from touchstone.apps.guidelines.queries import quiz_of
from touchstone.apps.intake.models import RequestState
from touchstone.apps.intake.operations import hold_request
from touchstone.apps.ledger import operations as ledger
from touchstone.apps.markets.models import Currency
from touchstone.apps.markets.queries import NoExchangeRate, convert
from touchstone.apps.people.models import User, Vendor
from touchstone.apps.planning import drafts
from touchstone.apps.planning.drafts import PlanDraft
from touchstone.apps.planning.models import (
    Plan,
    PlanLocale,
    PlanRisk,
    PlanState,
    PlanVendor,
    Project,
)
from touchstone.apps.planning.policies import APPROVABLE, PLANNABLE
from touchstone.apps.planning.queries import content_hash, draft_of
from touchstone.lib.errors import Refused


class RequestNotPlannable(Refused):
    """The project is over, or paused, so its plan stays as it is."""

    code = "request_not_plannable"

    def __init__(self, state: RequestState) -> None:
        super().__init__(
            _("The project is in “%(state)s”, so its plan cannot change now. Nothing was changed.")
            % {"state": state.label},
            state=state.value,
        )


class InvalidPlan(Refused):
    """Some fields cannot stand; `details["fields"]` says which and why."""

    code = "invalid_plan"

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(
            ngettext(
                "Nothing was saved: %(count)d field of the plan needs attention.",
                "Nothing was saved: %(count)d fields of the plan need attention.",
                len(fields),
            )
            % {"count": len(fields)},
            fields=fields,
        )


class PlanStillOpen(Refused):
    """A project has one plan in the making at a time."""

    code = "plan_still_open"

    def __init__(self, plan: Plan) -> None:
        super().__init__(
            _("Version %(version)d of the plan is not decided yet. Change or decide that one.")
            % {"version": plan.version},
            version=plan.version,
        )


class PlanNotInState(Refused):
    """What was asked fits a plan in another state."""

    code = "plan_not_in_state"

    def __init__(self, plan: Plan, needed: PlanState) -> None:
        super().__init__(
            _(
                "Version %(version)d of the plan is in “%(state)s”; this needs a plan in "
                "“%(needed)s”. Nothing was changed."
            )
            % {
                "version": plan.version,
                "state": PlanState(plan.state).label,
                "needed": needed.label,
            },
            state=plan.state,
            needed=needed.value,
        )


class ApprovedBySubmitter(Refused):
    """A plan is decided by somebody else than the person who submitted it."""

    code = "approved_by_submitter"

    def __init__(self) -> None:
        super().__init__(
            _("You submitted this plan, so another person has to decide on it. It still waits.")
        )


@transaction.atomic
def draft_plan(*, project: Project, draft: PlanDraft, by: User, at: datetime) -> Plan:
    """Write the next version of a project's plan.

    :raises RequestNotPlannable: the project is not, or no longer, to be planned.
    :raises PlanStillOpen: another version is a draft or awaits approval.
    :raises InvalidPlan: with every field that cannot stand.
    """
    _hold(project, PLANNABLE)
    undecided = project.plans.filter(state__in=(PlanState.DRAFT, PlanState.SUBMITTED)).first()
    if undecided is not None:
        raise PlanStillOpen(undecided)
    _check(project, draft, at)
    newest: int | None = project.plans.aggregate(newest=Max("version"))["newest"]
    plan = Plan(project=project, version=(newest or 0) + 1, created_by=by, created_at=at)
    _fill(plan, draft)
    ledger.record(
        event="planning.plan.drafted",
        subject=plan,
        by=by,
        at=at,
        project_id=project.pk,
        request_id=project.request_id,
        version=plan.version,
    )
    return plan


@transaction.atomic
def revise_plan(*, plan: Plan, draft: PlanDraft, by: User, at: datetime) -> Plan:
    """Replace what a draft plan says.

    :raises RequestNotPlannable: the project is no longer to be planned.
    :raises PlanNotInState: it is not a draft any more.
    :raises InvalidPlan: with every field that cannot stand.
    """
    _hold(plan.project, PLANNABLE)
    _bring_up_to(plan, PlanState.DRAFT)
    _check(plan.project, draft, at)
    _fill(plan, draft)
    ledger.record(
        event="planning.plan.revised",
        subject=plan,
        by=by,
        at=at,
        project_id=plan.project.pk,
        request_id=plan.project.request_id,
        version=plan.version,
    )
    return plan


@transaction.atomic
def submit_plan(*, plan: Plan, by: User, at: datetime) -> Plan:
    """Ask another person to approve a draft plan; its parts are frozen from now on.

    :raises RequestNotPlannable: the project is no longer to be planned.
    :raises PlanNotInState: it is not a draft any more.
    :raises InvalidPlan: what it is held against has changed since it was written.
    """
    _hold(plan.project, PLANNABLE)
    _bring_up_to(plan, PlanState.DRAFT)
    _check(plan.project, draft_of(plan), at)
    plan.state, plan.submitted_by, plan.submitted_at = PlanState.SUBMITTED, by, at
    plan.save(update_fields=["state", "submitted_by", "submitted_at"])
    ledger.record(
        event="planning.plan.submitted",
        subject=plan,
        by=by,
        at=at,
        project_id=plan.project.pk,
        request_id=plan.project.request_id,
        version=plan.version,
    )
    return plan


@transaction.atomic
def approve_plan(*, plan: Plan, by: User, at: datetime) -> Plan:
    """Put a submitted plan in force, under the hash of its content, in place of the one before.

    :raises RequestNotPlannable: the project is over or paused.
    :raises PlanNotInState: it is not awaiting approval (any more).
    :raises ApprovedBySubmitter: `by` submitted it.
    """
    _hold(plan.project, APPROVABLE)
    _bring_up_to(plan, PlanState.SUBMITTED)
    if plan.submitted_by_id == by.pk:
        raise ApprovedBySubmitter
    plan.project.plans.filter(state=PlanState.APPROVED).update(state=PlanState.SUPERSEDED)
    plan.content_hash = content_hash(plan)
    _decide(plan, PlanState.APPROVED, by=by, at=at)
    ledger.record(
        event="planning.plan.approved",
        subject=plan,
        by=by,
        at=at,
        project_id=plan.project.pk,
        request_id=plan.project.request_id,
        version=plan.version,
        content_hash=plan.content_hash,
    )
    return plan


@transaction.atomic
def reject_plan(*, plan: Plan, note: str, by: User, at: datetime) -> Plan:
    """Send a submitted plan back with a note; what comes next is a new version.

    :raises PlanNotInState: it is not awaiting approval (any more).
    :raises ApprovedBySubmitter: `by` submitted it.
    :raises InvalidPlan: the note is empty.
    """
    hold_request(plan.project.request_id)
    _bring_up_to(plan, PlanState.SUBMITTED)
    if plan.submitted_by_id == by.pk:
        raise ApprovedBySubmitter
    if not note.strip():
        raise InvalidPlan({"note": _("Say what has to change.")})
    _decide(plan, PlanState.REJECTED, by=by, at=at, note=note.strip())
    ledger.record(
        event="planning.plan.rejected",
        subject=plan,
        by=by,
        at=at,
        project_id=plan.project.pk,
        request_id=plan.project.request_id,
        version=plan.version,
        note=note,
    )
    return plan


def _hold(project: Project, states: frozenset[RequestState]) -> None:
    state = RequestState(hold_request(project.request_id).state)
    if state not in states:
        raise RequestNotPlannable(state)


def _bring_up_to(plan: Plan, needed: PlanState) -> None:
    """Read `plan` again under its lock, and see that it is in the state `needed`."""
    # All but the project: its request is the very object whose state the caller goes on with.
    fields = [field.name for field in Plan._meta.concrete_fields if field.name != "project"]
    held = Plan.objects.select_for_update(of=("self",))
    plan.refresh_from_db(fields=fields, from_queryset=held)
    if plan.state != needed:
        raise PlanNotInState(plan, needed)


def _decide(plan: Plan, state: PlanState, *, by: User, at: datetime, note: str = "") -> None:
    plan.state, plan.decided_by, plan.decided_at, plan.decision_note = state, by, at, note
    plan.save(update_fields=["state", "decided_by", "decided_at", "decision_note", "content_hash"])


def _check(project: Project, draft: PlanDraft, at: datetime) -> None:
    if errors := drafts.errors_of(draft, _setting(project, draft, at)):
        raise InvalidPlan(errors)


def _setting(project: Project, draft: PlanDraft, at: datetime) -> drafts.Setting:
    request = project.request
    digits = dict(Currency.objects.values_list("code", "digits"))
    guidelines = GuidelineVersion.objects.filter(pk=draft.guideline_version)
    return drafts.Setting(
        today=at.date(),
        deadline_date=request.deadline_date,
        volumes=dict(request.locales.values_list("locale_id", "volume")),
        request_budget_minor_units=_request_budget(project, draft, at),
        currency_digits=digits,
        known_guideline_versions=set(guidelines.values_list("pk", flat=True)),
        known_vendors=set(Vendor.objects.values_list("key", flat=True)),
        guideline_versions_with_quiz={each.pk for each in guidelines if quiz_of(each)},
        follows_an_approved_plan=project.plans.filter(state=PlanState.APPROVED).exists(),
    )


def _request_budget(project: Project, draft: PlanDraft, at: datetime) -> int | None:
    request = project.request
    try:
        return convert(
            request.budget_minor_units, request.currency_id, draft.currency, on=at.date()
        )
    except NoExchangeRate:
        return None


def _fill(plan: Plan, draft: PlanDraft) -> None:
    """Write the fields of `draft` into the row, and its parts instead of those it had."""
    guideline_version = GuidelineVersion.objects.get(pk=draft.guideline_version)
    plan.guideline_version = guideline_version
    plan.task_type_id = guideline_version.task_type_id
    plan.sample_method = draft.sample_method
    plan.sample_note = draft.sample_note
    plan.overlap = draft.overlap
    plan.overlap_most = draft.overlap_most
    plan.stop_confidence = draft.stop_confidence
    plan.gold_rate = draft.gold_rate
    plan.repeat_rate = draft.repeat_rate
    plan.lease_minutes = draft.lease_minutes
    plan.quiz_required = draft.quiz_required
    plan.gold_test_size = draft.gold_test_size
    plan.qualification_days = draft.qualification_days
    plan.speed_standard = draft.speed_standard
    plan.start_date = draft.start_date
    plan.end_date = draft.end_date
    plan.currency_id = draft.currency
    plan.budget_minor_units = draft.budget_minor_units
    plan.change_note = draft.change_note.strip()
    plan.save()
    _fill_parts(plan, draft)


def _fill_parts(plan: Plan, draft: PlanDraft) -> None:
    plan.vendors.all().delete()
    plan.locales.all().delete()
    plan.risks.all().delete()
    PlanLocale.objects.bulk_create(
        PlanLocale(
            plan=plan,
            locale_id=terms.locale,
            sample_size=terms.sample_size,
            alpha_lower_bound=terms.alpha_lower_bound,
            gold_accuracy=terms.gold_accuracy,
            price_per_judgment=terms.price_per_judgment,
            price_per_audit=terms.price_per_audit,
            price_per_adjudication=terms.price_per_adjudication,
        )
        for terms in draft.locales
    )
    keys = dict(Vendor.objects.values_list("key", "pk"))
    PlanVendor.objects.bulk_create(
        PlanVendor(plan=plan, locale_id=terms.locale, vendor_id=keys[key])
        for terms in draft.locales
        for key in terms.vendors
    )
    PlanRisk.objects.bulk_create(PlanRisk(plan=plan, **asdict(risk)) for risk in draft.risks)
