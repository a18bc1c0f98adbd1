"""One's own keys and last answers over HTTP."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import programme as play
from tests.factories.programme import KEY, Programme
from touchstone.apps.labeling.models import Judgment
from touchstone.apps.labeling.operations import expire_leases
from touchstone.apps.people.operations import set_preferences
from touchstone.apps.planning.queries import project_by_key


def call(programme: Programme, who: str, method: str, path: str, body: object = None) -> Any:
    asked = Client(headers={"Authorization": f"Bearer {programme.tokens[who]}"})
    content = "" if body is None else json.dumps(body)
    return asked.generic(method, f"/api/v1/{path}", content, content_type="application/json")


def test_keys_are_kept_and_a_clash_changes_nothing(programme: Programme) -> None:
    wanted = {"keys": {"skip": "f", "undo": "u"}, "auto_advance": True}
    kept = call(programme, "ana", "PUT", "me/workbench", wanted).json()
    assert kept["keys"] == {"skip": "f"}
    assert kept["moved"] == {"s": "f", "f": "s"}
    assert kept["defaults"]["skip"] == "s"

    refused = call(
        programme, "ana", "PUT", "me/workbench", {"keys": {"skip": "g"}, "auto_advance": False}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "key_clash")
    assert call(programme, "ana", "GET", "me/workbench").json() == kept
    assert call(programme, "ben", "GET", "me/workbench").json()["keys"] == {}


@pytest.mark.parametrize(
    "body",
    [
        {"keys": {"skip": "f"}},
        {"keys": {"skip": 1}, "auto_advance": True},
        {"keys": {f"x{n}": "f" for n in range(40)}, "auto_advance": True},
        {"keys": {"skip": "f" * 61}, "auto_advance": True},
        {"keys": {}, "auto_advance": True, "more": 1},
    ],
)
def test_what_is_malformed_is_refused(programme: Programme, body: dict[str, Any]) -> None:
    assert call(programme, "ana", "PUT", "me/workbench", body).status_code == 422


def test_own_last_answers_and_nobody_elses(programme: Programme) -> None:
    play.live(programme)
    for name in ("ana", "ben"):
        work = programme.client(name).work
        for task in work.lease(KEY, 5).tasks:
            work.submit(task, play.answer_to(task) | {"comment": f"by {name}"}, seconds=2.0)

    first = call(programme, "ana", "GET", f"projects/{KEY}/my-judgments?limit=3").json()
    rest = call(
        programme, "ana", "GET", f"projects/{KEY}/my-judgments?limit=3&cursor={first['next']}"
    ).json()

    found = [*first["items"], *rest["items"]]
    own = Judgment.objects.filter(annotator=programme.people["ana"]).order_by("-pk")
    assert [one["judgment"] for one in found] == [each.pk for each in own]
    assert {one["comment"] for one in found} == {"by ana"}
    assert {one["counts"] for one in found} == {True}
    assert rest["next"] is None
    assert len(first["items"]) == 3


def test_words_are_in_the_language_of_the_account(programme: Programme) -> None:
    play.live(programme)
    ana = programme.people["ana"]
    set_preferences(user=ana, language="ar", time_zone="UTC", by=ana, at=timezone.now())
    work = programme.client("ana").work
    (task,) = work.lease(KEY, 1).tasks
    work.submit(task, {"outcome": "cannot_judge", "reason": "broken_result"}, seconds=2.0)

    (found,) = call(programme, "ana", "GET", f"projects/{KEY}/my-judgments").json()["items"]
    (said,) = found["answers"]
    assert said["question"] == "يتعذّر الحكم"
    assert said["answer"] != "broken_result"


def test_no_more_than_the_last_ones(programme: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("touchstone.api.workbench.LAST", 2)
    play.live(programme)
    work = programme.client("ana").work
    for task in work.lease(KEY, 3).tasks:
        work.submit(task, play.answer_to(task), seconds=2.0)

    found = call(programme, "ana", "GET", f"projects/{KEY}/my-judgments").json()["items"]
    newest = Judgment.objects.order_by("-pk").values_list("pk", flat=True)
    assert [one["judgment"] for one in found] == list(newest[:2])


def test_an_answer_that_came_late_is_there_too(programme: Programme) -> None:
    play.live(programme)
    work = programme.client("ana").work
    (task,) = work.lease(KEY, 1).tasks
    expire_leases(project=project_by_key(KEY), at=timezone.now() + timedelta(days=1))
    work.submit(task, play.answer_to(task), seconds=2.0)

    (found,) = call(programme, "ana", "GET", f"projects/{KEY}/my-judgments").json()["items"]
    assert (found["late"], found["assignment"]) == (True, task.assignment)
