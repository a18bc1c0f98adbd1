"""Why an item got the judgments it got, over HTTP."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories.fits import decide, know
from tests.factories.labeled import AT
from tests.factories.labeling import Floor, a_grade, an_open_project, submit
from touchstone.apps.people.models import User
from touchstone.apps.people.operations import issue_token

pytestmark = pytest.mark.django_db


def asking(user: User) -> Client:
    _row, token = issue_token(user=user, name="test", by=None, at=AT)
    return Client(headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def floor() -> Floor:
    """An item that asked for one more and then stopped; another one without decisions."""
    floor = an_open_project(2, overlap=2, most=4, confidence="0.9", annotators=3)
    know(floor, right=0.9)
    for person, grade in zip(floor.annotators, (1, 2, 1), strict=True):
        submit(floor.task(person, "i0"), person, a_grade(grade))
        decide()
    return floor


def test_each_decision_is_told_with_what_it_stands_on(floor: Floor) -> None:
    path = f"/api/v1/projects/{floor.project.key}/stop-decisions"

    rows = asking(floor.owner).get(path, {"item": "i0"}).json()["items"]

    assert [(row["verdict"], row["judgments"]) for row in rows] == [("more", 2), ("stop", 3)]
    stop = rows[1]
    assert (stop["need_before"], stop["need_after"], stop["plan_version"]) == (3, 3, 1)
    assert stop["classes"] == [0, 1, 2, 3] and stop["item"] == "i0"
    assert max(stop["posterior"]) == stop["posterior"][1] == stop["probability"] >= 0.9
    assert stop["threshold"] == 0.9 and stop["fit_input_hash"] == "0" * 64
    assert asking(floor.owner).get(path, {"item": "i1"}).json()["items"] == []


def test_an_annotator_is_not_told(floor: Floor) -> None:
    path = f"/api/v1/projects/{floor.project.key}/stop-decisions"

    assert asking(floor.annotators[0]).get(path, {"item": "i0"}).status_code in (403, 404)
