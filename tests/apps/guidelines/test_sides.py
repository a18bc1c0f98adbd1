"""Sides: who sees them exchanged, what is never shown, and how answers are turned back."""

from collections import Counter
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.apps.guidelines.sample_schemas import every_kind, two_sides
from touchstone.apps.guidelines.policies import (
    NEVER_SHOWN,
    InvalidAnswers,
    is_swapped,
    parse_schema,
    presented,
    unswapped,
    unswapped_answers,
    validate_answers,
)
from touchstone.apps.guidelines.seeds import SEEDS

SIDED, PLAIN = parse_schema(two_sides()), parse_schema(every_kind())
CONTENT = {"left": [{"id": "a", "title": "A"}], "right": [{"id": "b", "title": "B"}], "note": "n"}


def test_half_of_the_assignments_are_shown_swapped() -> None:
    found = Counter(is_swapped(SIDED, uuid4()) for _ in range(2000))

    assert 850 < found[True] < 1150
    one = UUID(int=7)
    assert (is_swapped(SIDED, one), is_swapped(SIDED, UUID(int=8))) == (True, False)


def test_nothing_is_swapped_without_sides() -> None:
    assert not any(is_swapped(PLAIN, UUID(int=number)) for number in range(8))


def test_swapped_content_has_its_sides_exchanged() -> None:
    assert presented(SIDED, CONTENT, False) == CONTENT
    assert presented(SIDED, CONTENT, True) == CONTENT | {
        "left": CONTENT["right"],
        "right": CONTENT["left"],
    }


@pytest.mark.parametrize("schema", [SIDED, PLAIN], ids=["sides", "plain"])
@pytest.mark.parametrize("swapped", [False, True])
def test_money_and_clicks_are_never_shown_at_any_depth(schema: object, swapped: bool) -> None:
    hidden = dict.fromkeys([*NEVER_SHOWN, "Price", "CTR"], "secret")
    content = {"title": "t", **hidden, "left": [{"id": "a", **hidden, "more": {**hidden}}]}

    shown = presented(schema, content, swapped and schema is SIDED)  # type: ignore[arg-type]

    assert "secret" not in repr(shown)
    assert "'a'" in repr(shown)


def test_a_side_does_not_tell_where_it_comes_from() -> None:
    content = {"left": [{"id": "a", "title": "A", "system": "new", "score": 3.5}], "system": "x"}

    assert presented(SIDED, content, False) == {
        "left": [{"id": "a", "title": "A"}],
        "system": "x",
    }
    assert presented(PLAIN, content, False) == content


def test_answers_are_turned_back_by_their_mirrors() -> None:
    values = {"side": -1, "spam": ["left_has"], "reasons": ["safer"]}

    assert unswapped(SIDED, values, True) == {
        "side": 1,
        "spam": ["right_has"],
        "reasons": ["safer"],
    }
    assert unswapped(SIDED, values, False) == values


@pytest.mark.parametrize("odd", [True, 1.0, "1", 7, None, {"side": 1}, [[1]]])
def test_what_is_no_answer_stays_and_is_refused_later(odd: object) -> None:
    turned = unswapped_answers(SIDED, {"outcome": "label", "values": {"side": odd}}, True)

    with pytest.raises(InvalidAnswers) as refused:
        validate_answers(SIDED, turned)
    assert refused.value.details == {"field": "side"}


@pytest.mark.parametrize("answers", [None, "label", {"outcome": "label", "values": [1]}, {}])
def test_a_submission_that_is_none_is_left_alone(answers: object) -> None:
    assert unswapped_answers(SIDED, answers, True) == answers


sided_seeds = [schema for schema in (parse_schema(seed.schema()) for seed in SEEDS) if schema.sides]


@given(schema=st.sampled_from(sided_seeds), data=st.data())
def test_turning_twice_gives_the_answer_back(schema: object, data: st.DataObject) -> None:
    field = schema.main_field  # type: ignore[attr-defined]
    values = {field.key: data.draw(st.sampled_from(field.values))}

    once = unswapped(schema, values, True)  # type: ignore[arg-type]

    assert unswapped(schema, once, True) == values  # type: ignore[arg-type]
    first, last = field.values[0], field.values[-1]
    assert unswapped(schema, {field.key: first}, True) == {field.key: last}  # type: ignore[arg-type]
