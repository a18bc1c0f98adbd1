"""An export over a real server: a client that hangs up leaves nothing open."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.db.models import Model

from tests.factories.labeled import AT, Labeled, a_labeled_project
from tests.ops.service import await_answer
from touchstone.apps.items.models import Item
from touchstone.apps.labeling.models import Assignment, Judgment
from touchstone.apps.people.operations import issue_token
from touchstone.ops.serving import HOST, server_command

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

# More than the buffers between the database and a client that does not read.
JUDGMENTS = 16_000
COPIES = "SELECT id FROM items_item WHERE length(key) = 200"


@pytest.fixture
def scene(transactional_db: None) -> Labeled:
    """One judgment, and copies of it on as many items more."""
    scene = a_labeled_project(queries=1)
    judged = Judgment.objects.filter(counts=True, outcome="label").order_by("pk")[0]
    key = "lpad(n::text, 200, '0')"
    copied(Item, judged.item_id, f"generate_series(1, {JUDGMENTS}) AS n", key=key, document_key=key)
    copied(Assignment, judged.assignment_id, f"({COPIES}) AS item", item_id="item.id")
    copied(
        Judgment, judged.pk, f"({COPIES}) AS item JOIN labeling_assignment AS one "
        "ON one.item_id = item.id", item_id="item.id", assignment_id="one.id",
        idempotency_key="one.id::text",
    )  # fmt: skip
    return scene


def copied(model: type[Model], pk: object, others: str, **changed: str) -> None:
    """Insert a copy of a row for each row of `others`."""
    columns = [f.column for f in model._meta.concrete_fields if not f.primary_key]
    values = [changed.get(column, f"row.{column}") for column in columns]
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} "
            f"FROM {table} AS row CROSS JOIN {others} WHERE row.id = %s",
            [pk],
        )


@pytest.fixture
def port(scene: Labeled) -> Iterator[int]:
    """The product's web server on the database of this test."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        free = int(probe.getsockname()[1])
    given = urlsplit(os.environ["DATABASE_URL"])
    here = given._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    environment = {**os.environ, "DATABASE_URL": here, "WEB_WORKERS": "1"}
    server = subprocess.Popen(server_command(free), env=environment)
    try:
        await_answer(free, wanted=True)
        yield free
    finally:
        server.terminate()
        server.wait(timeout=30)


def open_transactions() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
        )
        return int(cursor.fetchone()[0])


def comes_true(said: Callable[[], bool], seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if said():
            return True
        time.sleep(0.1)
    return False


def test_a_client_that_hangs_up_leaves_no_open_transaction(scene: Labeled, port: int) -> None:
    _row, token = issue_token(user=scene.owner, name="test", by=None, at=AT)
    asked = (
        f"GET /api/v1/projects/{scene.project.key}/judgments/export HTTP/1.1\r\n"
        f"Host: {HOST}\r\nAuthorization: Bearer {token}\r\n\r\n"
    )

    with socket.create_connection((HOST, port)) as client:
        client.sendall(asked.encode())
        assert client.recv(1000).startswith(b"HTTP/1.1 200")
        time.sleep(1)
        assert open_transactions() == 1, "it is all in buffers already: the test needs more rows"

    assert comes_true(lambda: open_transactions() == 0)
