"""Markets as small as a test needs. For the whole service, call `seed_markets(at=…, years=[…])`."""

from datetime import date
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from touchstone.apps.markets.catalogue import MARKETS
from touchstone.apps.markets.models import Currency, ExchangeRate, Holiday, Locale, Market

CATALOGUE = {code: (currency, zone) for code, currency, zone, _tags in MARKETS}
RTL = {"ar", "he"}


class CurrencyFactory(DjangoModelFactory):
    class Meta:
        model = Currency
        django_get_or_create = ("code",)

    code = "EUR"
    digits = factory.LazyAttribute(lambda row: 0 if row.code in {"JPY", "KRW", "VND"} else 2)
    name_en = factory.SelfAttribute("code")
    name_fr = factory.SelfAttribute("code")


class MarketFactory(DjangoModelFactory):
    """A market by its code, with its own currency and main time zone."""

    class Meta:
        model = Market
        django_get_or_create = ("code",)

    code = "FR"
    name_en = factory.SelfAttribute("code")
    name_fr = factory.SelfAttribute("code")
    currency = factory.LazyAttribute(lambda row: CurrencyFactory(code=CATALOGUE[row.code][0]))
    time_zones = factory.LazyAttribute(lambda row: [CATALOGUE[row.code][1]])
    weekend = factory.LazyFunction(lambda: [5, 6])


class LocaleFactory(DjangoModelFactory):
    """A locale by its tag, in the market that the tag names."""

    class Meta:
        model = Locale
        django_get_or_create = ("tag",)

    tag = "fr-FR"
    market = factory.LazyAttribute(lambda row: MarketFactory(code=row.tag.split("-")[-1]))
    language = factory.LazyAttribute(lambda row: row.tag.split("-")[0])
    script = factory.LazyAttribute(lambda row: "Arab" if row.language == "ar" else "Latn")
    direction = factory.LazyAttribute(lambda row: "rtl" if row.language in RTL else "ltr")
    name_en = factory.LazyAttribute(lambda row: f"{row.tag} in English")
    name_fr = factory.LazyAttribute(lambda row: f"{row.tag} en français")
    name_native = factory.LazyAttribute(lambda row: f"{row.tag} natively")


class HolidayFactory(DjangoModelFactory):
    class Meta:
        model = Holiday

    market = factory.SubFactory(MarketFactory)
    subdivision = ""
    date = date(2026, 7, 14)
    name = "Fête nationale"


class ExchangeRateFactory(DjangoModelFactory):
    class Meta:
        model = ExchangeRate

    base = factory.SubFactory(CurrencyFactory, code="EUR")
    quote = factory.SubFactory(CurrencyFactory, code="USD")
    date = date(2026, 1, 1)
    rate = Decimal("1.25")
    source = "a test"
