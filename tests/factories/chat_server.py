"""A server on this machine that speaks the protocol of chat completions, and fails as told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

INPUT_TOKENS, OUTPUT_TOKENS = 500, 40


@dataclass
class Reply:
    """What the server sends back, and how badly."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0.0
    drip: float = 0.0
    cut_at: int | None = None


Script = Callable[[dict[str, Any]], Reply]


def completion(
    content: str | None,
    *,
    finish: str = "stop",
    refusal: str | None = None,
    usage: Mapping[str, Any] | None = None,
    **how: Any,
) -> Reply:
    """A completion as the protocol has it; `usage` of `{}` counts no tokens."""
    counted = {"prompt_tokens": INPUT_TOKENS, "completion_tokens": OUTPUT_TOKENS}
    message = {"role": "assistant", "content": content, "refusal": refusal}
    body = {
        "id": "c-1",
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": counted if usage is None else dict(usage),
    }
    return Reply(json.dumps(body).encode(), **how)


def judgment(grade: object = 2, **more: Any) -> Reply:
    """A reply in the form that the tests' label schema asks for."""
    said = {
        "evidence": "It answers the question.",
        "outcome": "label",
        "reason": None,
        "values": {"grade": grade, "remark": None},
    }
    return completion(json.dumps(said | more.pop("said", {})), **more)


def error(status: int, code: str = "", message: str = "no", **headers: str) -> Reply:
    """A refusal as the protocol has it."""
    body = json.dumps({"error": {"code": code, "message": message}}).encode()
    return Reply(body, status, {name.replace("_", "-"): text for name, text in headers.items()})


@dataclass
class ChatServer:
    """The server: what it does with the next requests, and what it was asked."""

    base_url: str
    script: Script
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    queue: list[Reply] = field(default_factory=list)
    most_at_once: int = 0
    _now: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def then(self, *replies: Reply) -> None:
        """Send these to the next requests, in order; afterwards the script answers."""
        self.queue += replies

    def answer(self, body: dict[str, Any], headers: Mapping[str, str]) -> Reply:
        with self._lock:
            self.requests.append(body)
            self.headers.append({name.lower(): value for name, value in headers.items()})
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            queued = self.queue.pop(0) if self.queue else None
        return queued or self.script(body)

    def done(self) -> None:
        with self._lock:
            self._now -= 1

    def items(self) -> list[dict[str, Any]]:
        """The item of each request, in order."""
        return [json.loads(body["messages"][-1]["content"]) for body in self.requests]


@contextmanager
def chat_server(script: Script | None = None) -> Iterator[ChatServer]:
    """A server on loopback; without a script it grades everything 2."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert self.path == "/v1/chat/completions"
            try:
                self._send(server.answer(body, self.headers))
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True
            finally:
                server.done()

        def _send(self, reply: Reply) -> None:
            time.sleep(reply.wait)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            whole = reply.body if reply.cut_at is None else reply.body[: reply.cut_at]
            step = 1 if reply.drip else max(1, len(whole))
            for start in range(0, len(whole), step):
                self.wfile.write(whole[start : start + step])
                time.sleep(reply.drip)
            if reply.cut_at is not None:
                self.close_connection = True

        def log_message(self, *_arguments: object) -> None:
            """Say nothing: what is asked is on record in `requests`."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    url = f"http://127.0.0.1:{httpd.server_address[1]}/v1"
    server = ChatServer(url, script or (lambda _body: judgment()))
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()
