"""JSON to dataclasses and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.factories.programme import a_plan, a_request
from touchstone_client import PlanDraft, RequestDraft
from touchstone_client.wire import decode, encode


@dataclass(frozen=True)
class Inner:
    at: datetime
    share: float | None


@dataclass(frozen=True)
class Outer:
    day: date
    price: Decimal
    inner: tuple[Inner, ...]
    counts: Mapping[str, int]
    anything: Mapping[str, Any]
    note: str = "none"


SENT = {
    "day": "2026-03-01",
    "price": "0.10",
    "inner": [
        {"at": "2026-03-01T10:00:00Z", "share": 1},
        {"at": "2026-03-01T10:00:00Z", "share": None},
    ],
    "counts": {"fr-FR": 2},
    "anything": {"deep": [1, {"er": None}]},
}


def test_values_get_the_types_of_the_hints() -> None:
    found = decode(Outer, SENT)

    assert found.day == date(2026, 3, 1)
    assert found.price == Decimal("0.10")
    assert found.inner[0] == Inner(datetime(2026, 3, 1, 10, tzinfo=UTC), 1.0)
    assert isinstance(found.inner[0].share, float)
    assert found.inner[1].share is None
    assert found.anything == SENT["anything"]
    assert found.note == "none"


def test_a_field_that_the_server_adds_later_is_ignored() -> None:
    assert decode(Outer, SENT | {"later": 1}) == decode(Outer, SENT)


def test_a_missing_field_is_an_error_that_names_it() -> None:
    with pytest.raises(KeyError, match="price"):
        decode(Outer, {name: value for name, value in SENT.items() if name != "price"})


@pytest.mark.parametrize("draft", [a_request(), a_plan(1)], ids=["request", "plan"])
def test_what_goes_out_comes_back_the_same(draft: RequestDraft | PlanDraft) -> None:
    assert decode(type(draft), json.loads(json.dumps(encode(draft)))) == draft


@pytest.mark.parametrize("amount", ["0.00000012", "1E+3", "100", "0.10"])
def test_decimals_are_written_out_exactly(amount: str) -> None:
    written = encode(Decimal(amount))

    assert "E" not in written
    assert Decimal(written) == Decimal(amount)
