"""A table of a release, written as JSON lines and as Parquet from the same rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from touchstone.apps.datasets.chunks import ChunkWriter

ROWS_AT_ONCE = 5_000
"""Rows held in memory before they are written; the size of a Parquet row group too."""

CONSENSUS_COLUMNS = pa.schema(
    [
        ("item_id", pa.string()),
        ("query_id", pa.string()),
        ("query", pa.string()),
        ("document_id", pa.string()),
        ("locale", pa.string()),
        ("label", pa.int16()),
        ("probability", pa.float64()),
        ("posterior", pa.list_(pa.float64())),
        ("majority", pa.int16()),
        ("majority_share", pa.float64()),
        ("judgments", pa.int32()),
        ("source", pa.string()),
        ("stratum", pa.string()),
        ("pi", pa.float64()),
        ("weight", pa.float64()),
        ("split", pa.string()),
        ("is_gold", pa.bool_()),
    ]
)

# The first eleven are the long form that every delivery of the service carries (search.md §4).
JUDGMENT_COLUMNS = pa.schema(
    [
        ("item_id", pa.string()),
        ("rater_pseudonym", pa.string()),
        ("label", pa.string()),
        ("value", pa.string()),
        ("ts", pa.timestamp("us", tz="UTC")),
        ("guideline_version", pa.string()),
        ("scale_version", pa.string()),
        ("stratum", pa.string()),
        ("pi", pa.float64()),
        ("weight", pa.float64()),
        ("source", pa.string()),
        ("judgment_id", pa.string()),
        ("outcome", pa.string()),
        ("reason", pa.string()),
        ("grade", pa.int16()),
        ("late", pa.bool_()),
        ("counts", pa.bool_()),
        ("rejected", pa.bool_()),
        ("swapped", pa.bool_()),
    ]
)


class TableWriter:
    """Takes rows by column name and writes each to both files."""

    def __init__(self, columns: pa.Schema, lines: ChunkWriter, parquet: ChunkWriter) -> None:
        self._columns = columns
        self._lines = lines
        self._parquet = pq.ParquetWriter(parquet, columns, compression="zstd")
        self._rows: list[Mapping[str, Any]] = []

    def add(self, row: Mapping[str, Any]) -> None:
        """Take one row, which has exactly the table's columns in their order."""
        self._rows.append(row)
        if len(self._rows) >= ROWS_AT_ONCE:
            self._flush()

    def close(self) -> None:
        """Write what is left and Parquet's footer; both files stay open."""
        self._flush()
        self._parquet.close()

    def _flush(self) -> None:
        if not self._rows:
            return
        self._lines.write(json_lines(self._rows).encode())
        self._parquet.write_table(pa.Table.from_pylist(self._rows, schema=self._columns))
        self._rows.clear()


def json_lines(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as JSON lines; a time is ISO 8601 in UTC."""
    return "".join(f"{_JSON.encode(row)}\n" for row in rows)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return utc_text(value)
    raise TypeError(f"a {type(value).__name__} has no place in a release")


_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain)


def utc_text(at: datetime) -> str:
    """A time as ISO 8601 in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
