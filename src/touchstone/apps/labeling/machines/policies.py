"""Rules of machine annotators that need no database: what a profile may say, what a call costs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext as _

from touchstone.apps.labeling.machines.models import CallState
from touchstone.apps.labeling.machines.prompts import DEFAULT_PROMPT, prompt_fault

__all__ = [
    "BYTES_A_TOKEN",
    "FREE",
    "LASTING",
    "CallState",
    "Terms",
    "call_cost",
    "faults",
]

A_MILLION = 1_000_000
MOST_PRICE = Decimal(100_000)
# A name of our own: no profile can have another secret of the server sent away.
KEY_VARIABLE = re.compile(r"(?:TOUCHSTONE_JUDGE_KEY(?:_[A-Z0-9]+)*)?")
FAMILY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LOCAL_NAMES = frozenset({"localhost"})
# Bytes of UTF-8 for one token, on the careful side, until calls have been counted.
BYTES_A_TOKEN = 3.0

# The same question would end the same way again: the machine does not get the item another time.
LASTING = frozenset(
    {
        CallState.REFUSED,
        CallState.FILTERED,
        CallState.CUT,
        CallState.MALFORMED,
        CallState.INVALID,
    }
)

# These cost nothing. Of any other call without a count of tokens the cost is unknown.
FREE = frozenset({CallState.LIMITED, CallState.UNAVAILABLE, CallState.REJECTED})

BOUNDS = {
    "max_tokens": (1, 32_768),
    "max_retries": (0, 10),
    "timeout_seconds": (1, 600),
    "requests_per_minute": (1, 100_000),
    "at_once": (1, 32),
}


class Priced(Protocol):
    """Whatever has prices for a million tokens."""

    @property
    def input_price(self) -> Decimal: ...
    @property
    def output_price(self) -> Decimal: ...


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a profile says, as plain values. Prices are for a million tokens."""

    base_url: str
    model: str
    family: str
    currency: str
    priced_on: date
    input_price: Decimal
    output_price: Decimal
    key_variable: str = ""
    prompt: str = DEFAULT_PROMPT
    temperature: Decimal = Decimal(0)
    max_tokens: int = 800
    max_retries: int = 3
    timeout_seconds: int = 60
    requests_per_minute: int = 60
    at_once: int = 4


def faults(terms: Terms) -> dict[str, str]:
    """What is wrong with the terms of a profile, by field; empty when they can stand."""
    return dict(_faults(terms))


def _faults(terms: Terms) -> Iterator[tuple[str, str]]:
    yield from _address_faults(terms)
    if not 0 < len(terms.model.strip()) <= 120 or not terms.model.isprintable():
        yield "model", _("Name the model, with its snapshot, in at most 120 characters.")
    if not FAMILY.fullmatch(terms.family) or len(terms.family) > 40:
        yield "family", _("Name the maker's line of models in small letters, digits and hyphens.")
    if not KEY_VARIABLE.fullmatch(terms.key_variable) or len(terms.key_variable) > 80:
        yield (
            "key_variable",
            _("Name an environment variable that begins with %(prefix)s, or none.")
            % {"prefix": "TOUCHSTONE_JUDGE_KEY"},
        )
    if (fault := prompt_fault(terms.prompt)) is not None:
        yield "prompt", fault
    if not _is_between(terms.temperature, Decimal(2), digits=2):
        yield (
            "temperature",
            _("It is a number from 0 to 2 with at most two digits behind the point."),
        )
    for name in ("input_price", "output_price"):
        if not _is_between(getattr(terms, name), MOST_PRICE, digits=6):
            yield (
                name,
                _("A price is not negative and has at most six digits behind the point."),
            )
    for name, (least, most) in BOUNDS.items():
        given = getattr(terms, name)
        if type(given) is not int or not least <= given <= most:
            yield (
                name,
                _("It is a whole number from %(least)d to %(most)d.")
                % {"least": least, "most": most},
            )


def _is_between(given: Decimal, most: Decimal, *, digits: int) -> bool:
    return given.is_finite() and 0 <= given <= most and given == round(given, digits)


def _address_faults(terms: Terms) -> Iterator[tuple[str, str]]:
    try:
        parts = urlsplit(terms.base_url)
        host = parts.hostname or ""
    except ValueError:
        parts, host = SplitResult("", "", "", "", ""), ""
    plain = re.fullmatch(r"[\x21-\x7e]{1,300}", terms.base_url)
    if parts.scheme not in ("http", "https") or not host or not plain:
        yield "base_url", _("Give an address that begins with http:// or https://.")
    elif parts.username or parts.password or parts.query or parts.fragment:
        yield "base_url", _("The address holds no name, password or parameters.")
    elif parts.scheme == "http" and terms.key_variable and not _is_local(host):
        yield "base_url", _("A key is sent over https only, or within this machine.")


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in LOCAL_NAMES


def call_cost(
    prices: Priced, input_tokens: int | None, output_tokens: int | None
) -> Decimal | None:
    """Tokens × price, exactly; None when the endpoint counted no tokens."""
    if input_tokens is None or output_tokens is None:
        return None
    return (input_tokens * prices.input_price + output_tokens * prices.output_price) / A_MILLION
