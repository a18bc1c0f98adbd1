"""The annotator's screens: my projects, the guideline, one task."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language

from touchstone.apps.people.operations import set_preferences
from touchstone.apps.people.policies import Capability
from touchstone.apps.planning.queries import project_for
from touchstone.flows import desk
from touchstone.flows.exposure import severity_on
from touchstone.flows.labeling import GuidelineUnread
from touchstone.flows.qualification import QualificationNeeded
from touchstone.workbench.access import needs, person, shows_media, signed_in
from touchstone.workbench.languages import direction_of
from touchstone.workbench.questions import escalations_of, reasons_of, screens_of
from touchstone.workbench.screens import asked_data, desk_data, research_url
from touchstone.workbench.views.qualifying import step_before

YEAR_SECONDS = 365 * 24 * 3600


@signed_in()
def start(request: HttpRequest) -> HttpResponseBase:
    """My projects: what to do on each."""
    work = desk.my_work(by=person(request), at=timezone.now())
    return render(request, "workbench/start.html", {"work": work})


@needs(Capability.LABEL, methods=("GET", "POST"))
def guideline(request: HttpRequest, key: str) -> HttpResponseBase:
    """The version in force, to read and to confirm."""
    by = person(request)
    project = project_for(by, key, Capability.LABEL)
    if request.method == "POST":
        language = request.POST.get("language", "en")
        desk.confirm_guideline(project=project, by=by, language=language, at=timezone.now())
        return redirect("work:task", key=key)
    language = request.GET.get("language") or get_language() or "en"
    reading = desk.read_guideline(project=project, by=by, language=language)
    context = {"project": project, "reading": reading, "dir": direction_of(reading.language)}
    return render(request, "workbench/guideline.html", context)


@needs(Capability.LABEL)
def task(request: HttpRequest, key: str) -> HttpResponseBase:
    """One task after the other; the scripts lease and submit through the API."""
    by, at, language = person(request), timezone.now(), get_language() or "en"
    project = project_for(by, key, Capability.LABEL)
    try:
        found = desk.sit_down(project=project, by=by, language=language, at=at)
    except (GuidelineUnread, QualificationNeeded) as error:
        return step_before(error, key)
    shows_media(request)
    context = {
        "project": project,
        "reading": found.reading,
        "dir": direction_of(found.reading.language),
        "screens": screens_of(found.schema, language),
        "reasons": reasons_of(found.schema, language),
        "escalations": escalations_of(found.schema, language),
        "data": desk_data(project, by, found, at) | {"questions": asked_data(project, by)},
        "exposes": severity_on(project).is_exposure,
        "research_url": research_url(severity_on(project)),
    }
    return render(request, "workbench/task.html", context)


@signed_in(methods=("POST",))
def language(request: HttpRequest) -> HttpResponseBase:
    """Switch the language of the workbench, and of the console where it has that language."""
    by, chosen, target = person(request), request.POST.get("language", ""), request.POST.get("next")
    here = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    response = redirect(target if here and target else "work:start")
    if chosen in dict(settings.WORKBENCH_LANGUAGES):
        set_preferences(user=by, language=chosen, time_zone=by.time_zone, by=by, at=timezone.now())
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=YEAR_SECONDS,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response
