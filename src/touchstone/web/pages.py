"""What pages have in common: what the person may do here, and the frame of a project's pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from touchstone.apps.people.policies import Capability, allowed
from touchstone.apps.planning.queries import newest_plan, roles_on_project
from touchstone.flows.portfolio import project_card
from touchstone.lib.errors import Refused
from touchstone.web.access import person
from touchstone.web.next_steps import next_step

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from touchstone.apps.people.models import Role
    from touchstone.apps.planning.models import Project

ROWS_A_PAGE = 50


@dataclass(frozen=True)
class Can:
    """What a person may do to one thing; `{% if can.TRIAGE_REQUEST %}` in a template."""

    roles: frozenset[Role]

    def __getitem__(self, name: str) -> bool:
        return allowed(self.roles, Capability[name])


def page_of(request: HttpRequest, rows: QuerySet[Any] | list[Any], size: int = ROWS_A_PAGE) -> Page:
    """The page that the address asks for, or the nearest there is."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


@dataclass(frozen=True)
class Tab:
    """One tab of a project."""

    key: str
    name: str
    icon: str
    needs: str

    @property
    def view(self) -> str:
        return f"web:{self.key}"


def tabs(can: Can) -> list[Tab]:
    """The tabs that the person may open."""
    every = (
        Tab("project", _("Overview"), "gauge", "VIEW_PROJECT"),
        Tab("plan", _("Plan"), "checklist", "VIEW_PROJECT"),
        Tab("items", _("Items"), "list-search", "VIEW_ITEMS"),
        Tab("people", _("People"), "users", "VIEW_PEOPLE"),
        Tab("quality", _("Quality"), "rosette-discount-check", "VIEW_QUALITY"),
        Tab("questions", _("Questions"), "message-question", "ANSWER_QUESTIONS"),
        Tab("releases", _("Releases"), "package", "VIEW_RELEASES"),
        Tab("value", _("Value"), "coin", "VIEW_VALUE"),
        Tab("risks", _("Risks"), "alert-triangle", "VIEW_RISKS"),
        Tab("activity", _("Activity"), "history", "VIEW_ACTIVITY"),
    )
    return [tab for tab in every if can[tab.needs]]


def project_page(
    request: HttpRequest,
    project: Project,
    tab: str,
    context: Mapping[str, Any],
    *,
    template: str = "",
    status: int = 200,
) -> HttpResponse:
    """One tab of a project in the project's frame.

    The lights and the next step take as many queries as a tab of its own, so a tab leaves them to
    `projects.lights`, which the page fetches while its reader already reads.
    """
    can = Can(roles_on_project(person(request), project))
    frame = {"project": project, "can": can, "tabs": tabs(can), "tab": tab}
    where = template or f"web/projects/{tab}.html"
    return render(request, where, {**frame, **context}, status=status)


def standing(project: Project) -> dict[str, Any]:
    """The five lights of a project and what to do next."""
    card = project_card(project=project, at=timezone.now())
    return {"card": card, "step": next_step(card, newest_plan(project))}


def fields_of(refused: Refused) -> dict[str, str]:
    """What a refusal says of single fields, for those who show it beside them."""
    fields = refused.details.get("fields")
    return fields if isinstance(fields, dict) else {}
