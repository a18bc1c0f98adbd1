"""What is tried again, what is not, and what becomes of refusals; against the real application."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.factories import programme as play
from tests.factories.programme import InProcess, Programme
from touchstone.apps.labeling.models import Judgment
from touchstone_client import (
    ChecksumMismatch,
    RateLimited,
    ServerError,
    TransportError,
    Unauthenticated,
    transport,
)
from touchstone_client.errors import ApiError, error_of


class Troubled(InProcess):
    """The application behind a network that fails the first `times` calls to `path`.

    With `arrives`, the call reaches the application and only its answer is lost.
    """

    def __init__(
        self, path: str, times: int, *, answer: httpx.Response | None = None, arrives: bool = False
    ) -> None:
        super().__init__()
        self.path, self.times, self.answer, self.arrives = path, times, answer, arrives
        self.calls = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith(self.path):
            return super().handle_request(request)
        self.calls += 1
        if self.calls > self.times:
            return super().handle_request(request)
        if self.arrives:
            super().handle_request(request)
        if self.answer is None:
            raise httpx.ConnectError("the line is dead", request=request)
        return self.answer


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that the client would have made."""
    pauses: list[float] = []
    monkeypatch.setattr(transport, "wait", pauses.append)
    return pauses


def test_a_read_is_tried_again(programme: Programme, waited: list[float]) -> None:
    line = Troubled("/me", 2)

    me = programme.client("rita", transport=line, retries=3).whoami()

    assert me.email == "rita@example.org"
    assert line.calls == 3
    assert len(waited) == 2 and waited[0] > 0 and waited[0] < 2 * waited[1] + 1


def test_a_dead_line_is_given_up_with_its_address(
    programme: Programme, waited: list[float]
) -> None:
    line = Troubled("/me", 99)

    with pytest.raises(TransportError, match=r"localhost.*the line is dead"):
        programme.client("rita", transport=line, retries=3).whoami()

    assert line.calls == 4


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_server_that_is_busy_is_asked_again(
    programme: Programme, waited: list[float], status: int
) -> None:
    line = Troubled("/me", 1, answer=httpx.Response(status, headers={"Retry-After": "7"}))

    programme.client("rita", transport=line, retries=1).whoami()

    assert waited == [7.0]


def test_a_write_without_a_key_is_sent_once(programme: Programme, waited: list[float]) -> None:
    line = Troubled("/requests", 1, arrives=True)
    rita = programme.client("rita", transport=line, retries=3)

    with pytest.raises(TransportError):
        rita.requests.file(play.a_request())

    assert (line.calls, waited) == (1, [])
    assert len(list(rita.requests.list())) == 1


def test_answers_whose_receipt_was_lost_are_sent_again_and_count_once(
    programme: Programme, waited: list[float]
) -> None:
    key = play.live(programme)
    line = Troubled("/judgments", 2, arrives=True)
    ana = programme.client("ana", transport=line, retries=3)
    (task,) = ana.work.lease(key).tasks

    kept = ana.work.submit(task, play.answer_to(task), seconds=2)

    assert line.calls == 3
    assert kept.counts and not kept.late
    assert Judgment.objects.count() == 1


def test_a_wrong_token_is_refused(programme: Programme) -> None:
    programme.tokens["rita"] = "tst_wrong"

    with pytest.raises(Unauthenticated) as refusal:
        programme.client("rita").whoami()

    assert (refusal.value.status, refusal.value.code) == (401, "unauthenticated")


@pytest.mark.parametrize(
    ("response", "kind", "code"),
    [
        (httpx.Response(429), RateLimited, "http_429"),
        (httpx.Response(502, text="<h1>Bad gateway</h1>"), ServerError, "http_502"),
        (httpx.Response(500, json={"code": "internal", "message": "Oh."}), ServerError, "internal"),
        (httpx.Response(418, json=["tea"]), ApiError, "http_418"),
    ],
)
def test_a_refusal_that_is_not_ours_is_still_one(
    response: httpx.Response, kind: type[ApiError], code: str
) -> None:
    error = error_of(response)

    assert type(error) is kind
    assert error.code == code
    assert str(error)


def test_fields_are_part_of_what_is_told() -> None:
    body = {"code": "invalid", "message": "No.", "details": {"fields": {"title": "Too long."}}}

    assert str(error_of(httpx.Response(422, json=body))) == "No.\n  title: Too long."


class Damaging(InProcess):
    """A network that changes a byte of every file."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        if "/files/" not in request.url.path:
            return response
        changed = bytearray(response.read())
        changed[0] ^= 1
        return httpx.Response(200, content=bytes(changed))


@pytest.mark.slow
def test_a_damaged_file_is_not_written(programme: Programme, tmp_path: Path) -> None:
    release = play.released(programme)
    (tmp_path / "qrels.txt").write_text("what was there before")
    rita: Any = programme.client("rita", transport=Damaging())

    with pytest.raises(ChecksumMismatch, match=r"qrels\.txt"):
        rita.releases.download(play.KEY, release.version, tmp_path, only="qrels.txt")

    assert (tmp_path / "qrels.txt").read_text() == "what was there before"
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


@pytest.mark.slow
def test_a_file_that_a_release_does_not_have_is_said(programme: Programme, tmp_path: Path) -> None:
    release = play.released(programme)

    with pytest.raises(ValueError, match=r"no file 'nothing\.txt'"):
        programme.client("rita").releases.download(
            play.KEY, release.version, tmp_path, only="nothing.txt"
        )
