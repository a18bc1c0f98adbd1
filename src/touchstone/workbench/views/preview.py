"""A schema and a sample item as an annotator would meet them: no project, no assignment, no trace.

Whoever builds a task type posts what they have so far and puts the answer into their page, where
`preview.js` brings it to life.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from touchstone.apps.guidelines.policies import BrokenSchema, LabelSchema, parse_schema
from touchstone.lib.errors import Refused
from touchstone.workbench.access import signed_in
from touchstone.workbench.languages import direction_of
from touchstone.workbench.questions import escalations_of, reasons_of, screens_of
from touchstone.workbench.screens import Sample, preview_data


class BadSample(Refused):
    """What was sent to be previewed cannot be read; `details["field"]` names what."""

    code = "bad_sample"


@signed_in(methods=("POST",))
def preview(request: HttpRequest) -> HttpResponseBase:
    """The fragment, in the language asked for; 422 with the field and the reason otherwise."""
    language = request.POST.get("language", "")
    known = language in dict(settings.WORKBENCH_LANGUAGES)
    with translation.override(language if known else get_language()):
        try:
            schema, sample = parse_schema(_json(request, "schema")), _sample(request)
        except (BrokenSchema, BadSample) as error:
            found = {"message": error.message, "field": error.details.get("field", "")}
            return render(request, "workbench/parts/preview_fault.html", found, status=422)
        return render(request, "workbench/parts/preview.html", _context(schema, sample))


def _context(schema: LabelSchema, sample: Sample) -> dict[str, Any]:
    language = get_language() or "en"
    return {
        "screens": screens_of(schema, language),
        "reasons": reasons_of(schema, language),
        "escalations": escalations_of(schema, language),
        "data": preview_data(sample, schema),
    }


def _sample(request: HttpRequest) -> Sample:
    locale, content = request.POST.get("locale", "en"), _json(request, "content")
    if not isinstance(content, Mapping):
        raise BadSample(_("The sample's content must be an object."), field="content")
    return Sample(request.POST.get("query", ""), locale, direction_of(locale), content)


def _json(request: HttpRequest, name: str) -> object:
    try:
        found: object = json.loads(request.POST.get(name, ""), parse_constant=_not_json)
        json.dumps(found, ensure_ascii=False).encode()  # half a character could not be sent back
    except (ValueError, RecursionError) as error:
        message = _("“%(name)s” is not JSON: %(error)s.") % {"name": name, "error": error}
        raise BadSample(message, field=name) from error
    return found


def _not_json(constant: str) -> None:
    raise ValueError(constant)
