"""Names and calendars as they are read."""

from datetime import date

import pytest

from tests.factories.markets import HolidayFactory, LocaleFactory, MarketFactory
from touchstone.apps.markets.queries import (
    UnknownLocale,
    UnknownMarket,
    calendar,
    get_locale,
    locale_name,
    locale_names,
    market_name,
)

pytestmark = pytest.mark.django_db


def test_a_locale_is_named_in_the_language_asked_for() -> None:
    locale = LocaleFactory(tag="de-CH")

    assert locale_name(locale, "en") == locale.name_en
    assert locale_name("de-CH", "fr-CA") == locale.name_fr
    assert locale_name(locale, "de") == locale.name_native
    assert locale_names("ja") == {"de-CH": locale.name_en}


def test_a_market_is_named_in_french_or_else_in_english() -> None:
    market = MarketFactory(code="DE", name_en="Germany", name_fr="Allemagne")

    assert market_name(market, "fr") == "Allemagne"
    assert market_name(market, "ar") == "Germany"


def test_unknown_places_are_refused_by_name() -> None:
    with pytest.raises(UnknownLocale, match="xx-YY"):
        get_locale("xx-YY")
    with pytest.raises(UnknownMarket, match="ZZ"):
        calendar("ZZ", "", 2026, 2026)


def test_a_calendar_holds_the_days_of_the_market_and_of_the_part_asked_for() -> None:
    market = MarketFactory(code="FR")
    HolidayFactory(market=market, date=date(2026, 7, 14))
    HolidayFactory(market=market, date=date(2026, 4, 3), subdivision="6AE", name="Vendredi saint")
    HolidayFactory(market=market, date=date(2026, 5, 22), subdivision="971", name="Abolition")
    HolidayFactory(market=MarketFactory(code="DE"), date=date(2026, 10, 3))

    assert calendar(market, "", 2026, 2026).holidays == {date(2026, 7, 14)}
    assert calendar("FR", "6AE", 2026, 2026).holidays == {date(2026, 7, 14), date(2026, 4, 3)}


def test_a_calendar_owns_up_to_years_without_holidays() -> None:
    HolidayFactory(date=date(2026, 7, 14))

    assert calendar("FR", "", 2025, 2027).unknown_years == {2025, 2027}


def test_a_calendar_runs_on_the_clocks_of_the_market_unless_told() -> None:
    market = MarketFactory(code="CA", time_zones=["America/Toronto", "America/Vancouver"])

    assert calendar(market, "", 2026, 2026).time_zone.key == "America/Toronto"
    west = calendar(market, "BC", 2026, 2026, time_zone="America/Vancouver")
    assert west.time_zone.key == "America/Vancouver"
