"""Content that is an object or a list: taken as JSON, checked as the task type has it."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from tests.apps.guidelines.sample_schemas import every_kind
from tests.factories.items import csv_of
from tests.factories.labeled import AT
from tests.factories.labeling import Floor
from tests.factories.task_types import a_floor_of
from touchstone.apps.items.models import Item
from touchstone.apps.items.operations import ImportReport
from touchstone.flows.item_import import take_in

pytestmark = pytest.mark.django_db

GOOD = {"id": "a", "title": "A"}


@pytest.fixture
def floor() -> Floor:
    return a_floor_of("side-by-side", {"i0": {"left": [GOOD], "right": [GOOD]}})


def row(**content: object) -> dict[str, object]:
    return {
        "item_id": "i1",
        "query_id": "q1",
        "query": "kettle",
        "document_id": "d1",
        "locale": "en-US",
        **content,
    }


def send(floor: Floor, content: bytes, name: str = "a.jsonl") -> ImportReport:
    return take_in(
        project=floor.project, stream=io.BytesIO(content), file_name=name, by=floor.owner, at=AT
    )


def jsonl(*rows: dict[str, Any]) -> bytes:
    return "".join(json.dumps(each) + "\n" for each in rows).encode()


@pytest.mark.parametrize("as_text", [False, True], ids=["jsonl", "csv"])
def test_both_formats_give_the_same_content(floor: Floor, as_text: bool) -> None:
    lists = {"left": [GOOD, {"id": 7, "title": "Ü", "url": "https://a.example"}], "right": [GOOD]}
    if as_text:
        cells = {side: json.dumps(value) for side, value in lists.items()}
        report = send(floor, csv_of([row(**cells)]), "a.csv")
    else:
        report = send(floor, jsonl(row(**lists)))

    assert report.errors == ()
    left = [GOOD, {"id": "7", "title": "Ü", "url": "https://a.example"}]
    assert Item.objects.get(key="i1").content == {"left": left, "right": [GOOD]}


@pytest.mark.parametrize(
    ("content", "column", "says"),
    [
        ({"left": [GOOD]}, "right", "missing"),
        ({"left": [GOOD], "right": "B"}, "right", "not JSON"),
        ({"left": [GOOD], "right": '[{"id": NaN}]'}, "right", "not JSON"),
        ({"left": [GOOD], "right": '[{"id": "a", "title": "\\u0000"}]'}, "right", "not JSON"),
        ({"left": [GOOD], "right": '[{"id": "a", "title": "\\ud800"}]'}, "right", "not JSON"),
        ({"left": [GOOD], "right": "[" * 90_000}, "right", "not JSON"),
        ({"left": [GOOD], "right": "7"}, "right", "list of objects"),
        ({"left": [GOOD], "right": [{"title": "B"}]}, "right", "“id”"),
    ],
)
def test_a_row_that_could_not_be_shown_is_told_by_line_and_column(
    floor: Floor, content: dict[str, Any], column: str, says: str
) -> None:
    report = send(floor, jsonl(row(left=[GOOD], right=[GOOD], item_id="i2"), row(**content)))

    assert [(error.line, error.column) for error in report.errors] == [(2, column)]
    assert says in report.errors[0].message
    assert not Item.objects.filter(key="i2").exists()


def test_a_plain_result_keeps_its_text_as_it_was_written() -> None:
    floor = a_floor_of("graded-relevance", {"i0": {"title": "T"}})

    report = send(floor, jsonl(row(title="T", text='[{"id": 1}]', parts=[1, 2])))

    assert report.errors == ()
    content = Item.objects.get(key="i1").content
    assert content == {"title": "T", "text": '[{"id": 1}]', "parts": "[1, 2]"}


def test_what_an_optional_field_orders_may_be_missing_but_not_broken() -> None:
    floor = a_floor_of(every_kind(), {"i0": {"title": "T"}})

    report = send(floor, jsonl(row(title="T", readings=[{"title": "no id"}])))

    assert [error.column for error in report.errors] == ["readings"]
    assert send(floor, jsonl(row(title="T"))).added == 1


def test_negative_grades_can_be_gold(floor: Floor) -> None:
    report = send(floor, jsonl(row(left=[GOOD], right=[GOOD], gold="-3|-2")))

    assert report.errors == ()
    assert report.gold == {"i1": (-3, -2)}
    assert send(floor, jsonl(row(item_id="i9", left=[GOOD], right=[GOOD], gold="-4"))).errors
