"""Task types through the API: read by version, published with a first guideline."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tests.factories.intake import AT, person, places
from tests.workbench.samples import plain_schema
from touchstone.apps.guidelines.models import GuidelineVersion, TaskType
from touchstone.apps.guidelines.operations import seed_task_types
from touchstone.apps.people.models import Role
from touchstone.apps.people.operations import issue_token

pytestmark = pytest.mark.slow  # each builds a task type

PATH = "/api/v1/task-types"
OURS = {
    "key": "ours", "name_en": "Ours", "name_fr": "Le nôtre", "label_schema": plain_schema("result"),
}  # fmt: skip


@pytest.fixture
def olga(db: None) -> Client:
    places()
    owner = person("olga", Role.PROJECT_OWNER)
    seed_task_types(by=owner, at=AT, keys=["graded-relevance", "pairwise"])
    _token, secret = issue_token(user=owner, name="tests", by=None, at=AT)
    return Client(headers={"Authorization": f"Bearer {secret}"})


def send(client: Client, **changes: Any) -> Any:
    return client.post(PATH, json.dumps(OURS | changes), content_type="application/json")


def test_is_published_with_a_guideline_and_read_back(olga: Client) -> None:
    guideline = {
        "title_en": "How?",
        "title_fr": "Comment ?",
        "texts": {"en": "Read.", "ar": "اقرأ"},
    }
    answer = send(olga, guideline=guideline)

    assert answer.status_code == 201 and answer.json()["version"] == 1
    assert olga.get(f"{PATH}/ours").json()["label_schema"] == plain_schema("result")
    version = GuidelineVersion.objects.get(guideline__key="ours")
    assert sorted(version.texts.values_list("language", flat=True)) == ["ar", "en", "fr"]


def test_versions_are_listed_newest_first_and_stay(olga: Client) -> None:
    send(olga)
    assert send(olga, follows=1, label_schema=plain_schema("video")).status_code == 201

    listed = olga.get(PATH).json()["items"]
    assert [(row["key"], row["version"]) for row in listed[:2]] == [("ours", 2), ("ours", 1)]
    assert olga.get(f"{PATH}/ours?version=1").json()["label_schema"]["layout"] == "result"
    assert olga.get(f"{PATH}/ours?version=3").status_code == 404


@pytest.mark.parametrize(
    ("changes", "status", "code", "field"),
    [
        ({"label_schema": {"fields": []}}, 422, "broken_schema", "fields"),
        ({"label_schema": plain_schema("nowhere")}, 422, "broken_schema", "layout"),
        ({"follows": 1}, 409, "task_type_refused", "key"),
        ({"key": "pairwise"}, 409, "task_type_refused", "key"),
        ({"key": "Pair wise"}, 422, "invalid", None),
        ({"surprise": 1}, 422, "invalid", None),
        ({"name_fr": " "}, 409, "task_type_refused", None),
        (
            {"guideline": {"title_en": "T", "title_fr": "T", "texts": {"xx": "T"}}},
            409, "guideline_refused", None,
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_by_name(
    olga: Client, changes: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    answer = send(olga, **changes)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    if code != "invalid":
        assert answer.json()["details"].get("field") == field
    assert not TaskType.objects.filter(key="ours").exists()
