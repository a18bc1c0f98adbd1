"""Files into rows, streamed: CSV, JSON Lines and Parquet. Values are as the file has them.

What a row means is read in `rows.py`. Memory is bounded by the longest line, not by the file: the
bytes go to disk first, so that their digest is known before anything else happens.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import json
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import PurePosixPath
from typing import IO, BinaryIO, NoReturn

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from touchstone.apps.items.faults import BadFile, bad_file
from touchstone.apps.items.policies import MOST_COLUMNS, MOST_FIELD_BYTES

CHUNK_BYTES = 1024 * 1024
# A line may hold every column at its longest, and a quote doubled.
MOST_LINE_BYTES = 2 * MOST_COLUMNS * MOST_FIELD_BYTES
DELIMITERS = ",;\t"

# A row's values, or what is wrong with the whole of it.
Values = Sequence[object] | str


@dataclass(frozen=True)
class Table:
    """A file's columns and its rows, each with the line where it starts."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[int, Values]]


@dataclass(frozen=True)
class Spooled:
    """A file's bytes at hand, to be read as often as needed."""

    file: IO[bytes]
    sha256: str


@contextmanager
def spooled(stream: BinaryIO, *, limit: int) -> Iterator[Spooled]:
    """Keep the bytes of `stream` on disk while they are read, never more than `limit` of them.

    :raises BadFile: the stream holds more; counted here, whatever its sender said.
    """
    digest, size = hashlib.sha256(), 0
    with tempfile.SpooledTemporaryFile(max_size=CHUNK_BYTES) as file:
        while chunk := stream.read(CHUNK_BYTES):
            size += len(chunk)
            if size > limit:
                message = _("The file is larger than %(limit)s. Split it into smaller files.")
                raise bad_file(message % {"limit": filesizeformat(limit)})
            digest.update(chunk)
            file.write(chunk)
        file.seek(0)
        yield Spooled(file, digest.hexdigest())


def format_of(file_name: str) -> str:
    """The format that a file's extension promises.

    :raises BadFile: we read no such files.
    """
    extension = PurePosixPath(file_name).suffix.lower()
    if extension not in _FORMATS:
        message = _("We cannot read “%(name)s”: send a file that ends in %(known)s.")
        raise bad_file(message % {"name": file_name, "known": ", ".join(_FORMATS)})
    return _FORMATS[extension]


def open_table(file: IO[bytes], file_format: str) -> Table:
    """The columns and rows of a file; its rows may raise `BadFile` when they come to the fault.

    :raises BadFile: the file is empty or not what its name says.
    """
    return _OPENERS[file_format](file)


def _lines(file: IO[bytes]) -> Iterator[tuple[int, str]]:
    """The lines of a text file with their numbers.

    Cut at line feeds alone, and decoded one by one, so that an error knows its line.
    """
    offset, number = 0, 0
    while raw := file.readline(MOST_LINE_BYTES + 1):
        number += 1
        if len(raw) > MOST_LINE_BYTES:
            raise bad_file(_("This line is too long to be a row."), line=number)
        marked = number == 1 and raw.startswith(codecs.BOM_UTF8)
        try:
            yield number, raw.decode("utf-8-sig" if marked else "utf-8")
        except UnicodeDecodeError as error:
            at = offset + error.start + (len(codecs.BOM_UTF8) if marked else 0)
            _not_utf8(line=number, offset=at, byte=error.object[error.start])
        offset += len(raw)


def _not_utf8(*, line: int, offset: int, byte: int) -> NoReturn:
    message = _(
        "The file is not UTF-8: byte 0x%(byte)02x at offset %(offset)d, on line %(line)d. "
        "Save it as UTF-8 and send it again."
    )
    raise bad_file(message % {"byte": byte, "offset": offset, "line": line}, line=line)


# --- CSV ---------------------------------------------------------------------------------------


