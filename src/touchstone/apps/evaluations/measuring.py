"""The numbers of an evaluation: assay's functions called in one fixed order with one seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from assay.comparison import PairedTest, effect_size, paired_by_query, sign_flip
from assay.metrics import MetricResult, judged, ndcg, precision
from assay.results import Estimate, TooLittle
from touchstone.apps.evaluations.policies import (
    CUT_OFF,
    DRAWS,
    LEVEL,
    NDCG,
    POLICY,
    PRECISION,
    RESAMPLES,
    SEED_MASK,
    Diagnosis,
)

Qrels = Mapping[str, Mapping[str, int]]
Run = Mapping[str, list[str]]


@dataclass(frozen=True)
class Measured:
    """One metric of both runs and the paired difference between them."""

    metric: str
    baseline: MetricResult
    candidate: MetricResult
    baseline_mean: Estimate
    candidate_mean: Estimate
    test: PairedTest
    effect: float | None

    @property
    def standard_error(self) -> float:
        """Of the difference."""
        return float(self.test.difference.diagnostics["standard_error"])


def measure(
    qrels: Qrels, baseline: Run, candidate: Run, *, relevant_from: int, seed: int
) -> list[Measured] | TooLittle:
    """Both metrics of both runs with bootstrap intervals over queries, and the sign-flip test."""
    rng = np.random.default_rng(seed & SEED_MASK)
    found: list[Measured] = []
    for metric in (NDCG, PRECISION):
        first, second = (_of(metric, qrels, run, relevant_from) for run in (baseline, candidate))
        measured = _compared(metric, first, second, rng)
        if isinstance(measured, TooLittle):
            return measured
        found.append(measured)
    return found


def _of(metric: str, qrels: Qrels, run: Run, relevant_from: int) -> MetricResult:
    if metric == NDCG:
        return ndcg(qrels, run, k=CUT_OFF, policy=POLICY, level=LEVEL)
    return precision(qrels, run, k=CUT_OFF, relevant_from=relevant_from, policy=POLICY, level=LEVEL)


def _compared(
    metric: str, first: MetricResult, second: MetricResult, rng: np.random.Generator
) -> Measured | TooLittle:
    left, right, _queries = paired_by_query(first.by_query(), second.by_query())
    first_mean, second_mean = (
        each.bootstrapped(rng, resamples=RESAMPLES, level=LEVEL) for each in (first, second)
    )
    test = sign_flip(left, right, rng=rng, draws=DRAWS, level=LEVEL)
    effect = effect_size(left, right, level=LEVEL)
    if isinstance(first_mean, TooLittle):
        return first_mean
    if isinstance(second_mean, TooLittle):
        return second_mean
    if isinstance(test, TooLittle):
        return test
    return Measured(
        metric=metric,
        baseline=first,
        candidate=second,
        baseline_mean=first_mean,
        candidate_mean=second_mean,
        test=test,
        effect=None if isinstance(effect, TooLittle) else effect.value,
    )


def diagnosed(qrels: Qrels, run: Run) -> Diagnosis:
    """How complete a run is and how much of its first ten documents was judged."""
    share = judged(qrels, run, k=CUT_OFF, policy=POLICY)
    unjudged = sum(
        document not in grades
        for query, grades in qrels.items()
        for document in run.get(query, [])[:CUT_OFF]
    )
    return Diagnosis(share.unanswered, float(share.values.mean()), unjudged)
