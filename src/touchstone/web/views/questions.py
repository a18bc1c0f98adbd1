"""What annotators ask about a project's items, and what is answered."""

from __future__ import annotations

import json
from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from touchstone.apps.labeling.asking.operations import answer_question, make_note
from touchstone.apps.labeling.asking.queries import (
    answer_of,
    open_questions,
    question_of,
    questions_of,
    shown_content,
)
from touchstone.apps.people.policies import Capability
from touchstone.apps.planning.queries import project_for
from touchstone.web.access import needs, person
from touchstone.web.forms.questions import AnswerForm, NoteForm
from touchstone.web.pages import page_of, project_page

QUESTIONS_A_PAGE = 20


@needs(Capability.ANSWER_QUESTIONS)
def view(request: HttpRequest, key: str) -> HttpResponse:
    """The open questions, the oldest first, then the answered ones; each with its item."""
    project = project_for(person(request), key, Capability.ANSWER_QUESTIONS)
    only = request.GET.get("only", "")
    only = only if only in ("open", "answered") else ""
    page = page_of(request, questions_of(project, only=only), QUESTIONS_A_PAGE)
    context = {
        "page": page,
        "rows": [(each, _facts(shown_content(each))) for each in page],
        "only": only,
        "open": open_questions(project),
    }
    return project_page(request, project, "questions", context)


def _facts(content: Mapping[str, object]) -> list[tuple[str, str]]:
    """An item's content by name, as text; what has parts as it was imported."""
    return [
        (name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1))
        for name, value in content.items()
    ]


@needs(Capability.ANSWER_QUESTIONS, methods=("POST",), back="web:questions")
def answer(request: HttpRequest, key: str) -> HttpResponseBase:
    """Answer one question."""
    project = project_for(person(request), key, Capability.ANSWER_QUESTIONS)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("No question was named. Nothing was sent."))
        return redirect("web:questions", key=key)
    question = question_of(project, form.cleaned_data["number"])
    answer_question(
        question=question, text=form.cleaned_data["text"], by=person(request), at=timezone.now()
    )
    messages.success(request, _("Answered. Whoever asked finds it where they asked."))
    return redirect("web:questions", key=key)


@needs(Capability.WRITE_PLAN, methods=("POST",), back="web:questions")
def note(request: HttpRequest, key: str) -> HttpResponseBase:
    """Make a note to the guideline of one answer: for who may publish a version as well.

    A guideline serves many projects, so it takes more than to answer the questions of one.
    """
    project = project_for(person(request), key, Capability.WRITE_PLAN)
    form = NoteForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("No answer was named. Nothing was changed."))
        return redirect("web:questions", key=key)
    chosen = form.cleaned_data
    made = make_note(
        answer=answer_of(project, chosen["number"]), text_en=chosen["text_en"],
        text_fr=chosen["text_fr"], by=person(request), at=timezone.now(),
    )  # fmt: skip
    messages.success(
        request,
        _("The note stands beside version %(version)s of the guideline from now on.")
        % {"version": made.version},
    )
    return redirect("web:questions", key=key)
