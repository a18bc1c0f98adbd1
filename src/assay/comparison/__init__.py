"""Two systems on the same queries, or several: is one better, by how much, could it be chance?

The unit of analysis is the query. Report the difference with its interval first: with thousands
of queries nearly every difference is significant, with fifty hardly any.
"""

from assay.comparison.corrections import benjamini_hochberg, benjamini_yekutieli, holm
from assay.comparison.effects import effect_size
from assay.comparison.pairs import (
    PairedTest,
    bootstrap_difference,
    cluster_bootstrap_difference,
    paired_by_query,
    paired_t,
    sign_flip,
)
from assay.comparison.ranks import (
    RankStability,
    kendall_tau,
    rank_agreement,
    rank_stability,
    tau_ap,
)
from assay.comparison.systems import (
    AgainstBaseline,
    AllPairs,
    against_baseline,
    randomised_tukey,
    systems_by_query,
)

__all__ = [
    "AgainstBaseline",
    "AllPairs",
    "PairedTest",
    "RankStability",
    "against_baseline",
    "benjamini_hochberg",
    "benjamini_yekutieli",
    "bootstrap_difference",
    "cluster_bootstrap_difference",
    "effect_size",
    "holm",
    "kendall_tau",
    "paired_by_query",
    "paired_t",
    "randomised_tukey",
    "rank_agreement",
    "rank_stability",
    "sign_flip",
    "systems_by_query",
    "tau_ap",
]
