"""Questions and one's own results over the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import programme as play
from tests.factories.programme import KEY, Programme
from touchstone.apps.guidelines.operations import add_note
from touchstone.apps.labeling.models import Assignment
from touchstone.apps.quality.appealing.deciding import reveal_gold
from touchstone.apps.quality.appealing.operations import raise_appeal
from touchstone.apps.quality.models import GoldAnswer, GoldMark

pytestmark = pytest.mark.slow


@pytest.fixture
def judged(programme: Programme) -> Programme:
    """Everybody has labeled."""
    play.evaluated(programme)
    return programme


def call(programme: Programme, who: str, method: str, path: str, **body: Any) -> tuple[int, Any]:
    caller = Client(headers={"Authorization": f"Bearer {programme.tokens[who]}"})
    content = {"data": body, "content_type": "application/json"} if method == "post" else {}
    response = getattr(caller, method)(f"/api/v1{path}", **content)
    return response.status_code, response.json()


def anas_task(programme: Programme) -> Assignment:
    found = Assignment.objects.filter(annotator=programme.people["ana"]).first()
    assert found is not None
    return found


def test_a_question_goes_to_the_owner_and_the_answer_comes_back(judged: Programme) -> None:
    address = f"/assignments/{anas_task(judged).pk}/questions"
    status, kept = call(judged, "ana", "post", address, kind="question", text="Does it count?")
    again = call(judged, "ana", "post", address, kind="question", text="Does it count?")
    assert status == 201 and again == (201, kept)

    _status, listed = call(judged, "olga", "get", f"/projects/{KEY}/questions?only=open")
    (seen,) = listed["items"]
    assert (seen["text"], seen["asked_by"]) == ("Does it count?", judged.people["ana"].name)
    to = f"/projects/{KEY}/questions/{kept['question']}/answers"
    assert call(judged, "quinn", "post", to, text="It does.")[0] == 201
    assert call(judged, "olga", "get", f"/projects/{KEY}/questions?only=open")[1]["items"] == []

    (mine,) = call(judged, "ana", "get", "/me/questions")[1]["items"]
    assert [each["text"] for each in mine["answers"]] == ["It does."]
    assert not mine["answers"][0]["read"]
    read = f"/me/questions/{kept['question']}/read"
    assert call(judged, "ana", "post", read) == (200, {"answers": 1})
    assert call(judged, "ben", "post", read)[0] == 404
    assert call(judged, "ben", "get", "/me/questions")[1]["items"] == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kind": "question", "text": " "}, "question_refused"),
        ({"kind": "question", "text": "x" * 4001}, "question_refused"),
        ({"kind": "question", "text": "x" * 20_001}, "invalid"),
        ({"kind": "praise", "text": "x"}, "invalid"),
        ({"kind": "question", "text": "x", "by": 1}, "invalid"),
        ({}, "invalid"),
    ],
)
def test_a_bad_question_is_refused_with_the_reason(
    judged: Programme, body: dict[str, Any], code: str
) -> None:
    address = f"/assignments/{anas_task(judged).pk}/questions"

    status, refused = call(judged, "ana", "post", address, **body)

    assert (status, refused["code"]) == (422, code)
    assert call(judged, "ana", "get", "/me/questions")[1]["items"] == []


def test_results_tell_of_revealed_gold_and_of_nothing_else(judged: Programme) -> None:
    ana, at = judged.people["ana"], timezone.now()
    before = call(judged, "ana", "get", "/me/results")[1]
    assert before["revealed"] == [] and before["share"]["n"] == 0
    assert sum(day["judgments"] for day in before["days"]) > 0

    mark = GoldMark.objects.filter(judgment__annotator=ana).first()
    assert mark is not None
    reveal_gold(gold=mark.gold, explanation="As §2 says.", by=judged.people["olga"], at=at)
    if not mark.hit:
        raise_appeal(judgment_id=mark.judgment_id, reason="It is right.", by=ana, at=at)

    told = call(judged, "ana", "get", "/me/results")[1]
    assert told["days"] == before["days"]
    (revealed,) = told["revealed"]
    assert revealed["right_ones"] == mark.accepted
    assert revealed["explanation"] == "As §2 says."
    assert (revealed["appeal"] is None) == mark.hit
    assert told["share"]["n"] == 1
    others = call(judged, "stan", "get", "/me/results")[1]
    assert others["revealed"] == [] and others["share"]["n"] == 0
    assert GoldAnswer.objects.filter(reveal=None).exists()


def test_notes_are_listed_for_those_who_write_the_next_version(judged: Programme) -> None:
    version = anas_task(judged).guideline_version
    add_note(
        version=version, text_en="It counts.", text_fr="", by=judged.people["olga"],
        at=timezone.now(),
    )  # fmt: skip

    status, notes = call(judged, "olga", "get", f"/guidelines/versions/{version.pk}/notes")

    assert status == 200
    assert [(each["text_en"], each["text_fr"]) for each in notes] == [("It counts.", "")]
    assert call(judged, "ana", "get", f"/guidelines/versions/{version.pk}/notes")[0] == 403
