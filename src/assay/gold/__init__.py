"""Raters against known answers, against each other's pace, and against themselves.

Scoring on gold, where a gold item may accept several labels; fair comparison of few answers; how
much gold is enough; and signs of inattention that need no gold: speed, repeats, runs and patterns
of answers. Those raise flags with their evidence, never a verdict: let gold decide. What is
measured here is the rater; how labels become a consensus is elsewhere.
"""

from assay.gold.cells import CellAccuracies, accuracy_by_cell
from assay.gold.patterns import AnswerPatterns, StraightLining, answer_patterns, straight_lining
from assay.gold.power import GoldPower, GoldRate, detection_power, gold_needed, gold_per_day
from assay.gold.repeats import SelfAgreement, repeat_consistency
from assay.gold.score import GoldScore, score_gold
from assay.gold.shrink import FEW_RATERS, Accuracies, shrink
from assay.gold.speed import RaterSpeeds, TimeCollapses, fast_raters, time_collapse

__all__ = [
    "FEW_RATERS",
    "Accuracies",
    "AnswerPatterns",
    "CellAccuracies",
    "GoldPower",
    "GoldRate",
    "GoldScore",
    "RaterSpeeds",
    "SelfAgreement",
    "StraightLining",
    "TimeCollapses",
    "accuracy_by_cell",
    "answer_patterns",
    "detection_power",
    "fast_raters",
    "gold_needed",
    "gold_per_day",
    "repeat_consistency",
    "score_gold",
    "shrink",
    "straight_lining",
    "time_collapse",
]
