"""Reading markets: names, calendars, exchange rates. Nothing here is secret."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from touchstone.apps.markets.models import Currency, ExchangeRate, Holiday, Locale, Market
from touchstone.apps.markets.policies import Calendar, converted
from touchstone.apps.markets.seeds import parts_of
from touchstone.lib.errors import Refused


class UnknownMarket(Refused):
    """No market has this code."""

    code = "unknown_market"


class UnknownLocale(Refused):
    """No locale has this tag."""

    code = "unknown_locale"


class UnknownCurrency(Refused):
    """No currency has this code."""

    code = "unknown_currency"


class NoExchangeRate(Refused):
    """No rate between two currencies is dated on or before the day asked for."""

    code = "no_exchange_rate"


def markets() -> QuerySet[Market]:
    """Every market with its currency and locales, by code."""
    return Market.objects.select_related("currency").prefetch_related("locales")


def get_market(code: str) -> Market:
    """The market with this ISO 3166 code.

    :raises UnknownMarket: there is none.
    """
    found = Market.objects.select_related("currency").filter(code=code).first()
    if found is None:
        raise UnknownMarket(_("There is no market “%(code)s”.") % {"code": code})
    return found


def locales() -> QuerySet[Locale]:
    """Every locale with its market, by tag."""
    return Locale.objects.select_related("market")


def get_locale(tag: str) -> Locale:
    """The locale with this BCP 47 tag.

    :raises UnknownLocale: there is none.
    """
    found = locales().filter(tag=tag).first()
    if found is None:
        raise UnknownLocale(
            _("There is no locale “%(tag)s”. Use a BCP 47 tag such as fr-CA.") % {"tag": tag}
        )
    return found


def currencies() -> QuerySet[Currency]:
    """Every currency, by code."""
    return Currency.objects.all()


def get_currency(code: str) -> Currency:
    """The currency with this ISO 4217 code.

    :raises UnknownCurrency: there is none.
    """
    found = Currency.objects.filter(code=code).first()
    if found is None:
        raise UnknownCurrency(_("There is no currency “%(code)s”.") % {"code": code})
    return found


def locale_name(locale: Locale | str, language: str) -> str:
    """The name of a locale in English, in French, or else in its own language.

    For many locales by tag, take `locale_names`.

    :raises UnknownLocale: there is no such locale.
    """
    return _name(_the_locale(locale), language)


def locale_names(language: str) -> dict[str, str]:
    """The name of every locale in English, in French, or else in its own language, by tag."""
    return {each.tag: _name(each, language) for each in Locale.objects.all()}


def _the_locale(given: Locale | str) -> Locale:
    return given if isinstance(given, Locale) else get_locale(given)


def _name(each: Locale, language: str) -> str:
    primary = language.split("-")[0]
    names = {"en": each.name_en, "fr": each.name_fr, each.language: each.name_native}
    return names.get(primary, each.name_en)


def market_name(market: Market, language: str) -> str:
    """The name of a market in French, or else in English."""
    return market.name_fr if language.split("-")[0] == "fr" else market.name_en


def subdivisions(market: str) -> tuple[str, ...]:
    """The codes of the parts of a market that have holidays of their own."""
    return parts_of(market)


def calendar(
    market: Market | str,
    subdivision: str,
    first_year: int,
    last_year: int,
    *,
    time_zone: str = "",
) -> Calendar:
    """When a market, or one part of it, works in the years given.

    The clocks are those of the market's first time zone unless `time_zone` says otherwise.

    :raises UnknownMarket: there is no such market.
    """
    place = market if isinstance(market, Market) else get_market(market)
    days = Holiday.objects.filter(
        Q(subdivision="") | Q(subdivision=subdivision),
        market=place,
        date__range=(date(first_year, 1, 1), date(last_year, 12, 31)),
    ).values_list("date", flat=True)
    known = frozenset(day.year for day in days)
    return Calendar(
        time_zone=ZoneInfo(time_zone or place.time_zones[0]),
        weekend=frozenset(place.weekend),
        holidays=frozenset(days),
        unknown_years=frozenset(range(first_year, last_year + 1)) - known,
    )


def exchange_rate(base: str, quote: str, on: date) -> ExchangeRate:
    """The newest rate dated on or before `on`: how many `quote` one `base` buys.

    :raises NoExchangeRate: there is none, or the two currencies are the same.
    """
    rate = (
        ExchangeRate.objects.filter(base=base, quote=quote, date__lte=on).order_by("-date").first()
    )
    if rate is None:
        raise NoExchangeRate(
            _("No exchange rate from %(base)s to %(quote)s is known on %(on)s. Enter one first.")
            % {"base": base, "quote": quote, "on": on.isoformat()},
            base=base,
            quote=quote,
            on=on.isoformat(),
        )
    return rate


def convert(minor_units: int, source: str, target: str, on: date) -> int:
    """Minor units of `source` as minor units of `target`, at the rate known on that day.

    :raises NoExchangeRate: no rate between the two is known on that day.
    """
    if source == target:
        return minor_units
    rate = exchange_rate(source, target, on)
    digits = dict(Currency.objects.filter(code__in=(source, target)).values_list("code", "digits"))
    return converted(minor_units, rate.rate, digits=digits[source], into_digits=digits[target])


def holidays_of(market: Market, first_year: int, last_year: int) -> QuerySet[Holiday]:
    """The public holidays of a market in some years, by date."""
    days = Holiday.objects.filter(market=market, date__year__range=(first_year, last_year))
    return days.order_by("date", "subdivision")


def newest_rates() -> QuerySet[ExchangeRate]:
    """The newest exchange rate of each pair of currencies."""
    return (
        ExchangeRate.objects.select_related("base", "quote")
        .order_by("base_id", "quote_id", "-date")
        .distinct("base_id", "quote_id")
    )
