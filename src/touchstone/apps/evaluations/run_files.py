"""Reading a TREC run file from a stream: bounded in size, errors by line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from assay.metrics.policy import Ties
from assay.metrics.rankings import ordered
from assay.trec import MalformedTrec, parse_run
from touchstone.apps.evaluations.policies import (
    DEPTH,
    MOST_BYTES,
    MOST_ID_CHARS,
    MOST_LINE_BYTES,
)
from touchstone.lib.errors import Refused


class InvalidRun(Refused):
    """The file is not a TREC run; nothing was kept."""

    code = "invalid_run"


@dataclass(frozen=True)
class RunFile:
    """What a run file says: the documents by query, best first, and its tag."""

    tag: str
    rankings: dict[str, list[str]]
    lines: int
    sha256: str


def read_run(stream: BinaryIO) -> RunFile:
    """Read a whole run file; ties go by document number descending, as in trec_eval.

    :raises InvalidRun: it is too large, not UTF-8, or a line is not `query Q0 document rank score
        tag`; the message names the line.
    """
    reader = _Lines(stream)
    try:
        parsed = parse_run(reader)
    except MalformedTrec as error:
        raise InvalidRun(
            _("This is not a TREC run file, nothing was kept: %(problem)s.") % {"problem": error}
        ) from error
    rankings = {
        query: ordered(scores, query, Ties.DOCNO_DESC)[:DEPTH]
        for query, scores in parsed.scores.items()
    }
    _refuse_long_ids(rankings)
    return RunFile(parsed.tag, rankings, reader.number, reader.digest.hexdigest())


class _Lines:
    """The decoded lines of a stream, counted and hashed on the way."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._bytes = 0
        self.number = 0
        self.digest = hashlib.sha256()

    def __iter__(self) -> Iterator[str]:
        while line := self._stream.readline(MOST_LINE_BYTES):
            self.number += 1
            self._bytes += len(line)
            self.digest.update(line)
            self._refuse_excess(line)
            yield self._decoded(line)

    def _refuse_excess(self, line: bytes) -> None:
        if self._bytes > MOST_BYTES:
            raise InvalidRun(
                _("The run file is larger than %(most)d MB, nothing was kept: cut its rankings.")
                % {"most": MOST_BYTES // 1024**2}
            )
        if len(line) == MOST_LINE_BYTES and not line.endswith(b"\n"):
            raise InvalidRun(
                _("This is not a TREC run file, nothing was kept: line %(line)d is too long.")
                % {"line": self.number}
            )

    def _decoded(self, line: bytes) -> str:
        try:
            text = line.decode("utf-8-sig" if self.number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise self._not_text() from error
        if "\0" in text:  # PostgreSQL stores every character but this one
            raise self._not_text()
        return text

    def _not_text(self) -> InvalidRun:
        return InvalidRun(
            _("The run file is not UTF-8 text, nothing was kept: see line %(line)d.")
            % {"line": self.number}
        )


def _refuse_long_ids(rankings: dict[str, list[str]]) -> None:
    for query, documents in rankings.items():
        for key in (query, *documents):
            if len(key) > MOST_ID_CHARS:
                raise InvalidRun(
                    _("The run file holds an id of more than %(most)d characters: %(key)s…")
                    % {"most": MOST_ID_CHARS, "key": key[:40]}
                )
