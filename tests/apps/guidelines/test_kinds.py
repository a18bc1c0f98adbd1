"""Version 2 of the schema: kinds, screens, layouts, reasons and sides are read or refused."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.apps.guidelines.sample_schemas import NAMES, every_kind, field, option, two_sides
from touchstone.apps.guidelines.policies import BrokenSchema, LabelSchema, parse_schema

Change = Callable[[dict[str, Any]], object]
FLAGS, SECONDS, REMARK, TYPO, ORDER = 2, 4, 5, 6, 7


def test_every_kind_is_read_with_what_is_its_own() -> None:
    schema = parse_schema(every_kind())

    assert [each.kind for each in schema.fields] == [
        *("ordinal", "single", "multiple", "boolean"),
        *("number", "text", "span", "ranking"),
    ]
    seconds, remark = schema.field("seconds"), schema.field("remark")
    assert (seconds.least, seconds.most, seconds.step, seconds.unit) == (0, 60, 0.5, "s")
    assert (remark.longest, schema.field("typo").of, schema.field("order").of) == (
        *(20, "text"),
        "readings",
    )
    assert schema.grades == (-2, 0, 5)
    assert schema.needs_item
    assert (schema.layout, schema.metric) == ("media", "prevalence")
    assert [reason.value for reason in schema.escalate] == ["illegal", "danger"]


def test_screens_are_read_in_their_order_and_default_to_one() -> None:
    given = every_kind()
    assert parse_schema(given).screens[0] == ("grade", "verdict", "flags")

    del given["screens"]
    assert parse_schema(given).screens == (
        *(),
        tuple(each["key"] for each in given["fields"]),
    )


def test_an_old_schema_needs_nothing_new() -> None:
    given = {key: value for key, value in every_kind().items() if key in ("main", "context")}
    given["fields"] = every_kind()["fields"][:2]

    schema = parse_schema(given)

    assert (schema.layout, schema.sides, schema.escalate, schema.metric) == ("result", (), (), "")
    assert schema.screens == (("grade", "verdict"),)
    assert not schema.needs_item


def test_sides_are_read_with_their_mirrors() -> None:
    schema = parse_schema(two_sides())

    assert schema.sides == ("left", "right")
    assert [each.mirror for each in schema.main_field.options] == [1, 0, -1]


def refused(given: object) -> BrokenSchema:
    with pytest.raises(BrokenSchema) as caught:
        parse_schema(given)
    return caught.value


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        pytest.param(lambda s: s.update(layout="carousel"), "layout", "carousel", id="layout"),
        pytest.param(lambda s: s.update(layout=["ad"]), "layout", "known layouts", id="layouts"),
        pytest.param(lambda s: s.update(metric="clicks"), "metric", "clicks", id="metric"),
        pytest.param(lambda s: s.update(metric={}), "metric", "known metrics", id="metric object"),
        pytest.param(lambda s: s.update(screens="grade"), "screens", "list", id="screens text"),
        pytest.param(lambda s: s["screens"].pop(), "screens", "order, typo", id="left out"),
        pytest.param(
            lambda s: s["screens"].append([]), "screens", "no screen is empty", id="empty"
        ),
        pytest.param(
            lambda s: s["screens"][0].append("typo"), "screens", "twice: typo", id="on two screens"
        ),
        pytest.param(
            lambda s: s["screens"][0].append("colour"), "screens", "colour", id="no such field"
        ),
        pytest.param(lambda s: s.update(main="typo"), "main", "span", id="span as the label"),
        pytest.param(lambda s: s.update(main="seconds"), "main", "number", id="number as label"),
        pytest.param(
            lambda s: s["fields"][0]["options"][0].update(value=-101), "grade", "-100", id="too low"
        ),
        pytest.param(
            lambda s: s["fields"][0].update(least=1), "grade", "least", id="least of a scale"
        ),
        pytest.param(lambda s: s["fields"][FLAGS].update(least=0), "flags", "from 1", id="least 0"),
        pytest.param(lambda s: s["fields"][FLAGS].update(most=4), "flags", "to 3", id="most"),
        pytest.param(
            lambda s: s["fields"][FLAGS].update(least=3, most=2), "flags", "“most”", id="crossed"
        ),
        pytest.param(
            lambda s: (
                s["fields"][FLAGS]["options"][1].update(hotkey="1")
                or s["fields"][FLAGS]["options"][2].update(hotkey="1")
            ),
            "flags",
            "twice: 1",
            id="hotkeys clash",
        ),
        pytest.param(
            lambda s: s["fields"][FLAGS].update(
                options=[option(f"option_{number}") for number in range(61)]
            ),
            "flags",
            "more than 60",
            id="too many options",
        ),
        pytest.param(
            lambda s: s["fields"][SECONDS].update(least="0"), "seconds", "“least”", id="text least"
        ),
        pytest.param(
            lambda s: s["fields"][SECONDS].update(most=float("nan")), "seconds", "“most”", id="nan"
        ),
        pytest.param(
            lambda s: s["fields"][SECONDS].update(most=10**400), "seconds", "“most”", id="huge"
        ),
        pytest.param(
            lambda s: s["fields"][SECONDS].update(most=True), "seconds", "“most”", id="true"
        ),
        pytest.param(
            lambda s: s["fields"][SECONDS].update(least=60), "seconds", "below", id="no room"
        ),
        pytest.param(lambda s: s["fields"][SECONDS].update(step=0), "seconds", "zero", id="step"),
        pytest.param(
            lambda s: s["fields"][SECONDS].update(unit="s" * 13), "seconds", "unit", id="unit"
        ),
        pytest.param(
            lambda s: s["fields"][REMARK].update(longest=0), "remark", "longest", id="longest"
        ),
        pytest.param(lambda s: s["fields"][TYPO].pop("of"), "typo", "“of”", id="span of nothing"),
        pytest.param(
            lambda s: s["fields"][TYPO].update(options=[]), "typo", "one option", id="span, no tag"
        ),
        pytest.param(lambda s: s["fields"][ORDER].update(of="A B"), "order", "key", id="of"),
        pytest.param(
            lambda s: s["fields"][ORDER].update(options=[option("a")]), "order", "no", id="options"
        ),
        pytest.param(
            lambda s: s["escalate"].append(option("illegal")), "escalate", "twice", id="reason"
        ),
        pytest.param(
            lambda s: s["escalate"][1].update(hotkey="1"), "escalate", "twice: 1", id="reason keys"
        ),
        pytest.param(
            lambda s: s["escalate"][0].update(mirror="danger"), "escalate", "mirror", id="no mirror"
        ),
        pytest.param(
            lambda s: s["fields"][1]["options"][0].update(mirror="good"),
            "verdict",
            "needs “sides”",
            id="mirror without sides",
        ),
        pytest.param(lambda s: s.update(sides=["a", "b"]), "sides", "lists", id="layout"),
    ],
)
def test_a_schema_that_cannot_be_used_is_refused_by_field_and_reason(
    change: Change, field: str, says: str
) -> None:
    given = every_kind()
    change(given)

    refusal = refused(given)

    assert refusal.details["field"] == field
    assert says in str(refusal) and field in str(refusal)


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        pytest.param(lambda s: s.update(sides=["left"]), "sides", "two", id="one side"),
        pytest.param(
            lambda s: s.update(sides=["left", "left"]), "sides", "twice", id="the same twice"
        ),
        pytest.param(
            lambda s: s["fields"][0]["options"][1].pop("mirror"), "side", "swapped: 0", id="bare"
        ),
        pytest.param(
            lambda s: s["fields"][0]["options"][0].update(mirror=0), "side", "back", id="one way"
        ),
        pytest.param(
            lambda s: s["fields"][1]["options"][0].update(mirror="gone"),
            "spam",
            "back",
            id="mirror unknown",
        ),
        pytest.param(
            lambda s: s["fields"][0]["options"][0].update(mirror="1"),
            "side",
            "whole number",
            id="mirror of another kind",
        ),
        pytest.param(
            lambda s: s["fields"].append(field("best", "ranking", of="left")),
            "best",
            "a side",
            id="ranking of a side",
        ),
        pytest.param(
            lambda s: s.update(
                fields=[{"key": "ok", "kind": "boolean", "required": True, "names": NAMES}],
                main="ok",
            ),
            "ok",
            "yes or no",
            id="boolean label",
        ),
    ],
)
def test_sides_that_cannot_be_swapped_are_refused(change: Change, field: str, says: str) -> None:
    given = two_sides()
    change(given)

    refusal = refused(given)

    assert refusal.details["field"] == field
    assert says in str(refusal)


def test_what_is_read_is_a_value() -> None:
    first, second = parse_schema(every_kind()), parse_schema(every_kind())

    assert isinstance(first, LabelSchema)
    assert first == second
