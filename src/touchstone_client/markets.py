"""Where the service works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from touchstone_client.transport import Transport
from touchstone_client.wire import decode


@dataclass(frozen=True, kw_only=True)
class Locale:
    """A language as written in a market, by its BCP 47 tag."""

    tag: str
    language: str
    script: str
    direction: str
    name_en: str
    name_fr: str
    name_native: str


@dataclass(frozen=True, kw_only=True)
class Market:
    """A country or region by its ISO 3166 code; Monday is 0 in `weekend`."""

    code: str
    name_en: str
    name_fr: str
    currency: str
    currency_digits: int
    time_zones: tuple[str, ...]
    weekend: tuple[int, ...]
    locales: tuple[Locale, ...]


def markets(transport: Transport) -> Iterator[Market]:
    """Every market, by code."""
    return (decode(Market, row) for row in transport.pages("/markets", limit=200))
