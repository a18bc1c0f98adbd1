"""Filling the markets. Seeding may run at every start: it adds what is missing, mends what moved.

Reference data is nobody's deed: a seed that changes nothing leaves no trace in the ledger.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from touchstone.apps.ledger.operations import HasKey, record
from touchstone.apps.markets import seeds
from touchstone.apps.markets.catalogue import MARKETS
from touchstone.apps.markets.models import Currency, ExchangeRate, Holiday, Locale, Market
from touchstone.apps.markets.policies import RATE_DIGITS
from touchstone.apps.markets.queries import get_currency
from touchstone.lib.errors import Refused

# The years of the open data that the demo replays.
OPEN_DATA_YEARS = (2015, 2016)


class RateRefused(Refused):
    """An exchange rate makes no sense, or another is already entered for that day."""

    code = "rate_refused"


@transaction.atomic
def seed_markets(*, at: datetime, years: Collection[int] | None = None) -> int:
    """Bring currencies, markets, locales, planning rates and holidays up to date.

    Names follow CLDR; rates are added, never changed. `years` says for which years the holidays
    are loaded; unless given, two on either side of `at` and those of the open data.

    :returns: how many holidays were added or taken away.
    """
    _seed_reference()
    years = _usual_years(at) if years is None else years
    changed = sum(_seed_holidays(market, years) for market, *_rest in MARKETS)
    if changed:
        first = Market.objects.order_by("code")[0]
        record(
            event="markets.holidays.loaded",
            subject=first,
            by=None,
            at=at,
            years=sorted(years),
            changed=changed,
        )
    return changed


def _usual_years(at: datetime) -> list[int]:
    return [*OPEN_DATA_YEARS, *range(at.year - 2, at.year + 3)]


def _seed_reference() -> None:
    Currency.objects.bulk_create(
        seeds.currency_rows(),
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["digits", "name_en", "name_fr"],
    )
    Market.objects.bulk_create(
        seeds.market_rows(),
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name_en", "name_fr", "currency", "time_zones", "weekend"],
    )
    Locale.objects.bulk_create(
        seeds.locale_rows(),
        update_conflicts=True,
        unique_fields=["tag"],
        update_fields=["script", "direction", "name_en", "name_fr", "name_native"],
    )
    ExchangeRate.objects.bulk_create(seeds.rate_rows(), ignore_conflicts=True)


def _seed_holidays(market: str, years: Collection[int]) -> int:
    """Make the stored holidays of these years equal to the computed ones; say how many changed.

    An estimated day that has since been announced moves, so rows that no longer hold go away.
    """
    wanted = {_content(row): row for row in seeds.holiday_rows(market, years)}
    stored = {
        _content(row): row.pk
        for row in Holiday.objects.filter(market=market, date__year__in=list(years))
    }
    gone = [pk for content, pk in stored.items() if content not in wanted]
    added = [row for content, row in wanted.items() if content not in stored]
    Holiday.objects.filter(pk__in=gone).delete()
    Holiday.objects.bulk_create(added)
    return len(gone) + len(added)


def _content(row: Holiday) -> tuple[object, ...]:
    return (row.subdivision, row.date, row.name, row.name_en, row.name_fr, row.estimated)


@transaction.atomic
def record_exchange_rate(
    *, base: str, quote: str, on: date, rate: Decimal, source: str, by: HasKey | None, at: datetime
) -> ExchangeRate:
    """Add the rate of a day: how many `quote` one `base` buys.

    :raises RateRefused: the rate is not above zero, has no source, is between a currency and
        itself, or that pair already has one on that day.
    :raises UnknownCurrency: one of the currencies is not known.
    """
    _check_rate(base, quote, on, rate, source)
    row = ExchangeRate.objects.create(
        base=get_currency(base),
        quote=get_currency(quote),
        date=on,
        rate=rate.quantize(RATE_DIGITS),
        source=source,
    )
    record(
        event="markets.rate.recorded",
        subject=row,
        by=by,
        at=at,
        base=base,
        quote=quote,
        on=on.isoformat(),
        rate=str(row.rate),
    )
    return row


def _check_rate(base: str, quote: str, on: date, rate: Decimal, source: str) -> None:
    if base == quote:
        raise RateRefused(_("A currency has no exchange rate with itself. Nothing was entered."))
    if not rate.is_finite() or rate.quantize(RATE_DIGITS) <= 0:
        raise RateRefused(_("An exchange rate must be above zero. Nothing was entered."))
    if not source.strip():
        raise RateRefused(_("Say where the exchange rate comes from. Nothing was entered."))
    if ExchangeRate.objects.filter(base=base, quote=quote, date=on).exists():
        raise RateRefused(
            _(
                "%(base)s/%(quote)s already has a rate on %(on)s, and stored rates never change. "
                "Enter it for another day."
            )
            % {"base": base, "quote": quote, "on": on.isoformat()}
        )
