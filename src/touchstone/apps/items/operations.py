"""Taking items in. Nothing here queues them for labeling: see `flows/item_import.py`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from touchstone.apps.guidelines.policies import ContentRules
from touchstone.apps.intake.models import RequestLocale
from touchstone.apps.items import staging
from touchstone.apps.items.faults import BadFile, Faults, RowError, bad_file
from touchstone.apps.items.models import ImportBatch, Item, Query
from touchstone.apps.items.policies import MOST_ROWS, match_columns
from touchstone.apps.items.readers import Spooled, Table, format_of, open_table, spooled
from touchstone.apps.items.rows import Locales, MappedRow, RowReader
from touchstone.apps.ledger.operations import record
from touchstone.apps.markets.models import Locale
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Project
from touchstone.lib.statistics import count_anew

PREVIEWED_ROWS = 10


@dataclass(frozen=True)
class ImportReport:
    """What came of a file. With any error, and after a dry run, nothing was changed.

    `overlaps`, `priorities` and `gold` hold what single items ask for, by item key; `columns` are
    the file's own, `mapping` says which of them became ours.
    """

    file_name: str
    file_format: str = ""
    rows: int = 0
    added: int = 0
    errors: tuple[RowError, ...] = ()
    errors_total: int = 0
    batch: ImportBatch | None = None
    already_imported: bool = False
    dry_run: bool = False
    overlaps: Mapping[str, int] = field(default_factory=dict)
    priorities: Mapping[str, int] = field(default_factory=dict)
    gold: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    preview: tuple[MappedRow, ...] = ()
    columns: tuple[str, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the file is free of errors."""
        return self.errors_total == 0


@dataclass(frozen=True)
class _Upload:
    """What was asked for: one file for one project."""

    project: Project
    name: str
    file_format: str
    mapping: Mapping[str, str] | None
    grades: Collection[int] | None
    rules: ContentRules | None
    dry_run: bool
    by: User
    at: datetime


@dataclass
class _Found:
    """What reading a file has found so far."""

    faults: Faults = field(default_factory=Faults)
    file_columns: tuple[str, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)
    rows: int = 0
    overlaps: dict[str, int] = field(default_factory=dict)
    priorities: dict[str, int] = field(default_factory=dict)
    gold: dict[str, tuple[int, ...]] = field(default_factory=dict)
    preview: list[MappedRow] = field(default_factory=list)

    def note(self, row: MappedRow) -> None:
        """Keep what the caller will want to know of a row."""
        if len(self.preview) < PREVIEWED_ROWS:
            self.preview.append(row)
        if row.item_id is not None and row.overlap is not None:
            self.overlaps[row.item_id] = row.overlap
        if row.item_id is not None and row.priority is not None:
            self.priorities[row.item_id] = row.priority
        if row.item_id is not None and row.gold:
            self.gold[row.item_id] = row.gold

    def note_end(self, bad: BadFile) -> None:
        """Note that the file cannot be read any further."""
        self.faults.add_many(len(bad.errors), list(bad.errors))


class _NothingKept(Exception):
    """Ends the inner transaction: what was staged goes."""


@transaction.atomic
def import_items(
    *,
    project: Project,
    stream: BinaryIO,
    file_name: str,
    mapping: Mapping[str, str] | None = None,
    dry_run: bool = False,
    by: User,
    at: datetime,
    grades: Collection[int] | None = None,
    rules: ContentRules | None = None,
) -> ImportReport:
    """Add the items of a CSV, JSON Lines or Parquet file, all of them or none.

    Raises nothing about the file: whatever is wrong with it is in the report. The same bytes
    again add nothing (`already_imported`), nor do they when two people send them at once: imports
    into one project wait for each other. `grades` is the scale that gold answers must lie on,
    `rules` what the task type needs of an item's content.
    """
    name = _plain_file_name(file_name)
    try:
        file_format = format_of(name)
        with spooled(stream, limit=settings.UPLOAD_LIMIT_BYTES) as spool:
            upload = _Upload(project, name, file_format, mapping, grades, rules, dry_run, by, at)
            return _import_spooled(upload, spool)
    except BadFile as bad:
        return ImportReport(name, errors=bad.errors, errors_total=len(bad.errors), dry_run=dry_run)


