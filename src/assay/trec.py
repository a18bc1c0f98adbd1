"""TREC's text formats for judgments and runs: text in, mappings out, no files.

Qrels: ``query iteration document grade``. Run: ``query Q0 document rank score tag``. Fields are
parted by white space.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from assay.results import Result

GRADES = range(-127, 128)


class MalformedTrec(ValueError):
    """A line that is not TREC; the message names its number."""


@dataclass(frozen=True, slots=True)
class TrecRun(Result):
    """A system's scores by query and document, and its tag."""

    tag: str
    scores: Mapping[str, Mapping[str, float]]


def parse_qrels(lines: Iterable[str]) -> dict[str, dict[str, int]]:
    """Read judgments; blank lines and lines that begin with ``#`` are passed over.

    A negative grade means pooled but not judged. The iteration is not kept.

    :raises MalformedTrec: not four fields, a grade that is no whole number in [−127, 127], or a
        document judged twice for a query.

    >>> parse_qrels(["101 0 doc7 2", "101 0 doc9 0"])
    {'101': {'doc7': 2, 'doc9': 0}}
    """
    qrels: dict[str, dict[str, int]] = {}
    for number, fields in _rows(lines, 4, comments=True):
        query, _, document, grade = fields
        judged = qrels.setdefault(query, {})
        if document in judged:
            raise MalformedTrec(f"line {number}: {document} is judged twice for query {query}")
        judged[document] = _grade(grade, number)
    return qrels


def parse_run(lines: Iterable[str]) -> TrecRun:
    """Read one system's rankings. The rank column is ignored, as in trec_eval: the score ranks.

    :raises MalformedTrec: not six fields, a score that is no finite number, a document ranked
        twice for a query, a second tag, or no line at all.

    >>> parse_run(["101 Q0 doc7 1 14.2 bm25", "101 Q0 doc9 2 11.0 bm25"]).scores["101"]["doc9"]
    11.0
    """
    scores: dict[str, dict[str, float]] = {}
    tags: dict[str, int] = {}
    for number, fields in _rows(lines, 6, comments=False):
        query, _, document, _, score, tag = fields
        ranked = scores.setdefault(query, {})
        if document in ranked:
            raise MalformedTrec(f"line {number}: {document} is ranked twice for query {query}")
        ranked[document] = _score(score, number)
        if tags and tag not in tags:
            raise MalformedTrec(f"line {number}: tag {tag} after {next(iter(tags))}: two runs")
        tags[tag] = number
    if not tags:
        raise MalformedTrec("the run is empty")
    return TrecRun(next(iter(tags)), scores)


def write_qrels(qrels: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """Write judgments as lines without line ends, sorted by query and document.

    :raises ValueError: an id is empty, holds white space or begins a comment, or a grade is out
        of range.

    >>> list(write_qrels({"101": {"doc9": 0, "doc7": 2}}))
    ['101 0 doc7 2', '101 0 doc9 0']
    """
    for query in sorted(qrels):
        for document, grade in sorted(qrels[query].items()):
            if grade not in GRADES:
                raise ValueError(f"{query} {document}: grade {grade} is not in [-127, 127]")
            yield f"{_id(query)} 0 {_id(document)} {int(grade)}"


def write_run(rankings: Mapping[str, Iterable[str]], tag: str) -> Iterator[str]:
    """Write rankings as lines, scores falling strictly with the rank so that no tie is broken.

    :raises ValueError: an id or the tag is empty or holds white space, or a document repeats.

    >>> list(write_run({"101": ["doc7", "doc9"]}, "bm25"))
    ['101 Q0 doc7 1 2 bm25', '101 Q0 doc9 2 1 bm25']
    """
    for query in sorted(rankings):
        documents = list(rankings[query])
        if len(set(documents)) < len(documents):
            raise ValueError(f"query {query} ranks a document twice")
        for rank, document in enumerate(documents, start=1):
            score = len(documents) - rank + 1
            yield f"{_id(query)} Q0 {_id(document)} {rank} {score} {_id(tag)}"


def _rows(lines: Iterable[str], width: int, *, comments: bool) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(lines, start=1):
        fields = line.split()
        if not fields or (comments and fields[0].startswith("#")):
            continue
        if len(fields) != width:
            raise MalformedTrec(f"line {number}: {len(fields)} fields, not {width}")
        yield number, fields


def _grade(text: str, number: int) -> int:
    try:
        grade = int(text)
    except ValueError:
        raise MalformedTrec(f"line {number}: grade {text!r} is not a whole number") from None
    if grade not in GRADES:
        raise MalformedTrec(f"line {number}: grade {grade} is not in [-127, 127]")
    return grade


def _score(text: str, number: int) -> float:
    try:
        score = float(text)
    except ValueError:
        score = math.nan
    if not math.isfinite(score):
        raise MalformedTrec(f"line {number}: score {text!r} is not a finite number")
    return score


def _id(text: str) -> str:
    if text.split() != [text] or text.startswith("#"):
        raise ValueError(f"{text!r} cannot be written: empty, with white space, or a comment")
    return text
