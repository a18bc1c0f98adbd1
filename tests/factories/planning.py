"""Projects and plans, made through the product's own operations."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import factory

from tests.factories.intake import AT, request_in
from touchstone.apps.guidelines.models import Guideline, GuidelineVersion, TaskType
from touchstone.apps.intake.policies import RequestState
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Plan, Project
from touchstone.apps.planning.operations import (
    PlanDraft,
    PlanLocaleDraft,
    PlanRiskDraft,
    draft_plan,
    open_project,
    submit_plan,
)


def a_guideline_version(by: User) -> GuidelineVersion:
    """The newest version of a guideline for graded relevance; made when there is none."""
    newest = GuidelineVersion.objects.order_by("-pk").first()
    if newest is not None:
        return newest
    task_type = TaskType.objects.create(
        key="graded", name_en="Relevance", name_fr="Pertinence", schema={}, created_at=AT
    )
    guideline = Guideline.objects.create(
        key="relevance", task_type=task_type, title_en="Relevance", title_fr="Pertinence"
    )
    return GuidelineVersion.objects.create(
        guideline=guideline,
        task_type=task_type,
        major=1,
        minor=2,
        patch=0,
        published_by=by,
        published_at=AT,
    )


class PlanLocaleDraftFactory(factory.Factory[PlanLocaleDraft]):
    """What is planned in French."""

    class Meta:
        model = PlanLocaleDraft

    locale = "fr-FR"
    sample_size = 400
    alpha_lower_bound = Decimal("0.6")
    gold_accuracy = Decimal("0.85")
    price_per_judgment = Decimal("0.12")
    price_per_audit = Decimal("0.4")
    price_per_adjudication = Decimal("0.6")


class PlanRiskDraftFactory(factory.Factory[PlanRiskDraft]):
    """The risk of operations.md §6, in cents."""

    class Meta:
        model = PlanRiskDraft

    cause = factory.Sequence(lambda n: f"One vendor only ({n})")
    event = "The vendor's site is down"
    consequence = "Labels come late"
    probability = Decimal("0.2")
    loss_low_minor_units = 1_000_000
    loss_high_minor_units = 20_000_000
    treatment = "A second vendor"
    trigger = "No judgment for two hours"


class PlanDraftFactory(factory.Factory[PlanDraft]):
    """A plan that can stand; `guideline_version` has to be given."""

    class Meta:
        model = PlanDraft

    sample_method = "simple"
    overlap = 3
    gold_rate = Decimal("0.1")
    speed_standard = 60
    start_date = date(2026, 3, 9)
    end_date = date(2026, 5, 29)
    currency = "EUR"
    budget_minor_units = 450_000
    locales = factory.LazyFunction(lambda: (PlanLocaleDraftFactory(),))
    risks = ()


def a_project(
    *, requester: User, owner: User, key: str = "videos-fr", **changes: object
) -> Project:
    """A project for an accepted request; `changes` are to the request."""
    request = request_in(RequestState.APPROVED, requester=requester, owner=owner, **changes)
    return open_project(request=request, key=key, name="Short videos", owner=owner, by=owner, at=AT)


def a_draft(project: Project, **changes: object) -> PlanDraft:
    """A plan for `project` as plain values."""
    version = a_guideline_version(project.owner)
    return PlanDraftFactory(**{"guideline_version": version.pk, **changes})


def a_plan(project: Project, **changes: object) -> Plan:
    """A plan of `project` in draft."""
    return draft_plan(project=project, draft=a_draft(project, **changes), by=project.owner, at=AT)


def a_submitted_plan(project: Project, **changes: object) -> Plan:
    """A plan of `project` that its owner submitted."""
    return submit_plan(plan=a_plan(project, **changes), by=project.owner, at=AT)
