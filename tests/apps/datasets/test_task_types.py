"""Releases of other task types: every answer of every kind, the sides, consensus on the grade."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.apps.guidelines.sample_schemas import every_kind
from tests.factories.labeled import LATER
from tests.factories.labeling import Floor, submit
from tests.factories.task_types import a_floor_of
from touchstone.apps.consensus.operations import run_consensus
from touchstone.apps.datasets.models import Release
from touchstone.apps.datasets.operations import freeze_release
from touchstone.apps.datasets.queries import file_chunks, file_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def released(floor: Floor) -> Release:
    return freeze_release(
        project=floor.project,
        run=run_consensus(project=floor.project, by=floor.owner, at=LATER),
        test_share=Decimal(0),
        split_seed=1,
        note="",
        by=floor.owner,
        at=LATER,
    )


def content(release: Release, name: str) -> bytes:
    return b"".join(file_chunks(file_of(release, name)))


def rows(release: Release, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content(release, name).splitlines()]


def judge_all(floor: Floor, keys: Iterable[str], values: dict[str, Any]) -> None:
    for key in keys:
        for person in floor.annotators:
            submit(floor.task(person, key), person, {"outcome": "label", "values": values})


def test_every_answer_of_every_kind_is_delivered_but_free_text() -> None:
    text = {"title": "T", "text": "teh cat", "readings": [{"id": "a", "title": "A"}]}
    floor = a_floor_of(every_kind(), {"i0": text, "i1": text})
    marked = [{"start": 0, "end": 3, "tag": "typo"}]
    values = {
        "grade": -2,
        "verdict": "bad",
        "flags": ["d", "a"],
        "commercial": True,
        "seconds": 2.5,
        "remark": "Ask Yolanda",
        "typo": marked,
        "order": ["a"],
    }
    judge_all(floor, ["i0"], values)
    ana = floor.annotators[0]
    submit(floor.task(ana, "i1"), ana, {"outcome": "escalate", "reason": "danger"})

    release = released(floor)

    found = rows(release, "judgments.jsonl")
    first = found[0]["judgment_id"]
    given = {row["label"]: row["value"] for row in found if row["judgment_id"] == first}
    assert {key: value for key, value in given.items() if key in ("grade", "verdict")} == {
        "grade": "-2",
        "verdict": "bad",
    }
    parsed = {key: json.loads(given[key]) for key in given.keys() - {"grade", "verdict"}}
    assert parsed == {
        "flags": ["a", "d"],
        "commercial": True,
        "seconds": 2.5,
        "typo": marked,
        "order": ["a"],
    }
    (escalated,) = [row for row in found if row["item_id"] == "i1"]
    assert (escalated["outcome"], escalated["reason"]) == ("escalate", "danger")
    assert (escalated["label"], escalated["value"], escalated["grade"]) == (None, None, None)
    table = pq.read_table(io.BytesIO(content(release, "judgments.parquet"))).to_pylist()
    assert [(row["label"], row["value"]) for row in table] == [
        (row["label"], row["value"]) for row in found
    ]


def test_sides_are_delivered_in_the_items_orientation_with_how_they_were_shown() -> None:
    lists = {side: [{"id": side, "title": side}] for side in ("left", "right")}
    keys = [f"i{number}" for number in range(8)]
    floor = a_floor_of("side-by-side", dict.fromkeys(keys, lists))
    swapped = {}
    for key in keys:
        for person in floor.annotators:
            task = floor.task(person, key)
            turned = bool(task.assignment_id.int & 1)
            values = {"side": 2 if turned else -2, "reasons": ["fresher"]}
            judgment = submit(task, person, {"outcome": "label", "values": values})
            swapped[str(judgment.pk)] = turned

    release = released(floor)

    found = rows(release, "judgments.jsonl")
    assert {row["judgment_id"]: row["swapped"] for row in found} == swapped
    assert {row["value"] for row in found if row["label"] == "side"} == {"-2"}
    assert {row["label"] for row in rows(release, "consensus.jsonl")} == {-2}


def test_a_choice_without_an_order_has_its_place_as_the_consensus() -> None:
    floor = a_floor_of("esci", {f"i{number}": {"title": "Kettle"} for number in range(4)})
    judge_all(floor, [f"i{number}" for number in range(4)], {"match": "complement"})

    release = released(floor)

    assert {row["label"] for row in rows(release, "consensus.jsonl")} == {2}
    assert {row["value"] for row in rows(release, "judgments.jsonl")} == {"complement"}
