"""Seeding the markets: what the whole service needs is there, twice changes nothing."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import permutations

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from touchstone.apps.ledger.models import Event
from touchstone.apps.markets.models import Currency, ExchangeRate, Holiday, Locale, Market
from touchstone.apps.markets.operations import OPEN_DATA_YEARS, seed_markets
from touchstone.apps.markets.policies import LANGUAGES
from touchstone.apps.markets.queries import calendar, convert, locale_names, subdivisions

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]  # each seeds every market


@pytest.fixture(scope="module")
def seeded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Seeded once for all the tests here; each works in a savepoint of its own."""
    with django_db_blocker.unblock(), transaction.atomic():
        seed_markets(at=AT, years=[2026])
        yield
        transaction.set_rollback(True)


def state() -> list[list[tuple[object, ...]]]:
    return [
        list(model.objects.order_by("pk").values_list())
        for model in (Currency, Market, Locale, ExchangeRate, Holiday)
    ]


@pytest.mark.usefixtures("seeded")
def test_covers_the_whole_service() -> None:
    languages = set(Locale.objects.values_list("language", flat=True))

    assert Market.objects.count() >= 24
    assert Locale.objects.count() >= 30
    assert languages == set(LANGUAGES) and len(LANGUAGES) == 18
    for market in Market.objects.all():
        assert market.locales.exists() and market.holidays.exists(), market


@pytest.mark.usefixtures("seeded")
def test_a_second_run_changes_nothing() -> None:
    before, told = state(), Event.objects.count()

    assert seed_markets(at=AT, years=[2026]) == 0
    assert state() == before
    assert Event.objects.count() == told


@pytest.mark.slow
def test_loads_the_years_around_now_and_those_of_the_open_data() -> None:
    seed_markets(at=AT)

    years = {day.year for day in Holiday.objects.dates("date", "year")}
    assert years == {2024, 2025, 2026, 2027, 2028, *OPEN_DATA_YEARS}


@pytest.mark.usefixtures("seeded")
def test_mends_a_holiday_that_moved_and_leaves_other_years_alone() -> None:
    eid = Holiday.objects.filter(market="MA", estimated=True).earliest("date")
    announced = eid.date
    Holiday.objects.filter(pk=eid.pk).update(date=date(2026, 3, 1))
    other = Holiday.objects.create(market_id="MA", date=date(2031, 1, 1), name="kept")

    assert seed_markets(at=AT, years=[2026]) == 2
    assert Holiday.objects.filter(market="MA", name=eid.name, date=announced).exists()
    assert not Holiday.objects.filter(market="MA", date=date(2026, 3, 1)).exists()
    assert Holiday.objects.filter(pk=other.pk).exists()


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize(
    ("tag", "direction", "script", "name_en", "name_fr"),
    [
        ("fr-CA", "ltr", "Latn", "French (Canada)", "français (Canada)"),
        ("ar-EG", "rtl", "Arab", "Arabic (Egypt)", "arabe (Égypte)"),
        ("he-IL", "rtl", "Hebr", "Hebrew (Israel)", "hébreu (Israël)"),
        ("ja-JP", "ltr", "Jpan", "Japanese (Japan)", "japonais (Japon)"),
    ],
)
def test_locales_are_named_and_know_their_direction(
    tag: str, direction: str, script: str, name_en: str, name_fr: str
) -> None:
    locale = Locale.objects.get(tag=tag)

    assert (locale.direction, locale.script) == (direction, script)
    assert (locale.name_en, locale.name_fr) == (name_en, name_fr)
    assert locale_names("fr")[tag] == name_fr


@pytest.mark.usefixtures("seeded")
def test_a_part_of_a_market_adds_its_own_holidays() -> None:
    """France has 11 days; Alsace-Moselle also Good Friday and the 26th of December."""
    france = calendar("FR", "", 2026, 2026)
    alsace = calendar("FR", "6AE", 2026, 2026)

    assert len(france.holidays) == 11
    assert alsace.holidays - france.holidays == {date(2026, 4, 3), date(2026, 12, 26)}
    assert "6AE" in subdivisions("FR")


@pytest.mark.usefixtures("seeded")
def test_a_federal_holiday_that_some_states_do_not_keep_is_theirs_alone_who_keep_it() -> None:
    columbus = date(2026, 10, 12)

    assert columbus in calendar("US", "NY", 2026, 2026).holidays
    assert columbus not in calendar("US", "CA", 2026, 2026).holidays
    assert columbus not in calendar("US", "", 2026, 2026).holidays


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize("market", ["FR", "DE", "ES", "GB", "CA", "US", "AU", "CH"])
def test_markets_with_vendor_sites_have_holidays_by_part(market: str) -> None:
    parts = set(Holiday.objects.filter(market=market).values_list("subdivision", flat=True))

    assert {""} < parts <= {"", *subdivisions(market)}


@pytest.mark.usefixtures("seeded")
def test_holidays_are_named_in_the_language_of_the_place() -> None:
    unification = Holiday.objects.get(market="DE", subdivision="", date=date(2026, 10, 3))
    throne = Holiday.objects.get(market="MA", subdivision="", date=date(2026, 7, 30))

    assert unification.name == "Tag der Deutschen Einheit"
    assert unification.name_en == "German Unity Day"
    assert throne.name_fr == "Fête du Trône"


@pytest.mark.usefixtures("seeded")
def test_moon_dated_days_say_that_they_are_estimated() -> None:
    eids = Holiday.objects.filter(market="MA", name_en__startswith="Eid")

    assert eids and all(day.estimated for day in eids)
    assert not Holiday.objects.filter(market="FR", estimated=True).exists()


@pytest.mark.usefixtures("seeded")
def test_every_pair_of_currencies_has_a_rate_that_says_it_is_for_planning() -> None:
    codes = Currency.objects.values_list("code", flat=True)
    pairs = set(ExchangeRate.objects.values_list("base", "quote"))

    assert pairs == set(permutations(codes, 2))
    assert all("planning rate" in row.source for row in ExchangeRate.objects.all())


@pytest.mark.usefixtures("seeded")
def test_there_and_back_at_planning_rates_costs_no_more_than_rounding() -> None:
    yen = convert(1_000_00, "EUR", "JPY", date(2026, 6, 1))

    assert Currency.objects.get(code="JPY").digits == 0
    assert abs(convert(yen, "JPY", "EUR", date(2026, 6, 1)) - 1_000_00) <= 1
