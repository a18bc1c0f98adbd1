"""Costs and the return of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from touchstone.apps.economics.operations import (
    estimate_return,
    post_adjudication_costs,
    post_audit_costs,
    post_fixed_cost,
    post_repeat_costs,
)
from touchstone.apps.economics.policies import Assumptions
from touchstone.apps.economics.queries import cost_summary, costs_of, newest_return
from touchstone.apps.evaluations.queries import evaluation_for, evaluations_of
from touchstone.apps.people.policies import Capability
from touchstone.apps.planning.queries import project_for
from touchstone.flows.return_review import review_return
from touchstone.lib.errors import Refused
from touchstone.web import charts
from touchstone.web.access import needs, person
from touchstone.web.forms.value import FixedCostForm, ReturnForm, assumed
from touchstone.web.pages import page_of, project_page

if TYPE_CHECKING:
    from touchstone.apps.planning.models import Project


@needs(Capability.VIEW_VALUE)
def view(request: HttpRequest, key: str) -> HttpResponse:
    """What the project cost, what is left of the budget, and the return as a range."""
    project = project_for(person(request), key, Capability.VIEW_VALUE)
    return _page(request, project, {})


def _page(
    request: HttpRequest, project: Project, context: dict[str, object], status: int = 200
) -> HttpResponse:
    summary = cost_summary(project, person(request))
    estimate = newest_return(project) if summary.whole else None
    evaluations = list(evaluations_of(project)[:20])
    found = {
        "summary": summary,
        "waterfall": charts.waterfall(summary.by_class, summary.currency),
        "estimate": estimate,
        "picture": charts.return_range(estimate) if estimate else None,
        "assumed": assumed(estimate.parameters) if estimate else [],
        "lines": page_of(request, costs_of(project, person(request)), 25),
        "evaluations": evaluations,
        "form": ReturnForm(evaluations=evaluations),
        "cost_form": FixedCostForm(initial={"currency": summary.currency.code}),
    }
    return project_page(request, project, "value", found | context, status=status)


@needs(Capability.ESTIMATE_RETURN, methods=("POST",))
def estimate(request: HttpRequest, key: str) -> HttpResponseBase:
    """Estimate the return under the assumptions given."""
    project = project_for(person(request), key, Capability.ESTIMATE_RETURN)
    form = ReturnForm(request.POST, evaluations=list(evaluations_of(project)[:20]))
    if form.is_valid():
        number, metric = form.evaluation_and_metric()
        try:
            estimate_return(
                evaluation=evaluation_for(person(request), number), metric=metric,
                assumptions=Assumptions(**form.assumptions()), seed=form.cleaned_data["seed"],
                by=person(request), at=timezone.now(),
            )  # fmt: skip
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(
                request, _("The return is estimated; its assumptions stand beside it.")
            )
            return redirect("web:value", key=key)
    return _page(request, project, {"form": form}, status=422)


@needs(Capability.ESTIMATE_RETURN, methods=("POST",))
def fixed_cost(request: HttpRequest, key: str) -> HttpResponseBase:
    """Post a cost that no judgment stands for."""
    project = project_for(person(request), key, Capability.ESTIMATE_RETURN)
    form = FixedCostForm(request.POST)
    if form.is_valid():
        try:
            post_fixed_cost(
                project=project, **form.cleaned_data, by=person(request), at=timezone.now()
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The cost is in the ledger."))
            return redirect("web:value", key=key)
    return _page(request, project, {"cost_form": form}, status=422)


@needs(Capability.ESTIMATE_RETURN, methods=("POST",), back="web:value")
def post_expert_costs(request: HttpRequest, key: str) -> HttpResponseBase:
    """Post the audits, adjudications and repeats that are done and not yet paid."""
    project = project_for(person(request), key, Capability.ESTIMATE_RETURN)
    by, at = person(request), timezone.now()
    audits = post_audit_costs(project=project, by=by, at=at)
    cases = post_adjudication_costs(project=project, by=by, at=at)
    repeats = post_repeat_costs(project=project, by=by, at=at)
    text = _("%(n)s cost lines posted; what was posted before stays once.")
    messages.success(request, text % {"n": len(audits) + len(cases) + len(repeats)})
    return redirect("web:value", key=key)


@needs(Capability.ESTIMATE_RETURN, methods=("POST",), back="web:value")
def review(request: HttpRequest, key: str) -> HttpResponseBase:
    """Confirm that the newest estimate was reviewed."""
    project = project_for(person(request), key, Capability.ESTIMATE_RETURN)
    note = request.POST.get("note", "")
    review_return(project=project, note=note, by=person(request), at=timezone.now())
    messages.success(request, _("The return is reviewed. The project can be closed."))
    return redirect("web:value", key=key)
