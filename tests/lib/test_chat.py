"""Every way in which a chat model can fail is told apart; what may pass is tried again."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate
from typing import Any

import pytest

from tests.factories.chat_server import (
    INPUT_TOKENS,
    OUTPUT_TOKENS,
    ChatServer,
    Reply,
    chat_server,
    completion,
    error,
)
from touchstone.lib.chat import Chat, Connection, Ending, Try
from touchstone.lib.chat.tries import try_of

pytestmark = pytest.mark.slow

BODY: dict[str, Any] = {
    "model": "m",
    "messages": [{"role": "user", "content": "hello"}],
    "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {}}},
}
KEY = "a-secret-key"


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with chat_server(lambda _body: completion("{}")) as running:
        yield running


def ask(server: ChatServer, **how: Any) -> tuple[Try, ...]:
    asked = {"per_minute": 60_000, "timeout": 5.0, "retries": 2} | how
    with Chat(Connection(server.base_url, **asked), first_wait=0.01) as chat:
        return chat.ask(BODY, idempotency_key="once")


def endings(tries: tuple[Try, ...]) -> list[str]:
    return [each.ending.value for each in tries]


def test_an_answer_with_its_tokens(server: ChatServer) -> None:
    server.then(completion('{"grade": 2}'))

    (found,) = ask(server, key=KEY)

    assert (found.ending, found.text, found.status) == (Ending.ANSWERED, '{"grade": 2}', 200)
    assert (found.input_tokens, found.output_tokens) == (INPUT_TOKENS, OUTPUT_TOKENS)
    assert found.answer_format == "json_schema"
    assert server.requests == [BODY]
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"
    assert server.headers[0]["idempotency-key"] == "once"


def test_without_a_key_none_is_sent(server: ChatServer) -> None:
    ask(server)

    assert "authorization" not in server.headers[0]


@pytest.mark.parametrize(
    ("reply", "ending"),
    [
        (completion(None, refusal="I will not."), "refused"),
        (completion("half an ans", finish="length"), "cut"),
        (completion("", finish="content_filter"), "filtered"),
        (error(400, "content_filter", "the prompt was filtered"), "filtered"),
        (completion(None), "malformed"),
        (completion("  "), "malformed"),
        (Reply(b"<html>"), "malformed"),
        (Reply(b"[]"), "malformed"),
        (Reply(b'{"choices": []}'), "malformed"),
        (Reply(b"[" * 100_000), "malformed"),
        (Reply(b"\xff\xfe"), "malformed"),
        (Reply(b" " * 3_000_000), "malformed"),
        (error(401), "rejected"),
        (error(404), "rejected"),
        (Reply(b"", 302, {"Location": "http://127.0.0.1:9/"}), "rejected"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_will_not_pass_is_asked_once(server: ChatServer, reply: Reply, ending: str) -> None:
    server.then(reply)

    assert endings(ask(server)) == [ending]
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("reply", "ending"),
    [
        (error(429), "limited"),
        (error(500), "unavailable"),
        (error(503), "unavailable"),
        (error(408), "timed_out"),
        (completion("{}", cut_at=20), "broken"),
        (completion("{}", cut_at=0), "broken"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_may_pass_is_asked_again(server: ChatServer, reply: Reply, ending: str) -> None:
    server.then(reply)

    assert endings(ask(server)) == [ending, "answered"]


def test_tries_come_to_an_end(server: ChatServer) -> None:
    server.then(*[error(503)] * 5)

    assert endings(ask(server)) == ["unavailable"] * 3
    assert len(server.requests) == 3


def test_a_silent_server_is_given_up(server: ChatServer) -> None:
    server.then(completion("{}", wait=1.0))

    (found,) = ask(server, timeout=0.2, retries=0)

    assert found.ending is Ending.TIMED_OUT
    assert found.seconds < 0.9


def test_a_dripping_answer_is_given_up_as_a_whole(server: ChatServer) -> None:
    """Each byte comes in time; all of them would take twenty seconds."""
    server.then(completion("{}", drip=0.1))

    (found,) = ask(server, timeout=0.4, retries=0)

    assert found.ending is Ending.TIMED_OUT
    assert found.seconds < 2


def test_nobody_there(server: ChatServer) -> None:
    with Chat(
        Connection("http://127.0.0.1:9/v1", retries=1, per_minute=60_000), first_wait=0.01
    ) as chat:
        found = chat.ask(BODY, idempotency_key="once")

    assert endings(found) == ["unavailable"] * 2


def test_it_waits_as_long_as_it_is_asked_to(server: ChatServer) -> None:
    server.then(error(429, retry_after="0.3"))
    began = time.monotonic()

    assert endings(ask(server)) == ["limited", "answered"]
    assert time.monotonic() - began >= 0.3


def test_a_wait_may_be_a_date() -> None:
    date = {"retry-after": formatdate(1_000_020, usegmt=True)}

    assert try_of(503, date, b"", now=1_000_000).wait == 20
    assert try_of(503, date, b"", now=2_000_000).wait == 0


def test_it_does_not_wait_for_hours(server: ChatServer) -> None:
    server.then(error(429, retry_after="7200"))
    began = time.monotonic()

    assert endings(ask(server)) == ["limited"]
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("header", ["", "soon", "nan", "-5", "٣"])
def test_a_wait_that_says_nothing_of_use(header: str) -> None:
    found = try_of(429, {"retry-after": header}, b"", now=0)

    assert found.wait in (None, 0.0)


def test_an_endpoint_without_schemas_is_asked_in_json_mode(server: ChatServer) -> None:
    def script(body: dict[str, Any]) -> Reply:
        if body["response_format"]["type"] == "json_schema":
            return error(400, message="response_format json_schema is not supported")
        return completion("{}")

    server.script = script
    with Chat(Connection(server.base_url, per_minute=60_000)) as chat:
        first = chat.ask(BODY, idempotency_key="a")
        second = chat.ask(BODY, idempotency_key="b")

    assert endings(first) == ["rejected", "answered"]
    assert [each.answer_format for each in first] == ["json_schema", "json_object"]
    assert endings(second) == ["answered"]  # it is not asked for schemas a second time
    assert [body["messages"] for body in server.requests] == [BODY["messages"]] * 3


def test_a_bad_request_stays_one_in_json_mode(server: ChatServer) -> None:
    server.script = lambda _body: error(400, message="no such parameter")

    tries = ask(server)

    assert endings(tries) == ["rejected", "rejected"]
    assert tries[-1].detail == "no such parameter"


@pytest.mark.parametrize("usage", [{}, {"prompt_tokens": -1}, {"prompt_tokens": True}, {"x": 1}])
def test_tokens_that_were_not_counted_are_unknown(
    server: ChatServer, usage: dict[str, Any]
) -> None:
    server.then(completion("{}", usage=usage))

    (found,) = ask(server)

    assert found.ending is Ending.ANSWERED
    assert (found.input_tokens, found.output_tokens) == (None, None)


def test_a_text_can_be_stored(server: ChatServer) -> None:
    server.then(completion("a\0b \ud800 c"))

    (found,) = ask(server)

    assert found.text == "a\ufffdb ? c"


def test_a_key_is_told_nobody(server: ChatServer) -> None:
    server.then(error(401, message=f"{KEY} is not valid"))
    connection = Connection(server.base_url, key=KEY)

    (found,) = ask(server, key=KEY)

    assert found.detail == "… is not valid"
    assert KEY not in repr(connection)


def test_the_pace_holds_for_all_threads_together(server: ChatServer) -> None:
    with Chat(Connection(server.base_url, per_minute=600)) as chat:
        began = time.monotonic()
        threads = [
            threading.Thread(target=chat.ask, args=(BODY,), kwargs={"idempotency_key": str(n)})
            for n in range(5)
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()

    assert time.monotonic() - began >= 0.4
    assert len(server.requests) == 5


def test_a_stopped_client_begins_nothing(server: ChatServer) -> None:
    with Chat(Connection(server.base_url)) as chat:
        chat.stop()

        assert chat.ask(BODY, idempotency_key="late") == ()
    assert server.requests == []


def test_stopping_ends_a_wait(server: ChatServer) -> None:
    server.then(error(429, retry_after="30"))
    with Chat(Connection(server.base_url)) as chat:
        threading.Timer(0.2, chat.stop).start()
        began = time.monotonic()

        assert endings(chat.ask(BODY, idempotency_key="x")) == ["limited"]
    assert time.monotonic() - began < 5


def test_the_body_is_sent_as_it_is(server: ChatServer) -> None:
    said = {"role": "user", "content": 'æ "}]} \u202e 日本'}
    with Chat(Connection(server.base_url)) as chat:
        chat.ask({**BODY, "messages": [said]}, idempotency_key="x")

    assert json.loads(json.dumps(server.requests[0]["messages"])) == [said]
