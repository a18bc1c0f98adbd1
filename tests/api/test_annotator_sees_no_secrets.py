"""Nothing that an annotator is told tells gold from work, or shows another person's label."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.factories import programme as play
from tests.factories.programme import (
    BASE_URL,
    KEY,
    LOCALE,
    InProcess,
    Programme,
    right_grade,
)
from touchstone.api.access import endpoints
from touchstone.api.api import api
from touchstone.apps.guidelines.teaching import seeded_quiz
from touchstone.apps.labeling.models import Assignment
from touchstone.apps.people.policies import Capability
from touchstone.apps.quality.models import GoldAnswer

pytestmark = pytest.mark.slow

SECRET_WORDS = (
    "gold", "hit", "accuracy", "accepted", "correct", "expected", "directed", "lane", "overlap",
    "need", "taken", "repeat", "consensus", "posterior", "majority", "audit", "adjudicat", "item",
    "annotator", "stratum", "probability",
)  # fmt: skip
BENS_REMARK = "the remark of somebody else"


class Recorder:
    """Calls the API as an annotator and keeps every answer."""

    def __init__(self, programme: Programme, name: str) -> None:
        self.answers: list[tuple[str, Any]] = []
        self._http = httpx.Client(
            transport=InProcess(),
            base_url=f"{BASE_URL}/api/v1",
            headers={"Authorization": f"Bearer {programme.tokens[name]}"},
        )

    def call(self, method: str, path: str, **content: Any) -> Any:
        response = self._http.request(method, path, **content)
        assert response.status_code < 500
        body = response.json() if response.content else None
        self.answers.append((f"{method} {path}", body))
        return body

    def submit(self, task: dict[str, Any], grade: int = 1) -> Any:
        return self.call(
            "POST",
            "/judgments",
            headers={"Idempotency-Key": uuid4().hex},
            json={
                "assignment": task["assignment"],
                "lease": task["lease"],
                "answers": {"outcome": "label", "values": {"grade": grade}},
                "seconds": 2,
            },
        )


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of an answer with the keys that lead to it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, f"{path}[]")
    else:
        yield path, value


def shape(value: Any) -> Any:
    """An answer with its values replaced by their types."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    return type(value).__name__


@pytest.fixture
def scene(programme: Programme) -> Recorder:
    """Ben has labeled, with a remark; Ana has every kind of answer that she can get."""
    play.live(programme, gold_rate=Decimal("0.5"), quiz_required=True, gold_test_size=2)
    _qualify(Recorder(programme, "ben"))
    ben = programme.client("ben").work
    for task in ben.lease(KEY, 20).tasks:
        ben.submit(task, play.answer_to(task) | {"comment": BENS_REMARK}, seconds=2.0)
    ana = Recorder(programme, "ana")
    _look_around(ana)
    return ana


def _qualify(annotator: Recorder) -> None:
    """The way to the work, each of its endpoints, with the refusals on the way."""
    quiz = annotator.call("GET", f"/projects/{KEY}/quiz")
    first = {one["key"]: [one["choices"][0]["value"]] for one in quiz["questions"]}
    annotator.call("POST", f"/projects/{KEY}/quiz", json={"answers": {"none": ["such"]}})
    annotator.call("POST", f"/projects/{KEY}/test", json={"locale": LOCALE})  # the quiz is first
    seeded: Any = seeded_quiz("graded-relevance")
    right = {one["key"]: one["right"] for one in seeded["questions"]}
    annotator.call("POST", f"/projects/{KEY}/quiz", json={"answers": right})
    annotator.call("POST", f"/projects/{KEY}/quiz", json={"answers": first})
    annotator.call("POST", f"/projects/{KEY}/lease", json={"count": 1})  # the test is first
    graded = {"answers": {"outcome": "label", "values": {"grade": 1}}}
    annotator.call("POST", f"/projects/{KEY}/practice", json=graded | {"example": 1})
    annotator.call("GET", f"/projects/{KEY}/practice")
    test = annotator.call("POST", f"/projects/{KEY}/test", json={"locale": LOCALE})
    while task := test["task"]:
        address = f"/projects/{KEY}/test/{task['task']}"
        test = annotator.call("POST", address, json=_right(task))
        annotator.call("POST", address, json=graded)  # refused: answered before
    annotator.call("GET", f"/projects/{KEY}/test?locale={LOCALE}")
    annotator.call("GET", f"/projects/{KEY}/qualification")


