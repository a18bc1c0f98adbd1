"""Accepting or rejecting lots of labels from a sample of checks, at stated risks.

AQL is the share of defects that should pass, LTPD the share that should not; alpha and beta are
the chances that they do otherwise. `single_plan` and `sequential_plan` design, `acceptance_chance`
and `sequential_curve` say how a plan behaves, `decide_lot` decides, `after_lot` says how hard to
look at the next lot.
"""

from assay.acceptance.lots import LotDecision, decide_in_order, decide_lot
from assay.acceptance.rectifying import Rectification, rectification
from assay.acceptance.sequential import (
    SequentialCurve,
    SequentialPlan,
    decision_numbers,
    sequential_curve,
    sequential_plan,
)
from assay.acceptance.single import (
    DesignedPlan,
    SinglePlan,
    acceptance_chance,
    acceptance_number,
    quality_at,
    single_plan,
    zero_defect_plan,
)
from assay.acceptance.switching import (
    Switching,
    after_lot,
    interrupted,
    resumed,
    switching_points,
)

__all__ = [
    "DesignedPlan",
    "LotDecision",
    "Rectification",
    "SequentialCurve",
    "SequentialPlan",
    "SinglePlan",
    "Switching",
    "acceptance_chance",
    "acceptance_number",
    "after_lot",
    "decide_in_order",
    "decide_lot",
    "decision_numbers",
    "interrupted",
    "quality_at",
    "rectification",
    "resumed",
    "sequential_curve",
    "sequential_plan",
    "single_plan",
    "switching_points",
    "zero_defect_plan",
]
