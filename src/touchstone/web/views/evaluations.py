"""Comparing two systems on a release, and reading the result."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from touchstone.apps.datasets.queries import release_for
from touchstone.apps.evaluations.operations import evaluate as evaluate_runs
from touchstone.apps.evaluations.queries import evaluation_for, run_for, runs_of
from touchstone.apps.people.policies import Capability
from touchstone.web import charts
from touchstone.web.access import needs, person
from touchstone.web.forms.releases import EvaluationForm, part_choices
from touchstone.web.pages import project_page


@needs(Capability.EVALUATE, methods=("POST",), back="web:release")
def evaluate(request: HttpRequest, key: str, version: int) -> HttpResponseBase:
    """Measure two runs against a release."""
    release = release_for(person(request), key, version, Capability.EVALUATE)
    form = EvaluationForm(
        request.POST, runs=list(runs_of(release.project)), parts=part_choices(release.test_share)
    )
    if not form.is_valid():
        messages.error(request, _("Choose two runs and a seed. Nothing was evaluated."))
        return redirect("web:release", key=key, version=version)
    chosen = form.cleaned_data
    found = evaluate_runs(
        release=release,
        baseline=run_for(release.project, int(chosen["baseline"])),
        candidate=run_for(release.project, int(chosen["candidate"])),
        seed=chosen["seed"], part=chosen["part"], by=person(request), at=timezone.now(),
    )  # fmt: skip
    return redirect("web:evaluation", number=found.pk)


@needs(Capability.VIEW_RELEASES)
def detail(request: HttpRequest, number: int) -> HttpResponse:
    """Each metric of both systems, and the difference with its interval and p."""
    evaluation = evaluation_for(person(request), number)
    comparisons = list(evaluation.comparisons.all())
    results = list(evaluation.results.all())
    title = _("Difference of the candidate from the baseline: 95 % interval (line), zero (tick)")
    context = {
        "evaluation": evaluation,
        "comparisons": comparisons,
        "results": results,
        "systems": charts.systems(results),
        "picture": charts.differences(comparisons, title),
    }
    project = evaluation.release.project
    return project_page(
        request, project, "releases", context, template="web/projects/evaluation.html"
    )
