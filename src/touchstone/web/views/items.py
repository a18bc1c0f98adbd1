"""The items of a project: the table, and taking in a file with a dry run first."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from touchstone.apps.items.operations import ImportReport
from touchstone.apps.items.policies import COLUMNS, REQUIRED
from touchstone.apps.items.queries import batches_of, item_counts, items_page
from touchstone.apps.labeling.queries import progress_of
from touchstone.apps.people.policies import Capability
from touchstone.apps.planning.queries import project_for
from touchstone.flows.item_import import take_in
from touchstone.lib.errors import Refused
from touchstone.lib.numbers import whole
from touchstone.web.access import needs, person
from touchstone.web.forms.items import ImportForm
from touchstone.web.pages import ROWS_A_PAGE, project_page


@needs(Capability.VIEW_ITEMS)
def table(request: HttpRequest, key: str) -> HttpResponse:
    """Counts, progress, and the items with search and paging."""
    project = project_for(person(request), key, Capability.VIEW_ITEMS)
    search, locale = request.GET.get("q", "")[:200], request.GET.get("locale", "")[:15]
    number = whole(request.GET.get("page", "")) or 1
    found = items_page(project, search=search, locale_tag=locale, page=number)
    context = {
        "counts": item_counts(project),
        "progress": progress_of(project),
        "batches": batches_of(project)[:10],
        "items": found.items,
        "total": found.total,
        "page": Paginator(range(found.total), ROWS_A_PAGE).get_page(found.page),
        "search": search,
        "locale": locale,
    }
    return project_page(request, project, "items", context)


@needs(Capability.IMPORT_ITEMS, methods=("GET", "POST"))
def import_file(request: HttpRequest, key: str) -> HttpResponseBase:
    """Check a file without changing anything, then take it in."""
    project = project_for(person(request), key, Capability.IMPORT_ITEMS)
    form = ImportForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {"form": form, "columns": COLUMNS}
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            report = take_in(
                project=project, stream=form.cleaned_data["file"],
                file_name=form.cleaned_data["file"].name, mapping=form.mapping(),
                dry_run=form.is_check(), by=person(request), at=timezone.now(),
            )  # fmt: skip
        except Refused as refused:
            context["refusal"], status = refused, 409
        else:
            if not form.is_check() and report.ok:
                return _taken_in(request, key, report)
            context |= {"report": report, "mapped": _mapped(report)}
            status = 200 if form.is_check() else 422
    elif request.method == "POST":
        status = 422
    if request.headers.get("HX-Request"):
        return render(request, "web/projects/import_report.html", context)
    return project_page(
        request, project, "items", context, template="web/projects/import.html", status=status
    )


def _mapped(report: ImportReport) -> list[tuple[str, str, bool]]:
    """Our column, the file's column that fills it, whether it must be filled."""
    return [(ours, report.mapping.get(ours, ""), ours in REQUIRED) for ours in COLUMNS]


def _taken_in(request: HttpRequest, key: str, report: ImportReport) -> HttpResponseBase:
    if report.already_imported:
        text = _("This very file was imported before, so nothing was added.")
        messages.info(request, text)
    else:
        text = ngettext(
            "%(n)s item is in and open for labeling.",
            "%(n)s items are in and open for labeling.",
            report.added,
        )
        messages.success(request, text % {"n": report.added})
    return redirect("web:items", key=key)
