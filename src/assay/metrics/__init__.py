"""Ranking metrics with every choice named.

"nDCG@10" is not one number: gain, ideal ranking, unjudged documents, ties and the set of queries
each change it. A `Policy` names all of them and travels with the result.
"""

from assay.metrics.average_precision import average_precision
from assay.metrics.err import expected_reciprocal_rank
from assay.metrics.judged import judged
from assay.metrics.ndcg import ndcg
from assay.metrics.policy import TREC, Gain, Ideal, NoRelevant, Policy, Queries, Ties, Unjudged
from assay.metrics.precision import precision
from assay.metrics.rbp import rank_biased_precision
from assay.metrics.reciprocal_rank import reciprocal_rank
from assay.metrics.result import MetricResult

__all__ = [
    "TREC",
    "Gain",
    "Ideal",
    "MetricResult",
    "NoRelevant",
    "Policy",
    "Queries",
    "Ties",
    "Unjudged",
    "average_precision",
    "expected_reciprocal_rank",
    "judged",
    "ndcg",
    "precision",
    "rank_biased_precision",
    "reciprocal_rank",
]
