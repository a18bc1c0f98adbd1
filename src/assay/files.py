"""Labels from files and consensus to files: CSV, JSON lines and Parquet, by the file's extension.

The one module that other programs use to let `assay` touch files. Files are read as a stream and
their ids coded as they come, so that a file may be many times larger than what is kept of it.

Ids stay what they are: text in CSV, text or whole numbers in JSON lines and Parquet. Labels follow
one rule, whatever the format: see `assay._label_values`.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from assay._columns import Columned, Columns, Fault
from assay._ids import Ids
from assay._ingest import Repeats
from assay.consensus.result import ConsensusResult
from assay.data import Labels

FORMATS = (".csv", ".csv.gz", ".jsonl", ".jsonl.gz", ".parquet")

BLOCK_BYTES = 1 << 24
"""Bytes of CSV that are parsed together."""

ROWS_AT_ONCE = 1 << 18
"""Rows that are read from Parquet, or written, together."""

LINES_AT_ONCE = 1 << 15
"""Lines of JSON that are parsed before they are coded."""

TEXT_DIGITS = 6
"""Decimals of probabilities in text formats; Parquet keeps them all."""

Progress = Callable[[int], object]


def read_labels(
    path: str | Path,
    *,
    item: str = "item",
    rater: str = "rater",
    label: str = "label",
    classes: Sequence[Hashable] | None = None,
    abstain: Collection[Hashable] = (),
    repeats: Repeats = "last",
    progress: Progress | None = None,
) -> Labels:
    """Read labels from a .csv, .csv.gz, .jsonl, .jsonl.gz or .parquet file, in the order made.

    `item`, `rater` and `label` name the columns; others are passed over. `classes`, `abstain` and
    `repeats` are those of `Labels.from_triples`. `progress` is called with the rows read so far.
    Text is UTF-8. Ids stay what they are: CSV ids are text, so that "007" is not 7. Labels that
    are whole numbers become integers however they are written, other numbers floats, all else
    words; a column may not mix numbers and words but for the words in `abstain`.

    Holds the item column in memory once; assumes that the distinct ids fit in 2 GB of text.

    :raises ValueError: the file cannot be read as labels. The message names the file, the line
        (of text, from 1) or row (of Parquet, from 1), and the column where they are known.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "labels.csv")
    ...     written = file.write_text("item,rater,label\\na,x,1\\na,y,2\\nb,x,skip\\n")
    ...     labels = read_labels(file, abstain=["skip"])
    >>> labels.n_labels, labels.classes, labels.unlabeled_items
    (2, (1, 2), ('b',))
    """
    path, names = Path(path), (item, rater, label)
    columns = Columned(names)
    batches = {".csv": _csv_batches, ".jsonl": _json_batches, ".parquet": _parquet_batches}
    read = batches[_format(path)]
    try:
        for batch in read(path, names):
            columns.add(batch)
            if progress is not None:
                progress(columns.rows)
        if columns.rows == 0:
            raise ValueError(f"{path} has no rows")
        return columns.labels(classes, abstain, repeats)
    except Fault as fault:
        place = _place(path, names, fault)
        raise ValueError(f"{path}, {place}: {fault.problem}") from None
    except OSError as problem:
        raise ValueError(f"cannot read {path}: {problem.strerror or problem}") from None
    except (pa.ArrowException, EOFError) as problem:
        raise ValueError(f"cannot read {path}: {problem}") from None


def labels_from_arrow(
    table: pa.Table | pa.RecordBatchReader,
    *,
    item: str = "item",
    rater: str = "rater",
    label: str = "label",
    classes: Sequence[Hashable] | None = None,
    abstain: Collection[Hashable] = (),
    repeats: Repeats = "last",
) -> Labels:
    """Take labels from an Arrow table or stream of batches, as `read_labels` does from a file.

    For frames of polars, DuckDB or pandas that hold millions of rows and never were a file.

    :raises ValueError: a column is missing or cannot be used; the message names row and column.

    >>> table = pa.table({"item": ["a", "a", "b"], "rater": [7, 8, 7], "label": [1.0, 2.0, 2.0]})
    >>> labels = labels_from_arrow(table)
    >>> labels.item_ids, labels.rater_ids, labels.classes
    (('a', 'b'), (7, 8), (1, 2))
    """
    names = (item, rater, label)
    _check_header("the table", table.schema.names, names)
    columns = Columned(names)
    batches = table.to_batches() if isinstance(table, pa.Table) else table
    try:
        for batch in batches:
            columns.add(batch.select(list(names)))
        return columns.labels(classes, abstain, repeats)
    except Fault as fault:
        place = f"row {fault.row + 1}, column {fault.column!r}"
        raise ValueError(f"the table, {place}: {fault.problem}") from None


def write_consensus(result: ConsensusResult, path: str | Path) -> None:
    """Write one row per item to a .csv, .csv.gz, .jsonl, .jsonl.gz or .parquet file.

    Columns: item, label, p (probability of that label), p_<class> for every class, tied, votes.
    Text formats round probabilities to six decimals; CSV puts text in quotes. Rows are written as
    a stream, beside the file, which is put in place when it is whole.

    :raises ValueError: the extension is none of these, two classes have one name, or the file
        cannot be written.

    >>> import tempfile
    >>> from assay.consensus import majority_vote
    >>> vote = majority_vote(Labels.from_triples("aab", "xyx", [1, 0, 1]))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_consensus(vote, Path(folder, "out.csv"))
    ...     print(Path(folder, "out.csv").read_text().splitlines()[2])
    "b",1,1,0,1,false,1
    """
    path = Path(path)
    kind = _format(path)
    names = [f"p_{held}" for held in result.classes]
    if len(set(names)) < len(names):
        raise ValueError(f"two classes have one name: {', '.join(names)}")
    partial = path.with_name(path.name + ".part")
    writer = {".csv": _csv_writer, ".jsonl": _json_writer, ".parquet": _parquet_writer}[kind]
    digits, ids = None if kind == ".parquet" else TEXT_DIGITS, _type_of(result.item_ids)
    first = _written(result, names, 0, digits=digits, ids=ids)
    try:
        with writer(partial, first.schema, "gzip" if path.suffix == ".gz" else None) as write:
            write(first)
            for start in range(ROWS_AT_ONCE, len(result.item_ids), ROWS_AT_ONCE):
                write(_written(result, names, start, digits=digits, ids=ids))
        partial.replace(path)
    except OSError as problem:
        raise ValueError(f"cannot write {path}: {problem.strerror or problem}") from None
    finally:
        partial.unlink(missing_ok=True)


def _format(path: Path) -> str:
    for known in FORMATS:
        if path.name.lower().endswith(known):
            return known.removesuffix(".gz")
    raise ValueError(f"{path} has no known extension: one of {', '.join(FORMATS)}")


# --- reading ------------------------------------------------------------------------------------


def _check_header(file: object, found: Sequence[str], names: Columns) -> None:
    if missing := [name for name in names if name not in found]:
        raise ValueError(f"{file} lacks the column {missing[0]!r}; it has: {', '.join(found)}")
    if twice := [name for name in names if found.count(name) > 1]:
        raise ValueError(f"{file} has more than one column {twice[0]!r}")


def _csv_batches(path: Path, names: Columns) -> Iterator[Any]:
    header = next(_csv_rows(path), (1, []))[1]
    if not header:
        raise ValueError(f"{path} is empty: a header with {', '.join(names)} is needed")
    _check_header(path, header, names)
    coded = pa.dictionary(pa.int32(), pa.string())
    options = pyarrow.csv.ConvertOptions(
        column_types=dict(zip(names, (pa.string(), coded, coded), strict=True)),
        include_columns=list(names),
        strings_can_be_null=False,
    )
    try:
        yield from pyarrow.csv.open_csv(
            str(path),
            read_options=pyarrow.csv.ReadOptions(block_size=BLOCK_BYTES),
            parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
            convert_options=options,
        )
    except pa.ArrowInvalid as problem:
        _explain(path, len(header), problem)


def _explain(path: Path, width: int, problem: Exception) -> NoReturn:
    """Say where a CSV file goes wrong, by reading it again, slowly."""
    for line, row in _csv_rows(path):
        if len(row) != width:
            raise ValueError(
                f"{path}, line {line}: {len(row)} columns where the header has {width}"
            )
    raise ValueError(f"cannot read {path}: {problem}") from None


def _lines(path: Path) -> Iterator[str]:
    """The lines of a text file, with their ends.

    :raises ValueError: a line is not UTF-8.
    """
    with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as raw:
        for number, line in enumerate(raw, 1):
            try:
                yield line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                raise ValueError(f"{path}, line {number} is not UTF-8: save it as UTF-8") from None


def _csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, the header first, each with the number of its first line."""
    reader, line = csv.reader(_lines(path)), 1
    try:
        for row in reader:
            if row:
                yield line, row
            line = reader.line_num + 1
    except csv.Error as problem:
        raise ValueError(f"{path}, line {line}: {problem}") from None


