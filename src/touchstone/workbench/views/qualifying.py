"""The way to the work: the quiz, the test on known items, practice. Each a page of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from touchstone.apps.guidelines.quizzes import InvalidQuizAnswers
from touchstone.apps.people.policies import Capability
from touchstone.apps.planning.queries import project_for
from touchstone.apps.wellbeing.operations import ConsentNeeded
from touchstone.flows import practising, qualifying
from touchstone.flows.labeling import GuidelineUnread
from touchstone.flows.qualification import QualificationNeeded
from touchstone.lib.errors import NotVisible, Refused
from touchstone.lib.numbers import whole
from touchstone.workbench.access import needs, person, shows_media
from touchstone.workbench.questions import escalations_of, label_question, reasons_of, screens_of
from touchstone.workbench.screens import Shown, expert_data

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import QueryDict

    from touchstone.apps.guidelines.policies import LabelSchema
    from touchstone.apps.guidelines.practice import Feedback
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Project
    from touchstone.flows.practising import PracticeDesk
    from touchstone.flows.qualifying import AskedQuestion, Told


def step_before(error: GuidelineUnread | QualificationNeeded, key: str) -> HttpResponseBase:
    """To the page of what comes first."""
    if isinstance(error, GuidelineUnread):
        return redirect("work:guideline", key=key)
    if error.details["step"] == "quiz":
        return redirect("work:quiz", key=key)
    return redirect(_test_page(key, str(error.details["locale"])))


def _test_page(key: str, locale_tag: str, sitting: UUID | None = None) -> str:
    leave = {"sitting": str(sitting)} if sitting else {}
    return f"{reverse('work:test', args=[key])}?{urlencode({'locale': locale_tag} | leave)}"


def _in_order(page: Callable[[], HttpResponseBase], key: str) -> HttpResponseBase:
    """A page, or the page of the step that comes before it."""
    try:
        return page()
    except (GuidelineUnread, QualificationNeeded) as error:
        return step_before(error, key)


# --- the quiz -----------------------------------------------------------------------------------


@needs(Capability.LABEL, methods=("GET", "POST"))
def quiz(request: HttpRequest, key: str) -> HttpResponseBase:
    """The questions; after an attempt what was right, and why."""
    project = project_for(person(request), key, Capability.LABEL)
    if request.method != "POST":
        return _in_order(lambda: _quiz_page(request, project), key)
    by, chosen = person(request), _chosen(request.POST)
    try:
        qualifying.send_quiz(
            project=project, by=by, answers=chosen, language=_language(), at=timezone.now()
        )
    except InvalidQuizAnswers as error:
        messages.error(request, str(error.details["reason"]))
        return _quiz_page(request, project, chosen, error)
    except Refused as error:
        messages.error(request, str(error))
    return redirect("work:quiz", key=key)


def _language() -> str:
    return get_language() or "en"


def _quiz_page(
    request: HttpRequest,
    project: Project,
    chosen: Mapping[str, list[str]] | None = None,
    error: InvalidQuizAnswers | None = None,
) -> HttpResponseBase:
    """The page, with what was chosen when it was refused: nobody has to choose it again."""
    by, at, language = person(request), timezone.now(), _language()
    desk = qualifying.open_quiz(project=project, by=by, language=language, at=at)
    context = {
        "project": project,
        "path": qualifying.path_of(project=project, by=by, at=at),
        "desk": desk,
        "questions": [_question(each, chosen or {}, error) for each in desk.questions],
        "told": [_told(each, language) for each in desk.told],
        "may_try": not desk.is_passed and desk.again_at is None,
    }
    return render(request, "workbench/quiz.html", context, status=422 if error else 200)


def _question(
    asked: AskedQuestion, chosen: Mapping[str, list[str]], error: InvalidQuizAnswers | None
) -> dict[str, Any]:
    mine = chosen.get(asked.key, [])
    faulty = error is not None and error.details["field"] == asked.key
    return {
        "key": asked.key,
        "kind": asked.kind,
        "name": asked.name,
        "lang": asked.language,
        "error": error.details["reason"] if error is not None and faulty else "",
        "choices": [
            {"value": value, "name": name, "is_chosen": value in mine}
            for value, name in asked.choices
        ],
    }


def _chosen(posted: QueryDict) -> dict[str, list[str]]:
    """The chosen options by question: the fields are named `q-` and the question."""
    return {
        name.removeprefix("q-"): posted.getlist(name) for name in posted if name.startswith("q-")
    }


def _told(told: Told, language: str) -> dict[str, Any]:
    question = told.question
    return {
        "name": question.name(language),
        "lang": question.language(language),
        "is_right": told.is_right,
        "why": question.why(language),
        "choices": [
            {
                "name": choice.name(language),
                "is_chosen": choice.value in told.chosen,
                "is_right": choice.value in question.right,
            }
            for choice in question.options
        ],
    }


# --- the test -----------------------------------------------------------------------------------


@needs(Capability.LABEL, methods=("GET", "POST"))
def test(request: HttpRequest, key: str) -> HttpResponseBase:
    """What the test asks, one task after the other, then its result."""
    by, at = person(request), timezone.now()
    project = project_for(by, key, Capability.LABEL)
    if request.method == "POST":
        return _test_sent(request, project, request.POST.get("locale", ""), at)
    tag, sitting = request.GET.get("locale", ""), _leave(request.GET)

    def page() -> HttpResponseBase:
        desk = qualifying.open_test(project=project, by=by, locale_tag=tag, at=at, sitting=sitting)
        context: dict[str, Any] = {"project": project, "desk": desk, "sitting": sitting}
        if desk.task is None:
            context["path"] = qualifying.path_of(project=project, by=by, at=at)
            context["can_practise"] = practising.can_practise(project)
        else:
            shows_media(request)
            context |= _answering(desk.task, desk.task.schema, by)
        return render(request, "workbench/test.html", context)

    return _in_order(page, key)


def _test_sent(request: HttpRequest, project: Project, tag: str, at: datetime) -> HttpResponseBase:
    """Keep an answer where a task is named, else start; then to the next task."""
    by, task, sitting = person(request), request.POST.get("task", ""), None
    try:
        if task:
            kept = qualifying.answer_test(
                project=project,
                by=by,
                task_id=_uuid(task),
                answers=_answers(request),
                at=at,
                sitting=_leave(request.POST),
            )
            tag, sitting = kept.locale_tag, kept.sitting
        else:
            sitting = qualifying.begin_test(project=project, by=by, locale_tag=tag, at=at)
    except ConsentNeeded:
        raise  # a page of its own asks for it
    except Refused as error:
        messages.error(request, str(error))
        sitting = _leave(request.POST)
    return redirect(_test_page(project.key, tag, sitting))


def _leave(given: QueryDict) -> UUID | None:
    """The leave to look at an item that the page carries, if it is one."""
    try:
        return UUID(given.get("sitting", ""))
    except ValueError:
        return None


def _uuid(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise NotVisible(_("There is no such task.")) from None


def _answering(task: Shown, schema: LabelSchema, by: User) -> dict[str, Any]:
    """What an item with its answer panel needs."""
    language = _language()
    return {
        "task": task,
        "screens": screens_of(schema, language),
        "reasons": reasons_of(schema, language),
        "escalations": escalations_of(schema, language),
        "data": expert_data(task, schema, by),
    }


def _answers(request: HttpRequest) -> Mapping[str, object]:
    """The answers as the script wrote them; whatever is no object is refused as such later."""
    try:
        found = json.loads(request.POST.get("answers", ""))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


# --- practice -----------------------------------------------------------------------------------


@needs(Capability.LABEL, methods=("GET", "POST"))
def practice(request: HttpRequest, key: str) -> HttpResponseBase:
    """One example; after an answer, whether it was right, and why. Nothing is kept."""
    by = person(request)
    project = project_for(by, key, Capability.LABEL)
    asked = (request.POST if request.method == "POST" else request.GET).get("example", "1")
    number = whole(asked, digits=8) or 1
    desk, feedback = practising.practise(project=project, by=by, number=number), None
    if request.method == "POST":
        try:
            feedback = practising.check(desk=desk, answers=_answers(request))
        except Refused as error:
            messages.error(request, str(error))
    shows_media(request)
    context: dict[str, Any] = {"project": project, "desk": desk, "next": desk.number + 1}
    if desk.example:
        context |= _answering(desk, desk.schema, by) | _feedback(desk, feedback)
    return render(request, "workbench/practice.html", context)


def _feedback(desk: PracticeDesk, feedback: Feedback | None) -> dict[str, Any]:
    if feedback is None or desk.example is None:
        return {"feedback": None}
    language = _language()
    names = {c.value: c.name for c in label_question(desk.schema, language).choices}
    grades = [names[str(grade)] for grade in desk.example.right]
    answered = feedback.answered
    return {
        "feedback": feedback,
        "mine": names.get(str(answered.grade)) or _outcome_name(answered.outcome),
        "right": grades or [_outcome_name(desk.example.outcome)],
        "why": desk.example.why(language),
    }


def _outcome_name(outcome: str) -> str:
    return _("Escalate") if outcome == "escalate" else _("Cannot judge")
