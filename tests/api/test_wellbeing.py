"""One's own exposure over HTTP: consent, limits, hours, topics."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tests.factories import programme as play
from tests.factories.programme import KEY, Programme
from touchstone.apps.intake.models import LabelingRequest
from touchstone.apps.wellbeing.models import Consent, StatedHours, TopicChoice
from touchstone_client import Conflict


@pytest.fixture
def key(programme: Programme) -> str:
    """A live project whose items may be unpleasant."""
    key = play.live(programme)
    LabelingRequest.objects.update(harm_class="S2")
    return key


def call(programme: Programme, method: str, path: str, body: object = None, **headers: str) -> Any:
    """What Ana is told."""
    asked = Client(headers={"Authorization": f"Bearer {programme.tokens['ana']}"} | headers)
    content = "" if body is None else json.dumps(body)
    return asked.generic(method, f"/api/v1/me/{path}", content, content_type="application/json")


def test_a_lease_asks_for_consent_and_then_comes(programme: Programme, key: str) -> None:
    work = programme.client("ana").work
    with pytest.raises(Conflict) as refusal:
        work.lease(KEY, 1)
    assert refusal.value.code == "consent_needed"
    assert refusal.value.details == {"severity": "S2", "version": 1}

    given = call(programme, "POST", "consents", {"severity": "S2", "version": 1})

    assert {each["severity"]: each["agreed"] for each in given.json()} == {
        "S1": False, "S2": True, "S3": False, "S4": False,
    }  # fmt: skip
    assert len(work.lease(KEY, 1).tasks) == 1

    assert call(programme, "DELETE", "consents/S2").status_code == 204
    with pytest.raises(Conflict, match="decide"):
        work.lease(KEY, 1)


def test_the_texts_come_in_the_language_of_the_reader(programme: Programme) -> None:
    found = call(programme, "GET", "consents", **{"Accept-Language": "fr"}).json()

    assert [each["language"] for each in found] == ["fr"] * 4
    assert "Ce travail montre des contenus nuisibles" in found[2]["text"]


def test_a_declined_topic_is_refused_by_name(programme: Programme, key: str) -> None:
    call(programme, "POST", "consents", {"severity": "S2", "version": 1})

    mine = call(programme, "PUT", "topics/ranking", {"declined": True}).json()

    assert mine["declined_topics"] == ["ranking"]
    with pytest.raises(Conflict) as refusal:
        programme.client("ana").work.lease(KEY, 1)
    assert refusal.value.code == "topic_declined"
    assert call(programme, "PUT", "topics/ranking", {"declined": False}).status_code == 200
    assert programme.client("ana").work.lease(KEY, 1).tasks


def test_ones_own_limits_are_told(programme: Programme) -> None:
    stated = {"time_zone": "Asia/Tokyo", "starts": "22:00", "ends": "06:00"}

    assert call(programme, "PUT", "hours", stated).status_code == 200
    mine = call(programme, "GET", "limits").json()

    assert mine["hours"] == {"time_zone": "Asia/Tokyo", "starts": "22:00:00", "ends": "06:00:00"}
    assert {each["rule"]: each["limit_minutes"] for each in mine["gauges"]} == {
        "daily": 60, "weekly": 1200, "break": 120, "dose": 960,
    }  # fmt: skip
    assert mine["minutes_today"] == {}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "consents", {"severity": "S9", "version": 1}, 422),
        ("POST", "consents", {"severity": "S0", "version": 1}, 409),
        ("POST", "consents", {"severity": "S3", "version": 2}, 409),
        ("POST", "consents", {"severity": "S3"}, 422),
        ("DELETE", "consents/S9", None, 422),
        ("PUT", "topics/rankling", {"declined": True}, 422),
        ("PUT", "topics/ranking", {"declined": "perhaps"}, 422),
        ("PUT", "hours", {"time_zone": "Mars", "starts": "09:00", "ends": "17:00"}, 409),
        ("PUT", "hours", {"time_zone": "UTC", "starts": "09:00", "ends": "09:30"}, 409),
        ("PUT", "hours", {"time_zone": "UTC", "starts": "soon", "ends": "09:30"}, 422),
    ],
)
def test_what_cannot_be_changes_nothing(
    programme: Programme, method: str, path: str, body: object, status: int
) -> None:
    answer = call(programme, method, path, body)

    assert answer.status_code == status
    assert set(answer.json()) == {"code", "message", "details"}
    assert not Consent.objects.exists()
    assert not TopicChoice.objects.exists()
    assert not StatedHours.objects.exists()
