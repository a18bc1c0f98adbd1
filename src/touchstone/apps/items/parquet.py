"""Parquet into rows, a few hundred at a time, in the types a text file would give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from touchstone.apps.items.faults import BadFile, bad_file

BATCH_ROWS = 500
# A small file of repeated values may unpack to terabytes.
MOST_UNPACKING = 10


def open_parquet(file: IO[bytes]) -> tuple[tuple[str, ...], Iterator[tuple[int, Sequence[object]]]]:
    """The columns and rows of a Parquet file. A row's line is its number.

    :raises BadFile: the file is not Parquet, or unpacks to too much.
    """
    try:
        source = pq.ParquetFile(file, pre_buffer=False)
        columns = tuple(source.schema_arrow.names)
        unpacked = _unpacked_bytes(source.metadata)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _corrupt(error) from error
    if unpacked > _most_bytes():
        raise _too_much()
    return columns, _rows(source)


def _rows(source: pq.ParquetFile) -> Iterator[tuple[int, Sequence[object]]]:
    number, size = 0, 0
    try:
        for batch in source.iter_batches(batch_size=BATCH_ROWS, use_threads=False):
            for values in zip(*(_values(column) for column in batch.columns), strict=True):
                number += 1
                size += sum(len(value) for value in values if isinstance(value, str))
                if size > _most_bytes():
                    raise _too_much()
                yield number, values
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _corrupt(error) from error


def _values(column: Any) -> list[object]:
    """A column's values: text, numbers and booleans as such, times in ISO form, the rest as is."""
    kind = column.type
    if pa.types.is_temporal(kind):
        return list(column.cast(pa.string()).to_pylist())
    if pa.types.is_float16(kind) or pa.types.is_float32(kind):
        # Through text: 0.1 in single precision is 0.1 to whoever wrote it, not 0.10000000149.
        texts = column.cast(pa.string()).to_pylist()
        return [None if text is None else float(text) for text in texts]
    return list(column.to_pylist())


def _unpacked_bytes(metadata: Any) -> int:
    groups = (metadata.row_group(number) for number in range(metadata.num_row_groups))
    return sum(group.total_byte_size for group in groups)


def _most_bytes() -> int:
    return MOST_UNPACKING * settings.UPLOAD_LIMIT_BYTES


def _too_much() -> BadFile:
    message = _("The file unpacks to more than %(limit)s. Split it into smaller files.")
    return bad_file(message % {"limit": filesizeformat(_most_bytes())})


def _corrupt(error: Exception) -> BadFile:
    message = _("The file is not valid Parquet, or part of it is damaged (%(reason)s).")
    return bad_file(message % {"reason": str(error)[:200]})
