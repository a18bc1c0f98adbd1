"""The start page: every project that the person may see, what needs hands first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from touchstone.apps.people.policies import Capability
from touchstone.apps.people.queries import holds_somewhere, reaches_of
from touchstone.flows.portfolio import ProjectCard, portfolio
from touchstone.web.access import person, signed_in
from touchstone.web.pages import Can


@signed_in()
def start(request: HttpRequest) -> HttpResponseBase:
    """The portfolio, or the workbench for those who have nothing in the console."""
    user = person(request)
    if holds_somewhere(user, Capability.VIEW_PROJECT):
        return _portfolio(request)
    if holds_somewhere(user, Capability.LABEL):
        return redirect("/work/")
    return render(request, "web/no_role.html")


def _portfolio(request: HttpRequest) -> HttpResponse:
    cards = portfolio(user=person(request), at=timezone.now())
    context = {
        "cards": cards,
        # What the person may do somewhere: their roles on each project would take a query each.
        "can": Can(frozenset(reaches_of(person(request)))),
        "bad": [card for card in cards if _has(card, "bad")],
        "watched": [card for card in cards if not _has(card, "bad") and _has(card, "watch")],
        "may_file": holds_somewhere(person(request), Capability.FILE_REQUEST),
        "may_triage": holds_somewhere(person(request), Capability.TRIAGE_REQUEST),
    }
    return render(request, "web/portfolio.html", context)


def _has(card: ProjectCard, level: str) -> bool:
    return any(light.level == level for light in card.lights)
