"""Writing, submitting and deciding plans."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection
from django.utils import translation

from tests.apps.planning.conftest import Cast, a_cast
from tests.factories.intake import AT
from tests.factories.planning import (
    PlanLocaleDraftFactory,
    PlanRiskDraftFactory,
    a_draft,
    a_plan,
    a_project,
    a_submitted_plan,
)
from touchstone.apps.intake.models import RequestState
from touchstone.apps.intake.operations import move_request
from touchstone.apps.ledger.queries import events_of_project
from touchstone.apps.markets.operations import record_exchange_rate
from touchstone.apps.planning.models import Plan, PlanState, Project
from touchstone.apps.planning.operations import (
    ApprovedBySubmitter,
    InvalidPlan,
    PlanNotInState,
    PlanStillOpen,
    RequestNotPlannable,
    approve_plan,
    draft_plan,
    reject_plan,
    revise_plan,
    submit_plan,
)
from touchstone.apps.planning.policies import PLANNABLE
from touchstone.apps.planning.queries import (
    content_hash,
    draft_of,
    newest_plan,
    plan_content,
    plan_in_force,
)

pytestmark = pytest.mark.slow  # each draws up a plan of its own


def test_a_drafted_plan_says_what_was_written(cast: Cast, project: Project) -> None:
    draft = a_draft(
        project,
        locales=(PlanLocaleDraftFactory(locale="en-GB", sample_size=300), PlanLocaleDraftFactory()),
        risks=(PlanRiskDraftFactory(), PlanRiskDraftFactory()),
        sample_note="Queries of February",
    )

    plan = draft_plan(project=project, draft=draft, by=cast.owner, at=AT)

    assert (plan.version, plan.state, plan.created_by) == (1, PlanState.DRAFT, cast.owner)
    assert plan.task_type == plan.guideline_version.guideline.task_type
    assert draft_of(Plan.objects.get(pk=plan.pk)) == draft
    assert events_of_project(project.pk)[0].event == "planning.plan.drafted"


def _locale(**changes: object) -> dict[str, object]:
    return {"locales": (PlanLocaleDraftFactory(**changes),)}


def _risk(**changes: object) -> dict[str, object]:
    return {"risks": (PlanRiskDraftFactory(), PlanRiskDraftFactory(**changes))}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"guideline_version": 0}, "guideline_version"),
        ({"sample_method": "by taste"}, "sample_method"),
        ({"currency": "XXX"}, "currency"),
        ({"overlap": 0}, "overlap"),
        ({"overlap": 51}, "overlap"),
        ({"overlap_most": 5}, "stop_confidence"),
        ({"stop_confidence": Decimal("0.9")}, "overlap_most"),
        ({"overlap": 3, "overlap_most": 2, "stop_confidence": Decimal("0.9")}, "overlap_most"),
        ({"overlap": 3, "overlap_most": 51, "stop_confidence": Decimal("0.9")}, "overlap_most"),
        ({"overlap": 3, "overlap_most": 5, "stop_confidence": Decimal("0.4")}, "stop_confidence"),
        ({"overlap": 3, "overlap_most": 5, "stop_confidence": Decimal(1)}, "stop_confidence"),
        ({"overlap": 3, "overlap_most": 5, "stop_confidence": Decimal("NaN")}, "stop_confidence"),
        ({"lease_minutes": 0}, "lease_minutes"),
        ({"speed_standard": 0}, "speed_standard"),
        ({"gold_rate": Decimal("-0.1")}, "gold_rate"),
        ({"gold_rate": Decimal("0.501")}, "gold_rate"),
        ({"gold_rate": Decimal("0.0001")}, "gold_rate"),
        ({"repeat_rate": Decimal("-0.01")}, "repeat_rate"),
        ({"repeat_rate": Decimal("0.101")}, "repeat_rate"),
        ({"repeat_rate": Decimal("0.0001")}, "repeat_rate"),
        ({"repeat_rate": Decimal("NaN")}, "repeat_rate"),
        ({"budget_minor_units": 0}, "budget_minor_units"),
        ({"change_note": "nul\0"}, "change_note"),
        ({"end_date": date(2026, 3, 8)}, "end_date"),
        ({"start_date": date(2026, 2, 1), "end_date": date(2026, 3, 1)}, "end_date"),
        ({"locales": ()}, "locales"),
        ({"locales": (PlanLocaleDraftFactory(), PlanLocaleDraftFactory())}, "locales.fr-FR"),
        (_locale(locale="de-DE"), "locales.de-DE"),
        (_locale(sample_size=0), "locales.fr-FR.sample_size"),
        (_locale(sample_size=601), "locales.fr-FR.sample_size"),
        (_locale(alpha_lower_bound=Decimal("1.1")), "locales.fr-FR.alpha_lower_bound"),
        (_locale(gold_accuracy=Decimal("-0.1")), "locales.fr-FR.gold_accuracy"),
        (_locale(price_per_judgment=Decimal("-0.1")), "locales.fr-FR.price_per_judgment"),
        (_locale(price_per_audit=Decimal("1e6")), "locales.fr-FR.price_per_audit"),
        (
            _locale(price_per_adjudication=Decimal("0.0000001")),
            "locales.fr-FR.price_per_adjudication",
        ),
        (_risk(cause=" "), "risks.1.cause"),
        (_risk(trigger="x" * 241), "risks.1.trigger"),
        (_risk(probability=Decimal(1)), "risks.1.probability"),
        (_risk(probability=Decimal(0)), "risks.1.probability"),
        (_risk(loss_low_minor_units=0), "risks.1.loss_low_minor_units"),
        (_risk(loss_high_minor_units=1_000_000), "risks.1.loss_high_minor_units"),
    ],
)
def test_a_field_that_cannot_stand_is_named_and_nothing_is_kept(
    cast: Cast, project: Project, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidPlan) as refusal:
        a_plan(project, **changes)

    assert list(refusal.value.details["fields"]) == [field]
    assert newest_plan(project) is None


def test_a_plan_that_ends_too_late_says_why(cast: Cast, project: Project) -> None:
    late = project.request.deadline_date + timedelta(days=1)

    with pytest.raises(InvalidPlan) as refusal:
        a_plan(project, end_date=late)
    message = refusal.value.details["fields"]["end_date"]
    assert late.isoformat() in message
    assert project.request.deadline_date.isoformat() in message

    assert a_plan(project, end_date=late, change_note="Agreed with Rita.").end_date == late


def test_a_budget_below_the_cost_of_the_plan_is_refused_with_both_figures(
    cast: Cast, project: Project
) -> None:
    # 1,200 judgments and 134 gold at 0.12, 120 audits at 0.40, 20 adjudications at 0.60: 220.08.
    with pytest.raises(InvalidPlan) as refusal:
        a_plan(project, budget_minor_units=22_007)
    assert "€220.07" in refusal.value.details["fields"]["budget_minor_units"]
    assert "€220.08" in refusal.value.details["fields"]["budget_minor_units"]

    with translation.override("fr"), pytest.raises(InvalidPlan) as refusal:
        a_plan(project, budget_minor_units=22_007)
    assert "220,08\xa0€" in refusal.value.details["fields"]["budget_minor_units"]

    assert a_plan(project, budget_minor_units=22_008).budget_minor_units == 22_008


def test_a_budget_above_the_request_says_why(cast: Cast, project: Project) -> None:
    above = project.request.budget_minor_units + 1

    with pytest.raises(InvalidPlan, match="1 field"):
        a_plan(project, budget_minor_units=above)

    assert a_plan(project, budget_minor_units=above, change_note="Rita adds a cent.")


def test_a_budget_in_another_currency_is_compared_at_the_rate_of_the_day(
    cast: Cast, project: Project
) -> None:
    record_exchange_rate(
        base="EUR",
        quote="JPY",
        on=AT.date(),
        rate=Decimal(160),
        source="a test",
        by=cast.owner,
        at=AT,
    )
    most = project.request.budget_minor_units * 160 // 100  # yen have no minor unit

    with pytest.raises(InvalidPlan) as refusal:
        a_plan(project, currency="JPY", budget_minor_units=most + 1)
    assert "budget_minor_units" in refusal.value.details["fields"]

    assert a_plan(project, currency="JPY", budget_minor_units=most)


def test_a_draft_is_revised_and_a_refused_revision_changes_nothing(
    cast: Cast, project: Project
) -> None:
    plan = a_plan(project, risks=(PlanRiskDraftFactory(),))
    better = a_draft(
        project, overlap=5, locales=(PlanLocaleDraftFactory(locale="en-GB", sample_size=9),)
    )

    revise_plan(plan=plan, draft=better, by=cast.owner, at=AT)
    assert draft_of(Plan.objects.get(pk=plan.pk)) == better

    with pytest.raises(InvalidPlan):
        revise_plan(plan=plan, draft=a_draft(project, overlap=0), by=cast.owner, at=AT)
    assert draft_of(Plan.objects.get(pk=plan.pk)) == better


def test_one_plan_is_in_the_making_at_a_time(cast: Cast, project: Project) -> None:
    plan = a_plan(project)
    with pytest.raises(PlanStillOpen, match="Version 1"):
        a_plan(project)

    submit_plan(plan=plan, by=cast.owner, at=AT)
    with pytest.raises(PlanStillOpen, match="Version 1"):
        a_plan(project)

    reject_plan(plan=plan, note="Overlap 5, please.", by=cast.approver, at=AT)
    assert a_plan(project).version == 2


def test_another_person_approves_and_the_content_is_bound(cast: Cast, project: Project) -> None:
    plan = a_submitted_plan(project)
    with pytest.raises(ApprovedBySubmitter):
        approve_plan(plan=plan, by=cast.owner, at=AT)
    assert Plan.objects.get(pk=plan.pk).state == PlanState.SUBMITTED

    approve_plan(plan=plan, by=cast.approver, at=AT)

    stored = Plan.objects.get(pk=plan.pk)
    assert (stored.state, stored.decided_by, stored.decided_at) == ("approved", cast.approver, AT)
    assert stored.content_hash == content_hash(stored)
    assert plan_in_force(project) == stored


def test_rejection_needs_another_person_and_a_note(cast: Cast, project: Project) -> None:
    plan = a_submitted_plan(project)

    with pytest.raises(ApprovedBySubmitter):
        reject_plan(plan=plan, note="Not mine any more.", by=cast.owner, at=AT)
    with pytest.raises(InvalidPlan) as refusal:
        reject_plan(plan=plan, note=" ", by=cast.approver, at=AT)
    assert list(refusal.value.details["fields"]) == ["note"]

    reject_plan(plan=plan, note=" Overlap 5, please. ", by=cast.approver, at=AT)
    stored = Plan.objects.get(pk=plan.pk)
    assert (stored.state, stored.decision_note) == ("rejected", "Overlap 5, please.")
    assert (stored.content_hash, plan_in_force(project)) == ("", None)


def test_a_change_to_an_approved_plan_is_a_new_version_that_says_what_changes(
    cast: Cast, project: Project
) -> None:
    first = approve_plan(plan=a_submitted_plan(project), by=cast.approver, at=AT)
    with pytest.raises(InvalidPlan) as refusal:
        a_plan(project, overlap=5)
    assert list(refusal.value.details["fields"]) == ["change_note"]

    second = a_submitted_plan(project, overlap=5, change_note="Agreement was low.")
    assert plan_in_force(project) == first
    approve_plan(plan=second, by=cast.approver, at=AT)

    assert plan_in_force(project) == second
    first.refresh_from_db()
    assert (first.state, first.version, second.version) == (PlanState.SUPERSEDED, 1, 2)
    assert first.content_hash == content_hash(first) != second.content_hash


@pytest.mark.parametrize("state", [PlanState.SUBMITTED, PlanState.APPROVED, PlanState.REJECTED])
def test_only_a_draft_is_revised_or_submitted(
    cast: Cast, project: Project, state: PlanState
) -> None:
    plan = a_submitted_plan(project)
    if state is PlanState.APPROVED:
        approve_plan(plan=plan, by=cast.approver, at=AT)
    if state is PlanState.REJECTED:
        reject_plan(plan=plan, note="No.", by=cast.approver, at=AT)
    before = draft_of(plan)

    with pytest.raises(PlanNotInState):
        submit_plan(plan=plan, by=cast.owner, at=AT)
    with pytest.raises(PlanNotInState):
        revise_plan(plan=plan, draft=a_draft(project, overlap=7), by=cast.owner, at=AT)
    stored = Plan.objects.get(pk=plan.pk)
    assert (stored.state, draft_of(stored)) == (state, before)


def test_only_a_submitted_plan_is_decided(cast: Cast, project: Project) -> None:
    plan = a_plan(project)

    with pytest.raises(PlanNotInState):
        approve_plan(plan=plan, by=cast.approver, at=AT)
    with pytest.raises(PlanNotInState):
        reject_plan(plan=plan, note="No.", by=cast.approver, at=AT)
    assert Plan.objects.get(pk=plan.pk).decided_by is None


def test_a_plan_is_looked_at_again_when_it_is_submitted(cast: Cast, project: Project) -> None:
    plan = a_plan(project)
    after_its_end = AT + (plan.end_date - AT.date()) + timedelta(days=1)

    with pytest.raises(InvalidPlan) as refusal:
        submit_plan(plan=plan, by=cast.owner, at=after_its_end)

    assert list(refusal.value.details["fields"]) == ["end_date"]
    assert Plan.objects.get(pk=plan.pk).state == PlanState.DRAFT


def _walk(project: Project, cast: Cast, *states: str) -> None:
    for to in states:
        move_request(
            request=project.request, to=RequestState(to), by=cast.owner, at=AT, reason="because"
        )


@pytest.mark.parametrize(
    "way",
    [
        ("cancelled",),
        ("planned", "live", "delivered", "accepted"),
        ("planned", "live", "delivered", "accepted", "roi_reviewed", "closed"),
    ],
)
def test_a_project_that_is_over_is_not_planned(
    cast: Cast, project: Project, way: tuple[str, ...]
) -> None:
    plan = a_submitted_plan(project)
    _walk(project, cast, *way)

    with pytest.raises(RequestNotPlannable):
        draft_plan(project=project, draft=a_draft(project), by=cast.owner, at=AT)
    with pytest.raises(RequestNotPlannable):
        approve_plan(plan=plan, by=cast.approver, at=AT)
    assert Plan.objects.get(pk=plan.pk).state == PlanState.SUBMITTED
    assert project.request.state not in PLANNABLE


def test_a_paused_project_is_planned_but_nothing_comes_into_force(
    cast: Cast, project: Project
) -> None:
    _walk(project, cast, "paused")
    plan = a_submitted_plan(project)

    with pytest.raises(RequestNotPlannable, match="Paused"):
        approve_plan(plan=plan, by=cast.approver, at=AT)

    _walk(project, cast, "approved")
    assert approve_plan(plan=plan, by=cast.approver, at=AT).state == PlanState.APPROVED


def test_the_content_is_the_same_for_the_same_plan_whatever_the_zeros(
    cast: Cast, project: Project
) -> None:
    plan = a_plan(project, gold_rate=Decimal("0.1"), risks=(PlanRiskDraftFactory(),))
    content, digest = plan_content(plan), content_hash(plan)
    assert content["gold_rate"] == "0.1"
    assert content["project"] == project.key
    assert content["guideline_version"] == "relevance 1.2.0"

    same = a_draft(project, gold_rate=Decimal("0.100"), risks=draft_of(plan).risks)
    revise_plan(plan=plan, draft=same, by=cast.owner, at=AT)
    assert (plan_content(plan), content_hash(plan)) == (content, digest)

    revise_plan(plan=plan, draft=a_draft(project, overlap=4), by=cast.owner, at=AT)
    assert content_hash(plan) != digest


def test_a_plan_without_repeats_keeps_the_hash_it_had_before_there_were_any(
    cast: Cast, project: Project
) -> None:
    plan = a_plan(project)
    assert "repeat_rate" not in plan_content(plan)

    asking = a_draft(project, repeat_rate=Decimal("0.020"))
    revise_plan(plan=plan, draft=asking, by=cast.owner, at=AT)

    assert plan_content(plan)["repeat_rate"] == "0.02"
    assert draft_of(plan).repeat_rate == Decimal("0.02")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_approvals_at_once_one_counts() -> None:
    cast = a_cast()
    plan = a_submitted_plan(a_project(requester=cast.requester, owner=cast.owner))
    together = Barrier(2)

    def approve(user_id: int) -> bool:
        mine = Plan.objects.get(pk=plan.pk)
        together.wait()
        try:
            approve_plan(plan=mine, by=users[user_id], at=AT)
        except PlanNotInState:
            return False
        finally:
            connection.close()
        return True

    users = {user.pk: user for user in (cast.approver, cast.qa_lead)}
    with ThreadPoolExecutor(2) as pool:
        counted = dict(zip(users, pool.map(approve, users), strict=True))

    plan.refresh_from_db()
    assert sorted(counted.values()) == [False, True]
    assert counted[plan.decided_by_id]
    approvals = events_of_project(plan.project_id).filter(event="planning.plan.approved")
    assert approvals.count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_drafts_at_once_one_is_written() -> None:
    cast = a_cast()
    project = a_project(requester=cast.requester, owner=cast.owner)
    draft = a_draft(project)
    together = Barrier(2)

    def write(_: int) -> bool:
        together.wait()
        try:
            draft_plan(
                project=Project.objects.get(pk=project.pk), draft=draft, by=cast.owner, at=AT
            )
        except PlanStillOpen:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        written = list(pool.map(write, range(2)))

    assert sorted(written) == [False, True]
    assert project.plans.count() == 1


def test_what_is_asked_before_labeling_is_bound_by_the_approval(project: Project) -> None:
    plain, asking = a_plan(project), a_draft(project, gold_test_size=40, qualification_days=90)
    before = content_hash(plain)
    assert (
        not {"quiz_required", "gold_test_size", "qualification_days"} & plan_content(plain).keys()
    )

    revise_plan(plan=plain, draft=asking, by=project.owner, at=AT)

    assert content_hash(plain) != before
    assert plan_content(plain)["gold_test_size"] == 40
    assert draft_of(plain).qualification_days == 90


def test_a_dynamic_overlap_is_bound_by_the_approval(project: Project) -> None:
    fixed = a_plan(project)
    before = content_hash(fixed)
    assert not {"overlap_most", "stop_confidence"} & plan_content(fixed).keys()

    dynamic = a_draft(project, overlap_most=7, stop_confidence=Decimal("0.950"))
    revise_plan(plan=fixed, draft=dynamic, by=project.owner, at=AT)

    assert content_hash(fixed) != before
    content = plan_content(fixed)
    assert (content["overlap_most"], content["stop_confidence"]) == (7, "0.95")
    assert draft_of(fixed).stop_confidence == Decimal("0.95")
