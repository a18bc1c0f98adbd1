"""Releases: freezing one, its page and files, the requester's decision, system runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from touchstone.apps.consensus.queries import newest_run
from touchstone.apps.datasets.queries import file_chunks, file_of, release_for, releases_of
from touchstone.apps.evaluations.operations import upload_run
from touchstone.apps.evaluations.queries import evaluations_of, runs_of
from touchstone.apps.people.policies import Capability
from touchstone.apps.planning.queries import project_for
from touchstone.flows.delivery import decide as decide_flow
from touchstone.flows.delivery import deliver
from touchstone.lib.errors import Refused
from touchstone.web.access import needs, person
from touchstone.web.forms.releases import (
    DecisionForm,
    EvaluationForm,
    ReleaseForm,
    RunForm,
    part_choices,
)
from touchstone.web.pages import project_page

if TYPE_CHECKING:
    from touchstone.apps.planning.models import Project


@needs(Capability.VIEW_RELEASES)
def overview(request: HttpRequest, key: str) -> HttpResponse:
    """The releases, the form that freezes one, the system runs and evaluations."""
    project = project_for(person(request), key, Capability.VIEW_RELEASES)
    return _overview(request, project, {})


def _overview(
    request: HttpRequest, project: Project, context: dict[str, object], status: int = 200
) -> HttpResponse:
    found = {
        "releases": releases_of(project),
        "run": newest_run(project),
        "runs": runs_of(project)[:50],
        "evaluations": evaluations_of(project)[:20],
        "form": ReleaseForm(),
        "run_form": RunForm(),
    }
    return project_page(request, project, "releases", found | context, status=status)


@needs(Capability.MAKE_RELEASE, methods=("POST",))
def freeze(request: HttpRequest, key: str) -> HttpResponseBase:
    """Freeze the newest consensus and deliver it."""
    project = project_for(person(request), key, Capability.MAKE_RELEASE)
    form = ReleaseForm(request.POST)
    if form.is_valid():
        try:
            release = deliver(
                project=project, run=newest_run(project), **form.cleaned_data,
                by=person(request), at=timezone.now(),
            )  # fmt: skip
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            text = _("Release %(version)s is frozen and delivered; the requester decides on it.")
            messages.success(request, text % {"version": release.version})
            return redirect("web:release", key=key, version=release.version)
    return _overview(request, project, {"form": form}, status=422)


@needs(Capability.VIEW_RELEASES)
def detail(request: HttpRequest, key: str, version: int) -> HttpResponse:
    """One release: its card, its files and checksums, the decision, evaluations on it."""
    release = release_for(person(request), key, version)
    runs = list(runs_of(release.project)[:50])
    context = {
        "release": release,
        "decision": getattr(release, "decision", None),
        "decision_form": DecisionForm(),
        "evaluation_form": EvaluationForm(runs=runs, parts=part_choices(release.test_share)),
        "evaluations": evaluations_of(release.project).filter(release=release),
        "runs": runs,
    }
    project = release.project
    return project_page(request, project, "releases", context, template="web/projects/release.html")


@needs(Capability.DOWNLOAD_RELEASE)
def download(request: HttpRequest, key: str, version: int, name: str) -> HttpResponseBase:
    """Stream one file."""
    release = release_for(person(request), key, version, Capability.DOWNLOAD_RELEASE)
    file = file_of(release, name)
    response = StreamingHttpResponse(file_chunks(file), content_type=file.media_type)
    response["Content-Length"] = str(file.size_bytes)
    response["Content-Disposition"] = f'attachment; filename="{key}-v{version}-{file.name}"'
    response["Digest"] = f"sha-256={file.sha256}"
    return response


@needs(Capability.DECIDE_RELEASE, methods=("POST",), back="web:release")
def decide(request: HttpRequest, key: str, version: int) -> HttpResponseBase:
    """The requester accepts the release, or returns it with a reason."""
    release = release_for(person(request), key, version, Capability.DECIDE_RELEASE)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Accept the release, or return it. Nothing was decided."))
        return redirect("web:release", key=key, version=version)
    decided = decide_flow(
        release=release, decision=form.cleaned_data["decision"],
        reason=form.cleaned_data["reason"], by=person(request), at=timezone.now(),
    )  # fmt: skip
    messages.success(
        request,
        _("Release %(v)s: %(what)s.") % {"v": version, "what": decided.get_decision_display()},
    )
    return redirect("web:release", key=key, version=version)


@needs(Capability.EVALUATE, methods=("POST",))
def upload(request: HttpRequest, key: str) -> HttpResponseBase:
    """Take in a TREC run file of a search system."""
    project = project_for(person(request), key, Capability.EVALUATE)
    form = RunForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = upload_run(
                project=project, system=form.cleaned_data["system"], file_name=file.name,
                stream=file, by=person(request), at=timezone.now(),
            )  # fmt: skip
        except Refused as refused:
            form.add_error("file", str(refused))
        else:
            text = _("The run of %(system)s is in: %(queries)s queries.")
            messages.success(request, text % {"system": run.system, "queries": run.queries})
            return redirect("web:releases", key=key)
    return _overview(request, project, {"run_form": form}, status=422)
