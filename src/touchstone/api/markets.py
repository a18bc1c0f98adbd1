"""Where the service works."""

from typing import TYPE_CHECKING

from ninja import Router, Schema

from touchstone.api.access import ApiRequest, needs_sign_in
from touchstone.api.paging import Page, Paging, page
from touchstone.apps.markets.queries import markets

if TYPE_CHECKING:
    from touchstone.apps.markets.models import Locale, Market

router = Router()


class LocaleOut(Schema):
    """A language as written in a market."""

    tag: str
    language: str
    script: str
    direction: str
    name_en: str
    name_fr: str
    name_native: str


class MarketOut(Schema):
    """A country or region."""

    code: str
    name_en: str
    name_fr: str
    currency: str
    currency_digits: int
    time_zones: list[str]
    weekend: list[int]
    locales: list[LocaleOut]


@router.get("", response=Page[MarketOut])
@needs_sign_in
def list_markets(request: ApiRequest, paging: Paging) -> dict[str, object]:
    """Every market with its locales, by code."""
    return page(markets(), "code", paging, _market_out)


def _market_out(market: "Market") -> MarketOut:
    return MarketOut(
        code=market.code,
        name_en=market.name_en,
        name_fr=market.name_fr,
        currency=market.currency_id,
        currency_digits=market.currency.digits,
        time_zones=market.time_zones,
        weekend=market.weekend,
        locales=[_locale_out(locale) for locale in market.locales.all()],
    )


def _locale_out(locale: "Locale") -> LocaleOut:
    return LocaleOut(
        tag=locale.tag,
        language=locale.language,
        script=locale.script,
        direction=locale.direction,
        name_en=locale.name_en,
        name_fr=locale.name_fr,
        name_native=locale.name_native,
    )
