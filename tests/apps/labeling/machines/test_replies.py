"""A reply becomes answers like a person's, or nothing: a failure is never a label."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.factories.labeled import SCHEMA
from touchstone.apps.guidelines.policies import (
    InvalidAnswers,
    LabelSchema,
    parse_schema,
    validate_answers,
)
from touchstone.apps.labeling.machines.replies import Unreadable, answers_of, reply_schema


def names(name: str) -> dict[str, str]:
    return {"en": name, "fr": name}


def options(*values: Any) -> list[dict[str, Any]]:
    return [{"value": value, "names": names(str(value))} for value in values]


def every_kind() -> LabelSchema:
    def field(key: str, **more: Any) -> dict[str, Any]:
        return {"key": key, "kind": key, "names": names(key), "required": False} | more

    return parse_schema(
        {
            "fields": [
                field("ordinal", required=True, options=options(0, 1, 2)),
                field("single", options=options("a", "b")),
                field("multiple", options=options("x", "y", "z")),
                field("boolean"),
                field("number", least=0, most=10),
                field("text"),
                field("span", of="query", options=options("brand", "place")),
                field("ranking", of="results"),
            ],
            "main": "ordinal",
            "cannot_judge": options("broken"),
            "escalate": options("unsafe"),
            "context": ["results"],
        }
    )


CONTENT = {"results": [{"id": "r1", "title": "1"}, {"id": "r2", "title": "2"}]}
QUERY = "acme shoes in paris, paris texas"
FULL = {
    "ordinal": 2,
    "single": "b",
    "multiple": ["x", "z"],
    "boolean": True,
    "number": 2.5,
    "text": "a remark",
    "span": [{"quote": "paris", "tag": "place"}, {"quote": "acme", "tag": "brand"}],
    "ranking": ["r2", "r1"],
}


def reply(outcome: str = "label", reason: str | None = None, **values: Any) -> str:
    said = {"evidence": "e", "outcome": outcome, "reason": reason, "values": values}
    return json.dumps(said)


def read(text: str, schema: LabelSchema | None = None) -> dict[str, object]:
    return answers_of(schema or every_kind(), text, query=QUERY, content=CONTENT)


def test_every_kind_of_question_is_answered() -> None:
    schema = every_kind()

    answered = validate_answers(schema, read(reply(**FULL)), query=QUERY, content=CONTENT)

    assert answered.grade == 2
    assert answered.values["span"] == [
        {"start": 0, "end": 4, "tag": "brand"},
        {"start": 14, "end": 19, "tag": "place"},
    ]
    assert answered.values["ranking"] == ["r2", "r1"]
    assert answered.values["multiple"] == ["x", "z"]


def test_null_is_no_answer() -> None:
    given = read(reply(**dict.fromkeys(FULL) | {"ordinal": 1}))

    assert given == {"outcome": "label", "values": {"ordinal": 1}}


@pytest.mark.parametrize(
    ("outcome", "reason"), [("cannot_judge", "broken"), ("escalate", "unsafe")]
)
def test_not_judging_is_an_answer(outcome: str, reason: str) -> None:
    given = read(reply(outcome, reason, **dict.fromkeys(FULL)))

    assert given == {"outcome": outcome, "reason": reason}
    assert validate_answers(every_kind(), given).grade is None


def test_a_quote_that_stands_twice_means_two_places() -> None:
    quotes = [{"quote": "paris", "tag": "place"}, {"quote": "paris", "tag": "place"}]

    values = read(reply(ordinal=1, span=quotes))["values"]

    assert isinstance(values, dict)
    assert [span["start"] for span in values["span"]] == [14, 21]


@pytest.mark.parametrize("fence", ["```json\n{}\n```", "```\n{}\n```", "  ```json {} ```  "])
def test_a_fence_around_the_reply_is_no_harm(fence: str) -> None:
    assert read(fence.replace("{}", reply(ordinal=1)))["values"] == {"ordinal": 1}


@pytest.mark.parametrize(
    "text",
    ["", "Grade 2, since it answers.", "[]", "2", "null", '{"outcome": "label"}', '{"values"',
     "[" * 9999, '{"outcome": "label", "values": [2]}',
     reply(ordinal=1, span=[{"quote": "berlin", "tag": "place"}]),
     reply(ordinal=1, span=[{"quote": "", "tag": "place"}]),
     reply(ordinal=1, span=["paris"]),
     reply(ordinal=1, span="paris"),
     reply(ordinal=1, span=[{"quote": "paris", "tag": "place"}] * 3)],
)  # fmt: skip
def test_a_reply_that_cannot_be_read(text: str) -> None:
    with pytest.raises(Unreadable):
        read(text)


@pytest.mark.parametrize(
    "text",
    [reply(), reply(ordinal=5), reply(ordinal="2"), reply(ordinal=2.0), reply(ordinal=True),
     reply(ordinal=1, single="c"), reply(ordinal=1, strange=1), reply("label?", ordinal=1),
     reply("cannot_judge", "bored"), reply("cannot_judge"), reply(ordinal=1, ranking=["r1"]),
     json.dumps({"values": {"ordinal": 1}})],
)  # fmt: skip
def test_a_reply_outside_of_the_schema_is_refused(text: str) -> None:
    schema = every_kind()

    with pytest.raises(InvalidAnswers):
        validate_answers(schema, read(text), query=QUERY, content=CONTENT)


def test_the_form_is_one_that_strict_output_takes() -> None:
    """Every property required, nothing besides, types named: what providers ask of a schema."""

    def check(part: dict[str, Any]) -> None:
        if part.get("type") == "object":
            assert part["required"] == list(part["properties"])
            assert part["additionalProperties"] is False
            for inner in part["properties"].values():
                check(inner)
        if "items" in part:
            check(part["items"])
        assert set(part) <= {
            "type", "properties", "required", "additionalProperties", "items", "enum"
        }  # fmt: skip
        assert "type" in part

    form = reply_schema(every_kind())

    check(form)
    assert form["properties"]["outcome"]["enum"] == ["label", "cannot_judge", "escalate"]
    assert form["properties"]["reason"]["enum"] == ["broken", "unsafe", None]
    assert form["properties"]["values"]["properties"]["ordinal"]["enum"] == [0, 1, 2, None]


def test_an_old_schema_offers_no_escalation() -> None:
    form = reply_schema(parse_schema(SCHEMA))

    assert form["properties"]["outcome"]["enum"] == ["label", "cannot_judge"]