def _right(task: dict[str, Any]) -> dict[str, Any]:
    query, document = task["query"].split()[-1], task["content"]["title"].split()[-1]
    return {"answers": {"outcome": "label", "values": {"grade": right_grade(query, document)}}}


def _look_around(ana: Recorder) -> None:
    """Every endpoint that takes annotators, with the refusals that they can provoke."""
    for path in ("/me", "/markets?limit=200", "/work", f"/projects/{KEY}/guideline"):
        ana.call("GET", path)
    ana.call("POST", f"/projects/{KEY}/guideline", json={})
    _protect(ana)
    _qualify(ana)
    tasks = ana.call("POST", f"/projects/{KEY}/lease", json={"count": 20})["tasks"]
    ana.call("GET", f"/projects/{KEY}/lease")
    for task in tasks:
        lease = {"lease": task["lease"]}
        ana.call("POST", f"/assignments/{task['assignment']}/heartbeat", json=lease)
        _ask(ana, task["assignment"])
        ana.submit(task)
        ana.submit(task, grade=2)  # refused: answered before
        ana.call("POST", f"/assignments/{task['assignment']}/heartbeat", json=lease)
        ana.call("POST", f"/assignments/{task['assignment']}/skip", json=lease)
        ana.call("DELETE", f"/assignments/{task['assignment']}/lease", params=lease)
    ana.call("POST", f"/projects/{KEY}/lease", json={"count": 99})
    (asked, *_more) = ana.call("GET", "/me/questions")["items"]
    ana.call("POST", f"/me/questions/{asked['question']}/read")
    ana.call("GET", "/me/results")
    ana.call("GET", f"/projects/{KEY}/my-judgments?limit=200")
    ana.call("GET", "/me/workbench")
    ana.call("PUT", "/me/workbench", json={"keys": {"skip": "g"}, "auto_advance": True})  # clash
    ana.call("PUT", "/me/workbench", json={"keys": {"skip": "f"}, "auto_advance": True})


def _ask(ana: Recorder, assignment: str) -> None:
    """A question about a task, and one that says nothing."""
    for text in ("Why?", " "):
        asked = {"kind": "question", "text": text}
        ana.call("POST", f"/assignments/{assignment}/questions", json=asked)


def _protect(ana: Recorder) -> None:
    """Her own limits and consent: each endpoint, with a refusal where there is one."""
    ana.call("GET", "/me/limits")
    ana.call("GET", "/me/consents")
    consent = {"severity": "S3", "version": 1}
    ana.call("POST", "/me/consents", json=consent | {"version": 99})  # refused: not the one shown
    ana.call("POST", "/me/consents", json=consent)
    ana.call("DELETE", "/me/consents/S3")
    ana.call("PUT", "/me/topics/ranking", json={"declined": True})
    ana.call("PUT", "/me/topics/ranking", json={"declined": False})
    hours = {"time_zone": "Europe/Paris", "starts": "09:00", "ends": "18:00"}
    ana.call("PUT", "/me/hours", json=hours)


def gold_assignments() -> set[str]:
    """The assignments of gold items, straight from the database."""
    gold = GoldAnswer.objects.values("item_id")
    found = Assignment.objects.filter(item__in=gold).values_list("pk", flat=True)
    return {str(pk) for pk in found}


