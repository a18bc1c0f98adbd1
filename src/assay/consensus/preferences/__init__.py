"""From preferences between two items to a worth of each: which of two results is better.

`bradley_terry` fits worths, ties, the pull of the left side and how much each rater tells.
`cyclic_triads` asks before that whether a rater's preferences have any order at all.
"""

from assay.consensus.preferences.cycles import CyclicTriads, cyclic_triads
from assay.consensus.preferences.worths import Preferences, bradley_terry

__all__ = ["CyclicTriads", "Preferences", "bradley_terry", "cyclic_triads"]
