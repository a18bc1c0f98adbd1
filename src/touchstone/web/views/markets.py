"""Where the service works: locales, currencies, calendars, exchange rates."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from touchstone.apps.markets.queries import (
    UnknownMarket,
    get_market,
    holidays_of,
    markets,
    newest_rates,
)
from touchstone.lib.errors import NotVisible
from touchstone.web.access import signed_in


@signed_in()
def directory(request: HttpRequest) -> HttpResponse:
    """Every market with its locales, weekend and currency, and the newest planning rates."""
    context = {"markets": markets(), "rates": newest_rates()}
    return render(request, "web/markets/directory.html", context)


@signed_in()
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """One market with its public holidays of this year and the next."""
    year = timezone.localdate().year
    try:
        market = get_market(code)
    except UnknownMarket as unknown:
        raise NotVisible(unknown.message) from None
    context = {
        "market": market,
        "holidays": holidays_of(market, year, year + 1),
        "today": timezone.localdate(),
        "years": (year, year + 1),
    }
    return render(request, "web/markets/detail.html", context)
