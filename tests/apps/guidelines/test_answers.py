"""Answers: what fits the schema is taken, what does not is refused by field."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.apps.guidelines.test_schemas import rich
from tests.factories.guidelines import graded_relevance
from touchstone.apps.guidelines.policies import (
    REASON_LENGTH,
    TEXT_LENGTH,
    InvalidAnswers,
    parse_schema,
    validate_answers,
)

GRADED = parse_schema(graded_relevance())
RICH = parse_schema(rich())


@pytest.mark.parametrize("grade", [0, 1, 2, 3])
def test_a_grade_of_the_scale_is_taken(grade: int) -> None:
    answered = validate_answers(
        GRADED, {"outcome": "label", "values": {"grade": grade}, "comment": " clear  "}
    )

    assert (answered.outcome, answered.grade, answered.values) == ("label", grade, {"grade": grade})
    assert (answered.reason, answered.comment) == ("", "clear")


@pytest.mark.parametrize("grade", [4, -1, 7, "2", 2.0, True, False, [2], {}])
def test_a_grade_outside_the_scale_is_refused_by_name(grade: object) -> None:
    with pytest.raises(InvalidAnswers, match="grade outside the scale") as refused:
        validate_answers(GRADED, {"outcome": "label", "values": {"grade": grade}})

    assert refused.value.details == {"field": "grade"}


@pytest.mark.parametrize("reason", [option.value for option in GRADED.cannot_judge])
def test_each_reason_why_an_item_cannot_be_judged_is_taken(reason: str) -> None:
    answered = validate_answers(GRADED, {"outcome": "cannot_judge", "reason": reason})

    assert (answered.grade, answered.values, answered.reason) == (None, {}, reason)


def test_an_escalation_names_one_of_the_reasons() -> None:
    answered = validate_answers(GRADED, {"outcome": "escalate", "reason": "may_be_illegal"})

    assert (answered.outcome, answered.grade, answered.reason) == (
        "escalate",
        None,
        "may_be_illegal",
    )
    with pytest.raises(InvalidAnswers, match="somebody_in_danger"):
        validate_answers(GRADED, {"outcome": "escalate", "reason": "may be illegal"})


def test_a_schema_without_reasons_takes_an_escalation_in_its_own_words() -> None:
    answered = validate_answers(RICH, {"outcome": "escalate", "reason": "may be illegal"})

    assert (answered.outcome, answered.grade, answered.reason) == (
        "escalate",
        None,
        "may be illegal",
    )


def test_every_kind_of_field_is_answered() -> None:
    values = {"verdict": "bad", "severity": 5, "commercial": False, "remark": " why "}

    answered = validate_answers(RICH, {"outcome": "label", "values": values})

    assert answered.values == values | {"remark": "why"}
    assert answered.grade == 1


def test_optional_fields_may_stay_empty() -> None:
    values = {"verdict": "good", "severity": None, "remark": ""}

    answered = validate_answers(RICH, {"outcome": "label", "values": values})

    assert answered.values == {"verdict": "good"}
    assert answered.grade == 0


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"outcome": "maybe"}, "outcome"),
        ({}, "outcome"),
        ({"outcome": "label"}, "verdict"),
        ({"outcome": "label", "values": {}}, "verdict"),
        ({"outcome": "label", "values": {"verdict": ""}}, "verdict"),
        ({"outcome": "label", "values": {"verdict": "fine"}}, "verdict"),
        ({"outcome": "label", "values": {"verdict": ["good"]}}, "verdict"),
        ({"outcome": "label", "values": {"verdict": "good", "severity": 3}}, "severity"),
        ({"outcome": "label", "values": {"verdict": "good", "commercial": "no"}}, "commercial"),
        ({"outcome": "label", "values": {"verdict": "good", "commercial": 0}}, "commercial"),
        ({"outcome": "label", "values": {"verdict": "good", "remark": 3}}, "remark"),
        ({"outcome": "label", "values": {"verdict": "good", "remark": "\x00"}}, "remark"),
        ({"outcome": "label", "values": {"verdict": "good", "colour": "red"}}, "colour"),
        ({"outcome": "label", "values": ["good"]}, "values"),
        ({"outcome": "label", "values": {"verdict": "good"}, "reason": "x"}, "reason"),
        ({"outcome": "cannot_judge"}, "reason"),
        ({"outcome": "cannot_judge", "reason": "dull"}, "reason"),
        ({"outcome": "cannot_judge", "reason": ["broken"]}, "reason"),
        ({"outcome": "cannot_judge", "reason": "broken", "values": {"verdict": "good"}}, "values"),
        ({"outcome": "escalate"}, "reason"),
        ({"outcome": "escalate", "reason": "  "}, "reason"),
        ({"outcome": "escalate", "reason": "x" * (REASON_LENGTH + 1)}, "reason"),
        ({"outcome": "escalate", "reason": "x", "comment": "x" * (TEXT_LENGTH + 1)}, "comment"),
        ({"outcome": "escalate", "reason": "x", "comment": 3}, "comment"),
        ({"outcome": "label", "grade": 2}, "answers"),
        ([], "answers"),
        (None, "answers"),
    ],
)
def test_answers_that_do_not_fit_are_refused_by_field(answers: Any, field: str) -> None:
    with pytest.raises(InvalidAnswers) as refused:
        validate_answers(RICH, answers)

    assert refused.value.details["field"] == field
    assert field in str(refused.value)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(
    outcome=st.sampled_from(["label", "cannot_judge", "escalate"]) | json,
    values=st.fixed_dictionaries({}, optional={"verdict": json, "severity": json}) | json,
    reason=json,
)
def test_whatever_comes_in_is_taken_whole_or_refused(
    outcome: object, values: object, reason: object
) -> None:
    try:
        answered = validate_answers(RICH, {"outcome": outcome, "values": values, "reason": reason})
    except InvalidAnswers:
        return
    assert (answered.grade in RICH.grades) == (answered.outcome == "label")
    assert bool(answered.reason) == (answered.outcome != "label")
