"""HTTP to a server under test, as one person with a token."""

from __future__ import annotations

import http.client
import json
import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench.rivals.programs import HOST

# Of one call; doccano's import and export are polled for as long.
PATIENCE_SECONDS = 900.0


class Unexpected(RuntimeError):
    """A server answered with a status that nobody expects here."""


@dataclass(frozen=True)
class Download:
    """A file that came: when its first byte was there, and its size."""

    first_byte: float
    size: int


@dataclass(frozen=True)
class Reply:
    """A status and the parsed body; the text itself where it is no JSON."""

    status: int
    body: Any


class Http:
    """One person's calls, each on a connection of its own.

    Neither gunicorn's sync workers nor uWSGI's router keep a connection open for the next call.
    """

    def __init__(self, port: int, authorization: str) -> None:
        self._port = port
        self._headers = {
            "Authorization": authorization,
            "Accept": "application/json, */*;q=0.5",
            "Connection": "close",
        }

    def ask(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> Reply:
        """Any answer at all."""
        sent = None if body is None else json.dumps(body).encode()
        typed = {"Content-Type": "application/json"} if body is not None else {}
        with self._exchange(method, path, sent, {**typed, **(headers or {})}) as response:
            text = response.read()
        return Reply(response.status, _parsed(text))

    def call(self, method: str, path: str, body: object = None) -> Any:
        """The body of an answer that says that it went well.

        :raises Unexpected: it did not.
        """
        return well(f"{method} {path}", self.ask(method, path, body)).body

    def send_file(self, path: str, field: str, name: str, content: bytes, **fields: str) -> Any:
        """Send one file as a form does.

        :raises Unexpected: it was not taken.
        """
        border = uuid.uuid4().hex
        parts = [
            f'--{border}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
            for key, value in fields.items()
        ]
        parts.append(
            f'--{border}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        body = "".join(parts).encode() + content + f"\r\n--{border}--\r\n".encode()
        typed = {"Content-Type": f"multipart/form-data; boundary={border}"}
        with self._exchange("POST", path, body, typed) as response:
            text = response.read()
        return well(f"POST {path}", Reply(response.status, _parsed(text))).body

    def download(self, path: str) -> Download:
        """Fetch a file and throw it away.

        :raises Unexpected: there is none.
        """
        began, size = time.perf_counter(), 0
        with self._exchange("GET", path, None, {}) as response:
            head = response.read(1)
            first_byte = time.perf_counter() - began
            if response.status != 200:
                well(f"GET {path}", Reply(response.status, _parsed(head + response.read())))
            while block := response.read(1 << 16):
                size += len(block)
        return Download(first_byte, size + len(head))

    @contextmanager
    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> Iterator[http.client.HTTPResponse]:
        connection = _connected(self._port)
        try:
            connection.request(method, path, body, {**self._headers, **headers})
            yield connection.getresponse()
        finally:
            connection.close()


def _connected(port: int) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE_SECONDS)
    connection.connect()
    assert connection.sock is not None
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text.decode(errors="replace")


def well(what: str, reply: Reply) -> Reply:
    """The reply, when it says that it went well.

    :raises Unexpected: it does not.
    """
    if not 200 <= reply.status < 300:
        raise Unexpected(f"{what}: {reply.status} {str(reply.body)[:300]}")
    return reply
