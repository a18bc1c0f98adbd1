"""The expert's screens: blind audits, and disagreements to settle. One at a time."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from touchstone.apps.people.policies import Capability
from touchstone.apps.planning.queries import project_for
from touchstone.flows import adjudications as adjudicating
from touchstone.flows import audits as auditing
from touchstone.workbench.access import needs, person, shows_media
from touchstone.workbench.questions import (
    escalations_of,
    label_question,
    reasons_of,
    screens_of,
)
from touchstone.workbench.screens import expert_data

if TYPE_CHECKING:
    from collections.abc import Mapping

GRADE = re.compile(r"-?[0-9]{1,3}")
NO_GRADE = -1000  # outside every scale, so that the operation names it


@needs(Capability.AUDIT)
def audits(request: HttpRequest, key: str) -> HttpResponseBase:
    """The next judgment to re-judge; the annotator's answer is not in the page."""
    project = project_for(person(request), key, Capability.AUDIT)
    desk = auditing.next_audit(project=project, by=person(request), at=timezone.now())
    context: dict[str, Any] = {"project": project, "waiting": desk.waiting, "task": desk.task}
    if desk.task:
        shows_media(request)
        language = get_language() or "en"
        context["screens"] = screens_of(desk.task.schema, language)
        context["reasons"] = reasons_of(desk.task.schema, language)
        context["escalations"] = escalations_of(desk.task.schema, language)
        context["data"] = expert_data(desk.task, desk.task.schema, person(request))
    return render(request, "workbench/audits.html", context)


@needs(Capability.AUDIT, methods=("POST",), back="work:audits")
def audit(request: HttpRequest, key: str, number: int) -> HttpResponseBase:
    """Take a blind answer, then say whether the two agree."""
    by = person(request)
    project = project_for(by, key, Capability.AUDIT)
    agrees = auditing.submit_audit(
        project=project, number=number, answers=_answers(request), by=by, at=timezone.now()
    )
    if agrees:
        messages.success(request, _("Kept. You and the annotator agree."))
    else:
        messages.info(request, _("Kept. You and the annotator disagree."))
    return redirect("work:audits", key=key)


def _answers(request: HttpRequest) -> Mapping[str, object]:
    """The answers as the script wrote them; whatever is no object is refused as such later."""
    try:
        found = json.loads(request.POST.get("answers", ""))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


@needs(Capability.AUDIT)
def adjudications(request: HttpRequest, key: str) -> HttpResponseBase:
    """The widest open disagreement with the grades given, without names."""
    project = project_for(person(request), key, Capability.AUDIT)
    desk = adjudicating.next_case(project=project, by=person(request), at=timezone.now())
    context: dict[str, Any] = {"project": project, "waiting": desk.waiting, "task": desk.task}
    if desk.task:
        shows_media(request)
        question = label_question(desk.task.schema, get_language() or "en")
        context["question"] = question
        names = {choice.value: choice.name for choice in question.choices}
        context["given"] = [(grade, names.get(str(grade), "")) for grade in desk.task.grades]
        context["data"] = expert_data(desk.task, desk.task.schema, person(request))
    return render(request, "workbench/adjudications.html", context)


@needs(Capability.AUDIT, methods=("POST",), back="work:adjudications")
def adjudication(request: HttpRequest, key: str, number: int) -> HttpResponseBase:
    """Settle one disagreement."""
    by, grade = person(request), request.POST.get("grade", "")
    project = project_for(by, key, Capability.AUDIT)
    adjudicating.settle_case(
        project=project,
        number=number,
        grade=int(grade) if GRADE.fullmatch(grade) else NO_GRADE,
        rationale=request.POST.get("rationale", ""),
        by=by,
        at=timezone.now(),
    )
    messages.success(request, _("Settled. Your rationale is kept with it."))
    return redirect("work:adjudications", key=key)
