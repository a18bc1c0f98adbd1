"""Quality of a project: figures against their standards, raters, queues, lots, consensus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from touchstone.apps.consensus.operations import run_consensus
from touchstone.apps.consensus.queries import (
    gold_check,
    label_counts,
    newest_run,
)
from touchstone.apps.people.policies import Capability
from touchstone.apps.planning.queries import plan_in_force, project_for
from touchstone.apps.quality.appealing.queries import open_appeals
from touchstone.apps.quality.operations import draw_audits, measure, open_adjudications
from touchstone.apps.quality.queries import (
    lots_of,
    newest_measurements,
    rater_rows,
    waiting_for_lot,
)
from touchstone.apps.quality.queues import queue_sizes
from touchstone.flows.acceptance import decide_lot
from touchstone.web import charts
from touchstone.web.access import needs, person
from touchstone.web.forms.quality import AuditDrawForm, LotForm
from touchstone.web.pages import project_page
from touchstone.web.quality_figures import gates_of, picture_of_gates, rater_standard

if TYPE_CHECKING:
    from touchstone.apps.planning.models import PlanLocale, Project


@needs(Capability.VIEW_QUALITY)
def view(request: HttpRequest, key: str) -> HttpResponse:
    """Everything measured, what waits, and the buttons for the next step."""
    project = project_for(person(request), key, Capability.VIEW_QUALITY)
    terms = _terms(project)
    measured = newest_measurements(project)
    standard = rater_standard(terms)
    rows = rater_rows(project, person(request), standard)
    context = {
        "gates": gates_of(terms, measured),
        "overall": gates_of([], measured),
        "pictures": picture_of_gates(terms, measured),
        "raters": rows,
        "asked_again": any(row.consistency for row in rows),
        "rater_picture": charts.raters(rows, standard),
        "standard": standard,
        "queues": queue_sizes(project),
        "open_appeals": open_appeals(project),
        "waiting": waiting_for_lot(project),
        "lots": lots_of(project),
        "draw_form": AuditDrawForm(),
    } | _consensus(project)
    return project_page(request, project, "quality", context)


def _terms(project: Project) -> list[PlanLocale]:
    plan = plan_in_force(project)
    return list(plan.locales.all()) if plan else []


def _consensus(project: Project) -> dict[str, object]:
    run = newest_run(project)
    if run is None:
        return {"run": None}
    counts = label_counts(run)
    return {
        "run": run,
        "run_labels": counts.by_grade,
        "run_differs": counts.differing,
        "run_gold": gold_check(run),
    }


@needs(Capability.RUN_QUALITY, methods=("POST",), back="web:quality")
def measure_now(request: HttpRequest, key: str) -> HttpResponseBase:
    """Compute every figure afresh."""
    project = project_for(person(request), key, Capability.RUN_QUALITY)
    found = measure(project=project, by=person(request), at=timezone.now())
    text = ngettext("%(n)s figure measured.", "%(n)s figures measured.", len(found))
    messages.success(request, text % {"n": len(found)})
    return redirect("web:quality", key=key)


@needs(Capability.RUN_QUALITY, methods=("POST",), back="web:quality")
def audits(request: HttpRequest, key: str) -> HttpResponseBase:
    """Draw judgments to audit at random."""
    project = project_for(person(request), key, Capability.RUN_QUALITY)
    form = AuditDrawForm(request.POST)
    if not form.is_valid():
        messages.error(
            request, _("Say how many audits to draw: a whole number. Nothing was drawn.")
        )
        return redirect("web:quality", key=key)
    draw = draw_audits(
        project=project, size=form.cleaned_data["size"], seed=form.cleaned_data["seed"],
        by=person(request), at=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("%(n)s judgments wait in the audit queue.") % {"n": draw.size})
    return redirect("web:quality", key=key)


@needs(Capability.RUN_QUALITY, methods=("POST",), back="web:quality")
def adjudications(request: HttpRequest, key: str) -> HttpResponseBase:
    """Open a case for each disagreement."""
    project = project_for(person(request), key, Capability.RUN_QUALITY)
    opened = open_adjudications(project=project, by=person(request), at=timezone.now())
    text = ngettext("%(n)s case opened.", "%(n)s cases opened.", opened) % {"n": opened}
    messages.success(request, text if opened else _("No new disagreement: no case was opened."))
    return redirect("web:quality", key=key)


@needs(Capability.RUN_QUALITY, methods=("POST",), back="web:quality")
def lots(request: HttpRequest, key: str) -> HttpResponseBase:
    """Accept or reject the judgments of a locale that wait."""
    project = project_for(person(request), key, Capability.RUN_QUALITY)
    form = LotForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a locale and a decision. Nothing was decided."))
        return redirect("web:quality", key=key)
    chosen = form.cleaned_data
    lot = decide_lot(
        project=project, locale_tag=chosen["locale"], decision=chosen["decision"],
        reason=chosen["reason"], by=person(request), at=timezone.now(),
    )  # fmt: skip
    messages.success(
        request,
        _("Lot %(number)s is decided: %(decision)s.")
        % {"number": lot.number, "decision": lot.get_decision_display()},
    )
    return redirect("web:quality", key=key)


@needs(Capability.RUN_CONSENSUS, methods=("POST",), back="web:quality")
def consensus(request: HttpRequest, key: str) -> HttpResponseBase:
    """Estimate the true label of every item."""
    project = project_for(person(request), key, Capability.RUN_CONSENSUS)
    run = run_consensus(project=project, by=person(request), at=timezone.now())
    messages.success(
        request,
        _("Consensus found for %(items)s items from %(judgments)s judgments.")
        % {"items": run.items, "judgments": run.judgments},
    )
    return redirect("web:quality", key=key)
