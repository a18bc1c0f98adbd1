"""The client: one question after the other, at a pace, within a deadline, tried again with care."""

from __future__ import annotations

import dataclasses
import random
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx

from touchstone.lib.chat.tries import PASSING, Ending, Try, try_of

LARGEST_RESPONSE = 2_000_000
LONGEST_WAIT = 60.0
FIRST_WAIT = 0.5
SCHEMA, OBJECT = "json_schema", "json_object"


@dataclass(frozen=True)
class Connection:
    """Where to ask and how patiently. `key` is sent as a bearer token and shown nowhere.

    `retries` come after the first try; `timeout` bounds each try as a whole, however slowly its
    bytes drip; `per_minute` bounds the requests of all threads together.
    """

    base_url: str
    key: str = field(default="", repr=False)
    timeout: float = 60.0
    retries: int = 3
    per_minute: int = 60


class Chat:
    """Asks an endpoint. One object serves several threads.

    An endpoint that does not know `json_schema` is asked in JSON mode from then on.
    """

    def __init__(self, connection: Connection, *, first_wait: float = FIRST_WAIT) -> None:
        self._to = connection
        self._first_wait = first_wait
        self._stopped = threading.Event()
        self._pace = _Pace(connection.per_minute, self._stopped)
        self._plain = False
        bearer = {"Authorization": f"Bearer {connection.key}"} if connection.key else {}
        self._http = httpx.Client(
            base_url=connection.base_url.rstrip("/"),
            # No compression: a small body must not become a large one.
            headers={"Accept-Encoding": "identity", "User-Agent": "touchstone", **bearer},
            timeout=connection.timeout,
            follow_redirects=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.stop()
        self._http.close()

    def stop(self) -> None:
        """Start no further try; those under way come to their end."""
        self._stopped.set()

    def ask(self, body: Mapping[str, Any], *, idempotency_key: str) -> tuple[Try, ...]:
        """Every try of one question, the last of which is what came of it.

        The key goes along as `Idempotency-Key`, so that a provider that heeds it answers a repeat
        without another charge. Empty when the client was stopped before the first try.
        """
        tries: list[Try] = []
        while len(tries) <= self._to.retries and self._pace.wait():
            tries += self._once(body, idempotency_key)
            if tries[-1].ending not in PASSING or not self._pause(tries):
                break
        return tuple(tries)

    def _pause(self, tries: list[Try]) -> bool:
        """Wait before the next try; False when there is no use in one."""
        wait = tries[-1].wait
        if len(tries) > self._to.retries or (wait is not None and wait > LONGEST_WAIT):
            return False
        if wait is None:
            wait = self._first_wait * 2 ** (len(tries) - 1) * (0.5 + random.random() / 2)
        return not self._stopped.wait(min(wait, LONGEST_WAIT))

    def _once(self, body: Mapping[str, Any], idempotency_key: str) -> list[Try]:
        """One try, or two when the endpoint turns out not to know schemas."""
        asked = self._in_mode(body)
        first = self._post(asked, idempotency_key)
        if _format(asked) != SCHEMA or first.ending is not Ending.REJECTED:
            return [first]
        if first.status not in (400, 422):
            return [first]
        second = self._post(_in_json_mode(body), idempotency_key)
        if second.ending is not Ending.REJECTED:
            self._plain = True
        return [first, second]

    def _in_mode(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        return _in_json_mode(body) if self._plain and _format(body) == SCHEMA else body

    def _post(self, body: Mapping[str, Any], idempotency_key: str) -> Try:
        started = time.monotonic()
        try:
            found = self._exchange(body, idempotency_key, started + self._to.timeout)
        except (httpx.TimeoutException, _Late):
            found = Try(Ending.TIMED_OUT, detail="no whole answer within the time allowed")
        except (httpx.RemoteProtocolError, httpx.ReadError) as error:
            found = Try(Ending.BROKEN, detail=type(error).__name__)
        except httpx.HTTPError as error:
            found = Try(Ending.UNAVAILABLE, detail=type(error).__name__)
        except _TooLong:
            found = Try(Ending.MALFORMED, detail="the response is too long")
        return dataclasses.replace(
            found,
            detail=self._without_key(found.detail),
            seconds=time.monotonic() - started,
            answer_format=_format(body),
        )

    def _without_key(self, detail: str) -> str:
        """Some endpoints repeat the key that they refuse."""
        return detail.replace(self._to.key, "…") if self._to.key else detail

    def _exchange(self, body: Mapping[str, Any], idempotency_key: str, deadline: float) -> Try:
        headers = {"Idempotency-Key": idempotency_key}
        with self._http.stream(
            "POST", "/chat/completions", json=dict(body), headers=headers
        ) as response:
            raw = bytearray()
            for piece in response.iter_raw():
                raw += piece
                if len(raw) > LARGEST_RESPONSE:
                    raise _TooLong
                if time.monotonic() > deadline:
                    raise _Late
            return try_of(response.status_code, response.headers, bytes(raw), now=time.time())


class _Late(Exception):
    """The answer drips so slowly that the time is over."""


class _TooLong(Exception):
    """The answer is longer than any answer."""


class _Pace:
    """Lets requests through evenly, so many a minute, whichever thread makes them."""

    def __init__(self, per_minute: int, stopped: threading.Event) -> None:
        self._gap = 60.0 / per_minute
        self._stopped = stopped
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self) -> bool:
        """Wait for one's turn; False when everything was stopped meanwhile."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            self._next = turn + self._gap
        return not self._stopped.wait(turn - now)


def _format(body: Mapping[str, Any]) -> str:
    return str(body.get("response_format", {}).get("type", ""))


def _in_json_mode(body: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**body, "response_format": {"type": OBJECT}}
