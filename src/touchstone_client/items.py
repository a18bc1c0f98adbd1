"""Taking items in from files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from touchstone_client.errors import BadFile, Invalid
from touchstone_client.transport import Transport
from touchstone_client.wire import decode


@dataclass(frozen=True, kw_only=True)
class RowError:
    """What is wrong with one cell of a file; line 0 means the file as a whole."""

    line: int
    column: str
    message: str


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What came of a file; `errors` lists at most the first 200 of `errors_total`.

    `overlaps` and `gold` count the items that ask for their own overlap, or are gold items.
    """

    file_name: str
    file_format: str
    rows: int
    added: int
    dry_run: bool
    already_imported: bool
    errors: tuple[RowError, ...]
    errors_total: int
    columns: tuple[str, ...]
    mapping: Mapping[str, str]
    overlaps: int
    gold: int


class Items:
    """`touchstone.items`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def import_file(
        self,
        project: str,
        path: Path | str,
        *,
        mapping: Mapping[str, str] | None = None,
        dry_run: bool = False,
    ) -> ImportReport:
        """Add the items of a CSV, JSON Lines or Parquet file: all of them or none.

        `mapping` says which of the file's columns each of ours is: `{"query_id": "qid"}`.
        A dry run changes nothing and returns its errors in the report.

        :raises BadFile: the file has errors; its `report` lists them and nothing was changed.
        """
        path = Path(path)
        fields = {"dry_run": "true" if dry_run else "false"}
        if mapping:
            fields["mapping"] = json.dumps(dict(mapping))
        with path.open("rb") as file:
            try:
                answer = self._transport.upload(
                    f"/projects/{project}/items/import", file=(path.name, file), fields=fields
                )
            except Invalid as error:
                if error.code != "bad_file":
                    raise
                raise BadFile(error, decode(ImportReport, error.details)) from error
        return decode(ImportReport, answer)
