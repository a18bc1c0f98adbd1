"""The figures of machines: for whoever runs the project, and never an answer about an item."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client

from tests.factories.chat_server import ChatServer, chat_server, completion
from tests.factories.labeled import AT, with_role
from tests.factories.labeling import Floor, an_open_project
from tests.factories.machines import a_judge
from touchstone.apps.people.models import Role, User
from touchstone.flows.machine_work import run_machine

pytestmark = pytest.mark.slow


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with chat_server() as running:
        yield running


@pytest.fixture
def floor(db: None, server: ChatServer) -> Floor:
    """Three items; a machine answered two and refused one."""
    floor = an_open_project(3, annotators=1)
    server.then(completion(None, refusal="no"))
    machine = a_judge(floor, server.base_url, at_once=1)
    run_machine(
        project=floor.project,
        annotator=machine,
        limit=10,
        clock=lambda: AT + timedelta(minutes=1),
        environment={},
    )
    return floor


def ask(floor: Floor, who: User) -> tuple[int, object]:
    client = Client()
    client.force_login(who)
    answer = client.get(f"/api/v1/projects/{floor.project.key}/machines")
    return answer.status_code, answer.json()


def test_what_a_machine_did_and_cost(floor: Floor) -> None:
    status, rows = ask(floor, floor.owner)

    assert status == 200
    assert isinstance(rows, list)
    (row,) = rows
    assert row["states"] == {"answered": 2, "refused": 1}
    assert (row["judgments"], row["reused"], row["unmetered"]) == (2, 0, 0)
    assert (row["input_tokens"], row["output_tokens"]) == (1_500, 120)
    assert (row["cost"], row["currency"], row["priced_on"]) == ("0.000297", "EUR", "2026-03-01")
    assert (row["model"], row["version"]) == ("judge-large-2026-02-01", 1)


def test_it_names_no_item_and_no_answer_and_no_key(floor: Floor) -> None:
    _status, rows = ask(floor, floor.owner)

    said = str(rows)
    for secret in ("Result", "grade", "evidence", "i0", "127.0.0.1"):
        assert secret not in said


@pytest.mark.parametrize("role", [Role.QA_LEAD, Role.STAKEHOLDER, Role.REQUESTER, Role.ANNOTATOR])
def test_others_are_not_told(floor: Floor, role: Role) -> None:
    status, _rows = ask(floor, with_role(role))

    assert status in (403, 404)


def test_the_annotators_of_the_project_are_not_told(floor: Floor) -> None:
    assert ask(floor, floor.annotators[0])[0] == 404
