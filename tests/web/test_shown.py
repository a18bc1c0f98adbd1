"""Numbers, money and times as people of each language read them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from touchstone.apps.markets.models import Currency
from touchstone.web.templatetags import shown

EURO, YEN = Currency(code="EUR", digits=2), Currency(code="JPY", digits=0)


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "€1,234,567.80"), ("fr", "1\u202f234\u202f567,80\xa0€")],
)
def test_money_by_language(language: str, expected: str) -> None:
    with translation.override(language):
        assert shown.money(123_456_780, EURO) == expected


def test_a_currency_without_minor_units() -> None:
    with translation.override("en"):
        assert shown.money(1500, YEN) == "¥1,500"


@pytest.mark.parametrize(("language", "expected"), [("en", "12.3%"), ("fr", "12,3\xa0%")])
def test_shares(language: str, expected: str) -> None:
    with translation.override(language):
        assert shown.percent(0.1234, 1) == expected


def test_a_unit_price_keeps_its_digits() -> None:
    with translation.override("en"):
        assert shown.price(Decimal("0.035000"), EURO) == "€0.035"
        assert shown.price(Decimal("2"), EURO) == "€2.00"


@pytest.mark.parametrize(("language", "expected"), [("en", "−0.020"), ("fr", "−0,020")])
def test_differences_have_a_sign(language: str, expected: str) -> None:
    with translation.override(language):
        assert shown.signed(-0.02) == expected
        assert shown.signed(0.02).startswith("+")


def test_a_moment_in_the_zone_of_the_page() -> None:
    at = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    with translation.override("fr"), timezone.override("Europe/Paris"):
        assert ">2 mars 2026, 00:30<" in shown.when(at)
        assert ">1 mars 2026<" in shown.day(date(2026, 3, 1))


@pytest.mark.parametrize("show", [shown.number, shown.percent, shown.when, shown.day, shown.signed])
def test_nothing_is_a_dash(show: object) -> None:
    assert show(None) == shown.NOTHING  # type: ignore[operator]


@pytest.mark.parametrize(
    ("size", "expected"), [(999, "999 B"), (1500, "1.5 kB"), (2_500_000, "2.5 MB")]
)
def test_sizes_of_files(size: int, expected: str) -> None:
    with translation.override("en"):
        assert shown.file_size(size) == expected