def _open_csv(file: IO[bytes]) -> Table:
    lines = _lines(file)
    first_number, first = next(((n, line) for n, line in lines if line.strip()), (0, ""))
    if not first:
        raise bad_file(_("The file is empty."))
    texts = chain([first], (line for _number, line in lines))
    rows = _csv_rows(texts, sniff_delimiter(first), skipped=first_number - 1)
    _line, header = next(rows)
    columns = tuple(name.strip() for name in header)
    return Table(columns, _whole_rows(rows, len(columns)))


def sniff_delimiter(header: str) -> str:
    """The delimiter that parts a header into the most columns, quoted names apart."""
    bare = re.sub(r'"[^"]*"', "", header)
    return max(DELIMITERS, key=bare.count)


def _csv_rows(
    texts: Iterator[str], delimiter: str, skipped: int
) -> Iterator[tuple[int, list[str]]]:
    """The rows in `texts`, blank lines apart, each with the line where it starts.

    Reading ends at the first row that is not CSV: where the next one starts nobody can know.
    """
    reader = csv.reader(texts, delimiter=delimiter, strict=True)
    while True:
        line = skipped + reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _broken_csv(error, line) from error
        if row:
            yield line, row


def _broken_csv(error: csv.Error, line: int) -> BadFile:
    if "field limit" in str(error):
        message = _(
            "A field is longer than %(most)d bytes; perhaps a quotation mark is not closed."
        )
        return bad_file(message % {"most": MOST_FIELD_BYTES}, line=line)
    message = _("This row is not valid CSV (%(reason)s). Check its quotation marks.")
    return bad_file(message % {"reason": error}, line=line)


def _whole_rows(rows: Iterator[tuple[int, list[str]]], width: int) -> Iterator[tuple[int, Values]]:
    for line, row in rows:
        if len(row) == width:
            yield line, row
        else:
            message = _("The row has %(fields)d fields, the header has %(width)d.")
            yield line, message % {"fields": len(row), "width": width}


# --- JSON Lines --------------------------------------------------------------------------------


def _open_jsonl(file: IO[bytes]) -> Table:
    """Read twice: an optional key may come up first on the last line."""
    columns = _keys(file)
    file.seek(0)
    return Table(columns, _jsonl_rows(file, columns))


def _keys(file: IO[bytes]) -> tuple[str, ...]:
    keys: dict[str, None] = {}
    broken: tuple[int, str] | None = None
    for number, line in _lines(file):
        if not line.strip():
            continue
        found = _parse_object(line)
        if isinstance(found, str):
            broken = broken or (number, found)
        else:
            keys.update(dict.fromkeys(found))
        if len(keys) > MOST_COLUMNS:
            break
    if not keys and broken:
        raise bad_file(broken[1], line=broken[0])
    if not keys:
        raise bad_file(_("The file is empty."))
    return tuple(keys)


def _jsonl_rows(file: IO[bytes], columns: tuple[str, ...]) -> Iterator[tuple[int, Values]]:
    for number, line in _lines(file):
        if not line.strip():
            continue
        found = _parse_object(line)
        if isinstance(found, str):
            yield number, found
        else:
            yield number, [found.get(name) for name in columns]


def _parse_object(line: str) -> dict[str, object] | str:
    """The object on a line, or what is wrong with it."""
    try:
        found = json.loads(line, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        return _("This line is not valid JSON (%(reason)s).") % {"reason": error}
    if not isinstance(found, dict):
        return _("This line is not a JSON object: write {…} with one key for each column.")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


# --- which format ------------------------------------------------------------------------------


def _open_parquet(file: IO[bytes]) -> Table:
    # Loading pyarrow takes a quarter of a second; only those who send Parquet pay for it.
    from touchstone.apps.items.parquet import open_parquet

    columns, rows = open_parquet(file)
    return Table(columns, rows)


_FORMATS: Mapping[str, str] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}
_OPENERS: Mapping[str, Callable[[IO[bytes]], Table]] = {
    "csv": _open_csv,
    "jsonl": _open_jsonl,
    "parquet": _open_parquet,
}
