"""What the database itself refuses, whoever writes to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.apps.planning.conftest import Cast
from tests.factories.intake import AT
from tests.factories.planning import PlanRiskDraftFactory, a_plan, a_submitted_plan
from touchstone.apps.planning.models import Membership, Plan, PlanLocale, PlanRisk, Project
from touchstone.apps.planning.operations import approve_plan, reject_plan

pytestmark = pytest.mark.slow  # each needs a plan to break


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("planning_plan_overlap", {"overlap": 0}),
        ("planning_plan_overlap", {"overlap": 51}),
        ("planning_plan_dynamic_overlap", {"overlap_most": 5}),
        ("planning_plan_dynamic_overlap", {"stop_confidence": "0.9"}),
        ("planning_plan_dynamic_overlap", {"overlap_most": 1, "stop_confidence": "0.9"}),
        ("planning_plan_dynamic_overlap", {"overlap_most": 51, "stop_confidence": "0.9"}),
        ("planning_plan_dynamic_overlap", {"overlap_most": 5, "stop_confidence": "1"}),
        ("planning_plan_dynamic_overlap", {"overlap_most": 5, "stop_confidence": "0.499"}),
        ("planning_plan_gold_rate", {"gold_rate": "0.501"}),
        ("planning_plan_gold_rate", {"gold_rate": "-0.001"}),
        ("planning_plan_repeat_rate", {"repeat_rate": "0.101"}),
        ("planning_plan_repeat_rate", {"repeat_rate": "-0.001"}),
        ("planning_plan_budget_positive", {"budget_minor_units": 0}),
        ("planning_plan_speed_positive", {"speed_standard": 0}),
        ("planning_plan_ends_after_start", {"end_date": "2026-03-01"}),
        ("planning_plan_submitted_who_when", {"submitted_at": AT}),
        ("planning_plan_decided_who_when", {"decided_at": AT}),
        ("planning_plan_approved_is_hashed", {"state": "approved"}),
        ("planning_plan_approved_is_hashed", {"state": "superseded"}),
    ],
)
def test_a_plan_keeps_its_rules(
    cast: Cast, project: Project, constraint: str, change: dict[str, object]
) -> None:
    plan = a_plan(project)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(**change)


def test_nobody_decides_on_what_they_submitted(cast: Cast, project: Project) -> None:
    plan = a_submitted_plan(project)

    with (
        pytest.raises(IntegrityError, match="planning_plan_decided_by_another"),
        transaction.atomic(),
    ):
        Plan.objects.filter(pk=plan.pk).update(decided_by=plan.submitted_by, decided_at=AT)


def _copy(plan: Plan, **changes: object) -> None:
    copy = Plan.objects.get(pk=plan.pk)
    copy.pk = None
    for name, value in changes.items():
        setattr(copy, name, value)
    copy.save(force_insert=True)


def test_a_version_is_written_once_and_one_plan_is_in_force(cast: Cast, project: Project) -> None:
    plan = approve_plan(plan=a_submitted_plan(project), by=cast.approver, at=AT)

    with pytest.raises(IntegrityError, match="planning_plan_version"), transaction.atomic():
        _copy(plan, state="draft")
    with pytest.raises(IntegrityError, match="planning_plan_one_approved"), transaction.atomic():
        _copy(plan, version=2)


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("planning_planlocale_sample_positive", {"sample_size": 0}),
        ("planning_planlocale_standard_in_range", {"alpha_lower_bound": "1.001"}),
        ("planning_planlocale_standard_in_range", {"alpha_lower_bound": "-1.001"}),
        ("planning_planlocale_standard_in_range", {"gold_accuracy": "1.001"}),
        ("planning_planlocale_standard_in_range", {"gold_accuracy": "-0.001"}),
        ("planning_planlocale_prices_not_negative", {"price_per_judgment": "-0.01"}),
        ("planning_planlocale_prices_not_negative", {"price_per_audit": "-0.01"}),
        ("planning_planlocale_prices_not_negative", {"price_per_adjudication": "-0.01"}),
    ],
)
def test_a_locale_of_a_plan_keeps_its_rules(
    cast: Cast, project: Project, constraint: str, change: dict[str, object]
) -> None:
    plan = a_plan(project)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        plan.locales.update(**change)


def test_a_locale_is_planned_once(cast: Cast, project: Project) -> None:
    terms = a_plan(project).locales.get()
    terms.pk = None

    with pytest.raises(IntegrityError, match="planning_planlocale_once"), transaction.atomic():
        terms.save(force_insert=True)


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("planning_planrisk_p", {"probability": 0}),
        ("planning_planrisk_p", {"probability": 1}),
        ("planning_planrisk_loss_interval", {"loss_low_minor_units": 0}),
        ("planning_planrisk_loss_interval", {"loss_high_minor_units": 1_000_000}),
    ],
)
def test_a_risk_of_a_plan_keeps_its_rules(
    cast: Cast, project: Project, constraint: str, change: dict[str, object]
) -> None:
    plan = a_plan(project, risks=(PlanRiskDraftFactory(),))

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        plan.risks.update(**change)


def test_a_person_has_a_function_on_a_project_once(cast: Cast, project: Project) -> None:
    with pytest.raises(IntegrityError, match="planning_membership_once"), transaction.atomic():
        for _ in range(2):
            Membership.objects.create(
                project=project, user=cast.annotator, function="annotator", added_at=AT
            )


# --- a plan that was handed in is frozen ----------------------------------------------------------


def _submitted(project: Project, cast: Cast) -> Plan:
    return a_submitted_plan(project, risks=(PlanRiskDraftFactory(),))


def _approved(project: Project, cast: Cast) -> Plan:
    return approve_plan(plan=_submitted(project, cast), by=cast.approver, at=AT)


def _rejected(project: Project, cast: Cast) -> Plan:
    return reject_plan(plan=_submitted(project, cast), note="No.", by=cast.approver, at=AT)


Make = Callable[[Project, Cast], Plan]


@pytest.mark.parametrize("make", [_submitted, _approved, _rejected])
@pytest.mark.parametrize("part", [PlanLocale, PlanRisk])
def test_no_part_changes_once_a_plan_is_handed_in(
    cast: Cast, project: Project, make: Make, part: type[PlanLocale] | type[PlanRisk]
) -> None:
    plan = make(project, cast)
    rows = part.objects.filter(plan=plan)

    with pytest.raises(IntegrityError, match="no longer a draft: DELETE"), transaction.atomic():
        rows.delete()
    with pytest.raises(IntegrityError, match="no longer a draft: UPDATE"), transaction.atomic():
        rows.update(plan=plan)
    added = rows.get()
    added.pk = None
    with pytest.raises(IntegrityError, match="no longer a draft: INSERT"), transaction.atomic():
        added.save(force_insert=True)


@pytest.mark.parametrize("make", [_approved, _rejected])
def test_a_decided_plan_never_changes(cast: Cast, project: Project, make: Make) -> None:
    plan = make(project, cast)
    row = Plan.objects.filter(pk=plan.pk)

    for change in (
        {"overlap": 9},
        {"end_date": plan.end_date + timedelta(days=1)},
        {"state": "draft"},
        {"state": "superseded", "overlap": 9},
    ):
        with pytest.raises(IntegrityError, match="is frozen: UPDATE"), transaction.atomic():
            row.update(**change)


def test_an_approved_plan_may_only_be_superseded(cast: Cast, project: Project) -> None:
    plan = _approved(project, cast)

    Plan.objects.filter(pk=plan.pk).update(state="superseded")

    with pytest.raises(IntegrityError, match="is frozen"), transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(state="approved")
