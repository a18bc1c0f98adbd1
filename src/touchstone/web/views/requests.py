"""Labeling requests: the board, one request, filing and revising, decisions, opening a project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from touchstone.apps.intake.operations import (
    file_request,
    move_request,
    revise_request,
    submit_request,
)
from touchstone.apps.intake.policies import WITH_REASON, RequestState, capability_to_move
from touchstone.apps.intake.queries import (
    clocks_of,
    clocks_of_all,
    draft_of,
    moves_open_to,
    request_board,
    request_for,
    roles_on_request,
    similar_requests,
    transitions_of,
)
from touchstone.apps.people.policies import Capability
from touchstone.apps.people.queries import holds_somewhere
from touchstone.apps.planning.operations import open_project
from touchstone.apps.planning.queries import projects_of_requests
from touchstone.lib.errors import Refused
from touchstone.web.access import needs, person
from touchstone.web.forms.requests import MoveForm, OpenProjectForm, RequestSheet
from touchstone.web.pages import Can, fields_of

if TYPE_CHECKING:
    from touchstone.apps.intake.models import LabelingRequest
    from touchstone.apps.intake.policies import Clock

CLOCK_NAMES = {
    "acknowledge": gettext_lazy("Acknowledge"),
    "decide": gettext_lazy("Decide"),
    "plan": gettext_lazy("Plan"),
}
MOVES = {
    RequestState.TRIAGED: gettext_lazy("Take in"),
    RequestState.NEEDS_INFO: gettext_lazy("Ask for information"),
    RequestState.SCOPED: gettext_lazy("Mark as scoped"),
    RequestState.APPROVED: gettext_lazy("Accept for planning"),
    RequestState.DECLINED: gettext_lazy("Decline"),
    RequestState.DEFERRED: gettext_lazy("Defer"),
    RequestState.CANCELLED: gettext_lazy("Cancel the request"),
}
FORWARD = (RequestState.TRIAGED, RequestState.SCOPED, RequestState.APPROVED)


@dataclass(frozen=True)
class Card:
    """A request on the board, with its clocks."""

    request: LabelingRequest
    clocks: tuple[Clock, ...]

    @property
    def is_late(self) -> bool:
        return any(clock.is_late and clock.ended_at is None for clock in self.clocks)

    @property
    def due(self) -> Clock | None:
        """The running clock that ends first."""
        running = [clock for clock in self.clocks if clock.due_at and clock.ended_at is None]
        return min(running, key=lambda clock: (clock.due_at is None, clock.due_at), default=None)

    @property
    def volume(self) -> int:
        return sum(wanted.volume for wanted in self.request.locales.all())


@needs(Capability.VIEW_REQUEST, scope="service")
def board(request: HttpRequest) -> HttpResponse:
    """Every request that the person may know of, by where it stands."""
    columns = request_board(person(request))
    clocks = clocks_of_all((r for column in columns for r in column.requests), timezone.now())
    filled = [(column, [Card(r, clocks[r.number]) for r in column.requests]) for column in columns]
    late = [card for __, cards in filled for card in cards if card.is_late]
    may_file = holds_somewhere(person(request), Capability.FILE_REQUEST)
    context = {"columns": filled, "late": late, "may_file": may_file, "clock_names": CLOCK_NAMES}
    return render(request, "web/requests/board.html", context)


@needs(Capability.FILE_REQUEST, scope="service", methods=("GET", "POST"))
def new(request: HttpRequest) -> HttpResponse:
    """File a request; it stays a draft until it is submitted."""
    sheet = RequestSheet(request.POST or None)
    if request.method == "POST" and sheet.is_valid():
        try:
            filed = file_request(draft=sheet.draft(), by=person(request), at=timezone.now())
        except Refused as refused:
            sheet.show_refusal(str(refused), fields_of(refused))
        else:
            messages.success(request, _("Kept as a draft. Read it once more, then submit it."))
            return redirect("web:request", number=filed.number)
    return _sheet_page(request, sheet, None)


@needs(Capability.FILE_REQUEST, scope="request", methods=("GET", "POST"))
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """Change a request while it is a draft or waits for information."""
    filed = request_for(person(request), number, Capability.FILE_REQUEST)
    sheet = RequestSheet(request.POST or None, draft_of(filed))
    if request.method == "POST" and sheet.is_valid():
        try:
            revise_request(
                request=filed, draft=sheet.draft(), by=person(request), at=timezone.now()
            )
        except Refused as refused:
            sheet.show_refusal(str(refused), fields_of(refused))
        else:
            messages.success(request, _("The changes are saved."))
            return redirect("web:request", number=number)
    return _sheet_page(request, sheet, filed)


def _sheet_page(
    request: HttpRequest, sheet: RequestSheet, filed: LabelingRequest | None
) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    context = {"sheet": sheet, "form": sheet.form, "rows": sheet.rows, "filed": filed}
    return render(request, "web/requests/form.html", context, status=status)


@needs(Capability.VIEW_REQUEST, scope="request")
def detail(request: HttpRequest, number: int) -> HttpResponse:
    """One request: what is asked, where it stands, what may be done with it."""
    filed = request_for(person(request), number, Capability.VIEW_REQUEST)
    return _request_page(request, filed, OpenProjectForm(initial=_project_names(filed)))


def _request_page(
    request: HttpRequest, filed: LabelingRequest, form: OpenProjectForm, status: int = 200
) -> HttpResponse:
    user = person(request)
    moves = [to for to in moves_open_to(user, filed) if to in MOVES]
    context = {
        "filed": filed,
        "can": Can(roles_on_request(user, filed)),
        "locales": filed.locales.select_related("locale"),
        "clocks": clocks_of(filed, timezone.now()),
        "clock_names": CLOCK_NAMES,
        "history": transitions_of(filed),
        "moves": [(to, MOVES[to], to in WITH_REASON, to in FORWARD) for to in moves],
        "may_submit": RequestState.SUBMITTED in moves_open_to(user, filed),
        "revisable": filed.state in (RequestState.DRAFT, RequestState.NEEDS_INFO),
        "similar": similar_requests(draft_of(filed), viewer=user, but=filed)[:5],
        "project_key": projects_of_requests([filed]).get(filed.number),
        "project_form": form,
    }
    return render(request, "web/requests/detail.html", context, status=status)


def _project_names(filed: LabelingRequest) -> dict[str, str]:
    return {"name": filed.title, "key": slugify(filed.title)[:60].strip("-")}


@needs(Capability.FILE_REQUEST, scope="request", methods=("POST",), back="web:request")
def submit(request: HttpRequest, number: int) -> HttpResponse:
    """Hand a draft in."""
    filed = request_for(person(request), number, Capability.FILE_REQUEST)
    submit_request(request=filed, by=person(request), at=timezone.now())
    messages.success(
        request, _("Submitted. The owning team answers within one working day; its clock runs.")
    )
    return redirect("web:request", number=number)


@needs(Capability.VIEW_REQUEST, scope="request", methods=("POST",), back="web:request")
def move(request: HttpRequest, number: int) -> HttpResponse:
    """Decide on a request. What it takes depends on the move: `capability_to_move`."""
    filed = request_for(person(request), number, Capability.VIEW_REQUEST)
    form = MoveForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose what to do with the request. Nothing was changed."))
        return redirect("web:request", number=number)
    to, reason = RequestState(form.cleaned_data["to"]), form.cleaned_data["reason"]
    request_for(person(request), number, capability_to_move(RequestState(filed.state), to))
    move_request(request=filed, to=to, by=person(request), at=timezone.now(), reason=reason)
    messages.success(request, _("The request is now in “%(state)s”.") % {"state": to.label})
    return redirect("web:request", number=number)


@needs(Capability.WRITE_PLAN, scope="request", methods=("POST",), back="web:request")
def open_as_project(request: HttpRequest, number: int) -> HttpResponse:
    """Turn an accepted request into a project; its plan is written next."""
    filed = request_for(person(request), number, Capability.WRITE_PLAN)
    form = OpenProjectForm(request.POST)
    if not form.is_valid():
        return _request_page(request, filed, form, status=422)
    by = person(request)
    project = open_project(
        request=filed, key=form.cleaned_data["key"], name=form.cleaned_data["name"],
        owner=by, by=by, at=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("The project is open. Write its plan next."))
    return redirect("web:plan", key=project.key)
