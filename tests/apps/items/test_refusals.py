"""Each way a file can be wrong: what the report says, and that nothing has changed."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.conf import LazySettings

from tests.apps.items.conftest import Send
from tests.factories.items import AT, KNOWN_ONLY, csv_of, row
from touchstone.apps.items import operations, policies
from touchstone.apps.items.faults import KEPT_ERRORS
from touchstone.apps.items.models import ImportBatch, Item, Query
from touchstone.apps.items.operations import ImportReport, import_items
from touchstone.apps.planning.models import Project

SCALE = (0, 1, 2, 3)


@pytest.fixture
def refused(send: Send) -> Iterator[Send]:
    """Send a file that must be refused; whatever was in the project stays, nothing comes."""

    def send_bad(content: bytes, name: str = "items.csv", **options: object) -> ImportReport:
        before = _counts()
        report = send(content, name, **({"grades": SCALE} | options))
        assert not report.ok
        assert (report.added, report.batch) == (0, None)
        assert report.errors_total >= len(report.errors) > 0
        assert _counts() == before
        return report

    yield send_bad
    # The same project takes a good file afterwards: a refusal leaves nothing behind.
    assert send(csv_of([row(9_999, query_id="good")])).added == 1


def _counts() -> tuple[int, int, int]:
    return Item.objects.count(), Query.objects.count(), ImportBatch.objects.count()


def said(report: ImportReport) -> list[tuple[int, str, str]]:
    return [(error.line, error.column, error.message) for error in report.errors]


def only(report: ImportReport) -> tuple[int, str, str]:
    assert report.errors_total == 1, said(report)
    return said(report)[0]


# --- the whole file ----------------------------------------------------------------------------


def test_a_file_that_is_not_utf8_names_the_byte_and_the_line(refused: Send) -> None:
    content = csv_of([row(1), row(2, query="café"), row(3)]).decode().encode("latin-1")

    line, _column, message = only(refused(content))

    assert line == 3
    assert "UTF-8" in message
    assert f"0xe9 at offset {content.index(0xE9)}" in message


def test_a_file_in_utf16_is_not_utf8(refused: Send) -> None:
    assert "UTF-8" in only(refused(csv_of([row(1)]).decode().encode("utf-16")))[2]


def test_a_missing_column_names_it_and_those_there_are(refused: Send) -> None:
    good = row(1)
    del good["locale"], good["query_id"]

    report = refused(csv_of([good]))

    assert [error.column for error in report.errors] == ["locale", "query_id"]
    for error in report.errors:
        assert "item_id, query, document_id" in error.message
        assert "map" in error.message
    assert report.columns == ("item_id", "query", "document_id")


@pytest.mark.parametrize(
    ("mapping", "named"),
    [({"query": "frage"}, "frage"), ({"colour": "query"}, "colour")],
)
def test_a_mapping_with_an_unknown_column(
    refused: Send, mapping: dict[str, str], named: str
) -> None:
    _line, column, message = only(refused(csv_of([row(1)]), mapping=mapping))

    assert column == named
    assert f"{named}" in message


def test_a_mapping_that_uses_a_column_twice(refused: Send) -> None:
    mapping = {"query": "query", "title": "query"}
    assert "more than once" in only(refused(csv_of([row(1)]), mapping=mapping))[2]


def test_two_columns_of_one_name(refused: Send) -> None:
    content = csv_of([row(1, title="a", other="b")]).replace(b'"other"', b'"title"')
    assert "2 columns named “title”" in only(refused(content))[2]


def test_two_columns_that_would_be_shown_under_one_name(refused: Send) -> None:
    content = csv_of([row(1, title="a", headline="b")])
    assert only(refused(content, mapping={"title": "headline"}))[1] == "title"


def test_a_column_without_a_name(refused: Send) -> None:
    content = csv_of([row(1, other="b")]).replace(b'"other"', b'""')
    assert "Column 6 has no name" in only(refused(content))[2]


def test_too_many_columns(refused: Send) -> None:
    wide = row(1) | {f"c{number}": "x" for number in range(policies.MOST_COLUMNS)}
    for content, name in ((csv_of([wide]), "a.csv"), (json.dumps(wide).encode(), "a.jsonl")):
        assert f"more than {policies.MOST_COLUMNS} columns" in only(refused(content, name))[2]


def test_no_rows(refused: Send) -> None:
    assert "no rows" in only(refused(csv_of([], columns=policies.REQUIRED)))[2]


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
@pytest.mark.parametrize("content", [b"", b"\n\r\n", b"\xef\xbb\xbf"])
def test_an_empty_file(refused: Send, name: str, content: bytes) -> None:
    assert "empty" in only(refused(content, name))[2]


def test_a_parquet_file_without_rows(refused: Send) -> None:
    schema = pa.schema([(name, pa.string()) for name in policies.REQUIRED])
    sink = io.BytesIO()
    pq.write_table(schema.empty_table(), sink)
    assert "no rows" in only(refused(sink.getvalue(), "a.parquet"))[2]


@pytest.mark.parametrize("name", ["items.xlsx", "items", "items.csv.gz"])
def test_an_unknown_extension(refused: Send, name: str) -> None:
    message = only(refused(csv_of([row(1)]), name))[2]
    assert name in message
    assert ".parquet" in message


class Endless(io.RawIOBase):
    """An upload that never ends, whatever length it was said to have."""

    given = 0

    def read(self, size: int = -1) -> bytes:
        self.given += size
        return b"x" * size


def test_a_file_over_the_limit_is_read_no_further(project: Project, settings: LazySettings) -> None:
    settings.UPLOAD_LIMIT_BYTES = 3 * 1024**2
    stream = Endless()

    report = import_items(
        project=project,
        stream=cast(BinaryIO, stream),
        file_name="a.csv",
        by=project.owner,
        at=AT,
    )

    assert "3.0\xa0MB" in only(report)[2]
    assert stream.given <= settings.UPLOAD_LIMIT_BYTES + 1024**2


def test_more_rows_than_the_limit(refused: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "MOST_ROWS", 3)
    line, _column, message = only(refused(csv_of([row(number) for number in range(4)])))
    assert line == 5
    assert "more than 3 rows" in message


def test_a_line_without_an_end(refused: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("touchstone.apps.items.readers.MOST_LINE_BYTES", 1000)
    line, _column, message = only(refused(csv_of([row(1), row(2, query="x" * 1000)])))
    assert (line, "too long" in message) == (3, True)


# --- broken formats ----------------------------------------------------------------------------


def test_a_quotation_mark_that_is_never_closed(refused: Send) -> None:
    content = csv_of([row(1)]) + b'i2,q1,"open,d2,en-US\n' + csv_of([row(3)])
    line, _column, message = only(refused(content))
    assert line == 3
    assert "quotation marks" in message


def test_a_row_with_too_few_fields_does_not_hide_the_next_fault(refused: Send) -> None:
    content = csv_of([row(1)]) + b"i2,q1\n\ni3,q1,text,d3,xx\n"

    report = refused(content)

    assert [error.line for error in report.errors] == [3, 5]
    assert "2 fields, the header has 5" in report.errors[0].message
    assert "xx" in report.errors[1].message


def test_a_row_after_a_text_of_several_lines_keeps_its_line(refused: Send) -> None:
    content = csv_of([row(1, query="one\ntwo\nthree"), row(11, locale="xx")])
    assert only(refused(content))[0] == 5


@pytest.mark.parametrize(
    "broken",
    [
        b'{"item_id": "i2"',
        b"[1, 2]",
        b'"text"',
        b'{"item_id": NaN}',
        b'{"item_id": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
    ],
)
def test_a_line_that_is_no_json_object(refused: Send, broken: bytes) -> None:
    good = json.dumps(row(1)).encode()
    line, _column, message = only(refused(good + b"\n" + broken + b"\n", "a.jsonl"))
    assert line == 2
    assert "JSON" in message
    assert len(message) < 300


def test_a_file_of_nothing_but_broken_json(refused: Send) -> None:
    assert only(refused(b"{\n[\n", "a.jsonl"))[0] == 1


def parquet() -> bytes:
    sink = io.BytesIO()
    rows = [row(number, text="word " * number) for number in range(1, 2000)]
    pq.write_table(pa.Table.from_pylist(rows), sink)
    return sink.getvalue()


@pytest.mark.parametrize("damage", ["not parquet", "cut short", "a page overwritten"])
def test_a_damaged_parquet_file(refused: Send, damage: str) -> None:
    content = parquet()
    damaged = {
        "not parquet": b"item_id,query_id\n",
        "cut short": content[: len(content) // 2],
        "a page overwritten": content[:100] + b"\xff" * 400 + content[500:],
    }[damage]

    assert "Parquet" in only(refused(damaged, "a.parquet"))[2]


@pytest.mark.parametrize("told_in_its_header", [True, False])
def test_a_small_parquet_file_that_unpacks_to_a_large_one(
    refused: Send, settings: LazySettings, told_in_its_header: bool
) -> None:
    settings.UPLOAD_LIMIT_BYTES = 50_000
    rows = [row(1, text="z" * 90_000)] * 500
    sink = io.BytesIO()
    # A dictionary holds the text once: only reading the rows shows how often it comes.
    table, dictionary = pa.Table.from_pylist(rows), not told_in_its_header
    pq.write_table(table, sink, compression="zstd", use_dictionary=dictionary)
    assert len(sink.getvalue()) < settings.UPLOAD_LIMIT_BYTES

    report = refused(sink.getvalue(), "a.parquet")

    assert "unpacks to more" in report.errors[0].message
    assert (report.rows == 0) is told_in_its_header


# --- single values -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("locale", "xx-XX", "no locale “xx-XX”"),
        ("locale", KNOWN_ONLY, "does not ask for de-DE; it asks for en-US, fr-FR"),
        ("item_id", "", "empty"),
        ("item_id", "x" * 201, "200 characters"),
        ("query_id", " ", "empty"),
        ("query", "\t", "empty"),
        ("document_id", "", "empty"),
        ("locale", "", "empty"),
        ("stratum", "x" * 81, "80 characters"),
        ("title", "é" * 60_000, "100000 bytes"),
        ("title", "a\0b", "NUL"),
        ("item_id", "a\0b", "NUL"),
        *(("inclusion_probability", p, "probability") for p in ("0", "1.01", "-0.5", "nan", "inf")),
        *(("inclusion_probability", p, "probability") for p in ("half", "1_0", "1e-999", "٠.٥")),
        *(("position", text, "whole number") for text in ("1.5", "-1", "first", "1e3", "٣")),
        ("position", str(2**31), "whole number"),
        *(("overlap", text, "between 1 and 50") for text in ("0", "51", "2.5", "many")),
        ("gold", "4", "4 is outside the scale, which has the grades 0, 1, 2, 3"),
        ("gold", "2|-1", "-1 is outside the scale"),
        ("gold", "2,3", "no gold answer"),
        ("gold", "2||3", "no gold answer"),
    ],
)
def test_a_value_that_cannot_stand(refused: Send, column: str, value: str, expected: str) -> None:
    line, named, message = only(refused(csv_of([row(1), row(2, **{column: value})], columns=(
        *policies.COLUMNS,
    ))))  # fmt: skip

    assert (line, named) == (3, column)
    assert expected in message


@pytest.mark.parametrize("value", ["0.5", "1", "1.0", "1e-3", ",25"])
def test_a_probability_that_can_stand(send: Send, value: str) -> None:
    assert send(csv_of([row(1, inclusion_probability=value)])).errors == ()


def test_half_a_character_in_json(refused: Send) -> None:
    content = b'{"item_id":"i","query_id":"q","query":"\\ud800","document_id":"d","locale":"en-US"}'
    assert "half a character" in only(refused(content, "a.jsonl"))[2]


def test_a_list_where_text_should_be(refused: Send) -> None:
    content = json.dumps(row(1, item_id=["a"])).encode()
    assert "list" in only(refused(content, "a.jsonl"))[2]


def test_bytes_in_parquet_that_are_no_text(refused: Send) -> None:
    table = pa.Table.from_pylist([row(1) | {"title": b"\xff"}])
    sink = io.BytesIO()
    pq.write_table(table, sink)
    assert only(refused(sink.getvalue(), "a.parquet"))[1] == "title"


def test_a_fault_is_told_by_the_name_the_file_uses(refused: Send) -> None:
    given = row(1, Sprache="xx")
    del given["locale"]
    assert only(refused(csv_of([given]), mapping={"locale": "Sprache"}))[1] == "Sprache"


# --- between rows ------------------------------------------------------------------------------


def test_an_item_twice_in_a_file_names_both_lines(refused: Send) -> None:
    line, column, message = only(refused(csv_of([row(1), row(2), row(1)])))
    assert (line, column) == (4, "item_id")
    assert "“i1” is on line 2 already" in message


def test_an_item_twice_is_found_though_its_row_has_another_fault(refused: Send) -> None:
    report = refused(csv_of([row(1), row(1, locale="xx")]))
    assert [error.column for error in report.errors] == ["item_id", "locale"]


@pytest.mark.parametrize(("column", "value"), [("query", "another"), ("locale", "fr-FR")])
def test_a_query_told_in_two_ways(refused: Send, column: str, value: str) -> None:
    line, named, message = only(refused(csv_of([row(1), row(2, **{column: value})])))
    assert (line, named) == (3, column)
    assert "“q0”" in message
    assert "line 2" in message


@pytest.mark.parametrize(
    ("column", "value", "known"),
    [("query", "another", "how to reset 0"), ("locale", "fr-FR", "en")],
)
def test_a_query_that_the_project_has_otherwise(
    send: Send, refused: Send, column: str, value: str, known: str
) -> None:
    send(csv_of([row(1)]))

    line, named, message = only(refused(csv_of([row(2, **{column: value})])))

    assert (line, named) == (2, column)
    assert known in message


def test_an_item_that_the_project_has_from_another_file(send: Send, refused: Send) -> None:
    send(csv_of([row(1)]), "first.csv")

    line, column, message = only(refused(csv_of([row(2), row(1, title="new")])))

    assert (line, column) == (3, "item_id")
    assert "“i1” is already in the project, from first.csv" in message


def test_the_first_errors_are_kept_and_all_are_counted(refused: Send) -> None:
    bad = [row(number // 2, locale="xx") for number in range(1000)]

    report = refused(csv_of(bad))

    assert report.errors_total == 1000 + 500
    assert len(report.errors) == KEPT_ERRORS
    assert [error.line for error in report.errors] == sorted(e.line for e in report.errors)
    assert report.errors[0].line == 2
