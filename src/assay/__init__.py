"""assay: measuring the quality of human labels, and what they are worth.

Arrays in, frozen results out, on numpy and scipy alone. No files (but for the command line), no
clock, no hidden randomness: whatever draws takes an `rng`. Where there is too little data the
answer is a `TooLittle` with its reason, never a confident number.
"""

from assay import (
    acceptance,
    agreement,
    charts,
    comparison,
    consensus,
    data,
    economics,
    gold,
    intervals,
    judges,
    metrics,
    results,
    sampling,
    sequential,
    sizing,
    splitting,
    trec,
)
from assay.data import Labels
from assay.results import Estimate, Result, TooLittle

__version__ = "0.2.0"
"""Kept with every stored number; it goes up when a number would come out differently."""

__all__ = [
    "Estimate",
    "Labels",
    "Result",
    "TooLittle",
    "acceptance",
    "agreement",
    "charts",
    "comparison",
    "consensus",
    "data",
    "economics",
    "gold",
    "intervals",
    "judges",
    "metrics",
    "results",
    "sampling",
    "sequential",
    "sizing",
    "splitting",
    "trec",
]
