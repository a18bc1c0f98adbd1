"""Lists come a page at a time, whole and without repeats."""

from __future__ import annotations

import base64

import pytest
from django.test import Client

from tests.factories import programme as play
from tests.factories.programme import Programme


@pytest.fixture
def rita(programme: Programme) -> Client:
    """Seven requests, and the one who made them."""
    sdk = programme.client("rita")
    for _ in range(7):
        sdk.requests.file(play.a_request())
    return Client(headers={"Authorization": f"Bearer {programme.tokens['rita']}"})


def test_pages_add_up_to_the_list(rita: Client) -> None:
    seen, cursor = [], ""
    while cursor is not None:
        body = rita.get("/api/v1/requests", {"limit": 3, "cursor": cursor}).json()
        assert len(body["items"]) <= 3
        seen += [row["number"] for row in body["items"]]
        cursor = body["next"]

    assert seen == [7, 6, 5, 4, 3, 2, 1]


def test_a_row_added_meanwhile_makes_none_appear_twice(rita: Client, programme: Programme) -> None:
    first = rita.get("/api/v1/requests", {"limit": 4}).json()
    programme.client("rita").requests.file(play.a_request())
    second = rita.get("/api/v1/requests", {"limit": 4, "cursor": first["next"]}).json()

    assert [row["number"] for row in second["items"]] == [3, 2, 1]
    assert second["next"] is None


@pytest.mark.parametrize("limit", ["0", "201", "many"])
def test_a_page_is_bounded(rita: Client, limit: str) -> None:
    assert rita.get("/api/v1/requests", {"limit": limit}).status_code == 422


@pytest.mark.parametrize("cursor", ["%%%", "nonsense", base64.b64encode(b"seven").decode(), "é"])
def test_a_made_up_cursor_is_refused(rita: Client, cursor: str) -> None:
    response = rita.get("/api/v1/requests", {"cursor": cursor})

    assert (response.status_code, response.json()["code"]) == (422, "bad_cursor")


def test_the_sdk_walks_every_page(rita: Client, programme: Programme) -> None:
    assert [row.number for row in programme.client("rita").requests.list()] == list(range(7, 0, -1))
    assert list(programme.client("rita").requests.list(state="live")) == []


def test_no_cursor_breaks_a_list_by_text(programme: Programme) -> None:
    caller = Client(headers={"Authorization": f"Bearer {programme.tokens['olga']}"})

    response = caller.get("/api/v1/projects", {"cursor": base64.b64encode(b"a\0").decode()})

    assert (response.status_code, response.json()["code"]) == (422, "bad_cursor")