def test_the_scene_reaches_every_endpoint_that_takes_annotators(scene: Recorder) -> None:
    open_to_annotators = {
        (one.method, one.path.removeprefix("/api/v1"))
        for one in endpoints(api)
        if one.capability in (None, Capability.LABEL)
    }
    called = {tuple(call.split("?")[0].split(" ", 1)) for call, _ in scene.answers}

    def reached(method: str, path: str) -> bool:
        asked = re.compile(re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(path)))
        return any(m == method and asked.fullmatch(p) for m, p in called)

    assert [one for one in open_to_annotators if not reached(*one)] == []


def test_gold_and_work_look_the_same(scene: Recorder) -> None:
    gold = gold_assignments()
    leased = next(
        body
        for call, body in scene.answers
        if call == f"POST /projects/{KEY}/lease" and "tasks" in body
    )
    tasks = leased["tasks"]
    of_gold = [task for task in tasks if task["assignment"] in gold]
    of_work = [task for task in tasks if task["assignment"] not in gold]

    assert of_gold and of_work
    assert {str(shape(task)) for task in of_gold} == {str(shape(task)) for task in of_work}
    assert len({task["leased_until"] for task in tasks}) == 1
    assert {str(shape(task)) for task in tasks} == {str(shape(tasks[0]))}


def test_what_becomes_of_gold_and_work_looks_the_same(scene: Recorder) -> None:
    """The calls about each task, in the same order, get answers of the same shape and codes."""
    gold, told = gold_assignments(), {}
    calls = [(call, body) for call, body in scene.answers if _about_tasks(call)]
    per_task = len(calls) // len({c.split("/")[2] for c, _ in calls if "assignments" in c})
    for start in range(0, len(calls), per_task):
        piece = calls[start : start + per_task]
        task = piece[0][0].split("/")[2]
        told[task] = [
            (call.split("/")[-1], str(shape(body)), _code(body), _kept(body))
            for call, body in piece
        ]

    of_gold = {str(answers) for task, answers in told.items() if task in gold}
    of_work = {str(answers) for task, answers in told.items() if task not in gold}
    assert of_gold == of_work
    assert len(of_gold) == 1


def test_looking_back_shows_gold_and_work_alike(scene: Recorder) -> None:
    gold = gold_assignments()
    past = next(body["items"] for call, body in scene.answers if f"{KEY}/my-judgments" in call)
    of_gold = {_but_values(one) for one in past if one["assignment"] in gold}
    of_work = {_but_values(one) for one in past if one["assignment"] not in gold}

    assert of_gold == of_work
    assert len(of_gold) == 1


def _but_values(answer: dict[str, Any]) -> str:
    """The shape of a past answer, with what became of it."""
    return str((shape(answer), answer["late"], answer["counts"], answer["guideline_version"]))


def _about_tasks(call: str) -> bool:
    return "/assignments/" in call or call.endswith("/judgments")


def _code(body: Any) -> Any:
    return body.get("code") if isinstance(body, dict) else None


def _kept(body: Any) -> Any:
    return (body.get("late"), body.get("counts")) if isinstance(body, dict) else None


def test_no_key_speaks_of_gold_or_of_others(scene: Recorder) -> None:
    # What the guideline says in words and how the schema is written is not about single items.
    keys = {
        part.removesuffix("[]")
        for call, body in scene.answers
        for path, _value in leaves(body)
        if ".label_schema" not in path
        for part in path.split(".")
    }

    found = {key for key in keys if any(word in key.lower() for word in SECRET_WORDS)}
    assert found - {"items"} == set()  # `items` is what every page calls its rows


def test_no_value_is_another_persons(scene: Recorder, programme: Programme) -> None:
    ben = programme.people["ben"]
    others = {BENS_REMARK, ben.email, ben.name, ben.pseudonym}

    said = {
        (call, path, value)
        for call, body in scene.answers
        for path, value in leaves(body)
        if isinstance(value, str) and any(one in value for one in others)
    }

    assert said == set()
