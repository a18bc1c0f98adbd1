"""One measure of one run over many queries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assay._arrays import BoolArray, FloatArray
from assay.intervals import bootstrap_mean, mean_interval
from assay.metrics.alignment import Aligned
from assay.metrics.measure import Measure
from assay.metrics.policy import NoRelevant, Policy, Queries, Unjudged
from assay.metrics.rankings import Qrels, Run, align, prepared
from assay.results import Estimate, Result, TooLittle


@dataclass(frozen=True, slots=True, eq=False)
class MetricResult(Result):
    """Value per query and their mean.

    `values` (Q,) follow `query_ids`, which are sorted. `mean` has a t interval over queries, the
    unit of analysis. `unanswered` are the queries counted with an empty ranking. `metric` is the
    full name, such as ``ndcg@10:gain=linear,…``.
    """

    metric: str
    query_ids: tuple[str, ...]
    values: FloatArray
    mean: Estimate | TooLittle
    policy: Policy
    unanswered: tuple[str, ...]
    warnings: tuple[str, ...]

    def by_query(self) -> dict[str, float]:
        """The values by query id, as `assay.comparison.paired_by_query` takes them."""
        return dict(zip(self.query_ids, self.values.tolist(), strict=True))

    def bootstrapped(
        self, rng: np.random.Generator, *, resamples: int = 2000, level: float = 0.95
    ) -> Estimate | TooLittle:
        """The mean with a percentile bootstrap over queries in place of the t interval."""
        return bootstrap_mean(self.values, rng=rng, resamples=resamples, level=level)


def measured(
    qrels: Qrels, run: Run, measure: Measure, policy: Policy, level: float
) -> MetricResult:
    """Measure one run.

    :raises ValueError: a ranking is malformed, or `level` is not between 0 and 1.
    """
    held = align(prepared(qrels), run, policy.ties)
    return summarised(held, measure, policy, level)


def summarised(aligned: Aligned, measure: Measure, policy: Policy, level: float) -> MetricResult:
    """The values of the queries that the policy counts, their mean, and what a reader must know."""
    chosen = counted(aligned, measure, policy)
    values = values_of(aligned, measure, policy)[chosen]
    unanswered = _named(aligned, chosen & aligned.unanswered)
    warnings: tuple[str, ...] = ()
    if unanswered:
        warnings += (f"queries without a ranking, counted as 0: {len(unanswered)}",)
    if aligned.unjudged_queries:
        warnings += (f"queries without judgments, left out: {aligned.unjudged_queries}",)
    return MetricResult(
        metric=f"{measure.name}:{measure.under(policy)}",
        query_ids=_named(aligned, chosen),
        values=values,
        mean=mean_interval(values, level=level),
        policy=measure.under(policy),
        unanswered=unanswered,
        warnings=warnings,
    )


def values_of(aligned: Aligned, measure: Measure, policy: Policy) -> FloatArray:
    """The measure of every query with judgments, whether the policy counts it or not: (Q,)."""
    followed = measure.under(policy)
    held = aligned.condensed() if followed.unjudged is Unjudged.CONDENSED else aligned
    return measure.of(held, followed)


def counted(aligned: Aligned, measure: Measure, policy: Policy) -> BoolArray:
    """Which queries with judgments the policy averages over, shape (Q,)."""
    chosen = np.ones(len(aligned.ranked), dtype=np.bool_)
    if policy.queries is Queries.INTERSECTION:
        chosen &= aligned.present
    if policy.no_relevant is NoRelevant.SKIP:
        chosen &= aligned.graded.relevant(measure.least_relevant) > 0
    return chosen


def _named(aligned: Aligned, chosen: BoolArray) -> tuple[str, ...]:
    if chosen.all():
        return aligned.graded.query_ids
    return tuple(aligned.graded.query_ids[row] for row in np.flatnonzero(chosen).tolist())