def _plain_file_name(file_name: str) -> str:
    """The last part of a path, printable and short enough to store; its extension stays."""
    last = PurePosixPath(file_name.replace("\\", "/")).name
    return "".join(each for each in last if each.isprintable())[-200:]


def _import_spooled(upload: _Upload, spool: Spooled) -> ImportReport:
    # No key change: judgments, which point to the project, are not held up.
    Project.objects.select_for_update(no_key=True).get(pk=upload.project.pk)
    known = ImportBatch.objects.filter(project=upload.project, sha256=spool.sha256).first()
    if known is not None:
        return _already_imported(upload, known)
    found, batch = _Found(), None
    try:
        with transaction.atomic():
            _stage(upload, spool, found)
            if found.faults.total or upload.dry_run:
                raise _NothingKept
            batch = _add(upload, spool.sha256, found)
    except _NothingKept:
        pass
    return _report(upload, found, batch)


def _stage(upload: _Upload, spool: Spooled, found: _Found) -> None:
    """Read the whole file into the staging table and check it; `found` receives the outcome."""
    try:
        table = open_table(spool.file, upload.file_format)
        found.file_columns = table.columns
        columns = match_columns(table.columns, upload.mapping)
    except BadFile as bad:
        found.note_end(bad)
        return
    found.mapping = columns.mapping
    reader = RowReader(
        columns, _locales_of(upload.project), upload.grades, found.faults, upload.rules
    )
    staging.stage(_rows(table, reader, found))
    if found.rows == 0 and not found.faults.total:
        found.faults.add(0, "", _("The file has a header but no rows: there is nothing to import."))
    staging.check(project_id=upload.project.pk, columns=columns, faults=found.faults)


def _locales_of(project: Project) -> Locales:
    known = {tag.lower(): tag for tag in Locale.objects.values_list("tag", flat=True)}
    asked = RequestLocale.objects.filter(request=project.request_id)
    return Locales(known, frozenset(asked.values_list("locale_id", flat=True)))


def _rows(table: Table, reader: RowReader, found: _Found) -> Iterator[MappedRow]:
    """The rows that can be read, to the end of the file or to where it breaks off."""
    try:
        for line, values in table.rows:
            if found.rows == MOST_ROWS:
                message = _("The file has more than %(most)d rows. Split it into several files.")
                raise bad_file(message % {"most": MOST_ROWS}, line=line)
            found.rows += 1
            if isinstance(values, str):
                found.faults.add(line, "", values)
                continue
            row = reader.read(line, values)
            found.note(row)
            yield row
    except BadFile as bad:
        found.note_end(bad)


def _add(upload: _Upload, sha256: str, found: _Found) -> ImportBatch:
    batch = ImportBatch.objects.create(
        project=upload.project,
        file_name=upload.name,
        file_format=upload.file_format,
        sha256=sha256,
        mapping=found.mapping,
        rows=found.rows,
        added=found.rows,
        by=upload.by,
        at=upload.at,
    )
    added = staging.add(project_id=upload.project.pk, batch_id=batch.pk)
    count_anew(Query, Item, rows=added)
    record(
        event="items.batch.imported",
        subject=batch,
        by=upload.by,
        at=upload.at,
        project_id=upload.project.pk,
        file_name=upload.name,
        sha256=sha256,
        rows=found.rows,
        gold=len(found.gold),
    )
    return batch


def _already_imported(upload: _Upload, batch: ImportBatch) -> ImportReport:
    return ImportReport(
        file_name=upload.name,
        file_format=batch.file_format,
        rows=batch.rows,
        batch=batch,
        already_imported=True,
        dry_run=upload.dry_run,
        mapping=batch.mapping,
    )


def _report(upload: _Upload, found: _Found, batch: ImportBatch | None) -> ImportReport:
    return ImportReport(
        file_name=upload.name,
        file_format=upload.file_format,
        rows=found.rows,
        added=batch.added if batch else 0,
        errors=found.faults.report(),
        errors_total=found.faults.total,
        batch=batch,
        dry_run=upload.dry_run,
        overlaps=found.overlaps,
        priorities=found.priorities,
        gold=found.gold,
        preview=tuple(found.preview),
        columns=found.file_columns,
        mapping=found.mapping,
    )
