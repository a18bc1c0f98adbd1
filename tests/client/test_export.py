"""Exporting judgments with the SDK: a whole file, or none."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from touchstone_client import Forbidden, Touchstone, TransportError

ROWS = b'{"item_id":"i1"}\n{"item_id":"i2"}\n'


def client(content: bytes, status: int = 200) -> Touchstone:
    """An SDK whose server says this, whatever it is asked."""

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/api/v1/projects/p/judgments/export"
        return httpx.Response(status, content=content)

    return Touchstone("http://localhost", "tst_x", transport=httpx.MockTransport(answer))


def test_the_file_is_what_was_sent(tmp_path: Path) -> None:
    path = client(ROWS).quality.export_judgments("p", tmp_path / "out.jsonl")

    assert [json.loads(line)["item_id"] for line in path.read_text().splitlines()] == ["i1", "i2"]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "last", [b'{"error":"broke_off","message":"\xe2\x80\xa6"}\n', b'error,"It broke off."\n']
)
def test_what_broke_off_is_not_written(tmp_path: Path, last: bytes) -> None:
    with pytest.raises(TransportError):
        client(ROWS + last).quality.export_judgments("p", tmp_path / "out.jsonl")

    assert list(tmp_path.iterdir()) == []


def test_a_refusal_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("before")

    with pytest.raises(Forbidden):
        client(b"{}", 403).quality.export_judgments("p", tmp_path / "out.csv")

    assert (tmp_path / "out.csv").read_text() == "before"


@pytest.mark.parametrize(("name", "form"), [("a.csv", "csv"), ("a.CSV", "csv"), ("a", "jsonl")])
def test_the_name_says_the_format(tmp_path: Path, name: str, form: str) -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params["format"])
        return httpx.Response(200, content=ROWS)

    touchstone = Touchstone("http://localhost", "tst_x", transport=httpx.MockTransport(answer))
    touchstone.quality.export_judgments("p", tmp_path / name)

    assert asked == [form]
