"""Label schemas: what can be used is read, what cannot is refused by field and reason."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.factories.guidelines import graded_relevance
from touchstone.apps.guidelines.policies import BrokenSchema, parse_schema

NAMES = {"en": "Name", "fr": "Nom"}
Change = Callable[[dict[str, Any]], object]


def rich() -> dict[str, Any]:
    """A schema with every kind of field; its label is a choice without an order."""
    return {
        "fields": [
            {
                "key": "verdict",
                "kind": "single",
                "required": True,
                "names": NAMES,
                "options": [
                    {"value": "good", "hotkey": "g", "names": NAMES, "help": {"en": "Fine"}},
                    {"value": "bad", "hotkey": "b", "names": NAMES},
                ],
            },
            {
                "key": "severity",
                "kind": "ordinal",
                "names": NAMES,
                "options": [{"value": 1, "names": NAMES}, {"value": 5, "names": NAMES}],
            },
            {"key": "commercial", "kind": "boolean", "required": False, "names": NAMES},
            {"key": "remark", "kind": "text", "names": NAMES},
        ],
        "main": "verdict",
        "cannot_judge": [{"value": "broken", "names": NAMES}],
        "context": ["title"],
    }


def test_the_scale_that_ships_is_read() -> None:
    schema = parse_schema(graded_relevance())

    assert schema.main_field.kind == "ordinal" and schema.main_field.required
    assert schema.grades == (0, 1, 2, 3)
    assert [option.hotkey for option in schema.main_field.options] == ["0", "1", "2", "3"]
    assert [reason.value for reason in schema.cannot_judge] == [
        "not_enough_information",
        "wrong_language",
        "broken_result",
        "needs_expert",
    ]
    assert schema.context == ("title", "text", "url", "domain")


def test_a_name_falls_back_to_the_language_and_then_to_english() -> None:
    schema = parse_schema(graded_relevance())

    for thing in [schema.main_field, *schema.main_field.options, *schema.cannot_judge]:
        names = [thing.name(language) for language in ("en", "fr", "ar")]
        assert all(names) and len(set(names)) == 3, thing
        assert thing.name("tlh") == thing.name("en")
        assert thing.name("fr-CA") == thing.name("fr")


def test_every_kind_is_read() -> None:
    schema = parse_schema(rich())

    assert [field.kind for field in schema.fields] == ["single", "ordinal", "boolean", "text"]
    assert [field.required for field in schema.fields] == [True, False, False, False]
    assert schema.grades == (0, 1)
    assert schema.main_field.options[0].help == {"en": "Fine"}


def test_a_yes_or_no_can_be_the_label() -> None:
    given = rich()
    given["fields"][2]["required"] = True
    given["main"] = "commercial"

    assert parse_schema(given).grades == (0, 1)


def changed(change: Change) -> dict[str, Any]:
    given = copy.deepcopy(rich())
    change(given)
    return given


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        pytest.param(lambda s: s.update(fields=[]), "fields", "at least one", id="no field"),
        pytest.param(lambda s: s.update(fields="grade"), "fields", "a list", id="not a list"),
        pytest.param(lambda s: s.pop("fields"), "fields", "a list", id="fields missing"),
        pytest.param(lambda s: s.update(colour=1), "schema", "colour", id="unknown entry"),
        pytest.param(lambda s: s.update(main="other"), "main", "no field", id="main unknown"),
        pytest.param(lambda s: s.update(main="remark"), "main", "text", id="main is a text"),
        pytest.param(lambda s: s.update(main="severity"), "main", "required", id="main optional"),
        pytest.param(
            lambda s: s["fields"].append(s["fields"][0]), "fields", "twice: verdict", id="key twice"
        ),
        pytest.param(
            lambda s: s["fields"][0].update(key="The Verdict"), "fields", "not a key", id="bad key"
        ),
        pytest.param(lambda s: s["fields"].append(None), "fields", "not a key", id="null field"),
        pytest.param(
            lambda s: s["fields"][0].update(kind="slider"), "verdict", "“slider”", id="kind"
        ),
        pytest.param(
            lambda s: s["fields"][0].update(kind="multiple"), "main", "these can", id="set as label"
        ),
        pytest.param(
            lambda s: s["fields"][0].update(required="yes"), "verdict", "true or false", id="flag"
        ),
        pytest.param(
            lambda s: s["fields"][0].update(names={"en": "Verdict"}), "verdict", "fr", id="no fr"
        ),
        pytest.param(
            lambda s: s["fields"][0].update(names={"en": " ", "fr": "Avis"}),
            "verdict",
            "en",
            id="blank en",
        ),
        pytest.param(
            lambda s: s["fields"][0].update(help="Fine"), "verdict", "by language", id="help"
        ),
        pytest.param(
            lambda s: s["fields"][0].update(options=[]), "verdict", "two options", id="no option"
        ),
        pytest.param(
            lambda s: s["fields"][0]["options"].pop(), "verdict", "two options", id="one option"
        ),
        pytest.param(
            lambda s: s["fields"][0]["options"][1].update(value="good"),
            "verdict",
            "twice: good",
            id="value twice",
        ),
        pytest.param(
            lambda s: s["fields"][0]["options"][1].update(hotkey="g"),
            "verdict",
            "twice: g",
            id="hotkey twice",
        ),
        pytest.param(
            lambda s: s["fields"][0]["options"][1].update(hotkey="F1"),
            "verdict",
            "one digit",
            id="hotkey of two",
        ),
        pytest.param(
            lambda s: s["fields"][0]["options"][1].update(names={"fr": "Mauvais"}),
            "verdict",
            "missing in: en",
            id="option without en",
        ),
        pytest.param(
            lambda s: s["fields"][0]["options"][1].update(value=3),
            "verdict",
            "not a key",
            id="number as a choice",
        ),
        pytest.param(
            lambda s: s["fields"][1]["options"].reverse(), "severity", "go up", id="scale goes down"
        ),
        pytest.param(
            lambda s: s["fields"][1]["options"][0].update(value="1"),
            "severity",
            "whole number",
            id="text as a grade",
        ),
        pytest.param(
            lambda s: s["fields"][1]["options"][0].update(value=True),
            "severity",
            "whole number",
            id="truth as a grade",
        ),
        pytest.param(
            lambda s: s["fields"][1]["options"][1].update(value=70000),
            "severity",
            "0 to 100",
            id="grade too large",
        ),
        pytest.param(
            lambda s: s["fields"][2].update(options=[{"value": "x", "names": NAMES}]),
            "commercial",
            "no options",
            id="options of a boolean",
        ),
        pytest.param(
            lambda s: s["cannot_judge"].append(s["cannot_judge"][0]),
            "cannot_judge",
            "twice: broken",
            id="reason twice",
        ),
        pytest.param(
            lambda s: s["cannot_judge"].append("other"), "cannot_judge", "object", id="reason"
        ),
        pytest.param(
            lambda s: s.update(context=["title", "title"]), "context", "twice", id="context twice"
        ),
        pytest.param(lambda s: s.update(context=[""]), "context", "not a key", id="context"),
    ],
)
def test_a_schema_that_cannot_be_used_is_refused_by_field_and_reason(
    change: Change, field: str, says: str
) -> None:
    with pytest.raises(BrokenSchema) as refused:
        parse_schema(changed(change))

    assert refused.value.details["field"] == field
    assert says in str(refused.value) and field in str(refused.value)


@pytest.mark.parametrize("given", [None, [], "schema", 3])
def test_what_is_not_an_object_is_no_schema(given: object) -> None:
    with pytest.raises(BrokenSchema, match="object"):
        parse_schema(given)
