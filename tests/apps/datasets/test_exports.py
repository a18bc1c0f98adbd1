"""Exporting judgments as they stand: real streams of one moment, that let go of the database."""

from __future__ import annotations

import csv
import gc
import io
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.factories.datasets import a_release
from tests.factories.labeled import (
    AT,
    LATER,
    Labeled,
    UserFactory,
    a_labeled_project,
    a_locale,
    an_unlabeled_project,
    judge,
    with_role,
)
from touchstone.apps.datasets import exports
from touchstone.apps.datasets.exports import Export, UnknownFormat, export_judgments
from touchstone.apps.datasets.queries import file_chunks, file_of
from touchstone.apps.ledger.models import Event
from touchstone.apps.people.models import Grant, Role, User
from touchstone.apps.people.operations import issue_token
from touchstone.lib import snapshots
from touchstone.lib.snapshots import Snapshot

# An export reads on a connection of its own, so what it reads has to be committed.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def scene(transactional_db: None) -> Labeled:
    return a_labeled_project()


def exported(scene: Labeled, form: str = "jsonl") -> Export:
    return export_judgments(project=scene.project, form=form, by=scene.owner, at=LATER)


def rows_in(export: Export) -> list[dict[str, Any]]:
    return [json.loads(line) for line in b"".join(export).splitlines()]


