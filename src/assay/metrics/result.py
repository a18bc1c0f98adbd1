"""One metric over many queries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assay._arrays import FloatArray
from assay.intervals import bootstrap_mean, mean_interval
from assay.metrics.policy import Policy
from assay.metrics.rankings import Aligned
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


def metric_result(
    name: str, values: FloatArray, aligned: Aligned, policy: Policy, level: float
) -> MetricResult:
    """Wrap the values with their mean and with what a reader must know."""
    warnings: tuple[str, ...] = ()
    if aligned.unanswered:
        warnings += (f"queries without a ranking, counted as 0: {len(aligned.unanswered)}",)
    if aligned.unjudged_queries:
        warnings += (f"queries without judgments, left out: {aligned.unjudged_queries}",)
    return MetricResult(
        metric=f"{name}:{policy}",
        query_ids=aligned.query_ids,
        values=values,
        mean=mean_interval(values, level=level),
        policy=policy,
        unanswered=aligned.unanswered,
        warnings=warnings,
    )
