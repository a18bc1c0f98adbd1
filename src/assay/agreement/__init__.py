"""How far raters agree, beyond what chance would give.

Krippendorff's alpha takes any number of raters, missing labels and labels that are sets; Gwet's
AC1 and AC2 take the same and stay steady where one class dominates; kappa takes two raters who
labeled the same items. Raw agreement is what they all correct, and `class_agreement` shows it class
by class beside the prevalence. Show them together: where one class dominates, alpha can be low
although raters almost always agree. `by_slice` repeats any of them for each locale or task.
"""

from assay.agreement.alpha import Level, krippendorff_alpha
from assay.agreement.distances import masi_distance
from assay.agreement.gwet import GwetWeighting, gwet_ac1, gwet_ac2
from assay.agreement.kappa import Weighting, cohen_kappa, kappa_of_table
from assay.agreement.raw import ClassAgreement, class_agreement, raw_agreement
from assay.agreement.slices import by_slice
from assay.agreement.units import FEW_CLUSTERS, FEWEST_CLUSTERS, TOO_FEW

__all__ = [
    "FEWEST_CLUSTERS",
    "FEW_CLUSTERS",
    "TOO_FEW",
    "ClassAgreement",
    "GwetWeighting",
    "Level",
    "Weighting",
    "by_slice",
    "class_agreement",
    "cohen_kappa",
    "gwet_ac1",
    "gwet_ac2",
    "kappa_of_table",
    "krippendorff_alpha",
    "masi_distance",
    "raw_agreement",
]
