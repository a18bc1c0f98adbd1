"""The majority vote: the baseline that every other method must beat."""

from __future__ import annotations

from assay.consensus.result import ConsensusResult, consensus_of, vote_shares
from assay.data import Labels
from assay.results import TooLittle


def majority_vote(labels: Labels) -> ConsensusResult | TooLittle:
    """Take the label most raters gave; ties go to the lowest class and are marked.

    posterior[i, k] = (labels of class k on item i) / (labels on item i). A vote share is no
    calibrated probability: one label makes it 1. All raters weigh the same, so careless and
    biased raters go unseen.

    >>> given = Labels.from_triples("aaabb", "xyzxy", [1, 1, 0, 0, 1])
    >>> result = majority_vote(given)
    >>> result.label_of(), result.tied.tolist()
    ({'a': 1, 'b': 0}, [False, True])
    """
    if labels.n_labels == 0:
        return TooLittle("there are no labels", 0)
    posterior = vote_shares(labels)
    return consensus_of(
        labels, posterior, method="majority vote", parameters={"ties": "lowest class"}
    )
