"""What reaches an annotator over HTTP: never money, clicks or a system's name, sides at random."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.factories.labeled import AT
from tests.factories.labeling import Floor
from tests.factories.task_types import a_floor_of
from touchstone.apps.guidelines.policies import NEVER_SHOWN
from touchstone.apps.labeling.models import Judgment
from touchstone.apps.people.models import User
from touchstone.apps.people.operations import issue_token

pytestmark = pytest.mark.django_db

SECRETS = {name: f"secret {name}" for name in NEVER_SHOWN}


def client_of(user: User) -> Client:
    _token, plain = issue_token(user=user, name="tests", by=None, at=AT)
    return Client(headers={"Authorization": f"Bearer {plain}"})


def leased(client: Client, floor: Floor, count: int = 10) -> list[dict[str, Any]]:
    address = f"/api/v1/projects/{floor.project.key}/lease"
    taken = client.post(address, {"count": count}, content_type="application/json")
    assert taken.status_code == 200, taken.content
    again = client.get(address)
    tasks: list[dict[str, Any]] = taken.json()["tasks"]
    held = {task["assignment"]: task["content"] for task in again.json()["tasks"]}
    assert {task["assignment"]: task["content"] for task in tasks} == held
    assert b"secret" not in taken.content + again.content
    return tasks


def send(client: Client, task: dict[str, Any], values: dict[str, Any]) -> Any:
    body = {
        "assignment": task["assignment"],
        "lease": task["lease"],
        "answers": {"outcome": "label", "values": values},
        "seconds": 1,
    }
    return client.post(
        "/api/v1/judgments",
        json.dumps(body),
        content_type="application/json",
        headers={"Idempotency-Key": uuid4().hex},
    )


def test_an_ad_comes_without_its_price_bid_or_clicks() -> None:
    ad = {"title": "Kettles", "text": "All sizes", "landing_title": "Kettles", **SECRETS}
    floor = a_floor_of("search-ads", {f"i{number}": ad for number in range(3)})

    tasks = leased(client_of(floor.annotators[0]), floor)

    assert len(tasks) == 3
    assert all(task["content"]["title"] == "Kettles" for task in tasks)


def test_lists_come_blind_and_on_random_sides_and_are_stored_as_they_are() -> None:
    sides = {
        side: [{"id": side, "title": side.upper(), "system": "secret system", **SECRETS}]
        for side in ("left", "right")
    }
    floor = a_floor_of("side-by-side", {f"i{number}": sides for number in range(30)})
    client = client_of(floor.annotators[0])

    firsts = set()
    for task in leased(client, floor, 30):
        first = task["content"]["left"][0]["title"]
        firsts.add(first)
        better_is_left = {"side": -3 if first == "LEFT" else 3}
        assert send(client, task, better_is_left).status_code == 200

    assert firsts == {"LEFT", "RIGHT"}
    assert set(Judgment.objects.values_list("grade", "swapped")) == {(-3, False), (-3, True)}


def test_a_refusal_names_the_field_and_keeps_nothing() -> None:
    floor = a_floor_of("suggestion-quality", {"i0": {"suggestion": "weather today"}})
    client = client_of(floor.annotators[0])
    (task,) = leased(client, floor)

    for values, field in (
        ({"usefulness": 2, "flags": ["rude"]}, "flags"),
        ({"usefulness": 9}, "usefulness"),
        ({"usefulness": 2, "colour": "red"}, "colour"),
        ({"flags": ["unsafe"]}, "usefulness"),
    ):
        refused = send(client, task, values)
        assert refused.status_code == 422, refused.content
        assert field in refused.content.decode()
    assert not Judgment.objects.exists()
    assert send(client, task, {"usefulness": 2, "flags": ["unsafe"]}).status_code == 200
