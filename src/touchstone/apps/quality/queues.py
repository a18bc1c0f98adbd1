"""How much waits for those who check: audits and disagreements. Pass projects one may see."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Project
from touchstone.apps.quality.models import Adjudication, Audit


@dataclass(frozen=True)
class QueueSizes:
    """How much waits for the QA lead."""

    audits_open: int
    audits_done: int
    audits_agreeing: int
    cases_open: int
    cases_settled: int


def queue_sizes(project: Project) -> QueueSizes:
    """How many audits and cases are open and done."""
    audits = Audit.objects.filter(project=project).aggregate(
        audits_open=Count("id", filter=Q(done_at=None)),
        audits_done=Count("id", filter=Q(done_at__isnull=False)),
        audits_agreeing=Count("id", filter=Q(agrees=True)),
    )
    cases = Adjudication.objects.filter(project=project).aggregate(
        cases_open=Count("id", filter=Q(settled_at=None)),
        cases_settled=Count("id", filter=Q(settled_at__isnull=False)),
    )
    return QueueSizes(**audits, **cases)


def waiting_audits(projects: QuerySet[Project], auditor: User) -> dict[int, int]:
    """How many audits wait for this auditor, by project id; projects without any are left out."""
    rows = Audit.objects.filter(project__in=projects, done_at=None).exclude(
        judgment__annotator=auditor
    )
    return dict(rows.values_list("project").annotate(n=Count("id")))


def waiting_cases(projects: QuerySet[Project]) -> dict[int, int]:
    """How many disagreements wait for an expert, by project id; as `waiting_audits`."""
    rows = Adjudication.objects.filter(project__in=projects, settled_at=None)
    return dict(rows.values_list("project").annotate(n=Count("id")))
