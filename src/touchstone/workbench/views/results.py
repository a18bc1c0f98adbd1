"""My results: own progress, own answers to revealed gold, own appeals. For the person alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from touchstone.flows import results
from touchstone.lib.errors import Refused
from touchstone.lib.numbers import whole
from touchstone.workbench.access import person, signed_in
from touchstone.workbench.questions import label_question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from touchstone.flows.results import Day, RevealedAnswer

# The picture's own measures; the page scales it.
BAR, STEP, HEIGHT = 18, 24, 80


@dataclass(frozen=True)
class Bar:
    """One day in the picture."""

    x: int
    y: int
    height: int
    day: Day


@dataclass(frozen=True)
class Row:
    """An answer with its grades in words."""

    answer: RevealedAnswer
    given: str
    right_ones: tuple[str, ...]


@signed_in()
def mine(request: HttpRequest) -> HttpResponseBase:
    """Everything that the person may know of their own work."""
    found = results.my_results(by=person(request), at=timezone.now())
    language = get_language() or "en"
    context = {
        "days": found.days,
        "total": sum(day.judgments for day in found.days),
        "bars": _bars(found.days),
        "width": STEP * len(found.days),
        "height": HEIGHT,
        "bar": BAR,
        "share": found.share,
        "rows": [_row(answer, language) for answer in found.answers],
    }
    return render(request, "workbench/results.html", context)


def _bars(days: Sequence[Day]) -> list[Bar]:
    most = max((day.judgments for day in days), default=0) or 1
    heights = [round(HEIGHT * day.judgments / most) for day in days]
    return [
        Bar(STEP * n + (STEP - BAR) // 2, HEIGHT - height, height, day)
        for n, (day, height) in enumerate(zip(days, heights, strict=True))
    ]


def _row(answer: RevealedAnswer, language: str) -> Row:
    choices = label_question(answer.schema, language).choices
    names = {choice.value: choice.name for choice in choices}
    return Row(
        answer,
        given=names.get(str(answer.given), str(answer.given)),
        right_ones=tuple(names.get(str(each), str(each)) for each in answer.right_ones),
    )


@signed_in(methods=("POST",))
def appeal(request: HttpRequest) -> HttpResponseBase:
    """Object to the mark on one of the revealed answers."""
    number = whole(request.POST.get("number", ""))
    if number is None:
        messages.error(request, _("No answer was named. Nothing was sent."))
        return redirect("work:results")
    try:
        results.appeal(
            number=number,
            reason=request.POST.get("reason", ""),
            by=person(request),
            at=timezone.now(),
        )
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Your appeal is raised. Somebody else decides on it."))
    return redirect("work:results")
