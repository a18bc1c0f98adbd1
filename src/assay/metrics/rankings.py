"""Judgments and runs as mappings of documents by query, and how they are aligned."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

import numpy as np

from assay._arrays import BoolArray, FloatArray, IntArray
from assay.metrics.alignment import Aligned, Graded, aligned, standing
from assay.metrics.policy import Ties

Qrels: TypeAlias = Mapping[str, Mapping[str, int]]
Ranking: TypeAlias = Sequence[str] | Mapping[str, float]
Run: TypeAlias = Mapping[str, Ranking]

Entries: TypeAlias = tuple[IntArray, IntArray, IntArray]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Judgments made ready once for many runs: `judged[i]` belongs to query i of `graded`.

    A negative grade means pooled but not judged, and is dropped.
    """

    graded: Graded
    judged: tuple[dict[str, int], ...]


def prepared(qrels: Qrels) -> Prepared:
    """Sort the queries, drop what is not judged, and lay out the ideal rankings."""
    query_ids = tuple(sorted(qrels))
    judged = tuple(
        {document: grade for document, grade in qrels[query].items() if grade >= 0}
        for query in query_ids
    )
    row = np.repeat(np.arange(len(judged)), [len(held) for held in judged])
    best = [sorted(held.values(), reverse=True) for held in judged]
    grade = np.fromiter(chain.from_iterable(best), dtype=np.int64, count=len(row))
    return Prepared(Graded(query_ids, row, grade), judged)


def align(qrels: Prepared, run: Run, ties: Ties) -> Aligned:
    """Find the rank of every judged document, ties broken as `ties` says.

    Queries in the run without judgments are left out and counted.

    :raises ValueError: a ranking repeats a document, scores one with NaN or infinity, or is text.
    """
    rankings = [run.get(query) for query in qrels.graded.query_ids]
    lengths = [-1 if ranking is None else len(ranking) for ranking in rankings]
    scored = {row: held for row, held in enumerate(rankings) if isinstance(held, Mapping)}
    listed = {
        row: held
        for row, held in enumerate(rankings)
        if held is not None and not isinstance(held, Mapping)
    }
    parts = (_scored(qrels, scored, ties), _listed(qrels, listed, ties))
    row, rank, grade = (np.concatenate(each) for each in zip(*parts, strict=True))
    ranked = np.asarray(lengths, dtype=np.int64)
    present = ranked >= 0
    return aligned(
        qrels.graded, (row, rank, grade),
        np.maximum(ranked, 0), present, len(run) - int(present.sum()),
    )  # fmt: skip


def ordered(ranking: Ranking, query: str, ties: Ties) -> list[str]:
    """Document numbers from first to last.

    :raises ValueError: a document comes twice, or a score is NaN or infinite.
    """
    if isinstance(ranking, Mapping):
        return _by_score(ranking, query, ties)
    if isinstance(ranking, str):
        raise ValueError(f"query {query!r}: a ranking is a sequence of documents, not one text")
    documents = list(ranking)
    if len(set(documents)) < len(documents):
        raise ValueError(f"query {query!r} ranks a document twice")
    return documents


def _by_score(scores: Mapping[str, float], query: str, ties: Ties) -> list[str]:
    if not all(math.isfinite(score) for score in scores.values()):
        raise _not_finite(query)
    documents = _in_tie_order(scores, ties)
    return sorted(documents, key=lambda document: -scores[document])


def _in_tie_order(documents: Mapping[str, float] | list[str], ties: Ties) -> list[str]:
    if ties is Ties.AS_GIVEN:
        return list(documents)
    return sorted(documents, reverse=ties is Ties.DOCNO_DESC)


def _not_finite(query: str) -> ValueError:
    return ValueError(f"query {query!r} has a score that is not a finite number")


def _listed(qrels: Prepared, rankings: dict[int, Sequence[str]], ties: Ties) -> Entries:
    """The entries (row, rank, grade) of the queries whose ranking is a plain sequence."""
    found: list[tuple[int, int, int]] = []
    for row, ranking in rankings.items():
        judged = qrels.judged[row]
        documents = ordered(ranking, qrels.graded.query_ids[row], ties)
        found += [
            (row, rank, judged[document])
            for rank, document in enumerate(documents, start=1)
            if document in judged
        ]
    rows, ranks, grades = np.asarray(found, dtype=np.int64).reshape(-1, 3).T
    return rows, ranks, grades


def _scored(qrels: Prepared, by_row: dict[int, Mapping[str, float]], ties: Ties) -> Entries:
    """The entries (row, rank, grade) of the queries whose ranking is scores by document."""
    rows, rankings = list(by_row), list(by_row.values())
    judged = [qrels.judged[row] for row in rows]
    scores, bounds = _flat(rankings)
    if not np.isfinite(scores).all():
        wrong = np.searchsorted(bounds, np.flatnonzero(~np.isfinite(scores))[0], "right") - 1
        raise _not_finite(qrels.graded.query_ids[rows[wrong]])
    found, wanted, grade = _found(judged, rankings)
    local = np.repeat(np.arange(len(rows)), [len(documents) for documents in found])
    above, tied = standing(scores, bounds, wanted, local)
    if tied.any():
        above[tied] += _places(rankings, found, local, tied, ties)
    return np.asarray(rows, dtype=np.int64)[local], above + 1, grade


def _flat(rankings: list[Mapping[str, float]]) -> tuple[FloatArray, IntArray]:
    bounds = np.cumsum([0, *(len(ranking) for ranking in rankings)], dtype=np.int64)
    held = chain.from_iterable(ranking.values() for ranking in rankings)
    return np.fromiter(held, dtype=np.float64, count=int(bounds[-1])), bounds


def _found(
    judged: list[dict[str, int]], rankings: list[Mapping[str, float]]
) -> tuple[list[list[str]], FloatArray, IntArray]:
    """The judged documents ranked for each query, and of all of them the scores and grades."""
    found: list[list[str]] = []
    scores: list[float] = []
    grades: list[int] = []
    for held, ranking in zip(judged, rankings, strict=True):
        documents = [document for document in held if document in ranking]
        found.append(documents)
        scores += [ranking[document] for document in documents]
        grades += [held[document] for document in documents]
    return found, np.asarray(scores, dtype=np.float64), np.asarray(grades, dtype=np.int64)


def _places(
    rankings: list[Mapping[str, float]],
    found: list[list[str]],
    local: IntArray,
    tied: BoolArray,
    ties: Ties,
) -> list[int]:
    """How many of those tied with each tied entry come before it."""
    starts = np.searchsorted(local, np.arange(len(rankings) + 1)).tolist()
    places: list[int] = []
    for query in np.unique(local[tied]).tolist():
        entries = np.flatnonzero(tied[starts[query] : starts[query + 1]]).tolist()
        places += _in_groups(rankings[query], [found[query][entry] for entry in entries], ties)
    return places


def _in_groups(ranking: Mapping[str, float], documents: list[str], ties: Ties) -> list[int]:
    groups: dict[float, list[str]] = {ranking[document]: [] for document in documents}
    for document, score in ranking.items():
        if score in groups:
            groups[score].append(document)
    place = {
        document: before
        for group in groups.values()
        for before, document in enumerate(_in_tie_order(group, ties))
    }
    return [place[document] for document in documents]
