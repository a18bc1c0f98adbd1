"""Ranking metrics with every choice named.

"nDCG@10" is not one number: gain, ideal ranking, unjudged documents, ties and the set of queries
each change it. A `Policy` names all of them and travels with the result. Each measure has a
function for one run, and a class of the same choices for `evaluate`, which measures many runs at
once. Beside them: how alike two rankings are (`rank_biased_overlap`), and interleaving, which
compares two rankings on real traffic.
"""

from assay.metrics.average_precision import AveragePrecision, average_precision
from assay.metrics.bpref import BPref, bpref
from assay.metrics.compatibility import Compatibility, compatibility
from assay.metrics.err import ERR, expected_reciprocal_rank
from assay.metrics.evaluation import Evaluation, evaluate
from assay.metrics.interleaving import (
    Credit,
    Interleaved,
    balanced_interleaving,
    credit,
    team_draft,
)
from assay.metrics.judged import Judged, UnjudgedShare, judged, unjudged
from assay.metrics.measure import Measure
from assay.metrics.ndcg import NDCG, ndcg
from assay.metrics.policy import TREC, Gain, Ideal, NoRelevant, Policy, Queries, Ties, Unjudged
from assay.metrics.precision import Precision, Recall, Success, precision, recall, success
from assay.metrics.preference import InterleavingOutcome, interleaving_outcome
from assay.metrics.rbo import Overlap, rank_biased_overlap
from assay.metrics.rbp import RBP, RBPResidual, rank_biased_precision, rank_biased_residual
from assay.metrics.reciprocal_rank import ReciprocalRank, reciprocal_rank
from assay.metrics.result import MetricResult
from assay.metrics.tables import QrelsTable, RunTable, coded

__all__ = [
    "ERR",
    "NDCG",
    "RBP",
    "TREC",
    "AveragePrecision",
    "BPref",
    "Compatibility",
    "Credit",
    "Evaluation",
    "Gain",
    "Ideal",
    "Interleaved",
    "InterleavingOutcome",
    "Judged",
    "Measure",
    "MetricResult",
    "NoRelevant",
    "Overlap",
    "Policy",
    "Precision",
    "QrelsTable",
    "Queries",
    "RBPResidual",
    "Recall",
    "ReciprocalRank",
    "RunTable",
    "Success",
    "Ties",
    "Unjudged",
    "UnjudgedShare",
    "average_precision",
    "balanced_interleaving",
    "bpref",
    "coded",
    "compatibility",
    "credit",
    "evaluate",
    "expected_reciprocal_rank",
    "interleaving_outcome",
    "judged",
    "ndcg",
    "precision",
    "rank_biased_overlap",
    "rank_biased_precision",
    "rank_biased_residual",
    "recall",
    "reciprocal_rank",
    "success",
    "team_draft",
    "unjudged",
]
