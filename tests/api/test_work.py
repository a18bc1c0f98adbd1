"""Leasing and answering over HTTP: what is late, repeated, wrong or given back."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import programme as play
from tests.factories.programme import KEY, Programme
from touchstone.apps.labeling.models import Assignment, Judgment
from touchstone_client import Conflict, Forbidden, Invalid, NotFound, Task


@pytest.fixture
def key(programme: Programme) -> str:
    """A live project."""
    return play.live(programme)


def a_task(programme: Programme, name: str = "ana") -> Task:
    """One task in somebody's hand."""
    (task,) = programme.client(name).work.lease(KEY, 1).tasks
    return task


def sent(programme: Programme, task: Task, **changes: Any) -> Any:
    """A raw submit, to see the status."""
    body = {
        "assignment": task.assignment,
        "lease": task.lease,
        "answers": play.answer_to(task),
        "seconds": 3,
    }
    headers = {
        "Authorization": f"Bearer {programme.tokens['ana']}",
        "Idempotency-Key": changes.pop("idempotency_key", uuid4().hex),
    }
    return Client(headers=headers).post(
        "/api/v1/judgments", json.dumps(body | changes), content_type="application/json"
    )


def run_out(task: Task) -> None:
    """Let the lease of a task end an hour ago."""
    ago = timezone.now() - timedelta(hours=1)
    Assignment.objects.filter(pk=task.assignment).update(
        leased_at=ago - timedelta(minutes=30), leased_until=ago
    )


def test_work_in_time_is_kept_and_counts(programme: Programme, key: str) -> None:
    response = sent(programme, a_task(programme))

    assert response.status_code == 200
    assert (response.json()["late"], response.json()["counts"]) == (False, True)


def test_late_work_is_kept_and_says_so(programme: Programme, key: str) -> None:
    task = a_task(programme)
    run_out(task)

    response = sent(programme, task)

    assert response.status_code == 202
    assert response.json()["late"] is True
    assert Judgment.objects.filter(pk=response.json()["judgment"], late=True).exists()


def test_a_repeat_gets_the_first_answer_and_adds_nothing(programme: Programme, key: str) -> None:
    task, name = a_task(programme), uuid4().hex

    first, second = (sent(programme, task, idempotency_key=name) for _ in range(2))

    assert first.json() == second.json()
    assert Judgment.objects.count() == 1


def test_the_same_key_for_other_answers_is_refused(programme: Programme, key: str) -> None:
    task, work = a_task(programme), programme.client("ana").work
    work.submit(task, {"outcome": "label", "values": {"grade": 1}}, seconds=1)

    with pytest.raises(Conflict) as refusal:
        work.submit(task, {"outcome": "label", "values": {"grade": 2}}, seconds=1)

    assert refusal.value.code == "idempotency_conflict"
    assert Judgment.objects.get().grade == 1


@pytest.mark.parametrize(
    "answers",
    [
        {"outcome": "label", "values": {"grade": 4}},
        {"outcome": "label", "values": {}},
        {"outcome": "cannot_judge"},
        {"outcome": "label", "values": {"grade": 1}, "comment": "\u0000"},
        {"outcome": "label", "values": {"grade": 1}, "comment": "x" * 70_000},
        {},
    ],
)
def test_answers_outside_the_schema_change_nothing(
    programme: Programme, key: str, answers: dict[str, Any]
) -> None:
    response = sent(programme, a_task(programme), answers=answers)

    assert response.status_code == 422
    assert not Judgment.objects.exists()


@pytest.mark.parametrize("idempotency_key", ["", "short", "x" * 65, "with a space in it"])
def test_a_submit_needs_a_proper_idempotency_key(
    programme: Programme, key: str, idempotency_key: str
) -> None:
    response = sent(programme, a_task(programme), idempotency_key=idempotency_key)

    assert response.status_code == 422
    assert not Judgment.objects.exists()


@pytest.mark.parametrize("count", [0, -1, 51, 10**12])
def test_a_lease_is_bounded(programme: Programme, key: str, count: int) -> None:
    with pytest.raises(Invalid):
        programme.client("ana").work.lease(key, count)

    assert not Assignment.objects.exists()


def test_a_schema_is_sent_once_and_not_again(programme: Programme, key: str) -> None:
    caller = Client(headers={"Authorization": f"Bearer {programme.tokens['ana']}"})
    path = f"/api/v1/projects/{key}/lease"

    def lease(known: str) -> Any:
        body = {"count": 1, "known_scale": known}
        answer = caller.post(path, json.dumps(body), content_type="application/json")
        assert answer.status_code == 200
        return answer

    first = lease("").json()
    again = lease(first["scale_version"])

    assert first["scale_version"].startswith("graded-relevance v")
    assert first["label_schema"]["main"] == "grade"
    assert again.json() == first | {"label_schema": None, "tasks": again.json()["tasks"]}
    assert len(again.content) < 2_000
    assert lease("graded-relevance v99").json()["label_schema"] == first["label_schema"]
    held = caller.get(path, {"known_scale": first["scale_version"]}).json()
    assert held["label_schema"] is None and len(held["tasks"]) == 3
    assert caller.get(path).json()["label_schema"] == first["label_schema"]


def test_a_program_that_was_restarted_finds_its_tasks(programme: Programme, key: str) -> None:
    work = programme.client("ana").work
    leased = work.lease(key, 3).tasks

    assert {task.assignment for task in work.in_hand(key).tasks} == {
        task.assignment for task in leased
    }


def test_a_heartbeat_renews_a_lease(programme: Programme, key: str) -> None:
    task = a_task(programme)
    Assignment.objects.filter(pk=task.assignment).update(
        leased_until=timezone.now() + timedelta(seconds=9)
    )

    renewed = programme.client("ana").work.heartbeat(task)

    assert renewed > timezone.now() + timedelta(minutes=20)


def test_a_task_given_back_is_free_and_a_skipped_one_gone(programme: Programme, key: str) -> None:
    work, back, skipped = programme.client("ana").work, a_task(programme), a_task(programme)

    work.release(back)
    work.skip(skipped, reason="offensive")

    states = dict(Assignment.objects.values_list("pk", "state"))
    assert {str(pk): state for pk, state in states.items()} == {
        back.assignment: "released",
        skipped.assignment: "skipped",
    }
    with pytest.raises(Conflict) as refusal:
        work.heartbeat(skipped)
    assert refusal.value.code == "lease_lost"


def test_somebody_elses_task_does_not_exist(programme: Programme, key: str) -> None:
    task, ben = a_task(programme), programme.client("ben").work

    for act in (ben.heartbeat, ben.release, ben.skip):
        with pytest.raises(NotFound):
            act(task)
    with pytest.raises(NotFound):
        ben.submit(task, play.answer_to(task), seconds=1)
    with pytest.raises(Forbidden):
        programme.client("olga").work.heartbeat(task)


def test_the_guideline_comes_first(programme: Programme) -> None:
    key = play.planned(programme)
    programme.client("olga").projects.move(key, "pilot")
    work = programme.client("ana", language="fr").work

    with pytest.raises(Conflict) as refusal:
        work.lease(key)
    assert refusal.value.code == "guideline_unread"
    guideline = work.guideline(key)
    assert (guideline.language, guideline.read) == ("fr", False)
    assert work.confirm_guideline(key).read
    assert work.lease(key).tasks == ()


def test_a_project_that_does_not_run_hands_out_nothing(programme: Programme, key: str) -> None:
    programme.client("olga").projects.move(key, "paused")

    with pytest.raises(Conflict) as refusal:
        programme.client("ana").work.lease(key)

    assert refusal.value.code == "not_open_for_work"