def open_transactions() -> int:
    """How many other connections of this database are in a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
        )
        return int(cursor.fetchone()[0])


def test_an_export_has_the_rows_of_a_release(scene: Labeled) -> None:
    machine = UserFactory(kind=User.Kind.MACHINE)
    judge(scene, scene.items[3], machine, 2)
    release = a_release(scene)
    frozen = b"".join(file_chunks(file_of(release, "judgments.jsonl"))).splitlines()

    export = exported(scene)

    assert sorted(b"".join(export).splitlines()) == sorted(frozen)
    assert export.judgments == release.judgments


def test_csv_says_the_same(scene: Labeled) -> None:
    text = b"".join(exported(scene, "csv")).decode()

    found = list(csv.DictReader(io.StringIO(text)))

    wanted = [
        {
            name: ""
            if value is None
            else str(value).lower()
            if isinstance(value, bool)
            else str(value)
            for name, value in row.items()
        }
        for row in rows_in(exported(scene))
    ]
    assert found == wanted
    assert len(found) == 3 * len(scene.items) + 2


def test_the_first_piece_is_there_before_the_last_row_is_read(
    scene: Labeled, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = 0
    rows = Snapshot.rows

    def counting(self: Snapshot, wanted: Any, at_once: int) -> Iterator[Any]:
        nonlocal read
        for row in rows(self, wanted, at_once):
            read += 1
            yield row

    monkeypatch.setattr(Snapshot, "rows", counting)
    monkeypatch.setattr(exports, "ROWS_AT_ONCE", 10)
    export = exported(scene)

    first = next(export)

    assert len(first.splitlines()) == 10
    assert read == 20  # ten more are read while the first are sent, and no more
    assert len(b"".join(export).splitlines()) + 10 == read == 3 * len(scene.items) + 2


def test_what_comes_in_meanwhile_is_not_in_it(
    scene: Labeled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "ROWS_AT_ONCE", 10)
    export = exported(scene)
    begun = next(export)
    judge(scene, scene.items[5], UserFactory(), 1, counts=False)

    rows = (begun + b"".join(export)).splitlines()

    assert len(rows) == export.judgments + 1  # the adjudication
    assert exported(scene).judgments == export.judgments + 1


def test_the_database_is_let_go_however_it_ends(scene: Labeled) -> None:
    export = exported(scene)
    assert open_transactions() == 1
    b"".join(export)
    assert open_transactions() == 0

    gone = exported(scene)
    next(gone)
    gone.close()
    assert open_transactions() == 0

    unread = exported(scene)
    assert open_transactions() == 1
    del unread
    gc.collect()
    assert open_transactions() == 0


@pytest.mark.parametrize(
    ("form", "begins"), [("jsonl", b'{"error":"broke_off"'), ("csv", b'error,"The export')]
)
def test_a_reader_who_stalls_loses_the_stream_and_is_told(
    scene: Labeled, monkeypatch: pytest.MonkeyPatch, form: str, begins: bytes
) -> None:
    monkeypatch.setattr(exports, "ROWS_AT_ONCE", 10)
    monkeypatch.setattr(snapshots, "IDLE_SECONDS", 1)
    export = exported(scene, form)
    time.sleep(1.3)

    assert open_transactions() == 0
    *_rows, last = b"".join(export).splitlines()
    assert last.startswith(begins)


def test_a_formula_is_text_in_csv_and_untouched_in_json(scene: Labeled) -> None:
    item = scene.items[3]
    item.key, item.stratum = '=HYPERLINK("http://x")', "-2"
    item.save()

    text = b"".join(exported(scene, "csv")).decode()
    strata = {row["item_id"]: row["stratum"] for row in csv.DictReader(io.StringIO(text))}

    assert strata["'" + item.key] == "-2"  # a number is no formula
    assert item.key not in strata
    assert item.key in {row["item_id"] for row in rows_in(exported(scene))}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_every_start_of_a_formula_is_known(start: str) -> None:
    assert exports._cell(f"{start}cmd") == f"'{start}cmd"


def test_the_ledger_says_who_exported_how_much(scene: Labeled) -> None:
    rows_in(exported(scene, "jsonl"))

    event = Event.objects.get(event="datasets.judgments.exported")
    assert (event.by_id, event.project_id) == (scene.owner.pk, scene.project.pk)
    assert event.data == {"format": "jsonl", "judgments": 3 * len(scene.items) + 1}


def test_an_unknown_format_is_refused_before_anything(scene: Labeled) -> None:
    with pytest.raises(UnknownFormat):
        exported(scene, "xlsx")

    assert not Event.objects.filter(event="datasets.judgments.exported").exists()
    assert open_transactions() == 0


def test_nobody_is_named(scene: Labeled) -> None:
    text = b"".join(exported(scene, "csv")).decode()

    private = [value for pair in User.objects.values_list("name", "email") for value in pair]
    assert not [name for name in private if name in text]


def test_an_empty_project_gives_an_empty_file(scene: Labeled) -> None:
    empty = an_unlabeled_project("empty")

    def content(form: str) -> bytes:
        return b"".join(export_judgments(project=empty, form=form, by=scene.owner, at=AT))

    assert content("jsonl") == b""
    assert len(content("csv").splitlines()) == 1


def test_the_endpoint_streams_and_keeps_to_its_reach(scene: Labeled) -> None:
    elsewhere, lead = with_role(Role.PROJECT_OWNER), scene.expert
    german = a_locale("de-DE").market
    Grant.objects.filter(user=elsewhere).update(everywhere=False, market=german)
    path = f"/api/v1/projects/{scene.project.key}/judgments/export"

    def ask(user: User, query: str = "") -> Any:
        _row, token = issue_token(user=user, name="test", by=None, at=AT)
        return Client(headers={"Authorization": f"Bearer {token}"}).get(path + query)

    came = ask(lead, "?format=csv")
    assert came.status_code == 200 and came.streaming
    assert came.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert came.headers["Judgments-Total"] == str(3 * len(scene.items) + 1)
    assert "search-judgments-" in came.headers["Content-Disposition"]
    assert len(b"".join(came.streaming_content).splitlines()) == 3 * len(scene.items) + 3
    assert open_transactions() == 0
    assert ask(scene.requester).status_code == 403
    assert ask(lead, "?format=xlsx").status_code == 422
    assert ask(elsewhere).status_code == ask(UserFactory()).status_code == 404
