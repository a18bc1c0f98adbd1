"""Task types: what there is, what each asks, and building one without code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from touchstone.apps.guidelines.building import (
    Built,
    GuidelineDraft,
    TaskTypeDraft,
    build_task_type,
)
from touchstone.apps.guidelines.queries import (
    guidelines_of,
    schema_of,
    task_type_version,
    versions_of_task_type,
)
from touchstone.apps.people.policies import Capability
from touchstone.apps.people.queries import holds_somewhere
from touchstone.flows.task_types import task_type_rows, uses_of
from touchstone.lib.errors import Refused
from touchstone.lib.numbers import whole
from touchstone.web.access import needs, person
from touchstone.web.forms.samples import BadLines, content_of, sample_of
from touchstone.web.forms.task_type_builder import Builder
from touchstone.web.forms.task_types import LAYOUT_NAMES
from touchstone.web.task_type_pages import (
    beginning,
    next_beginning,
    preview_context,
    samples,
    scales_of,
    teaching_choices,
)
from touchstone.web.templatetags.shown import language

if TYPE_CHECKING:
    from touchstone.apps.guidelines.models import Guideline, TaskType

WRITE = Capability.WRITE_PLAN


@needs(Capability.VIEW_PROJECT, scope="service")
def directory(request: HttpRequest) -> HttpResponse:
    """Every task type, what it asks and who uses it."""
    context = {"rows": task_type_rows(person(request)), "may_write": _may_write(request)}
    return render(
        request, "web/task_types/directory.html", context | {"layout_names": LAYOUT_NAMES}
    )


@needs(Capability.VIEW_PROJECT, scope="service")
def detail(request: HttpRequest, task_type: str) -> HttpResponse:
    """One task type, its newest version or the one asked for by `?version=`."""
    found = task_type_version(task_type, whole(request.GET.get("version", "")))
    key, schema = found.key, schema_of(found)
    sample = sample_of(key, schema.layout, language())
    _shows_media(request)
    context = {
        "task_type": found,
        "versions": list(versions_of_task_type(key)),
        "schema": schema,
        "scales": scales_of(schema),
        "guidelines": guidelines_of([key]).get(key, []),
        "uses": uses_of([key], person(request)).get(key, []),
        "may_write": _may_write(request),
        "trial": _trial(found.schema, sample),
    }
    return render(request, "web/task_types/detail.html", context | preview_context())


def _trial(schema: Any, sample: dict[str, str]) -> dict[str, Any]:
    """What the page sends to be previewed."""
    return {
        "schema": schema,
        "query": sample["sample_query"],
        "locale": sample["sample_locale"],
        "content": content_of(sample["sample_lines"]),
    }


@needs(WRITE, scope="service", methods=("GET", "POST"))
def new(request: HttpRequest) -> HttpResponseBase:
    """Build a task type, from nothing or from `?from=` another one."""
    teaching = teaching_choices(None)
    if request.method == "POST":
        return _posted(request, Builder.posted(request.POST, teaching), None)
    source = request.GET.get("from", "")
    start = task_type_version(source) if source else None
    return _builder_page(request, beginning(start, teaching), None)


@needs(WRITE, scope="service", methods=("GET", "POST"))
def revise(request: HttpRequest, task_type: str) -> HttpResponseBase:
    """Build the next version of a task type."""
    newest = task_type_version(task_type)
    teaching = teaching_choices(newest)
    if request.method == "POST":
        return _posted(request, Builder.posted(request.POST, teaching), newest)
    return _builder_page(request, next_beginning(newest, teaching), newest)


@needs(WRITE, scope="service", methods=("POST",))
def read(request: HttpRequest) -> HttpResponse:
    """What is written so far, as it can be previewed; nothing is kept."""
    builder = Builder.posted(request.POST, teaching_choices(None))
    builder.is_valid()
    try:
        content = content_of(builder.form.shown("sample_lines"))
    except BadLines as fault:
        return JsonResponse({"fault": str(fault)}, status=422)
    return JsonResponse(
        {
            "schema": builder.schema(lenient=True),
            "query": builder.form.shown("sample_query"),
            "locale": builder.form.shown("sample_locale") or "en",
            "content": content,
        }
    )


def _posted(request: HttpRequest, builder: Builder, newest: TaskType | None) -> HttpResponseBase:
    if builder.is_valid():
        try:
            built = _build(request, builder, newest)
        except Refused as refused:
            builder.blame(_place_of(refused, newest), str(refused))
        else:
            messages.success(request, _told(built))
            return redirect("web:task_type", task_type=built.task_type.key)
    return _builder_page(request, builder, newest, status=422)


def _place_of(refused: Refused, newest: TaskType | None) -> str:
    """The field that a refusal is about; the key of a next version is not on the page."""
    name = str(refused.details.get("field", ""))
    return "" if newest and name == "key" else name


def _build(request: HttpRequest, builder: Builder, newest: TaskType | None) -> Built:
    values = builder.form.cleaned_data
    draft = TaskTypeDraft(
        key=newest.key if newest else builder.form.type_key(),
        name_en=values["name_en"],
        name_fr=values["name_fr"],
        schema=builder.schema(),
        follows=(whole(request.POST.get("follows", "")) or 0) if newest else 0,
    )
    guideline = _guideline_draft(values, newest)
    return build_task_type(draft=draft, guideline=guideline, by=person(request), at=timezone.now())


def _guideline_draft(values: dict[str, Any], newest: TaskType | None) -> GuidelineDraft | None:
    if not values["teaches"]:
        return None
    return GuidelineDraft(
        title_en=values["title_en"] or values["name_en"],
        title_fr=values["title_fr"] or values["name_fr"],
        texts={"en": values["text_en"], "fr": values["text_fr"]},
        guideline=_chosen(values["teaches"], newest),
        changes=values["changes"],
    )


def _chosen(teaches: str, newest: TaskType | None) -> Guideline | None:
    """The guideline that moves on; None where a new one is opened."""
    offered = guidelines_of([newest.key]).get(newest.key, []) if newest else []
    return next((each for each in offered if str(each.pk) == teaches), None)


def _told(built: Built) -> str:
    if built.version is None:
        return _("The task type is published. It can be planned once a guideline teaches it.")
    if built.practice_left:
        return _(
            "The task type and its guideline are published. The practice examples do not fit the "
            "new answers and were left behind; publish new ones with the guideline."
        )
    return _("The task type and its guideline are published. Plans can name them now.")


def _builder_page(
    request: HttpRequest, builder: Builder, newest: TaskType | None, status: int = 200
) -> HttpResponse:
    _shows_media(request)
    context = {
        "builder": builder,
        "form": builder.form,
        "newest": newest,
        # Who was overtaken has been told; what they send again comes after the other's version.
        "follows": newest.version if newest else 0,
        "samples": samples(),
        "sided": builder.form.shown("layout") in ("pair", "lists"),
    }
    page = "web/task_types/builder.html"
    return render(request, page, context | preview_context(), status=status)


def _shows_media(request: HttpRequest) -> None:
    """A sample's covers and clips lie wherever a search found them; see the policy's middleware."""
    request.shows_media = True  # type: ignore[attr-defined]


def _may_write(request: HttpRequest) -> bool:
    return holds_somewhere(person(request), WRITE)
