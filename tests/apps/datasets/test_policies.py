"""Names and sums, without a database."""

from __future__ import annotations

import hashlib

import pytest

from touchstone.apps.datasets.policies import FileSum, content_digest, sums_text, trec_id


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("d1", "d1"),
        ("https://example.org/a%20b#c", "https://example.org/a%20b#c"),
        ("two words", "two%20words"),
        ("tab\tand 5%", "tab%09and%205%25"),
        ("no\u00a0break", "no%C2%A0break"),
        ("#comment", "%23comment"),
    ],
)
def test_ids_fit_between_white_space(key: str, written: str) -> None:
    assert trec_id(key) == written
    assert written.split() == [written]


def test_the_digest_does_not_hang_on_the_order() -> None:
    one, two = FileSum("b", 1, "0" * 64), FileSum("a", 2, "1" * 64)

    assert content_digest([one, two]) == content_digest([two, one])
    assert sums_text([two, one]) == f"{'0' * 64}  b\n{'1' * 64}  a\n"
    assert content_digest([one]) == hashlib.sha256(f"{'0' * 64}  b\n".encode()).hexdigest()
