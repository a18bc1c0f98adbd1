"""What came of one try, read from what the endpoint sent. Each way to fail has its own name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

MOST_DETAIL = 240
MOST_TOKENS = 2**31 - 1


class Ending(StrEnum):
    """How a try ended. Only `ANSWERED` has a text to read."""

    ANSWERED = "answered"
    REFUSED = "refused"  # the model said that it will not
    FILTERED = "filtered"  # the provider's filter stopped it
    CUT = "cut"  # the answer ran into the limit of tokens
    MALFORMED = "malformed"  # not what the protocol promises
    BROKEN = "broken"  # the line was cut within the answer
    TIMED_OUT = "timed_out"
    LIMITED = "limited"  # 429
    UNAVAILABLE = "unavailable"  # 5xx, or nobody there
    REJECTED = "rejected"  # any other refusal of the request: key, address, model, parameters


# What may be better a moment later.
PASSING = frozenset({Ending.BROKEN, Ending.TIMED_OUT, Ending.LIMITED, Ending.UNAVAILABLE})
_PASSING_STATUSES = {408: Ending.TIMED_OUT, 409: Ending.UNAVAILABLE, 425: Ending.UNAVAILABLE}


@dataclass(frozen=True)
class Try:
    """One request and what came of it.

    `text` is what the model wrote. The tokens are None where the endpoint counted none: what the
    try cost is then unknown, not nothing. `wait` is how long the endpoint asked to wait.
    """

    ending: Ending
    text: str = ""
    detail: str = ""
    status: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    seconds: float = 0.0
    answer_format: str = ""
    wait: float | None = None


def try_of(status: int, headers: Mapping[str, str], raw: bytes, *, now: float) -> Try:
    """Read a whole response; `now` is the time since the epoch, for a date to wait until."""
    if status != 200:
        return _refusal(status, headers, raw, now)
    try:
        return _completion(json.loads(raw))
    except (ValueError, RecursionError):
        return Try(Ending.MALFORMED, detail="the response is not JSON", status=status)


def _refusal(status: int, headers: Mapping[str, str], raw: bytes, now: float) -> Try:
    code, message = _error(raw)
    if code == "content_filter":
        ending = Ending.FILTERED
    elif status == 429:
        ending = Ending.LIMITED
    elif status >= 500:
        ending = Ending.UNAVAILABLE
    else:
        ending = _PASSING_STATUSES.get(status, Ending.REJECTED)
    wait = _seconds_to_wait(headers.get("retry-after", ""), now)
    return Try(ending, detail=message, status=status, wait=wait)


def _error(raw: bytes) -> tuple[str, str]:
    """The code and the message of an error, as far as there are any."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return "", _clean(raw.decode("utf-8", "replace"))[:MOST_DETAIL]
    error = found.get("error", found) if isinstance(found, dict) else found
    if not isinstance(error, dict):
        return "", _clean(str(error))[:MOST_DETAIL]
    return str(error.get("code") or ""), _clean(str(error.get("message") or ""))[:MOST_DETAIL]


def _seconds_to_wait(header: str, now: float) -> float | None:
    """What `Retry-After` says, in seconds or as a date; None when it says nothing of use."""
    try:
        return max(0.0, float(header)) if header.isascii() else None
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None


def _completion(found: Any) -> Try:
    usage = _mapping(found, "usage")
    choices = found.get("choices") if isinstance(found, dict) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = _mapping(choice, "message")
    text, refusal = message.get("content"), message.get("refusal")
    reason = choice.get("finish_reason") if isinstance(choice, dict) else None
    ending = _ending(text, refusal, reason)
    return Try(
        ending,
        text=_clean(text) if isinstance(text, str) else "",
        detail=_clean(str(refusal))[:MOST_DETAIL] if ending is Ending.REFUSED else "",
        status=200,
        input_tokens=_count(usage.get("prompt_tokens")),
        output_tokens=_count(usage.get("completion_tokens")),
    )


def _ending(text: object, refusal: object, reason: object) -> Ending:
    if isinstance(refusal, str) and refusal:
        return Ending.REFUSED
    if reason == "content_filter":
        return Ending.FILTERED
    if reason == "length":
        return Ending.CUT
    return Ending.ANSWERED if isinstance(text, str) and text.strip() else Ending.MALFORMED


def _mapping(found: object, key: str) -> dict[str, Any]:
    inner = found.get(key) if isinstance(found, dict) else None
    return inner if isinstance(inner, dict) else {}


def _count(given: object) -> int | None:
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= MOST_TOKENS:
        return None
    return given


def _clean(text: str) -> str:
    """A text that a database can hold: no NUL, no half of a surrogate pair."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
