"""The people on a project: who they are, what they did, putting them on and taking them off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from touchstone.apps.labeling.machines.queries import machines_of
from touchstone.apps.people.policies import Capability, allowed
from touchstone.apps.people.queries import people_visible_to, person_for
from touchstone.apps.planning.operations import add_member, remove_member
from touchstone.apps.planning.queries import (
    members_of,
    plan_in_force,
    project_for,
    roles_on_project,
)
from touchstone.apps.quality.queries import rater_rows
from touchstone.web.access import needs, person
from touchstone.web.forms.members import MemberForm
from touchstone.web.pages import project_page

if TYPE_CHECKING:
    from touchstone.apps.planning.models import Project


@needs(Capability.VIEW_PEOPLE)
def members(request: HttpRequest, key: str) -> HttpResponse:
    """Members by function, and what each annotator did, as far as the viewer may see."""
    project = project_for(person(request), key, Capability.VIEW_PEOPLE)
    plan = plan_in_force(project)
    rows = rater_rows(project, person(request), None)
    context = {
        "members": members_of(project, person(request)),
        "work": {row.user.pk: row for row in rows},
        "plan": plan,
        "machines": machines_of(project) if _runs(project, request) else [],
        "form": MemberForm(people=people_visible_to(person(request))),
    }
    return project_page(request, project, "people", context)


def _runs(project: Project, request: HttpRequest) -> bool:
    """Whether the viewer may know what machines did and cost here."""
    return allowed(roles_on_project(person(request), project), Capability.VIEW_ACTIVITY)


@needs(Capability.ASSIGN_PEOPLE, methods=("POST",), back="web:people")
def add(request: HttpRequest, key: str) -> HttpResponseBase:
    """Put a person on the project."""
    project = project_for(person(request), key, Capability.ASSIGN_PEOPLE)
    form = MemberForm(request.POST, people=people_visible_to(person(request)))
    if not form.is_valid():
        messages.error(request, _("Choose a person and what for. Nothing was changed."))
        return redirect("web:people", key=key)
    user = person_for(person(request), int(form.cleaned_data["user"]))
    function = form.cleaned_data["function"]
    add_member(project=project, user=user, function=function, by=person(request), at=timezone.now())
    messages.success(request, _("%(name)s is on the project.") % {"name": user.name})
    return redirect("web:people", key=key)


@needs(Capability.ASSIGN_PEOPLE, methods=("POST",), back="web:people")
def remove(request: HttpRequest, key: str) -> HttpResponseBase:
    """Take a person off the project; their judgments stay."""
    project = project_for(person(request), key, Capability.ASSIGN_PEOPLE)
    form = MemberForm(request.POST, people=people_visible_to(person(request)))
    if not form.is_valid():
        messages.error(request, _("Choose a person and what for. Nothing was changed."))
        return redirect("web:people", key=key)
    user = person_for(person(request), int(form.cleaned_data["user"]))
    function = form.cleaned_data["function"]
    remove_member(
        project=project, user=user, function=function, by=person(request), at=timezone.now()
    )
    messages.success(
        request, _("%(name)s is off the project; the judgments stay.") % {"name": user.name}
    )
    return redirect("web:people", key=key)
