"""Judgments and runs as columns of integer codes: made once, aligned fast.

A query's code is its place in `QrelsTable.query_ids`. A document's code is any whole number from
0 on, the same in judgments and runs; ties "by document number" go by the code, so codes must sort
as the document numbers do for trec_eval's order (`coded` sees to it).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from assay._arrays import FloatArray, IntArray, finite_vector, same_length
from assay.metrics.alignment import Aligned, Graded, aligned, standing
from assay.metrics.policy import Ties
from assay.metrics.rankings import Qrels, Run, ordered
from assay.results import Result

BITS = 40
"""A document's code takes so many bits of the key that joins judgments and runs."""

MOST_QUERIES = 2 ** (62 - BITS)


@dataclass(frozen=True, slots=True, eq=False)
class QrelsTable(Result):
    """N judgments as columns, kept sorted by query and document.

    `queries`, `documents` and `grades` have shape (N,). A negative grade means pooled but not
    judged.

    :raises ValueError: `query_ids` are not sorted or repeat, the columns differ in length, a code
        is out of range, or a document is judged twice for a query.

    >>> QrelsTable(("q1", "q2"), [0, 1, 0], [7, 7, 2], [1, 0, 3]).grades.tolist()
    [3, 1, 0]
    """

    query_ids: tuple[str, ...]
    queries: IntArray
    documents: IntArray
    grades: IntArray

    def __post_init__(self) -> None:
        ids = tuple(self.query_ids)
        if list(ids) != sorted(set(ids)):
            raise ValueError("query_ids must be sorted and must not repeat")
        grades = _whole(self.grades, "grades")
        keys, order = _sorted_keys(self.queries, self.documents, "judges", grades=grades)
        if len(keys) and keys[-1] >> BITS >= len(ids):
            raise ValueError(f"query code {keys[-1] >> BITS} has no query id: there are {len(ids)}")
        _set(self, query_ids=ids, grades=grades[order], **_columns(keys))

    def graded(self) -> Graded:
        """The grades by query, best first."""
        kept = self.grades >= 0
        queries, grades = self.queries[kept], self.grades[kept]
        order = np.lexsort((-grades, queries))
        return Graded(self.query_ids, queries[order], grades[order])


@dataclass(frozen=True, slots=True, eq=False)
class RunTable(Result):
    """N ranked documents of one system as columns, kept sorted by query and document.

    `queries`, `documents` and `scores` have shape (N,), in any order; `arrival` is the place that
    each row came in, which breaks ties under `Ties.AS_GIVEN`. A query code beyond the judgments'
    is a query without judgments; a query without rows is one without a ranking.

    :raises ValueError: the columns differ in length, a code is out of range, a score is not
        finite, or a document is ranked twice for a query.

    >>> RunTable([0, 0], [9, 4], [1.5, 2.5]).scores.tolist()
    [2.5, 1.5]
    """

    queries: IntArray
    documents: IntArray
    scores: FloatArray
    arrival: IntArray | None = None

    def __post_init__(self) -> None:
        scores = finite_vector(self.scores, "scores")
        keys, order = _sorted_keys(self.queries, self.documents, "ranks", scores=scores)
        arrival = order if self.arrival is None else _whole(self.arrival, "arrival")[order]
        _set(self, scores=scores[order], arrival=arrival, **_columns(keys))


def coded(qrels: Qrels, runs: Mapping[str, Run]) -> tuple[QrelsTable, dict[str, RunTable]]:
    """Turn mappings into tables that share their codes, sorted as the document numbers are.

    Worth it when the same runs are measured again and again. A ranking without scores gets
    falling ones.

    :raises ValueError: a ranking repeats a document, or scores one with NaN or infinity.

    >>> table, tables = coded({"q": {"b": 1}}, {"bm25": {"q": ["a", "b"]}})
    >>> table.documents.tolist(), tables["bm25"].documents.tolist()
    ([1], [0, 1])
    """
    query_ids = sorted(qrels)
    extra = sorted({query for run in runs.values() for query in run} - set(qrels))
    query_code = {query: code for code, query in enumerate([*query_ids, *extra])}
    sources = [*qrels.values(), *(ranking for run in runs.values() for ranking in run.values())]
    documents = {document for source in sources for document in source}
    document_code = {document: code for code, document in enumerate(sorted(documents))}
    rows = [
        (query_code[query], document_code[document], grade)
        for query, held in qrels.items()
        for document, grade in held.items()
    ]
    table = QrelsTable(tuple(query_ids), *np.asarray(rows, dtype=np.int64).reshape(-1, 3).T)
    return table, {
        system: _run_table(run, query_code, document_code) for system, run in runs.items()
    }


