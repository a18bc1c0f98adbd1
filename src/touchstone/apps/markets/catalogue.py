"""The markets, locales and planning exchange rates that the service starts with.

Codes only: names come from CLDR, holidays from `holidays`. A line is (market, currency, main time
zone, locales); the main zone is where most of the market's people live.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

MARKETS: tuple[tuple[str, str, str, str], ...] = (
    ("AE", "AED", "Asia/Dubai", "ar-AE en-AE"),
    ("AR", "ARS", "America/Argentina/Buenos_Aires", "es-AR"),
    ("AT", "EUR", "Europe/Vienna", "de-AT"),
    ("AU", "AUD", "Australia/Sydney", "en-AU"),
    ("BE", "EUR", "Europe/Brussels", "fr-BE nl-BE"),
    ("BR", "BRL", "America/Sao_Paulo", "pt-BR"),
    ("CA", "CAD", "America/Toronto", "en-CA fr-CA"),
    ("CH", "CHF", "Europe/Zurich", "de-CH fr-CH it-CH"),
    ("DE", "EUR", "Europe/Berlin", "de-DE"),
    ("EG", "EGP", "Africa/Cairo", "ar-EG"),
    ("ES", "EUR", "Europe/Madrid", "es-ES"),
    ("FR", "EUR", "Europe/Paris", "fr-FR"),
    ("GB", "GBP", "Europe/London", "en-GB"),
    ("ID", "IDR", "Asia/Jakarta", "id-ID"),
    ("IE", "EUR", "Europe/Dublin", "en-IE"),
    ("IL", "ILS", "Asia/Jerusalem", "he-IL ar-IL"),
    ("IT", "EUR", "Europe/Rome", "it-IT"),
    ("JP", "JPY", "Asia/Tokyo", "ja-JP"),
    ("KR", "KRW", "Asia/Seoul", "ko-KR"),
    ("MA", "MAD", "Africa/Casablanca", "ar-MA fr-MA"),
    ("MX", "MXN", "America/Mexico_City", "es-MX"),
    ("MY", "MYR", "Asia/Kuala_Lumpur", "ms-MY en-MY"),
    ("NL", "EUR", "Europe/Amsterdam", "nl-NL"),
    ("PL", "PLN", "Europe/Warsaw", "pl-PL"),
    ("PT", "EUR", "Europe/Lisbon", "pt-PT"),
    ("SA", "SAR", "Asia/Riyadh", "ar-SA"),
    ("SE", "SEK", "Europe/Stockholm", "sv-SE"),
    ("SG", "SGD", "Asia/Singapore", "en-SG"),
    ("TH", "THB", "Asia/Bangkok", "th-TH"),
    ("TR", "TRY", "Europe/Istanbul", "tr-TR"),
    ("US", "USD", "America/New_York", "en-US es-US"),
    ("VN", "VND", "Asia/Ho_Chi_Minh", "vi-VN"),
)

# Units of each currency for one US dollar: round figures for planning, not market quotations.
# Enter your treasury's rates beside them with `operations.record_exchange_rate`.
PLANNING_SOURCE = "Touchstone planning rate (round figure, not a market quotation)"


def _rates(pairs: str) -> dict[str, Decimal]:
    return {
        code: Decimal(rate) for code, _, rate in (pair.partition("=") for pair in pairs.split())
    }


PLANNING_RATES: dict[date, dict[str, Decimal]] = {
    date(2015, 1, 1): _rates(
        "USD=1 EUR=0.90 GBP=0.65 CAD=1.28 AUD=1.33 CHF=0.96 MXN=15.9 ARS=9.25 BRL=3.35 PLN=3.77 "
        "SEK=8.43 TRY=2.72 AED=3.6725 SAR=3.75 EGP=7.70 MAD=9.75 ILS=3.89 IDR=13400 VND=21700 "
        "THB=34.2 MYR=3.90 SGD=1.375 JPY=121 KRW=1130"
    ),
    date(2026, 1, 1): _rates(
        "USD=1 EUR=0.86 GBP=0.75 CAD=1.38 AUD=1.50 CHF=0.80 MXN=18.0 ARS=1450 BRL=5.45 PLN=3.62 "
        "SEK=9.30 TRY=43.0 AED=3.6725 SAR=3.75 EGP=47.6 MAD=9.15 ILS=3.25 IDR=16700 VND=26300 "
        "THB=31.8 MYR=4.10 SGD=1.29 JPY=155 KRW=1450"
    ),
}