def _json_batches(path: Path, names: Columns) -> Iterator[Any]:
    rows: list[tuple[Any, ...]] = []
    kinds: dict[str, type] = {}
    for line, text in enumerate(_lines(path), 1):
        if text.strip():
            rows.append(_json_row(path, line, text, names, kinds))
        if len(rows) == LINES_AT_ONCE:
            yield _json_batch(path, rows, names)
            rows = []
    if rows:
        yield _json_batch(path, rows, names)


def _json_row(
    path: Path, line: int, text: str, names: Columns, kinds: dict[str, type]
) -> tuple[Any, ...]:
    """One line's item, rater and label, the label as text; `kinds` remembers the ids' types."""
    where = f"{path}, line {line}"
    try:
        held = json.loads(text)
    except ValueError as problem:
        raise ValueError(f"{where}: not JSON ({problem})") from None
    if not isinstance(held, dict):
        raise ValueError(f"{where}: not a JSON object")
    _check_header(where, list(held), names)
    for name, value in zip(names, map(held.__getitem__, names), strict=True):
        if value is None:
            raise ValueError(f"{where}, column {name!r}: the {name} is missing")
    for name in names[:2]:
        kind = type(held[name])
        if kind not in (str, int):
            raise ValueError(f"{where}, column {name!r}: ids must be text or whole numbers")
        if kinds.setdefault(name, kind) is not kind:
            raise ValueError(f"{where}, column {name!r} mixes text and numbers")
    given = held[names[2]]
    if isinstance(given, dict | list):
        raise ValueError(f"{where}, column {names[2]!r}: a label must be text or a number")
    return held[names[0]], held[names[1]], given if isinstance(given, str) else json.dumps(given)


