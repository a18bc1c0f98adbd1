"""Taking items in from files."""

import json
from typing import TYPE_CHECKING, Annotated

from django.utils.translation import gettext as _
from ninja import File, Form, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import StringConstraints, TypeAdapter, ValidationError

from touchstone.api.access import ApiRequest, needs, project_of
from touchstone.api.fields import NO_NULL, Code, stream_of
from touchstone.apps.people.policies import Capability
from touchstone.flows.item_import import take_in
from touchstone.lib.errors import Refused

if TYPE_CHECKING:
    from touchstone.apps.items.operations import ImportReport

router = Router()


class BadFile(Refused):
    """The file has errors; nothing was changed. The details are the whole report."""

    code = "bad_file"


class BadMapping(Refused):
    """The column mapping is not a JSON object of texts."""

    code = "bad_mapping"


class RowErrorOut(Schema):
    """What is wrong with one cell of the file."""

    line: int
    column: str
    message: str


class ImportOut(Schema):
    """What came of a file; at most the first 200 of `errors_total` errors are listed."""

    file_name: str
    file_format: str
    rows: int
    added: int
    dry_run: bool
    already_imported: bool
    errors: list[RowErrorOut]
    errors_total: int
    columns: list[str]
    mapping: dict[str, str]
    overlaps: int
    gold: int


Mapping = Annotated[str, StringConstraints(max_length=10_000, pattern=NO_NULL)]
MAPPING = TypeAdapter(dict[Code, Code])


@router.post("/{slug:key}/items/import", response={200: ImportOut, 201: ImportOut})
@needs(Capability.IMPORT_ITEMS, scope="project")
def import_items(
    request: ApiRequest,
    key: str,
    file: Annotated[UploadedFile, File()],
    mapping: Annotated[Mapping, Form("")],
    dry_run: Annotated[bool, Form(False)],
) -> Status[ImportOut]:
    """Add the items of a CSV, JSON Lines or Parquet file: all of them or none.

    `mapping` is a JSON object from our column names to the file's. 201 when items were added;
    200 for a dry run (errors included) and for a file that was imported before.
    """
    project = project_of(request, key)
    report = take_in(
        project=project,
        stream=stream_of(file),
        file_name=file.name or "",
        mapping=_mapping(mapping),
        dry_run=dry_run,
        by=request.auth,
        at=request.at,
    )
    out = _report_out(report)
    if report.errors_total and not dry_run:
        raise BadFile(_("The file has errors, so nothing was imported."), **out.model_dump())
    return Status(201 if report.added and not dry_run else 200, out)


def _mapping(text: str) -> dict[str, str] | None:
    if not text:
        return None
    try:
        return MAPPING.validate_json(text)
    except (ValidationError, json.JSONDecodeError) as error:
        message = _("The mapping is not a JSON object from our columns to the file's.")
        raise BadMapping(message, fields={"mapping": message}) from error


def _report_out(report: "ImportReport") -> ImportOut:
    return ImportOut(
        file_name=report.file_name,
        file_format=report.file_format,
        rows=report.rows,
        added=report.added,
        dry_run=report.dry_run,
        already_imported=report.already_imported,
        errors=[
            RowErrorOut(line=one.line, column=one.column, message=one.message)
            for one in report.errors
        ],
        errors_total=report.errors_total,
        columns=list(report.columns),
        mapping=dict(report.mapping),
        overlaps=len(report.overlaps),
        gold=len(report.gold),
    )
