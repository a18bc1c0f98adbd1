"""Rows for the markets app out of CLDR (babel), `holidays` and `catalogue`. Writes nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date
from decimal import Decimal
from itertools import permutations

import babel
import holidays
from babel.core import get_global
from babel.numbers import get_currency_precision

from touchstone.apps.markets.catalogue import MARKETS, PLANNING_RATES, PLANNING_SOURCE
from touchstone.apps.markets.models import Currency, ExchangeRate, Holiday, Locale, Market
from touchstone.apps.markets.policies import RATE_DIGITS

# What `holidays` calls its English and French.
ENGLISH, FRENCH = "en_US", "fr"
ESTIMATED = re.compile(r"\bestimated\b")


def currency_rows() -> list[Currency]:
    """Every currency of a market, named by CLDR."""
    english, french = babel.Locale("en"), babel.Locale("fr")
    return [
        Currency(
            code=code,
            digits=get_currency_precision(code),
            name_en=english.currencies[code],
            name_fr=french.currencies[code],
        )
        for code in sorted({code for _market, code, _zone, _tags in MARKETS})
    ]


def market_rows() -> list[Market]:
    """Every market, named by CLDR, its main time zone first."""
    english, french = babel.Locale("en"), babel.Locale("fr")
    zones = get_global("territory_zones")
    return [
        Market(
            code=code,
            name_en=english.territories[code],
            name_fr=french.territories[code],
            currency_id=currency,
            time_zones=[zone, *(other for other in zones[code] if other != zone)],
            weekend=sorted(holidays.country_holidays(code).weekend),
        )
        for code, currency, zone, _tags in MARKETS
    ]


def locale_rows() -> list[Locale]:
    """Every locale, named by CLDR in English, in French and in itself."""
    return [
        _locale_row(tag, market)
        for market, _currency, _zone, tags in MARKETS
        for tag in tags.split()
    ]


def _locale_row(tag: str, market: str) -> Locale:
    cldr = babel.Locale.parse(tag, sep="-")
    _language, likely_script, _territory = get_global("likely_subtags")[cldr.language].split("_")
    return Locale(
        tag=tag,
        market_id=market,
        language=cldr.language,
        script=cldr.script or likely_script,
        direction=cldr.text_direction,
        name_en=cldr.get_display_name("en") or tag,
        name_fr=cldr.get_display_name("fr") or tag,
        name_native=cldr.get_display_name() or tag,
    )


def rate_rows() -> Iterator[ExchangeRate]:
    """A planning rate for each ordered pair of currencies, so that a cost can point to one row."""
    for on, per_dollar in PLANNING_RATES.items():
        for base, quote in permutations(sorted(per_dollar), 2):
            rate: Decimal = (per_dollar[quote] / per_dollar[base]).quantize(RATE_DIGITS)
            yield ExchangeRate(
                base_id=base, quote_id=quote, date=on, rate=rate, source=PLANNING_SOURCE
            )


def parts_of(market: str) -> tuple[str, ...]:
    """The codes of the parts of a market: mostly ISO 3166-2 without the country.

    `holidays` also lists a few cities by their names; one that is longer than a code is left out.
    """
    longest = Holiday._meta.get_field("subdivision").max_length or 0
    return tuple(
        part for part in holidays.country_holidays(market).subdivisions if len(part) <= longest
    )


def holiday_rows(market: str, years: Collection[int]) -> Iterator[Holiday]:
    """The public holidays of a market, and those that only some of its parts have.

    A day is the whole market's when the market's own list has it and every part keeps it:
    Columbus Day is a federal holiday, and yet a working day in many states.
    """
    national = holidays.country_holidays(market, years=years)
    parts = {
        part: holidays.country_holidays(market, subdiv=part, years=years)
        for part in parts_of(market)
    }
    everywhere = {day for day in national if all(day in kept for kept in parts.values())}
    yield from _named(market, "", everywhere, years)
    for part, kept in parts.items():
        yield from _named(market, part, kept.keys() - everywhere, years)


def _named(
    market: str, part: str, days: Collection[date], years: Collection[int]
) -> Iterator[Holiday]:
    if not days:
        return
    native, english, french = _in_languages(market, part, years)
    for day in sorted(days):
        name_en = english.get(day, "")
        yield Holiday(
            market_id=market,
            subdivision=part,
            date=day,
            name=native[day][:160],
            name_en=name_en[:160],
            name_fr=french.get(day, "")[:160],
            estimated=bool(ESTIMATED.search(name_en)),
        )


def _in_languages(
    market: str, part: str, years: Collection[int]
) -> tuple[dict[date, str], dict[date, str], dict[date, str]]:
    """Names by day: in the market's language, in English, in French where they exist."""
    supported = holidays.country_holidays(market)
    own = supported.default_language or ENGLISH
    spoken = {*supported.supported_languages, own}

    def named(language: str) -> dict[date, str]:
        if language not in spoken:
            return {}
        return dict(
            holidays.country_holidays(
                market, subdiv=part or None, years=years, language=language
            ).items()
        )

    return named(own), named(ENGLISH), named(FRENCH)
