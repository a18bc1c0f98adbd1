"""Many systems, many measures, one set of judgments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from assay._arrays import FloatArray
from assay.metrics.alignment import Aligned
from assay.metrics.measure import Measure
from assay.metrics.policy import Policy
from assay.metrics.rankings import Qrels, Run, align, prepared
from assay.metrics.result import MetricResult, summarised
from assay.metrics.tables import QrelsTable, RunTable, align_tables
from assay.results import Result

Aligner: TypeAlias = Callable[[str], Aligned]


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation(Result):
    """M measures of S systems on Q queries.

    `values` (M, S, Q) follow `measures`, `systems` and `query_ids`; a query that the policy leaves
    out for a system or measure is NaN. `means` (M, S) are over the queries that count. `results`
    holds each measure of each system with its interval and warnings, measure by measure.
    """

    measures: tuple[str, ...]
    systems: tuple[str, ...]
    query_ids: tuple[str, ...]
    values: FloatArray
    means: FloatArray
    results: tuple[MetricResult, ...]
    policy: Policy

    def result(self, measure: str | Measure, system: str) -> MetricResult:
        """One measure of one system, as the measure's own function would return it.

        :raises ValueError: the measure or the system is not among those evaluated.
        """
        name = measure.name if isinstance(measure, Measure) else measure
        for wanted, known, kind in (
            (name, self.measures, "measure"),
            (system, self.systems, "system"),
        ):
            if wanted not in known:
                raise ValueError(f"no {kind} {wanted!r}: there are {', '.join(known)}")
        row, column = self.measures.index(name), self.systems.index(system)
        return self.results[row * len(self.systems) + column]


def evaluate(
    qrels: Qrels | QrelsTable,
    runs: Mapping[str, Run] | Mapping[str, RunTable],
    measures: Sequence[Measure],
    *,
    policy: Policy,
    level: float = 0.95,
) -> Evaluation:
    """Measure many runs against one set of judgments.

    The judgments are made ready once, each run is aligned once, and every measure is read off
    that. From mappings (query → document → score, or query → documents in order) or from tables
    of integer codes (`QrelsTable`, `RunTable`), which is faster still when runs are kept and
    measured again. The same numbers as the measures' own functions, to the last bit.

    :raises ValueError: a measure is named twice, tables and mappings are mixed, or a ranking is
        malformed.

    >>> from assay.metrics import NDCG, TREC, ReciprocalRank
    >>> qrels = {"q1": {"a": 1}, "q2": {"b": 2}}
    >>> runs = {"old": {"q1": ["x", "a"], "q2": ["b"]}, "new": {"q1": ["a"], "q2": ["b"]}}
    >>> found = evaluate(qrels, runs, [NDCG(k=10), ReciprocalRank(relevant_from=1)], policy=TREC)
    >>> found.measures, found.systems
    (('ndcg@10', 'rr(from=1)'), ('old', 'new'))
    >>> found.means.round(3).tolist()
    [[0.815, 1.0], [0.75, 1.0]]
    """
    names = tuple(measure.name for measure in measures)
    if len(set(names)) < len(names):
        raise ValueError(f"a measure is named twice: {', '.join(names)}")
    query_ids, aligner = _aligner(qrels, runs, policy)
    columns = []
    for system in runs:
        aligned = aligner(system)
        columns.append([summarised(aligned, measure, policy, level) for measure in measures])
    results = tuple(column[row] for row in range(len(names)) for column in columns)
    shape = (len(names), len(runs), len(query_ids))
    return Evaluation(
        measures=names,
        systems=tuple(runs),
        query_ids=query_ids,
        values=_spread(results, query_ids).reshape(shape),
        means=np.array([_mean(found.values) for found in results]).reshape(shape[:2]),
        results=results,
        policy=policy,
    )


def _aligner(
    qrels: Qrels | QrelsTable, runs: Mapping[str, Run] | Mapping[str, RunTable], policy: Policy
) -> tuple[tuple[str, ...], Aligner]:
    tables = {name: run for name, run in runs.items() if isinstance(run, RunTable)}
    mappings = {name: run for name, run in runs.items() if not isinstance(run, RunTable)}
    if isinstance(qrels, QrelsTable):
        if mappings:
            raise ValueError(f"judgments are a table, so run {next(iter(mappings))!r} must be one")
        graded = qrels.graded()
        return qrels.query_ids, lambda name: align_tables(qrels, graded, tables[name], policy.ties)
    if tables:
        raise ValueError(f"run {next(iter(tables))!r} is a table, so the judgments must be one")
    ready = prepared(qrels)
    return ready.graded.query_ids, lambda name: align(ready, mappings[name], policy.ties)


def _spread(results: Sequence[MetricResult], query_ids: tuple[str, ...]) -> FloatArray:
    """All values over all queries, NaN where a result leaves a query out."""
    place = {query: column for column, query in enumerate(query_ids)}
    values = np.full((len(results), len(query_ids)), np.nan)
    for row, found in enumerate(results):
        if len(found.query_ids) == len(query_ids):
            values[row] = found.values
        else:
            values[row, [place[query] for query in found.query_ids]] = found.values
    return values


def _mean(values: FloatArray) -> float:
    return float(values.mean()) if len(values) else float("nan")
