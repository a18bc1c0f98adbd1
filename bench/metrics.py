"""nDCG@10, AP and RR of `assay.metrics` beside pytrec_eval's, on the same runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytrec_eval

from assay.metrics import (
    NDCG,
    TREC,
    AveragePrecision,
    QrelsTable,
    ReciprocalRank,
    RunTable,
    evaluate,
)
from bench.timing import Figure, in_turn

QUERIES, DOCUMENTS, DEPTH, JUDGED, FOUND = 1_000, 50_000, 1_000, 100, 60
SYSTEMS = 3
MEASURES = (NDCG(k=10), AveragePrecision(relevant_from=1), ReciprocalRank(relevant_from=1))


@dataclass(frozen=True)
class _Columns:
    """One run as it might come from a file or a database: codes and scores."""

    queries: np.ndarray
    documents: np.ndarray
    scores: np.ndarray


def figures() -> list[Figure]:
    """Three runs of a million documents each; the time grows with the runs in both libraries."""
    rng = np.random.default_rng(7)
    distinct = [_run(rng, ties=False) for _system in range(SYSTEMS)]
    tied = [_run(rng, ties=True) for _system in range(SYSTEMS)]
    qrels = _qrels(rng, distinct[0])
    return [*_measured(qrels, distinct, "no ties"), *_measured(qrels, tied, "ties")]


def _measured(table: QrelsTable, columns: list[_Columns], kind: str) -> list[Figure]:
    """From dicts, from tables, and from columns that are made into tables on the way."""
    qrels, runs = _qrels_mapping(table), {str(n): _mapping(run) for n, run in enumerate(columns)}
    tables = [_table(run) for run in columns]

    def theirs() -> None:
        evaluator = pytrec_eval.RelevanceEvaluator(qrels, {"ndcg_cut.10", "map", "recip_rank"})
        for run in runs.values():
            evaluator.evaluate(run)

    ways: dict[str, tuple[float, Callable[[], object]]] = {
        "dicts": (1.0, lambda: evaluate(qrels, runs, MEASURES, policy=TREC)),
        "tables": (0.5, lambda: _evaluated(table, tables)),
        "columns": (1.0, lambda: _evaluated(table, [_table(run) for run in columns])),
    }
    return [
        Figure(
            f"nDCG, AP, RR of 3 × 1,000,000, {way}, {kind}",
            *_seconds(ours, theirs, limit),
        )
        for way, (limit, ours) in ways.items()
    ]


def _seconds(
    ours: Callable[[], object], theirs: Callable[[], object], limit: float
) -> tuple[float, str, float, float]:
    mine, peer = in_turn(ours, theirs, rounds=3)
    return mine, "pytrec_eval, from dicts", peer, limit


def _evaluated(table: QrelsTable, tables: list[RunTable]) -> object:
    return evaluate(table, {str(n): run for n, run in enumerate(tables)}, MEASURES, policy=TREC)


def _run(rng: np.random.Generator, *, ties: bool) -> _Columns:
    documents = np.concatenate(
        [rng.choice(DOCUMENTS, DEPTH, replace=False) for _query in range(QUERIES)]
    )
    scores = rng.normal(size=QUERIES * DEPTH)
    return _Columns(
        np.repeat(np.arange(QUERIES), DEPTH), documents, scores.round(2) if ties else scores
    )


def _qrels(rng: np.random.Generator, run: _Columns) -> QrelsTable:
    """A pool that holds sixty documents of the first run and some that it did not find."""
    ranked = run.documents.reshape(QUERIES, DEPTH)
    pools = [
        np.unique(np.concatenate([held[:FOUND], rng.choice(DOCUMENTS, JUDGED - FOUND)]))
        for held in ranked
    ]
    queries = np.repeat(np.arange(QUERIES), [len(pool) for pool in pools])
    documents = np.concatenate(pools)
    return QrelsTable(
        tuple(f"{query:04d}" for query in range(QUERIES)),
        queries, documents, rng.integers(0, 4, size=len(documents)),
    )  # fmt: skip


def _table(run: _Columns) -> RunTable:
    return RunTable(run.queries, run.documents, run.scores)


def _qrels_mapping(table: QrelsTable) -> dict[str, dict[str, int]]:
    qrels: dict[str, dict[str, int]] = {query: {} for query in table.query_ids}
    columns = (table.queries.tolist(), table.documents.tolist(), table.grades.tolist())
    for query, document, grade in zip(*columns, strict=True):
        qrels[table.query_ids[query]][f"doc{document:06d}"] = grade
    return qrels


def _mapping(run: _Columns) -> dict[str, dict[str, float]]:
    held: dict[str, dict[str, float]] = {f"{query:04d}": {} for query in range(QUERIES)}
    columns = (run.queries.tolist(), run.documents.tolist(), run.scores.tolist())
    for query, document, score in zip(*columns, strict=True):
        held[f"{query:04d}"][f"doc{document:06d}"] = score
    return held
