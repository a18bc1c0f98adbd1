"""Answers of every kind: kept in one form, or refused by the field's name."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.apps.guidelines.sample_schemas import every_kind
from touchstone.apps.guidelines.policies import (
    Answered,
    InvalidAnswers,
    parse_schema,
    validate_answers,
)

SCHEMA = parse_schema(every_kind())
CONTENT = {
    "text": "grün 👍🏽 שלום",
    "readings": [{"id": "a", "title": "A"}, {"id": "b"}, {"id": "c"}],
}


def answered(**values: object) -> Answered:
    answers = {"outcome": "label", "values": {"grade": 0, **values}}
    return validate_answers(SCHEMA, answers, query="q", content=CONTENT)


def span(start: object, end: object, tag: object = "typo") -> dict[str, object]:
    return {"start": start, "end": end, "tag": tag}


@pytest.mark.parametrize(
    ("key", "given", "kept"),
    [
        ("grade", -2, -2),
        ("flags", ["d", "a"], ["a", "d"]),
        ("commercial", False, False),
        ("seconds", 0, 0),
        ("seconds", 59.5, 59.5),
        ("remark", "  fine ", "fine"),
        ("typo", [span(0, 4), span(5, 7, "space")], [span(0, 4), span(5, 7, "space")]),
        ("typo", [span(0, 2), span(2, 12)], [span(0, 2), span(2, 12)]),
        ("order", ["c", "a", "b"], ["c", "a", "b"]),
    ],
)
def test_an_answer_is_kept(key: str, given: object, kept: object) -> None:
    found = answered(**{key: given})

    assert found.values[key] == kept
    assert type(found.values[key]) is type(kept)
    assert found.stored["values"] == found.values


def test_positions_count_characters_and_not_bytes() -> None:
    """The thumb and its skin tone are two code points; the text has twelve."""
    assert len(str(CONTENT["text"])) == 12
    assert answered(typo=[span(8, 12)]).values["typo"] == [span(8, 12)]


@pytest.mark.parametrize("empty", [None, "", []])
@pytest.mark.parametrize("key", ["verdict", "flags", "seconds", "remark", "typo", "order"])
def test_an_optional_field_may_stay_empty(key: str, empty: object) -> None:
    assert key not in answered(**{key: empty}).values


@pytest.mark.parametrize("empty", [None, "", [], "   "])
@pytest.mark.parametrize("place", [2, 4, 5, 6, 7])
def test_a_required_field_may_not(place: int, empty: object) -> None:
    given = every_kind()
    given["fields"][place]["required"] = True
    key = given["fields"][place]["key"]

    with pytest.raises(InvalidAnswers) as refused:
        validate_answers(
            parse_schema(given),
            {"outcome": "label", "values": {"grade": 0, key: empty}},
            content=CONTENT,
        )

    assert refused.value.details == {"field": key}


@pytest.mark.parametrize(
    ("key", "given", "says"),
    [
        ("grade", 1, "outside the scale"),
        ("grade", [0], "outside the scale"),
        ("verdict", "ugly", "none of the options"),
        ("flags", "a", "a list"),
        ("flags", {"a": 1}, "a list"),
        ("flags", ["a", "a"], "twice: a"),
        ("flags", ["a", "z"], "none of the options"),
        ("flags", ["a", ["b"]], "none of the options"),
        ("flags", ["a", "b", "d", "a"], "at most 3 entries"),
        ("commercial", 1, "true or false"),
        ("seconds", "3", "a number"),
        ("seconds", True, "a number"),
        ("seconds", float("nan"), "a number"),
        ("seconds", float("inf"), "a number"),
        ("seconds", -float("inf"), "a number"),
        ("seconds", 10**400, "a number"),
        ("seconds", -0.5, "at least 0"),
        ("seconds", 60.5, "at most 60"),
        ("seconds", 0.25, "steps of 0.5"),
        ("remark", 3, "a text"),
        ("remark", "x" * 21, "at most 20"),
        ("remark", "a\x00b", "cannot be stored"),
        ("remark", "a\ud800", "cannot be stored"),
        ("typo", "grün", "a list"),
        ("typo", [[0, 4, "typo"]], "exactly start, end and tag"),
        ("typo", [{"start": 0, "end": 4}], "exactly start, end and tag"),
        ("typo", [span(0, 4) | {"note": "x"}], "exactly start, end and tag"),
        ("typo", [span(4, 4)], "not within the 12 characters"),
        ("typo", [span(-1, 4)], "not within"),
        ("typo", [span(0, 13)], "not within"),
        ("typo", [span(0.0, 4)], "not within"),
        ("typo", [span(False, 4)], "not within"),
        ("typo", [span(0, 4, "slip")], "none of the options"),
        ("typo", [span(0, 4, ["typo"])], "none of the options"),
        ("typo", [span(5, 7), span(0, 4)], "in order"),
        ("typo", [span(0, 4), span(3, 7)], "do not overlap"),
        ("typo", [span(0, 1)] * 201, "at most 200"),
        ("order", "abc", "a list"),
        ("order", ["a", "b"], "named once"),
        ("order", ["a", "b", "b"], "named once"),
        ("order", ["a", "b", "z"], "named once"),
        ("order", ["a", "b", 3], "named once"),
        ("order", ["a", "b", "c", "a"], "at most 3"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(key: str, given: object, says: str) -> None:
    with pytest.raises(InvalidAnswers, match=says) as refused:
        answered(**{key: given})

    assert refused.value.details == {"field": key}
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(("least", "most", "chosen"), [(2, 3, ["a"]), (1, 2, ["a", "b", "d"])])
def test_too_few_or_too_many_are_refused(least: int, most: int, chosen: list[str]) -> None:
    given = every_kind()
    given["fields"][2] |= {"least": least, "most": most}

    with pytest.raises(InvalidAnswers, match=r"at (least|most) 2"):
        validate_answers(
            parse_schema(given), {"outcome": "label", "values": {"grade": 0, "flags": chosen}}
        )


@pytest.mark.parametrize("key", ["typo", "order"])
def test_an_item_without_the_content_has_nothing_to_mark_or_order(key: str) -> None:
    values = {"grade": 0, "typo": [span(0, 1)]} if key == "typo" else {"grade": 0, "order": ["a"]}

    with pytest.raises(InvalidAnswers, match="this item has no") as refused:
        validate_answers(SCHEMA, {"outcome": "label", "values": values}, content={})

    assert refused.value.details == {"field": key}


def test_a_span_of_the_query_marks_its_text() -> None:
    given = every_kind()
    given["fields"][6]["of"] = "query"
    answers = {"outcome": "label", "values": {"grade": 0, "typo": [span(0, 5)]}}

    found = validate_answers(parse_schema(given), answers, query="wether", content={})
    assert found.values["typo"] == [span(0, 5)]
    with pytest.raises(InvalidAnswers, match="not within the 4"):
        validate_answers(parse_schema(given), answers, query="rain", content={})


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"outcome": "escalate", "reason": "illegal"}, None),
        ({"outcome": "escalate", "reason": "bored"}, "reason"),
        ({"outcome": "escalate", "reason": ""}, "reason"),
        ({"outcome": "escalate", "reason": "illegal", "values": {"grade": 0}}, "values"),
        ({"outcome": "cannot_judge", "reason": "illegal"}, "reason"),
        ({"outcome": "label", "values": {"grade": 0}, "comment": "x" * 1_000_000}, "comment"),
        ({"outcome": "label", "values": {"grade": 0}, "reason": "x" * 1_000_000}, "reason"),
        ({"outcome": "label", "values": {"grade": 0, "x" * 1_000_000: 1}}, "x" * 60),
        ({"outcome": "label", "values": {"grade": "x" * 1_000_000}}, "grade"),
        ({"outcome": ["label"], "values": {"grade": 0}}, "outcome"),
    ],
)
def test_outcomes_reasons_and_sizes(answers: dict[str, Any], field: str | None) -> None:
    if field is None:
        assert validate_answers(SCHEMA, answers).reason == "illegal"
        return
    with pytest.raises(InvalidAnswers) as refused:
        validate_answers(SCHEMA, answers)
    assert refused.value.details == {"field": field}
    assert len(str(refused.value)) < 400


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
spans = st.lists(
    st.fixed_dictionaries(
        {
            "start": st.integers(-1, 13),
            "end": st.integers(-1, 13),
            "tag": st.sampled_from(["typo", "space", "slip"]),
        }
    ),
    max_size=3,
)
orders = st.lists(st.sampled_from(["a", "b", "c", "z"]), max_size=4)
flags = st.lists(st.sampled_from(["a", "b", "d", "z"]), max_size=4)


@given(
    flags=flags | json,
    seconds=st.floats() | st.integers() | json,
    typo=spans | json,
    order=orders | json,
    remark=st.text(max_size=25) | json,
)
def test_whatever_comes_in_is_taken_in_its_form_or_refused(
    flags: object, seconds: object, typo: object, order: object, remark: object
) -> None:
    given = {"flags": flags, "seconds": seconds, "typo": typo, "order": order, "remark": remark}
    try:
        values = answered(**given).values
    except InvalidAnswers as refused:
        assert refused.details["field"] in given
        return
    assert "order" not in values or sorted(values["order"]) == ["a", "b", "c"]  # type: ignore[arg-type]
    assert "seconds" not in values or 0 <= values["seconds"] <= 60  # type: ignore[operator]
    marked = [place for each in values.get("typo", []) for place in (each["start"], each["end"])]  # type: ignore[union-attr,index]
    assert marked == sorted(marked)
