"""What a release consists of, without the database: its files, its columns, its names."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from touchstone.apps.datasets.models import ReleaseDecision

__all__ = ["CHUNK_BYTES", "Decision", "FileSum", "content_digest", "sums_text", "trec_id"]

Decision = ReleaseDecision.Decision

CHUNK_BYTES = 1024 * 1024
"""How much of a file lies in one row of the database and in memory at a time."""

QRELS, QRELS_TRAIN, QRELS_TEST = "qrels.txt", "qrels-train.txt", "qrels-test.txt"
CONSENSUS_JSONL, CONSENSUS_PARQUET = "consensus.jsonl", "consensus.parquet"
JUDGMENTS_JSONL, JUDGMENTS_PARQUET = "judgments.jsonl", "judgments.parquet"
CARD_MD, CARD_JSON = "card.md", "card.json"
SUMS = "SHA256SUMS"

MEDIA_TYPES: Mapping[str, str] = {
    "txt": "text/plain; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}


@dataclass(frozen=True)
class FileSum:
    """One finished file: its name, length and SHA-256."""

    name: str
    size_bytes: int
    sha256: str


def media_type(name: str) -> str:
    """The media type of a release's file."""
    return MEDIA_TYPES.get(name.rpartition(".")[2], MEDIA_TYPES["txt"])


def sums_text(files: Iterable[FileSum]) -> str:
    """The content of SHA256SUMS, as `sha256sum --check` reads it, sorted."""
    return "".join(sorted(f"{file.sha256}  {file.name}\n" for file in files))


def content_digest(files: Iterable[FileSum]) -> str:
    """One checksum over all files: that of SHA256SUMS."""
    return hashlib.sha256(sums_text(files).encode()).hexdigest()


def trec_id(key: str) -> str:
    """An id as TREC's formats can carry it.

    Fields are parted by white space there, so an id that holds some is percent-encoded; every
    other id stays as it is, so that it meets the ids in other people's run files.
    """
    if key.split() == [key] and not key.startswith("#"):
        return key
    return "".join(
        "".join(f"%{byte:02X}" for byte in char.encode())
        if char.isspace() or char in "%#"
        else char
        for char in key
    )


def valid_share(test_share: Decimal) -> bool:
    """Whether a share of queries may be held out for testing: none, some, but never all."""
    return Decimal(0) <= test_share < Decimal(1)
