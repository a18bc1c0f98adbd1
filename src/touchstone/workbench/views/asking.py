"""My questions: what I asked or reported, and what was answered."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from touchstone.apps.labeling.asking.operations import confirm_answers
from touchstone.apps.labeling.asking.queries import my_questions, question_by
from touchstone.lib.numbers import whole
from touchstone.workbench.access import person, signed_in

QUESTIONS_A_PAGE = 20


@signed_in()
def mine(request: HttpRequest) -> HttpResponseBase:
    """What the person asked, the last first, each with its answers."""
    rows = Paginator(my_questions(person(request)), QUESTIONS_A_PAGE)
    page = rows.get_page(request.GET.get("page"))
    return render(request, "workbench/questions.html", {"page": page})


@signed_in(methods=("POST",))
def read(request: HttpRequest) -> HttpResponseBase:
    """The person has read the answers to one of their questions."""
    number = whole(request.POST.get("number", ""))
    if number is not None:
        question = question_by(person(request), number)
        confirm_answers(question=question, by=person(request), at=timezone.now())
    else:
        messages.error(request, _("No question was named. Nothing was changed."))
    return redirect("work:questions")
