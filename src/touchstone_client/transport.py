"""One HTTP exchange with the API: address, token, language, retries, refusals as exceptions.

A call is tried again only when a repeat cannot do harm: reads, and writes that carry an
idempotency key or say that they may be repeated.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx

from touchstone_client.errors import TransportError, error_of

VERSION = "0.1.0"
RETRIED = frozenset({429, 502, 503, 504})
LONGEST_WAIT = 30.0


class Transport:
    """Sends requests below `/api/v1` and gives back decoded JSON."""

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        transport: httpx.BaseTransport | None,
        timeout: float,
        language: str,
        retries: int,
    ) -> None:
        self._retries = retries
        self._http = httpx.Client(
            base_url=f"{base_url.rstrip('/')}/api/v1",
            headers={
                "Authorization": f"Bearer {token}",
                "Accept": "application/json",
                "Accept-Language": language,
                "User-Agent": f"touchstone-client/{VERSION}",
            },
            transport=transport,
            timeout=timeout,
        )

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def get(self, path: str, **params: object) -> Any:
        """Read something; `None` parameters are left out."""
        return self._send("GET", path, repeatable=True, params=_given(params)).json()

    def pages(self, path: str, **params: object) -> Iterator[Any]:
        """Every row of a list, page after page, as they are needed."""
        cursor: str | None = ""
        while cursor is not None:
            found = self.get(path, **params, cursor=cursor or None)
            yield from found["items"]
            cursor = found["next"]

    def post(
        self,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        repeatable: bool = False,
        idempotency_key: str | None = None,
    ) -> Any:
        """Change something; the decoded answer, or None when it has no body."""
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        response = self._send(
            "POST",
            path,
            repeatable=repeatable or idempotency_key is not None,
            json=dict(body or {}),
            headers=headers,
        )
        return response.json() if response.content else None

    def upload(self, path: str, *, file: tuple[str, Any], fields: Mapping[str, str]) -> Any:
        """Send a file, streamed from where it lies."""
        response = self._send(
            "POST", path, repeatable=False, data=dict(fields), files={"file": file}
        )
        return response.json()

    def put(self, path: str, body: Mapping[str, object]) -> Any:
        """Replace something; the decoded answer."""
        return self._send("PUT", path, repeatable=True, json=dict(body)).json()

    def delete(self, path: str, **params: object) -> None:
        """Take something away."""
        self._send("DELETE", path, repeatable=False, params=_given(params))

    @contextmanager
    def stream(self, path: str) -> Iterator[httpx.Response]:
        """A response whose body is read piece by piece."""
        try:
            with self._http.stream("GET", path) as response:
                if response.is_error:
                    response.read()
                    raise error_of(response)
                yield response
        except httpx.TransportError as error:
            raise _unreachable(self._http.base_url, error) from error

    def _send(self, method: str, path: str, *, repeatable: bool, **content: Any) -> httpx.Response:
        tries = 1 + (self._retries if repeatable else 0)
        for attempt in range(1, tries + 1):
            try:
                response = self._http.request(method, path, **content)
            except httpx.TransportError as error:
                if attempt == tries:
                    raise _unreachable(self._http.base_url, error) from error
                wait(_pause(attempt))
                continue
            if response.status_code not in RETRIED or attempt == tries:
                break
            wait(_wanted_pause(response) or _pause(attempt))
        if not response.is_success:
            raise error_of(response)
        return response


def wait(seconds: float) -> None:
    """Pause before a call is tried again."""
    time.sleep(seconds)


def _given(params: Mapping[str, object]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value is not None}


def _pause(attempt: int) -> float:
    """Longer each time, and never the same for two clients."""
    return 0.2 * 2.0**attempt * random.uniform(0.5, 1.0)


def _wanted_pause(response: httpx.Response) -> float | None:
    wanted = response.headers.get("Retry-After", "")
    return min(float(wanted), LONGEST_WAIT) if wanted.isdecimal() else None


def _unreachable(base_url: httpx.URL, error: httpx.TransportError) -> TransportError:
    reason = str(error) or type(error).__name__
    return TransportError(f"No answer from {base_url}: {reason}")
