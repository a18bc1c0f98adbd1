"""How values are shown: numbers, money, shares and times by language, in the person's zone."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from babel import dates, numbers
from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from touchstone.apps.markets.models import Currency

register = template.Library()
NOTHING = "–"


def language() -> str:
    """The language of the page, as babel calls it."""
    return (get_language() or "en").split("-")[0]


@register.filter
def number(value: Any, digits: int | None = None) -> str:
    """A number with the language's separators; `digits` after the point when given."""
    if value is None or value == "":
        return NOTHING
    if digits is None:
        return str(numbers.format_decimal(value, locale=language()))
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return str(numbers.format_decimal(value, format=pattern, locale=language()))


@register.filter
def signed(value: Any, digits: int = 3) -> str:
    """A difference, with its sign."""
    if value is None:
        return NOTHING
    text = number(abs(value), digits)
    return f"+{text}" if value > 0 else f"−{text}" if value < 0 else text


@register.filter
def percent(value: Any, digits: int = 0) -> str:
    """A share between 0 and 1 as a percentage."""
    if value is None:
        return NOTHING
    pattern = "#,##0" + ("." + "0" * digits if digits else "") + "%"
    if language() == "fr":
        pattern = pattern.replace("%", "\u00a0%")
    return str(numbers.format_percent(float(value), format=pattern, locale=language()))


@register.filter
def money(minor: int | None, currency: Currency | None) -> str:
    """An amount in minor units."""
    if minor is None or currency is None:
        return NOTHING
    amount = Decimal(minor).scaleb(-currency.digits)
    return str(numbers.format_currency(amount, currency.code, locale=language()))


@register.filter
def short_money(minor: int | float | None, currency: Currency | None) -> str:
    """A large amount for a light or a heading: `€1.2M`."""
    if minor is None or currency is None:
        return NOTHING
    amount = Decimal(round(minor)).scaleb(-currency.digits)
    if abs(amount) < 10_000:
        return str(numbers.format_currency(amount, currency.code, locale=language()))
    return str(
        numbers.format_compact_currency(amount, currency.code, locale=language(), fraction_digits=1)
    )


@register.filter
def price(amount: Decimal | None, currency: Currency | None) -> str:
    """A unit price in whole units, with as many digits as it has: a judgment may cost 0.035."""
    if amount is None or currency is None:
        return NOTHING
    exponent = amount.normalize().as_tuple().exponent
    digits = max(currency.digits, -exponent if isinstance(exponent, int) else 0)
    pattern = numbers.get_currency_symbol(currency.code, locale=language())
    text = number(amount, digits)
    return f"{text}\u00a0{pattern}" if language() == "fr" else f"{pattern}{text}"


def _zone() -> ZoneInfo:
    return ZoneInfo(timezone.get_current_timezone_name())


@register.filter
def when(at: dt.datetime | None) -> SafeString | str:
    """A moment in the person's zone, as a `<time>`."""
    if at is None:
        return NOTHING
    local = at.astimezone(_zone())
    date = dates.format_date(local, "medium", locale=language())
    clock = dates.format_time(local, "short", locale=language())
    return format_html('<time datetime="{}">{}, {}</time>', at.isoformat(), date, clock)


@register.filter
def ago(at: dt.datetime | None) -> SafeString | str:
    """How long ago, with the moment itself in the title."""
    if at is None:
        return NOTHING
    delta = at - timezone.now()
    text = dates.format_timedelta(delta, add_direction=True, locale=language())
    title = dates.format_datetime(at, "medium", tzinfo=_zone(), locale=language())
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), title, text)


@register.filter
def day(date: dt.date | None) -> SafeString | str:
    """A date, as a `<time>`."""
    if date is None:
        return NOTHING
    text = dates.format_date(date, "medium", locale=language())
    return format_html('<time datetime="{}">{}</time>', date.isoformat(), text)


@register.filter
def duration(seconds: float | None) -> str:
    """A length of time, coarse."""
    if seconds is None:
        return NOTHING
    return str(
        dates.format_timedelta(dt.timedelta(seconds=seconds), locale=language(), threshold=2)
    )


@register.filter
def file_size(size: int) -> str:
    """Bytes, in the unit that fits."""
    if size < 1000:
        return _("%(n)s B") % {"n": number(size)}
    if size < 1000**2:
        return _("%(n)s kB") % {"n": number(size / 1000, 1)}
    return _("%(n)s MB") % {"n": number(size / 1000**2, 1)}


@register.filter
def named(thing: Any) -> str:
    """The name of a market, locale, currency or task type in the page's language."""
    if thing is None:
        return NOTHING
    own = getattr(thing, f"name_{language()}", "")
    return str(own or getattr(thing, "name_en", "") or getattr(thing, "name", thing))


@register.filter
def within(value: float, bounds: str) -> float:
    """`value` kept inside `low,high`; for pictures."""
    low, high = (float(bound) for bound in bounds.split(","))
    return min(max(value, low), high)


@register.filter
def per_hour(seconds: float | None) -> float | None:
    """A pace from the seconds that one judgment takes."""
    return 3600 / seconds if seconds else None


@register.filter
def unit_money(minor: float | None, currency: Currency | None) -> str:
    """A unit cost in minor units that need not be whole: four digits after the point."""
    if minor is None or currency is None:
        return NOTHING
    amount = Decimal(str(round(minor, 4))).scaleb(-currency.digits)
    return price(round(amount, max(currency.digits, 4)), currency)
