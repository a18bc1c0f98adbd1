"""From several labels per item to one, with its probability.

Use `infer`: one setting for all, and gold to choose and to calibrate where there is gold. Beneath
it lie `majority_vote`, `dawid_skene` (EM) and `variational_dawid_skene`, `community_consensus`
(raters shrunk to kinds of raters), `one_coin`, and `ordinal_consensus` for grades. `bradley_terry`
is for preferences, `OnlinePosterior` and `worth_asking` for labels that still arrive, `replay`
tells what stopping early would have saved.

Each returns a result, or `TooLittle`. Probabilities are the model's own until gold has set them:
`calibration` of the result says which.
"""

from assay.consensus.calibration import (
    KnownItems,
    Reliability,
    Temperature,
    known_items,
    reliability,
    temperature,
)
from assay.consensus.collecting import (
    Collected,
    Replay,
    StopRule,
    expected_gain,
    replay,
    worth_asking,
)
from assay.consensus.communities import Settings, community_consensus
from assay.consensus.dawid_skene import dawid_skene
from assay.consensus.dependence import effective_raters
from assay.consensus.infer import infer
from assay.consensus.majority import majority_vote
from assay.consensus.one_coin import one_coin
from assay.consensus.online import OnlinePosterior
from assay.consensus.ordinal import (
    OrdinalResult,
    expected_grades,
    median_grades,
    ordinal_consensus,
)
from assay.consensus.preferences import (
    CyclicTriads,
    Preferences,
    bradley_terry,
    cyclic_triads,
)
from assay.consensus.raters import (
    ConfusionIntervals,
    RaterAccuracy,
    item_difficulty,
    rater_accuracy,
    rater_confusion,
)
from assay.consensus.result import ConsensusResult
from assay.consensus.steps import tempered
from assay.consensus.variational import variational_dawid_skene

__all__ = [
    "Collected",
    "ConfusionIntervals",
    "ConsensusResult",
    "CyclicTriads",
    "KnownItems",
    "OnlinePosterior",
    "OrdinalResult",
    "Preferences",
    "RaterAccuracy",
    "Reliability",
    "Replay",
    "Settings",
    "StopRule",
    "Temperature",
    "bradley_terry",
    "community_consensus",
    "cyclic_triads",
    "dawid_skene",
    "effective_raters",
    "expected_gain",
    "expected_grades",
    "infer",
    "item_difficulty",
    "known_items",
    "majority_vote",
    "median_grades",
    "one_coin",
    "ordinal_consensus",
    "rater_accuracy",
    "rater_confusion",
    "reliability",
    "replay",
    "temperature",
    "tempered",
    "variational_dawid_skene",
    "worth_asking",
]
