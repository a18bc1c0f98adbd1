"""Exchange rates: the newest known on the day, and rounding to minor units."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.factories.markets import CurrencyFactory, ExchangeRateFactory
from tests.factories.people import UserFactory
from touchstone.apps.ledger.models import Event
from touchstone.apps.markets.models import ExchangeRate
from touchstone.apps.markets.operations import RateRefused, record_exchange_rate
from touchstone.apps.markets.policies import converted
from touchstone.apps.markets.queries import (
    NoExchangeRate,
    UnknownCurrency,
    convert,
    exchange_rate,
)

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minor", "rate", "digits", "into", "expected"),
    [
        (100, "1.25", 2, 2, 125),
        (10, "0.25", 2, 2, 2),  # 2.5 goes to the even neighbour
        (30, "0.25", 2, 2, 8),  # 7.5 too
        (100_00, "155", 2, 0, 15_500),
        (15_500, "0.0064516129", 0, 2, 100_00),
        (-10, "0.25", 2, 2, -2),
    ],
)
def test_conversion_rounds_half_even(
    minor: int, rate: str, digits: int, into: int, expected: int
) -> None:
    assert converted(minor, Decimal(rate), digits=digits, into_digits=into) == expected


@pytest.fixture
def rates() -> None:
    ExchangeRateFactory(date=date(2026, 1, 1), rate=Decimal("1.25"))
    ExchangeRateFactory(date=date(2026, 3, 1), rate=Decimal("1.50"))


@pytest.mark.django_db
@pytest.mark.usefixtures("rates")
@pytest.mark.parametrize(
    ("on", "rate"),
    [
        (date(2026, 1, 1), "1.25"),
        (date(2026, 2, 28), "1.25"),
        (date(2026, 3, 1), "1.50"),
        (date(2030, 1, 1), "1.50"),
    ],
)
def test_takes_the_newest_rate_known_on_the_day(on: date, rate: str) -> None:
    assert exchange_rate("EUR", "USD", on).rate == Decimal(rate)
    assert convert(1000, "EUR", "USD", on) == int(1000 * Decimal(rate))


@pytest.mark.django_db
@pytest.mark.usefixtures("rates")
def test_refuses_a_day_before_the_first_rate_and_a_pair_without_one() -> None:
    with pytest.raises(NoExchangeRate, match="EUR to USD"):
        exchange_rate("EUR", "USD", date(2025, 12, 31))
    with pytest.raises(NoExchangeRate):
        convert(1000, "USD", "EUR", date(2026, 3, 1))


@pytest.mark.django_db
def test_money_in_its_own_currency_stays_as_it_is() -> None:
    assert convert(1234, "EUR", "EUR", date(2026, 1, 1)) == 1234


@pytest.mark.django_db
def test_somebody_enters_a_rate() -> None:
    CurrencyFactory(code="EUR")
    CurrencyFactory(code="USD")
    by = UserFactory()

    row = record_exchange_rate(
        base="EUR", quote="USD", on=AT.date(), rate=Decimal("1.1"), source="Treasury", by=by, at=AT
    )

    assert exchange_rate("EUR", "USD", AT.date()) == row
    event = Event.objects.get(event="markets.rate.recorded")
    assert (event.by_id, event.subject_id) == (by.pk, str(row.pk))


@pytest.mark.django_db
@pytest.mark.usefixtures("rates")
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"rate": Decimal(0)}, "above zero"),
        ({"rate": Decimal("-1")}, "above zero"),
        ({"rate": Decimal("1e-11")}, "above zero"),
        ({"rate": Decimal("NaN")}, "above zero"),
        ({"source": " "}, "where"),
        ({"quote": "EUR"}, "itself"),
        ({"on": date(2026, 3, 1)}, "another day"),
    ],
)
def test_a_rate_that_makes_no_sense_is_refused(change: dict[str, object], says: str) -> None:
    asked = {"base": "EUR", "quote": "USD", "on": AT.date(), "rate": Decimal("1.1")}

    with pytest.raises(RateRefused, match=says):
        record_exchange_rate(**(asked | {"source": "Treasury"} | change), by=None, at=AT)
    assert ExchangeRate.objects.count() == 2


@pytest.mark.django_db
def test_a_currency_nobody_knows_is_refused() -> None:
    CurrencyFactory(code="EUR")

    with pytest.raises(UnknownCurrency, match="XXX"):
        record_exchange_rate(
            base="EUR", quote="XXX", on=AT.date(), rate=Decimal(2), source="?", by=None, at=AT
        )
