"""The risk register of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from touchstone.apps.people.policies import Capability
from touchstone.apps.planning.queries import project_for
from touchstone.apps.risks.operations import close_risk, open_risk
from touchstone.apps.risks.queries import risk_of, risks_of, totals_by_project
from touchstone.lib.errors import Refused
from touchstone.web import charts
from touchstone.web.access import needs, person
from touchstone.web.forms.plans import LOSS_PLACES, risk_draft
from touchstone.web.forms.risks import CloseRiskForm, RiskForm
from touchstone.web.pages import fields_of, project_page

if TYPE_CHECKING:
    from touchstone.apps.markets.models import Currency
    from touchstone.apps.planning.models import Project
    from touchstone.apps.risks.queries import AssessedRisk


@needs(Capability.VIEW_RISKS)
def register(request: HttpRequest, key: str) -> HttpResponse:
    """Every risk, the open ones first, with what each is expected to cost."""
    project = project_for(person(request), key, Capability.VIEW_RISKS)
    rows, today = risks_of(project), timezone.localdate()
    context = {
        "rows": rows,
        "totals": totals_by_project([project], today).get(project.pk),
        "picture": charts.losses(rows),
        "today": today,
        "currency": _currency(rows, project),
    }
    return project_page(request, project, "risks", context)


def _currency(rows: list[AssessedRisk], project: Project) -> Currency:
    """The currency of the budget: that in which risks are opened."""
    return rows[0].risk.currency if rows else project.request.currency


@needs(Capability.WRITE_RISKS, methods=("GET", "POST"))
def new(request: HttpRequest, key: str) -> HttpResponseBase:
    """Put a risk into the register."""
    project = project_for(person(request), key, Capability.WRITE_RISKS)
    form = RiskForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _open(request, project, form):
        messages.success(request, _("The risk is in the register."))
        return redirect("web:risks", key=key)
    status = 422 if request.method == "POST" else 200
    return project_page(
        request, project, "risks", {"form": form}, template="web/projects/risk_new.html",
        status=status,
    )  # fmt: skip


def _open(request: HttpRequest, project: Project, form: RiskForm) -> bool:
    values = dict(form.cleaned_data)
    review_date = values.pop("review_date")
    digits = form.digits_of(project)
    try:
        open_risk(
            project=project, draft=risk_draft(values, digits), owner=person(request),
            review_date=review_date, by=person(request), at=timezone.now(),
        )  # fmt: skip
    except Refused as refused:
        fields = fields_of(refused) or {"": str(refused)}
        for name, text in fields.items():
            place = LOSS_PLACES.get(name, name)
            form.add_error(place if place in form.fields else None, text)
        return False
    return True


@needs(Capability.WRITE_RISKS, methods=("POST",), back="web:risks")
def close(request: HttpRequest, key: str, number: int) -> HttpResponseBase:
    """Say that a risk occurred, or that it is over."""
    project = project_for(person(request), key, Capability.WRITE_RISKS)
    risk, form = risk_of(project, number), CloseRiskForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say whether the risk occurred, and what came of it."))
        return redirect("web:risks", key=key)
    close_risk(risk=risk, **form.cleaned_data, by=person(request), at=timezone.now())
    messages.success(request, _("Risk R%(number)s is closed.") % {"number": number})
    return redirect("web:risks", key=key)
