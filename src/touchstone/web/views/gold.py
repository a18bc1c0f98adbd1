"""Gold of a project after it was answered: reveals, and appeals against its marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from touchstone.apps.guidelines.policies import LabelSchema, grade_of, parse_schema
from touchstone.apps.people.policies import Capability
from touchstone.apps.planning.queries import plan_in_force, project_for
from touchstone.apps.quality.appealing.deciding import decide_appeal, reveal_gold
from touchstone.apps.quality.appealing.queries import appeal_of, appeals_of, gold_of, open_appeals
from touchstone.apps.quality.queries import gold_rows
from touchstone.web.access import needs, person
from touchstone.web.forms.questions import AppealForm, RevealForm
from touchstone.web.pages import page_of, project_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from touchstone.apps.quality.appealing.models import Appeal

ROWS_A_PAGE = 20


@needs(Capability.RUN_QUALITY)
def view(request: HttpRequest, key: str) -> HttpResponse:
    """The gold items, the most missed first, and what revealing one does."""
    project = project_for(person(request), key, Capability.RUN_QUALITY)
    plan = plan_in_force(project)
    names = _names(parse_schema(plan.task_type.schema)) if plan else {}
    page = page_of(request, gold_rows(project), ROWS_A_PAGE)
    rows = [(gold, _in_words(gold.accepted, names)) for gold in page]
    context = {"page": page, "rows": rows, "appeals": open_appeals(project)}
    return project_page(request, project, "quality", context, template="web/projects/gold.html")


@needs(Capability.RUN_QUALITY, methods=("POST",), back="web:gold")
def reveal(request: HttpRequest, key: str) -> HttpResponseBase:
    """Show one gold item to those who answered it."""
    project = project_for(person(request), key, Capability.RUN_QUALITY)
    form = RevealForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("No gold item was named. Nothing was changed."))
        return redirect("web:gold", key=key)
    gold = gold_of(project, form.cleaned_data["number"])
    reveal_gold(
        gold=gold, explanation=form.cleaned_data["explanation"], by=person(request),
        at=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("Revealed to those who answered it. It serves no longer."))
    return redirect("web:gold", key=key)


@needs(Capability.AUDIT)
def appeals(request: HttpRequest, key: str) -> HttpResponse:
    """The appeals, those that wait first."""
    project = project_for(person(request), key, Capability.AUDIT)
    page = page_of(request, appeals_of(project), ROWS_A_PAGE)
    context = {"page": page, "rows": [_appeal_row(appeal, person(request).pk) for appeal in page]}
    return project_page(request, project, "quality", context, template="web/projects/appeals.html")


def _appeal_row(appeal: Appeal, reader: int) -> dict[str, object]:
    judgment = appeal.mark.judgment
    names = _names(parse_schema(judgment.plan.task_type.schema))
    return {
        "appeal": appeal,
        "judgment": judgment,
        "given": _in_words([judgment.grade or 0], names),
        "accepted": _in_words(appeal.mark.accepted, names),
        "is_own_gold": appeal.mark.gold.added_by_id == reader,
        "is_own": appeal.by_id == reader,
        "decision": getattr(appeal, "decision", None),
    }


def _names(schema: LabelSchema) -> dict[int, str]:
    """What each grade is called in the page's language."""
    field, language = schema.main_field, get_language() or "en"
    if field.kind == "boolean":
        return {grade_of(field, True): _("Yes"), grade_of(field, False): _("No")}
    return {grade_of(field, each.value): each.name(language) for each in field.options}


def _in_words(grades: Sequence[int], names: dict[int, str]) -> str:
    return " · ".join(names.get(grade, str(grade)) for grade in grades)


@needs(Capability.AUDIT, methods=("POST",), back="web:appeals")
def decide(request: HttpRequest, key: str) -> HttpResponseBase:
    """Let the mark stand, or take it back."""
    project = project_for(person(request), key, Capability.AUDIT)
    form = AppealForm(request.POST)
    if not form.is_valid():
        messages.error(
            request, _("Say whether the mark stands or is taken back. Nothing was changed.")
        )
        return redirect("web:appeals", key=key)
    decide_appeal(
        appeal=appeal_of(project, form.cleaned_data["number"]),
        verdict=form.cleaned_data["verdict"], reason=form.cleaned_data["reason"],
        by=person(request), at=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("Decided. Whoever appealed reads it under “My results”."))
    return redirect("web:appeals", key=key)
