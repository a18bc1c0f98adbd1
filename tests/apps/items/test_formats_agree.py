"""The same rows give the same items, whichever format they come in."""

from __future__ import annotations

import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.items import ASKED, AT, csv_of
from touchstone.apps.items.models import Item
from touchstone.apps.items.operations import ImportReport, import_items
from touchstone.apps.planning.models import Project

# What every format can hold: any character but NUL and halves of surrogate pairs.
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
words = texts.filter(str.strip)

rows = st.fixed_dictionaries(
    {
        "query": words,
        "query_number": st.integers(0, 3),
        "document_id": words,
        "locale": st.sampled_from(ASKED),
        "title": texts,
        "position": st.none() | st.integers(0, 2**31 - 1),
        "inclusion_probability": st.none() | st.floats(0, 1, exclude_min=True),
        "overlap": st.none() | st.integers(1, 50),
        "gold": st.lists(st.integers(0, 3), max_size=3),
        "price": st.none()
        | st.integers(-(2**53), 2**53)
        | st.floats(allow_nan=False, allow_infinity=False),
        "seen": st.none() | st.booleans(),
    }
)


def told_once(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the rows their ids; rows of one query tell it in one way."""
    first: dict[int, dict[str, Any]] = {}
    for number, each in enumerate(found):
        query = first.setdefault(each.pop("query_number"), each)
        each |= {"item_id": f"i{number}", "query_id": f"q{id(query)}"}
        each |= {"query": query["query"], "locale": query["locale"]}
    return found


def as_csv(found: list[dict[str, Any]]) -> bytes:
    def cell(name: str, value: Any) -> str:
        if name == "gold":
            return "|".join(map(str, value))
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
            return str(int(value))
        return "" if value is None else str(value)

    return csv_of([{name: cell(name, value) for name, value in e.items()} for e in found])


def as_jsonl(found: list[dict[str, Any]]) -> bytes:
    return b"".join(
        json.dumps({name: value for name, value in each.items() if value is not None}).encode()
        + b"\n"
        for each in found
    )


def as_parquet(found: list[dict[str, Any]]) -> bytes:
    kinds = {"gold": pa.list_(pa.int64()), "seen": pa.bool_(), "overlap": pa.int8()}
    kinds |= {"position": pa.float64(), "inclusion_probability": pa.float64()}
    columns = {name: [each[name] for each in found] for name in found[0] if name != "price"}
    arrays = {name: pa.array(each, kinds.get(name, pa.string())) for name, each in columns.items()}
    # A column has one type in Parquet: numbers of both kinds travel as the text they are.
    arrays["price"] = pa.array([as_price(each["price"]) for each in found], pa.string())
    sink = io.BytesIO()
    pq.write_table(pa.table(arrays), sink)
    return sink.getvalue()


def as_price(value: float | int | None) -> str | None:
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return None if value is None else str(value)


def taken_in(project: Project, content: bytes, name: str) -> tuple[ImportReport, list[Any]]:
    """Import, look, and undo: each format finds the project as the others did."""
    with transaction.atomic():
        report = import_items(
            project=project, stream=io.BytesIO(content), file_name=name, by=project.owner, at=AT
        )
        items = Item.objects.order_by("pk").values_list(
            "key", "query__key", "query__text", "query__locale", "document_key", "content",
            "position", "stratum", "inclusion_probability",
        )  # fmt: skip
        seen = list(items)
        transaction.set_rollback(True)
    return report, seen


@pytest.mark.slow
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(found=st.lists(rows, min_size=1, max_size=6))
def test_csv_json_lines_and_parquet_give_identical_items(
    project: Project, found: list[dict[str, Any]]
) -> None:
    given_rows = told_once([dict(each) for each in found])

    outcomes = [
        taken_in(project, as_csv(given_rows), "a.csv"),
        taken_in(project, as_jsonl(given_rows), "a.jsonl"),
        taken_in(project, as_parquet(given_rows), "a.parquet"),
    ]

    first, items = outcomes[0]
    assert first.errors == ()
    assert len(items) == len(given_rows)
    for report, seen in outcomes[1:]:
        assert report.errors == ()
        assert seen == items
        assert (report.overlaps, report.gold) == (first.overlaps, first.gold)
    # And what came in is what was sent, not the same mistake three times.
    for each, (key, _qk, text, tag, document, content, position, _s, probability) in zip(
        given_rows, items, strict=True
    ):
        assert (key, text, tag) == (each["item_id"], each["query"], each["locale"])
        assert document == each["document_id"].strip()
        assert content.get("title", "") == each["title"]
        assert position == each["position"]
        assert probability == (each["inclusion_probability"] or 1.0)
