"""One project: its overview, its phases, its audit trail."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from touchstone.apps.intake.policies import RequestState, legal_moves
from touchstone.apps.ledger.queries import events_of_project
from touchstone.apps.people.policies import Capability
from touchstone.apps.people.queries import names_of
from touchstone.apps.planning.queries import project_for, roles_on_project
from touchstone.flows import phases
from touchstone.flows.portfolio import ProjectCard
from touchstone.web import charts
from touchstone.web.access import needs, person
from touchstone.web.pages import Can, page_of, project_page, standing

PHASES: dict[str, Callable[..., None]] = {
    "pilot": phases.start_pilot,
    "live": phases.go_live,
    "pause": phases.pause,
    "resume": phases.resume,
    "close": phases.close,
}


@needs(Capability.VIEW_PROJECT)
def overview(request: HttpRequest, key: str) -> HttpResponse:
    """How the project stands: lights, next step, burn-up, facts."""
    project = project_for(person(request), key, Capability.VIEW_PROJECT)
    found = standing(project)
    card = found["card"]
    moves = legal_moves(RequestState(project.request.state), None)
    context = {
        "plan": card.plan,
        "pace": card.pace,
        "picture": _burn_up(card),
        "may_pause": RequestState.PAUSED in moves,
        "may_go_live": RequestState.LIVE in moves and project.request.state != "delivered",
        "locales": project.request.locales.all(),
    }
    return project_page(
        request, project, "project", found | context, template="web/projects/overview.html"
    )


def _burn_up(card: ProjectCard) -> charts.Chart | None:
    if card.plan is None:
        return None
    pace, plan = card.pace, card.plan
    return charts.burn_up(pace.by_day, pace.wanted, plan.start_date, plan.end_date)


@needs(Capability.VIEW_PROJECT)
def lights(request: HttpRequest, key: str) -> HttpResponse:
    """The lights and the next step alone, for the other tabs to fetch."""
    project = project_for(person(request), key, Capability.VIEW_PROJECT)
    can = Can(roles_on_project(person(request), project))
    context = {"project": project, "can": can} | standing(project)
    return render(request, "web/parts/standing.html", context)


@needs(Capability.RUN_PROJECT, methods=("POST",), back="web:project")
def phase(request: HttpRequest, key: str) -> HttpResponseBase:
    """Start the pilot, go live, pause, resume, or close."""
    project = project_for(person(request), key, Capability.RUN_PROJECT)
    step = PHASES.get(request.POST.get("to", ""))
    if step is None:
        messages.error(request, _("There is no such phase. Nothing was changed."))
        return redirect("web:project", key=key)
    reason = request.POST.get("reason", "")
    step(project=project, by=person(request), at=timezone.now(), reason=reason)
    state = project.request.get_state_display()
    messages.success(request, _("The project is now in “%(state)s”.") % {"state": state})
    return redirect("web:project", key=key)


@needs(Capability.VIEW_ACTIVITY)
def activity(request: HttpRequest, key: str) -> HttpResponse:
    """Who did what when, newest first."""
    project = project_for(person(request), key, Capability.VIEW_ACTIVITY)
    page = page_of(request, events_of_project(project.pk))
    context = {"page": page, "names": names_of(event.by_id for event in page)}
    return project_page(request, project, "activity", context)
