"""Exporting the judgments as they stand now, in the columns of a release, as a stream.

A release freezes; an export does not: nothing of it is kept but the entry in the ledger.
"""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from django.db import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from touchstone.apps.datasets.long_form import ROWS_AT_ONCE, Row, judgments_of, rows_of
from touchstone.apps.datasets.tables import JUDGMENT_COLUMNS, json_lines, utc_text
from touchstone.apps.ledger.operations import record
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Project
from touchstone.lib.errors import Refused
from touchstone.lib.snapshots import Snapshot

log = logging.getLogger(__name__)

BROKE_OFF = gettext_lazy(
    "The export broke off here and is not complete. Ask for it again; nothing was changed."
)
# A cell that begins with one of these is a formula to a spreadsheet, or becomes one.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class UnknownFormat(Refused):
    """Judgments are not exported in this format."""

    code = "unknown_format"


class Export:
    """The bytes of an export, made as they are asked for; `close` it when nobody reads on.

    HTTP has no way to say in the middle of a body that the rest is missing, and a server ends it
    as if it were whole. So an export that breaks off says so in a last line, which is no row.
    """

    def __init__(self, form: str, judgments: int, snapshot: Snapshot, rows: Iterator[Row]) -> None:
        self.judgments = judgments
        self.media_type, self._written, self._broken = FORMATS[form]
        self._snapshot = snapshot
        self._rows = rows
        self._waiting = self._written(list(islice(rows, ROWS_AT_ONCE)), True)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if not self._waiting:
            self.close()
            raise StopIteration
        piece, self._waiting = self._waiting, ""
        try:
            if rows := list(islice(self._rows, ROWS_AT_ONCE)):
                self._waiting = self._written(rows, False)
        except DatabaseError as error:
            log.warning("An export broke off: %s", error)
            self._rows, self._waiting = iter(()), self._broken(str(BROKE_OFF))
        return piece.encode()

    def close(self) -> None:
        """Let go of the database; again does no harm."""
        self._rows = iter(())
        self._snapshot.close()


def export_judgments(*, project: Project, form: str, by: User, at: datetime) -> Export:
    """All judgments and adjudications of a project, as they stand at this moment.

    The first rows are read before this returns, so that what can fail fails here. Raters appear
    under their pseudonyms only.

    :raises UnknownFormat: `form` is not one of `FORMATS`.
    """
    if form not in FORMATS:
        raise UnknownFormat(
            _("Judgments are exported as %(formats)s.") % {"formats": ", ".join(FORMATS)},
            fields={"format": form},
        )
    snapshot = Snapshot()
    try:
        counted = snapshot.count(judgments_of(project))
        rows = rows_of(project, lambda wanted: snapshot.rows(wanted, ROWS_AT_ONCE))
        export = Export(form, counted, snapshot, rows)
        record(
            event="datasets.judgments.exported",
            subject=project,
            by=by,
            at=at,
            project_id=project.pk,
            format=form,
            judgments=counted,
        )
    except BaseException:
        snapshot.close()
        raise
    return export


def _as_json(rows: Sequence[Row], is_first: bool) -> str:
    return json_lines(rows)


def _broken_json(why: str) -> str:
    return json_lines([{"error": "broke_off", "message": why}])


def _as_csv(rows: Sequence[Row], is_first: bool) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if is_first:
        writer.writerow(JUDGMENT_COLUMNS.names)
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return out.getvalue()


def _broken_csv(why: str) -> str:
    return f'error,"{why}"\n'


FORMATS: Mapping[str, tuple[str, Callable[[Sequence[Row], bool], str], Callable[[str], str]]] = {
    "jsonl": ("application/x-ndjson", _as_json, _broken_json),
    "csv": ("text/csv; charset=utf-8", _as_csv, _broken_csv),
}
"""By name: the media type, how rows are written, and the last line of what broke off."""


def _cell(value: object) -> object:
    """A value as CSV has it; a text that a spreadsheet would run gets an apostrophe in front."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, str) and value.startswith(FORMULA_STARTS) and not _is_number(value):
        return f"'{value}"
    return value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