def _json_batch(path: Path, rows: Iterable[tuple[Any, ...]], names: Columns) -> Any:
    try:
        return pa.record_batch([pa.array(c) for c in zip(*rows, strict=True)], names=list(names))
    except OverflowError:
        raise ValueError(f"{path}: whole-number ids must fit in 64 bits") from None


def _parquet_batches(path: Path, names: Columns) -> Iterator[Any]:
    schema = pyarrow.parquet.read_schema(path)
    _check_header(path, schema.names, names)
    texts = [name for name in names[1:] if pa.types.is_string(schema.field(name).type)]
    with pyarrow.parquet.ParquetFile(path, read_dictionary=texts, pre_buffer=False) as file:
        for batch in file.iter_batches(ROWS_AT_ONCE, columns=list(names)):
            yield batch.select(list(names))


def _place(path: Path, names: Columns, fault: Fault) -> str:
    """Where a row stands in its file, for people."""
    kind, where = _format(path), f"row {fault.row + 1}"
    if kind == ".csv":
        lines = (line for line, _ in _csv_rows(path))
        next(lines)
        where = f"line {next(line for at, line in enumerate(lines) if at == fault.row)}"
    elif kind == ".jsonl":
        filled = (line for line, text in enumerate(_lines(path), 1) if text.strip())
        where = f"line {next(line for at, line in enumerate(filled) if at == fault.row)}"
    return f"{where}, column {fault.column!r}"


# --- writing ------------------------------------------------------------------------------------


def _written(
    result: ConsensusResult, names: Sequence[str], start: int, *, digits: int | None, ids: type
) -> Any:
    """Rows of the result from `start` on, as one batch; ids that are not of one type are text."""
    part = slice(start, start + ROWS_AT_ONCE)
    shares, top = result.posterior[part], result.p_top[part]
    if digits is not None:
        shares, top = np.round(shares, digits), np.round(top, digits)
    items = result.item_ids[part]
    columns = {
        "item": _column(items if ids is not object else list(map(str, items))),
        "label": _column(result.classes).take(pa.array(result.labels[part])),
        "p": pa.array(top),
        **{name: pa.array(shares[:, k]) for k, name in enumerate(names)},
        "tied": pa.array(result.tied[part]),
        "votes": pa.array(result.votes[part]),
    }
    return pa.record_batch(list(columns.values()), names=list(columns))


def _type_of(ids: Sequence[Any]) -> type:
    """The one type that all ids have, or `object`."""
    kinds = {type(ids[0])} if isinstance(ids, Ids) else {type(held) for held in ids}
    return kinds.pop() if len(kinds) == 1 else object


def _column(values: Sequence[Any]) -> Any:
    """An Arrow array of the values: integers, floats, or text for all else and for mixtures."""
    kinds = {type(held) for held in values}
    if kinds == {int} or (kinds and kinds <= {int, float}):
        return pa.array(values, pa.int64() if kinds == {int} else pa.float64())
    return pa.array([str(held) for held in values], pa.string())


@contextmanager
def _csv_writer(path: Path, schema: Any, compression: str | None) -> Iterator[Any]:
    options = pyarrow.csv.WriteOptions(quoting_style="needed", quoting_header="needed")
    with (
        pa.output_stream(str(path), compression=compression) as out,
        pyarrow.csv.CSVWriter(out, schema, write_options=options) as writer,
    ):
        yield writer.write_batch


@contextmanager
def _json_writer(path: Path, schema: Any, compression: str | None) -> Iterator[Any]:
    with pa.output_stream(str(path), compression=compression) as out:

        def write(batch: Any) -> None:
            lines = (json.dumps(row, ensure_ascii=False) for row in batch.to_pylist())
            out.write("".join(line + "\n" for line in lines).encode())

        yield write


@contextmanager
def _parquet_writer(path: Path, schema: Any, compression: str | None) -> Iterator[Any]:
    with pyarrow.parquet.ParquetWriter(path, schema) as writer:
        yield writer.write_batch
