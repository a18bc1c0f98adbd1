"""Reading the audit trail. Callers pass the project or request they were allowed to see."""

from __future__ import annotations

from django.db.models import QuerySet

from touchstone.apps.ledger.models import Event


def events_of_project(project_id: int) -> QuerySet[Event]:
    """What happened in a project, newest first."""
    return Event.objects.filter(project_id=project_id).order_by("-id")


def events_of_request(request_id: int) -> QuerySet[Event]:
    """What happened to a labeling request, newest first."""
    return Event.objects.filter(request_id=request_id).order_by("-id")
