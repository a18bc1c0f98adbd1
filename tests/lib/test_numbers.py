"""Numbers from addresses and forms, hostile ones too."""

from __future__ import annotations

import pytest

from touchstone.lib.numbers import whole


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("007", 7), ("٣", 3), ("9" * 30, 10**30 - 1)],
)
def test_digits_are_a_number(text: str, number: int) -> None:
    assert whole(text) == number


def test_there_may_be_a_limit() -> None:
    assert (whole("12", digits=2), whole("123", digits=2)) == (12, None)


@pytest.mark.parametrize("text", ["", " ", "-1", "1.0", "1e3", "²", "x", "1\0", "9" * 5_000])
def test_anything_else_is_none(text: str) -> None:
    assert whole(text) is None
