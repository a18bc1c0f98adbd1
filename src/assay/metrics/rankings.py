"""Judgments and a run, laid side by side as arrays that every metric reads."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from assay._arrays import BoolArray, FloatArray, IntArray
from assay.metrics.policy import NoRelevant, Policy, Queries, Ties, Unjudged

Qrels: TypeAlias = Mapping[str, Mapping[str, int]]
Ranking: TypeAlias = Sequence[str] | Mapping[str, float]
Run: TypeAlias = Mapping[str, Ranking]

UNJUDGED = -1


@dataclass(frozen=True, slots=True)
class Aligned:
    """Q queries, D the deepest ranking kept, J the most judgments of a query.

    `grades` (Q, D) holds the grade at each rank, −1 where unjudged; `present` (Q, D) marks the
    ranks that exist. `ideal` (Q, J) holds all grades of the query, best first, 0 beyond the last.
    """

    query_ids: tuple[str, ...]
    grades: IntArray
    present: BoolArray
    ideal: IntArray
    unanswered: tuple[str, ...]
    unjudged_queries: int

    @property
    def known(self) -> FloatArray:
        """Grades with the unjudged counted as 0, as floats."""
        return np.maximum(self.grades, 0).astype(np.float64)

    def relevant(self, relevant_from: int) -> FloatArray:
        """1 where the grade reaches `relevant_from`, else 0: shape (Q, D)."""
        if relevant_from < 1:
            raise ValueError(f"relevant_from must be a grade of at least 1, not {relevant_from}")
        return (self.grades >= relevant_from).astype(np.float64)


def align(
    qrels: Qrels, run: Run, policy: Policy, *, depth: int | None, relevant_from: int = 1
) -> Aligned:
    """Order, condense and cut the rankings as `policy` says.

    A negative grade means pooled but not judged. Queries in the run without judgments are left out
    and counted.

    :raises ValueError: a ranking repeats a document or scores one with NaN or infinity, or
        `depth` is below 1.
    """
    if depth is not None and depth < 1:
        raise ValueError(f"the cut-off must be at least 1, not {depth}")
    chosen = _queries(qrels, run, policy, relevant_from)
    graded = [_graded(qrels[query], run.get(query, ()), query, policy) for query in chosen]
    best = [sorted((g for g in qrels[query].values() if g > 0), reverse=True) for query in chosen]
    grades, present = _padded([row[:depth] for row in graded], UNJUDGED)
    return Aligned(
        query_ids=tuple(chosen),
        grades=grades,
        present=present,
        ideal=_padded(best, 0)[0],
        unanswered=tuple(query for query in chosen if not run.get(query)),
        unjudged_queries=sum(query not in qrels for query in run),
    )


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
        raise ValueError(f"query {query!r} has a score that is not a finite number")
    documents = list(scores)
    if ties is not Ties.AS_GIVEN:
        documents.sort(reverse=ties is Ties.DOCNO_DESC)
    return sorted(documents, key=lambda document: -scores[document])


def _queries(qrels: Qrels, run: Run, policy: Policy, relevant_from: int) -> list[str]:
    chosen = sorted(qrels)
    if policy.queries is Queries.INTERSECTION:
        chosen = [query for query in chosen if query in run]
    if policy.no_relevant is NoRelevant.SKIP:
        chosen = [q for q in chosen if max(qrels[q].values(), default=0) >= relevant_from]
    return chosen


def _graded(judged: Mapping[str, int], ranking: Ranking, query: str, policy: Policy) -> list[int]:
    grades = [judged.get(held, UNJUDGED) for held in ordered(ranking, query, policy.ties)]
    if policy.unjudged is Unjudged.CONDENSED:
        return [grade for grade in grades if grade >= 0]
    return [max(grade, UNJUDGED) for grade in grades]


def _padded(rows: list[list[int]], fill: int) -> tuple[IntArray, BoolArray]:
    lengths = np.asarray([len(row) for row in rows], dtype=np.int64)
    present = np.arange(max(lengths, default=0)) < lengths[:, None]
    padded = np.full(present.shape, fill, dtype=np.int64)
    padded[present] = [grade for row in rows for grade in row]
    return padded, present
