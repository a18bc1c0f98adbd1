"""Average precision of a run where only a sample of the pool was judged.

Documents outside the pool count as not relevant; pooled documents that were not judged are
inferred from those that were.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np

from assay._arrays import BoolArray, FloatArray, IntArray, positive
from assay.intervals import mean_interval
from assay.metrics.policy import NoRelevant, Ties
from assay.metrics.rankings import Qrels, Ranking, Run, ordered
from assay.results import Estimate, Result, TooLittle

EPSILON = 1e-5
"""The smoothing of trec_eval."""


@dataclass(frozen=True, slots=True, eq=False)
class InferredPrecision(Result):
    """Inferred average precision: `values` (Q,) by query, in the order of `query_ids` (sorted).

    `relevant` (Q,) counts the judged relevant documents behind each value; few of them make it
    noisy, however many queries there are. `mean` has a t interval over queries, which holds the
    noise of the sampled judgments too.
    """

    query_ids: tuple[str, ...]
    values: FloatArray
    relevant: IntArray
    mean: Estimate | TooLittle
    method: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Judged:
    """A query's pooled documents: `stratum` (P,), `judged` (P,), `hit` (P,); `rank` (P,) in the
    run from 1, 0 where it is not returned."""

    stratum: IntArray
    judged: BoolArray
    hit: BoolArray
    rank: IntArray


def inferred_average_precision(
    qrels: Qrels,
    run: Run,
    *,
    relevant_from: int,
    ties: Ties = Ties.DOCNO_DESC,
    no_relevant: NoRelevant = NoRelevant.ZERO,
    epsilon: float = EPSILON,
    level: float = 0.95,
) -> InferredPrecision | TooLittle:
    """infAP: average precision from a uniform sample of the pool's judgments.

    At a judged relevant document at rank k, E[P@k] = 1/k + (d/k)·(r + ε)/(n + 2ε), with d pooled
    documents above it, of which n are judged and r of those relevant; the mean over all judged
    relevant documents, returned or not. Yilmaz & Aslam (2006), CIKM; as trec_eval computes it. A
    negative grade in `qrels` means pooled but not judged. Assumes that what was judged is a
    uniform sample of the pool; for a stratified one see `stratified_inferred_average_precision`.

    :raises ValueError: `relevant_from` is below 1, epsilon is not above 0, or a ranking is
        malformed.

    >>> qrels = {"q": {"a": 1, "c": -1, "b": 0, "d": 1, "e": 0, "f": -1}}
    >>> run = {"q": ["a", "x", "c", "b", "d", "e", "f"]}
    >>> inferred_average_precision(qrels, run, relevant_from=1).values.round(4).tolist()
    [0.75]
    """
    strata = {query: dict.fromkeys(grades, 0) for query, grades in qrels.items()}
    return _inferred(strata, qrels, run, relevant_from, ties, no_relevant, epsilon, level,
                     "infAP; t interval over queries")  # fmt: skip


def stratified_inferred_average_precision(
    strata: Mapping[str, Mapping[str, Hashable]],
    qrels: Qrels,
    run: Run,
    *,
    relevant_from: int,
    ties: Ties = Ties.DOCNO_DESC,
    no_relevant: NoRelevant = NoRelevant.ZERO,
    epsilon: float = EPSILON,
    level: float = 0.95,
) -> InferredPrecision | TooLittle:
    """xinfAP: average precision where the pool was sampled by stratum, each uniformly.

    `strata` names the stratum of every pooled document by query; those without a grade in `qrels`,
    or with a negative one, were not judged. E[P@k] = 1/k + Σ_t (d_t/k)·(r_t + ε)/(n_t + 2ε);
    AP = Σ_s p_s·mean_s over the judged relevant documents of stratum s, with p_s = R̂_s/ΣR̂ and
    R̂_s = N_s·r_s/n_s the relevant documents it is inferred to hold. Yilmaz, Kanoulas & Aslam
    (2008), SIGIR. With one stratum it is infAP. Slightly low where strata hold few judgments.

    :raises ValueError: a judged document is in no stratum, `relevant_from` is below 1, epsilon is
        not above 0, or a ranking is malformed.

    >>> strata = {"q": {"a": 0, "b": 0, "c": 1, "d": 1}}
    >>> found = stratified_inferred_average_precision(
    ...     strata, {"q": {"a": 1, "b": 0, "c": 1}}, {"q": ["a", "b", "c", "d"]}, relevant_from=1)
    >>> found.values.round(4).tolist()
    [0.7778]
    """
    return _inferred(strata, qrels, run, relevant_from, ties, no_relevant, epsilon, level,
                     "xinfAP; t interval over queries")  # fmt: skip


def _inferred(
    strata: Mapping[str, Mapping[str, Hashable]], qrels: Qrels, run: Run, relevant_from: int,
    ties: Ties, no_relevant: NoRelevant, epsilon: float, level: float, method: str,
) -> InferredPrecision | TooLittle:  # fmt: skip
    if relevant_from < 1:
        raise ValueError(f"relevant_from must be a grade of at least 1, not {relevant_from}")
    positive(epsilon, "epsilon")
    queries = sorted(strata)
    _all_pooled(strata, qrels)
    judged = [
        _judged(strata[q], qrels.get(q, {}), run.get(q, ()), q, relevant_from, ties)
        for q in queries
    ]
    counts = np.asarray([each.hit.sum() for each in judged], dtype=np.int64)
    values = np.asarray([_one_query(each, epsilon) for each in judged], dtype=np.float64)
    kept = counts > 0 if no_relevant is NoRelevant.SKIP else np.ones(len(queries), dtype=np.bool_)
    if not kept.any():
        return TooLittle("no query with a judged relevant document", len(queries))
    empty = int(np.count_nonzero(counts == 0))
    told = "counted as 0" if no_relevant is NoRelevant.ZERO else "left out"
    return InferredPrecision(
        tuple(q for q, keep in zip(queries, kept.tolist(), strict=True) if keep),
        values[kept], counts[kept], mean_interval(values[kept], level=level), method,
        (f"queries without a judged relevant document, {told}: {empty}",) if empty else (),
    )  # fmt: skip


def _all_pooled(strata: Mapping[str, Mapping[str, Hashable]], qrels: Qrels) -> None:
    for query, grades in qrels.items():
        if outside := [held for held in grades if held not in strata.get(query, {})]:
            raise ValueError(f"query {query!r}: {outside[0]!r} is judged but in no stratum")


def _judged(
    strata: Mapping[str, Hashable], grades: Mapping[str, int], ranking: Ranking, query: str,
    relevant_from: int, ties: Ties,
) -> _Judged:  # fmt: skip
    documents = list(strata)
    place = {stratum: code for code, stratum in enumerate(dict.fromkeys(strata.values()))}
    rank = {held: at for at, held in enumerate(ordered(ranking, query, ties), start=1)}
    grade = np.asarray([grades.get(held, -1) for held in documents], dtype=np.int64)
    return _Judged(
        stratum=np.asarray([place[strata[held]] for held in documents], dtype=np.int64),
        judged=grade >= 0,
        hit=grade >= relevant_from,
        rank=np.asarray([rank.get(held, 0) for held in documents], dtype=np.int64),
    )


def _one_query(given: _Judged, epsilon: float) -> float:
    """Σ_s p_s·mean_s, which is the mean over judged relevant documents weighted by N_s/n_s."""
    if not given.hit.any():
        return 0.0
    pooled, judged = np.bincount(given.stratum), np.bincount(given.stratum, given.judged)
    weight = (pooled / np.maximum(judged, 1))[given.stratum] * given.hit
    return float(weight @ _expected_precision(given, epsilon) / weight.sum())


def _expected_precision(given: _Judged, epsilon: float) -> FloatArray:
    """E[P@k] at the rank of each pooled document, 0 where it is not returned: shape (P,)."""
    order = np.lexsort((given.rank, given.rank == 0))
    order = order[: int(np.count_nonzero(given.rank))]
    member = (given.stratum[order][:, None] == np.arange(given.stratum.max() + 1)).astype(float)
    pooled, judged, hit = (
        np.cumsum(member * mark[:, None], axis=0) - member * mark[:, None]
        for mark in (np.ones(len(order)), given.judged[order], given.hit[order])
    )
    above = (pooled * (hit + epsilon) / (judged + 2 * epsilon)).sum(axis=1)
    expected = np.zeros(len(given.rank))
    expected[order] = (1 + above) / given.rank[order]
    return expected
