"""Machine judges beside people: how much they help, and when they may not be trusted.

Human labels decide, the judge's grades only take variance away. Measured on public data, a judge
saves 15 to 30 % of human labels for a mean; drawing labels where a metric's weight lies saves more.
Check answers with `judge_grades`; ask `predicted_saving` before spending; estimate a mean with
`stratified_by_grade` (planned) or `greg` (unplanned), two systems with `weighted_difference`, nDCG
with `query_mean`. `alt_test` and `gullibility` say whether a judge may be used at all.
"""

from assay.judges.alternative import AltTest, alt_test
from assay.judges.calibration import GradeCalibration, calibrate, calibrated, cross_fitted
from assay.judges.designs import (
    expected_labels,
    inclusion_chances,
    metric_weights,
    systematic_draw,
)
from assay.judges.difference import LinearEstimate, weighted_difference
from assay.judges.grades import JudgeGrades, judge_grades
from assay.judges.gullibility import Gullibility, gullibility
from assay.judges.means import greg, human_only, ppi, ppi_plus, rate
from assay.judges.queries import query_mean
from assay.judges.savings import labels_needed, predicted_saving
from assay.judges.strata import labels_by_grade, post_stratified, stratified_by_grade

__all__ = [
    "AltTest",
    "GradeCalibration",
    "Gullibility",
    "JudgeGrades",
    "LinearEstimate",
    "alt_test",
    "calibrate",
    "calibrated",
    "cross_fitted",
    "expected_labels",
    "greg",
    "gullibility",
    "human_only",
    "inclusion_chances",
    "judge_grades",
    "labels_by_grade",
    "labels_needed",
    "metric_weights",
    "post_stratified",
    "ppi",
    "ppi_plus",
    "predicted_saving",
    "query_mean",
    "rate",
    "stratified_by_grade",
    "systematic_draw",
    "weighted_difference",
]
