"""What a good file becomes, and that one file is taken in once or not at all."""

from __future__ import annotations

import codecs
import io
import json
import threading
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import connection

from tests.apps.items.conftest import Send
from tests.factories.items import AT, a_project, an_owner, csv_of, row
from touchstone.apps.items.models import ImportBatch, Item, Query
from touchstone.apps.items.operations import ImportReport, import_items
from touchstone.apps.ledger.models import Event
from touchstone.apps.planning.models import Project


def jsonl_of(rows: list[dict[str, object]]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in rows)


def parquet_of(**columns: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def test_a_row_becomes_an_item_with_all_that_travels_with_it(project: Project, send: Send) -> None:
    given = row(
        1, locale="fr_fr", title="Réinitialiser", brand="Ükö", position="3", stratum="tail",
        inclusion_probability="0.25", overlap="7", gold="3|2",
    )  # fmt: skip

    report = send(csv_of([given]))

    item = Item.objects.select_related("query", "batch").get()
    assert (item.key, item.document_key, item.position) == ("i1", "d1", 3)
    assert (item.stratum, item.inclusion_probability) == ("tail", 0.25)
    assert item.content == {"title": "Réinitialiser", "brand": "Ükö"}
    assert (item.query.key, item.query.text) == ("q0", "how to reset 0")
    assert item.query.locale_id == "fr-FR"
    assert (report.ok, report.rows, report.added, report.batch) == (True, 1, 1, item.batch)
    assert report.overlaps == {"i1": 7}
    assert report.gold == {"i1": (2, 3)}


def test_items_of_one_query_share_it_within_a_file_and_across_files(send: Send) -> None:
    send(csv_of([row(1), row(2), row(11)]))
    send(csv_of([row(3)]))

    assert sorted(Query.objects.values_list("key", flat=True)) == ["q0", "q1"]
    assert Item.objects.filter(query__key="q0").count() == 3


def test_an_import_is_told_to_the_ledger(project: Project, send: Send) -> None:
    batch = send(csv_of([row(1), row(2)])).batch

    assert batch is not None
    event = Event.objects.get(event="items.batch.imported")
    assert (event.project_id, event.subject_id, event.at) == (project.pk, str(batch.pk), AT)
    assert event.data["rows"] == 2
    assert event.data["sha256"] == batch.sha256


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found(send: Send, delimiter: str) -> None:
    report = send(csv_of([row(1, query="a, b; c\td")], delimiter=delimiter))

    assert report.errors == ()
    assert Query.objects.get().text == "a, b; c\td"


def test_a_byte_order_mark_and_windows_line_ends_are_no_text(send: Send) -> None:
    content = codecs.BOM_UTF8 + csv_of([row(1), row(2)]).replace(b"\n", b"\r\n")

    assert send(content).errors == ()
    assert set(Item.objects.values_list("key", flat=True)) == {"i1", "i2"}


def test_markup_stays_text(send: Send) -> None:
    told = "<script>alert(1)</script>\n=1+1 {{ x }} %s \\N \\."
    send(csv_of([row(1, query=told, title=told)]))

    assert Query.objects.get().text == told
    assert Item.objects.get().content == {"title": told}


def test_common_names_are_matched_and_the_rest_travels_as_content(send: Send) -> None:
    given = {
        "QID": "q1", "Search Term": "shoes", "docno": "d1", "Language": "en-US", "Item": "i1",
        "rank": "2", "Price": "12",
    }  # fmt: skip

    report = send(csv_of([given]))

    # "Search Term" is a known other name of the query.
    assert report.errors == ()
    assert report.mapping["query"] == "Search Term"
    item = Item.objects.select_related("query").get()
    assert (item.key, item.query.text, item.position) == ("i1", "shoes", 2)
    assert item.content == {"Price": "12"}


def test_a_mapping_comes_before_names(send: Send) -> None:
    given = row(1) | {"frage": "wie", "rank": "9"}

    report = send(csv_of([given]), mapping={"query": "frage", "position": ""})

    item = Item.objects.select_related("query").get()
    assert report.mapping["query"] == "frage"
    assert item.query.text == "wie"
    assert item.position is None
    assert item.content == {"query": "how to reset 0", "rank": "9"}


def test_keys_that_come_up_late_in_json_lines_are_read(send: Send) -> None:
    report = send(
        jsonl_of([row(1), row(2, gold=[3, 2], overlap=4, brand={"name": "x"})]), "a.jsonl"
    )

    assert report.errors == ()
    assert report.gold == {"i2": (2, 3)}
    assert Item.objects.get(key="i2").content == {"brand": '{"name": "x"}'}
    assert Item.objects.get(key="i1").content == {}


def test_parquet_types_are_read_as_their_writer_meant_them(send: Send) -> None:
    content = parquet_of(
        item_id=pa.array([766426640, 766426641]),
        query_id=pa.array([1.0, 1.0]),  # what a data frame makes of whole numbers with a gap
        query=pa.array(["a", "a"]).dictionary_encode(),
        document_id=pa.array(["d", "d"]),
        locale=pa.array(["en-US", "en-US"]),
        position=pa.array([1.0, None]),
        inclusion_probability=pa.array([0.1, 0.5], pa.float32()),
        gold=pa.array([[2, 3], None]),
        seen=pa.array([1_700_000_000_123_456_789, None], pa.timestamp("ns")),
        fresh=pa.array([True, None]),
        price=pa.array([Decimal("12.50"), None]),
        day=pa.array([date(2026, 3, 2), None]),
        note=pa.array(["é".encode(), None]),
        share=pa.array([0.30000000000000004, float("nan")]),
    )

    report = send(content, "a.parquet")

    assert report.errors == ()
    item = Item.objects.select_related("query").get(key="766426640")
    assert (item.query.key, item.position, item.inclusion_probability) == ("1", 1, 0.1)
    assert item.content == {
        "seen": "2023-11-14 22:13:20.123456789", "fresh": "true", "price": "12.50",
        "day": "2026-03-02", "note": "é", "share": "0.30000000000000004",
    }  # fmt: skip
    assert Item.objects.get(key="766426641").content == {}
    assert report.gold == {"766426640": (2, 3)}


def test_a_dry_run_says_what_would_come_and_changes_nothing(send: Send) -> None:
    content = csv_of([row(number) for number in range(1, 25)])

    report = send(content, dry_run=True)

    assert (report.ok, report.rows, report.added, report.batch) == (True, 24, 0, None)
    assert [each.item_id for each in report.preview] == [f"i{n}" for n in range(1, 11)]
    assert not (Item.objects.exists() or Query.objects.exists() or ImportBatch.objects.exists())
    assert not Event.objects.filter(event="items.batch.imported").exists()
    assert send(content).added == 24


def test_a_dry_run_finds_the_same_errors(send: Send) -> None:
    content = csv_of([row(1), row(1, locale="xx-XX")])

    assert send(content, dry_run=True).errors == send(content).errors != ()


def test_the_same_bytes_again_add_nothing(send: Send) -> None:
    content = csv_of([row(1), row(2)])
    first = send(content)

    again = send(content, "under another name.csv")

    assert (again.already_imported, again.added, again.batch) == (True, 0, first.batch)
    assert Item.objects.count() == 2


def test_the_same_bytes_are_new_to_another_project(send: Send, project: Project) -> None:
    content = csv_of([row(1)])
    send(content)

    report = send(content, project=a_project(project.owner, key="other"))

    assert (report.already_imported, report.added) == (False, 1)


def test_a_file_name_is_kept_without_its_path(send: Send) -> None:
    batch = send(csv_of([row(1)]), f"C:\\up\\../{'é' * 300}\x00.csv").batch

    assert batch is not None
    assert batch.file_name.endswith("éé.csv")
    assert len(batch.file_name) == 200


@pytest.mark.django_db(transaction=True)
def test_two_people_who_send_one_file_at_once_add_it_once() -> None:
    owner = an_owner()
    project = a_project(owner)
    content = csv_of([row(number) for number in range(300)])
    reports: list[ImportReport] = []
    start = threading.Barrier(4)

    def send() -> None:
        try:
            start.wait()
            report = import_items(
                project=project, stream=io.BytesIO(content), file_name="a.csv", by=owner, at=AT
            )
            reports.append(report)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(report.already_imported for report in reports) == [False, True, True, True]
    assert sum(report.added for report in reports) == 300
    assert Item.objects.count() == 300
    assert ImportBatch.objects.count() == 1


@pytest.mark.slow
def test_twenty_thousand_rows_come_in_whole(send: Send) -> None:
    rows = [row(number, text=f"texte {number} " * 20, stratum="s") for number in range(20_000)]

    report = send(csv_of(rows))

    assert (report.errors, report.added) == ((), 20_000)
    assert Item.objects.count() == 20_000
    assert Query.objects.count() == 2_000
    assert Item.objects.order_by("pk").last().key == "i19999"  # type: ignore[union-attr]