def align_tables(qrels: QrelsTable, graded: Graded, run: RunTable, ties: Ties) -> Aligned:
    """Find the rank of every judged document, as `assay.metrics.rankings.align` does."""
    bounds = np.searchsorted(run.queries, np.arange(len(qrels.query_ids) + 1))
    judged = np.flatnonzero(qrels.grades >= 0)
    at, found = _joined(_keys(run), _keys(qrels)[judged])
    row, wanted = qrels.queries[judged[found]], run.scores[at]
    above, tied = standing(run.scores, bounds, wanted, row)
    for query in np.unique(row[tied]).tolist():
        first, last = np.searchsorted(row, [query, query + 1])
        above[first:last] = _places(run, slice(*bounds[query : query + 2]), ties)[
            at[first:last] - bounds[query]
        ]
    ranked = np.diff(bounds)
    beyond = len(np.unique(run.queries[bounds[-1] :]))
    entries = (row, above + 1, qrels.grades[judged[found]])
    return aligned(graded, entries, ranked, ranked > 0, beyond)


def _places(run: RunTable, segment: slice, ties: Ties) -> IntArray:
    """The place from 0 of each document of one query."""
    scores = run.scores[segment]
    breaker = np.arange(len(scores))
    if ties is Ties.AS_GIVEN and run.arrival is not None:
        breaker = run.arrival[segment]
    if ties is Ties.DOCNO_DESC:
        breaker = -breaker
    places = np.empty(len(scores), dtype=np.int64)
    places[np.lexsort((breaker, -scores))] = np.arange(len(scores))
    return places


def _joined(run_keys: IntArray, judged_keys: IntArray) -> tuple[IntArray, IntArray]:
    """Where in the run the judged keys are, and which of them are there."""
    if not len(run_keys):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    at = np.minimum(np.searchsorted(run_keys, judged_keys), len(run_keys) - 1)
    found = np.flatnonzero(run_keys[at] == judged_keys)
    return at[found], found


def _run_table(run: Run, query_code: dict[str, int], document_code: dict[str, int]) -> RunTable:
    queries: list[int] = []
    documents: list[int] = []
    scores: list[float] = []
    for query, ranking in run.items():
        ranked = ordered(ranking, query, Ties.AS_GIVEN)
        queries += [query_code[query]] * len(ranked)
        documents += [document_code[document] for document in ranked]
        if isinstance(ranking, Mapping):
            scores += [ranking[document] for document in ranked]
        else:
            scores += range(len(ranked), 0, -1)
    return RunTable(
        np.asarray(queries, dtype=np.int64),
        np.asarray(documents, dtype=np.int64),
        np.asarray(scores, dtype=np.float64),
    )


def _keys(table: QrelsTable | RunTable) -> IntArray:
    return (table.queries << BITS) | table.documents


def _columns(keys: IntArray) -> dict[str, IntArray]:
    return {"queries": keys >> BITS, "documents": keys & (2**BITS - 1)}


def _sorted_keys(
    queries: IntArray, documents: IntArray, does: str, **values: FloatArray | IntArray
) -> tuple[IntArray, IntArray]:
    query, document = _whole(queries, "queries"), _whole(documents, "documents")
    same_length(queries=query, documents=document, **values)
    for name, codes, most in (("query", query, MOST_QUERIES), ("document", document, 2**BITS)):
        if len(codes) and not 0 <= codes.min() <= codes.max() < most:
            wrong = codes.min() if codes.min() < 0 else codes.max()
            raise ValueError(f"{name} code {wrong} is not between 0 and {most - 1}")
    keys = (query << BITS) | document
    order = np.argsort(keys)
    keys = keys[order]
    twice = np.flatnonzero(keys[1:] == keys[:-1])
    if len(twice):
        held = _columns(keys[twice[:1]])
        raise ValueError(f"query {held['queries'][0]} {does} document {held['documents'][0]} twice")
    return keys, order


def _whole(values: IntArray, name: str) -> IntArray:
    vector = np.asarray(values)
    if vector.ndim != 1 or (len(vector) and not np.issubdtype(vector.dtype, np.integer)):
        raise ValueError(f"{name} must be a vector of whole numbers")
    return vector.astype(np.int64)


def _set(table: Result, **columns: object) -> None:
    """Set the sorted columns, read-only as every result's are."""
    for name, column in columns.items():
        if isinstance(column, np.ndarray):
            column.flags.writeable = False
        object.__setattr__(table, name, column)
