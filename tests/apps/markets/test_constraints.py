"""The database itself refuses what must not be."""

from decimal import Decimal

import pytest
from django.db import IntegrityError

from tests.factories.markets import ExchangeRateFactory, HolidayFactory

pytestmark = pytest.mark.django_db


def test_a_holiday_is_listed_once() -> None:
    HolidayFactory()

    with pytest.raises(IntegrityError, match="markets_holiday_once"):
        HolidayFactory()


def test_a_pair_has_one_rate_a_day() -> None:
    ExchangeRateFactory()

    with pytest.raises(IntegrityError, match="markets_exchangerate_once_a_day"):
        ExchangeRateFactory(rate=Decimal("1.3"))


def test_a_rate_is_above_zero() -> None:
    with pytest.raises(IntegrityError, match="markets_exchangerate_positive"):
        ExchangeRateFactory(rate=Decimal(0))
