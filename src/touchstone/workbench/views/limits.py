"""Exposure as the person sees it: what work may show, consent to it, one's own limits."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from touchstone.apps.people.policies import Capability, time_zones
from touchstone.apps.planning.queries import project_for
from touchstone.apps.wellbeing.operations import (
    HoursRefused,
    UnknownDisclosure,
    give_consent,
    state_hours,
    withdraw_consent,
)
from touchstone.apps.wellbeing.policies import Severity
from touchstone.apps.wellbeing.queries import my_limits
from touchstone.flows import exposure
from touchstone.lib.numbers import whole
from touchstone.workbench.access import needs, person, signed_in
from touchstone.workbench.languages import direction_of

if TYPE_CHECKING:
    from touchstone.apps.planning.models import Project


@needs(Capability.LABEL, methods=("GET", "POST"))
def consent(request: HttpRequest, key: str) -> HttpResponseBase:
    """What a project's items may show; the person agrees, or goes back to their projects."""
    return _consent(request, key, Capability.LABEL)


@needs(Capability.AUDIT, methods=("GET", "POST"))
def expert_consent(request: HttpRequest, key: str) -> HttpResponseBase:
    """The same for who audits and settles disagreements: they look at the items as well."""
    return _consent(request, key, Capability.AUDIT)


# Where somebody goes on once they agree, by what they came for, when no screen sent them here.
ONWARD = {Capability.LABEL: "work:task", Capability.AUDIT: "work:start"}


def _consent(request: HttpRequest, key: str, capability: Capability) -> HttpResponseBase:
    by = person(request)
    project = project_for(by, key, capability)
    if request.method == "POST":
        return _agreed(request, project, capability)
    missing = exposure.consent_missing(project=project, by=by)
    if missing is None:
        return _onward(request, project, capability)
    language, text = missing.text(get_language() or "en")
    context = {
        "project": project,
        "severity": missing.severity.value,
        "version": missing.version,
        "language": language,
        "dir": direction_of(language),
        "paragraphs": text.split("\n\n"),
    }
    return render(request, "workbench/consent.html", context)


def _onward(request: HttpRequest, project: Project, capability: Capability) -> HttpResponseBase:
    asked_from = request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(asked_from, allowed_hosts=None):
        return redirect(asked_from)
    name = ONWARD[capability]
    return redirect(name) if name == "work:start" else redirect(name, key=project.key)


def _agreed(request: HttpRequest, project: Project, capability: Capability) -> HttpResponseBase:
    """The severity is the project's own; the form only says which wording was read."""
    try:
        give_consent(
            severity=exposure.severity_on(project),
            version=whole(request.POST.get("version", "")) or 0,
            language=get_language() or "en",
            by=person(request),
            at=timezone.now(),
        )
    except UnknownDisclosure as error:
        messages.error(request, str(error))
        return redirect(request.get_full_path())
    return _onward(request, project, capability)


@signed_in()
def mine(request: HttpRequest) -> HttpResponseBase:
    """My limits: the books against the limits, hours, topics, consent. For the person alone."""
    limits = my_limits(person(request), timezone.now())
    topics = [(key, name, key in limits.declined) for key, name in exposure.topics()]
    zones = sorted(time_zones())
    context = {"limits": limits, "topics": topics, "zones": zones}
    with timezone.override(ZoneInfo(limits.hours.time_zone)):
        return render(request, "workbench/limits.html", context)


@signed_in(methods=("POST",))
def hours(request: HttpRequest) -> HttpResponseBase:
    """State one's working hours."""
    starts, ends = (_clock(request.POST.get(name, "")) for name in ("starts", "ends"))
    if starts is None or ends is None:
        messages.error(request, _("Write both times as hours and minutes. Nothing was changed."))
        return redirect("work:limits")
    try:
        state_hours(
            time_zone=request.POST.get("time_zone", ""),
            starts=starts,
            ends=ends,
            by=person(request),
            at=timezone.now(),
        )
    except HoursRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Your working hours are kept."))
    return redirect("work:limits")


def _clock(written: str) -> time | None:
    try:
        return time.fromisoformat(written).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        return None


@signed_in(methods=("POST",))
def topics(request: HttpRequest) -> HttpResponseBase:
    """Decline a topic, or take it again."""
    exposure.choose_topic(
        topic=request.POST.get("topic", ""),
        declined=request.POST.get("choice") == "decline",
        by=person(request),
        at=timezone.now(),
    )
    messages.success(request, _("Your choice is kept. It changes neither scores nor pay."))
    return redirect("work:limits")


@signed_in(methods=("POST",))
def withdraw(request: HttpRequest) -> HttpResponseBase:
    """Withdraw consent to a harm class."""
    wanted = request.POST.get("severity", "")
    # What is not a harm class has no text: the operation says so.
    severity = Severity(wanted) if wanted in set(Severity) else Severity.S0
    withdraw_consent(severity=severity, by=person(request), at=timezone.now())
    messages.success(request, _("Your consent is withdrawn. It changes neither scores nor pay."))
    return redirect("work:limits")
