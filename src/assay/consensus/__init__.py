"""From several labels per item to one, with its probability.

`majority_vote` counts; `dawid_skene` learns how each rater errs. Both return a `ConsensusResult`,
or `TooLittle`. Probabilities are the model's own: uncalibrated until held against gold.
"""

from assay.consensus.dawid_skene import dawid_skene
from assay.consensus.majority import majority_vote
from assay.consensus.result import ConsensusResult

__all__ = ["ConsensusResult", "dawid_skene", "majority_vote"]
