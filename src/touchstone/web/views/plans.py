"""The plan of a project: its versions, writing one, submitting and deciding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from touchstone.apps.people.policies import Capability
from touchstone.apps.planning.operations import (
    PlanDraft,
    draft_plan,
    reject_plan,
    revise_plan,
    submit_plan,
)
from touchstone.apps.planning.policies import PlanState
from touchstone.apps.planning.queries import (
    capacity_needed,
    draft_of,
    newest_plan,
    plan_cost,
    plan_version,
    plans_of,
    project_for,
)
from touchstone.flows.plan_approval import approve as approve_flow
from touchstone.flows.qualification_plan import terms_of_tests
from touchstone.lib.errors import NotVisible, Refused
from touchstone.lib.numbers import whole
from touchstone.web.access import needs, person
from touchstone.web.forms.plans import PlanSheet, first_plan, from_draft
from touchstone.web.pages import fields_of, project_page

if TYPE_CHECKING:
    from touchstone.apps.planning.models import Plan, Project


@needs(Capability.VIEW_PROJECT)
def view(request: HttpRequest, key: str) -> HttpResponse:
    """The newest version, or the one asked for by `?version=`."""
    project = project_for(person(request), key, Capability.VIEW_PROJECT)
    asked = whole(request.GET.get("version", ""))
    versions = list(plans_of(project))
    newest = versions[0] if versions else None
    plan = newest if asked is None else plan_version(project, asked)
    context: dict[str, object] = {"plan": plan, "newest_plan": newest, "versions": versions}
    context |= _details(plan) if plan else {}
    return project_page(request, project, "plan", context)


def _details(plan: Plan) -> dict[str, object]:
    return {
        "terms": list(plan.locales.select_related("locale")),
        "plan_risks": list(plan.risks.all()),
        "cost": plan_cost(plan),
        "hours": capacity_needed(plan),
        "tests": terms_of_tests(plan),
    }


@needs(Capability.WRITE_PLAN, methods=("GET", "POST"))
def edit(request: HttpRequest, key: str) -> HttpResponseBase:
    """Write the first plan, revise the draft, or begin the next version."""
    project = project_for(person(request), key, Capability.WRITE_PLAN)
    plan = newest_plan(project)
    sheet = PlanSheet(request.POST or None, _initial(project, plan))
    if request.method == "POST" and sheet.is_valid():
        try:
            _save(project, plan, sheet.draft(), request)
        except Refused as refused:
            sheet.show_refusal(str(refused), fields_of(refused))
        else:
            messages.success(request, _("The plan is kept as a draft. Submit it when it is ready."))
            return redirect("web:plan", key=key)
    status = 422 if request.method == "POST" else 200
    context = {"sheet": sheet, "form": sheet.form, "plan": plan}
    return project_page(
        request, project, "plan", context, template="web/projects/plan_edit.html", status=status
    )


def _initial(project: Project, plan: Plan | None) -> dict[str, object]:
    if plan is None:
        return first_plan(project.request, timezone.localdate())
    return from_draft(draft_of(plan), next_version=plan.state != PlanState.DRAFT)


def _save(project: Project, plan: Plan | None, draft: PlanDraft, request: HttpRequest) -> None:
    by, at = person(request), timezone.now()
    if plan is not None and plan.state == PlanState.DRAFT:
        revise_plan(plan=plan, draft=draft, by=by, at=at)
    else:
        draft_plan(project=project, draft=draft, by=by, at=at)


def _newest(project: Project) -> Plan:
    plan = newest_plan(project)
    if plan is None:
        raise NotVisible(_("There is no such plan."))
    return plan


@needs(Capability.WRITE_PLAN, methods=("POST",), back="web:plan")
def submit(request: HttpRequest, key: str) -> HttpResponseBase:
    """Ask another person to approve the draft."""
    project = project_for(person(request), key, Capability.WRITE_PLAN)
    submit_plan(plan=_newest(project), by=person(request), at=timezone.now())
    messages.success(request, _("Submitted. Somebody other than you approves it."))
    return redirect("web:plan", key=key)


@needs(Capability.APPROVE_PLAN, methods=("POST",), back="web:plan")
def approve(request: HttpRequest, key: str) -> HttpResponseBase:
    """Put the submitted plan in force."""
    project = project_for(person(request), key, Capability.APPROVE_PLAN)
    approve_flow(plan=_newest(project), by=person(request), at=timezone.now())
    messages.success(request, _("The plan is in force. Its risks are in the register."))
    return redirect("web:plan", key=key)


@needs(Capability.APPROVE_PLAN, methods=("POST",), back="web:plan")
def reject(request: HttpRequest, key: str) -> HttpResponseBase:
    """Send the submitted plan back with a note."""
    project = project_for(person(request), key, Capability.APPROVE_PLAN)
    note = request.POST.get("note", "")
    reject_plan(plan=_newest(project), note=note, by=person(request), at=timezone.now())
    messages.success(request, _("Sent back with your note; the next version answers it."))
    return redirect("web:plan", key=key)
