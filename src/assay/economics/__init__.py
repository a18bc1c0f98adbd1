"""What labels cost, what they are worth, and how sure that is.

Amounts are plain floats in one currency of one date: the caller converts. Nothing here returns a
return on investment, a learning curve or a risk without its spread.
"""

from assay.economics.curves import (
    CurveFan,
    Form,
    Hindcast,
    LabelsNeeded,
    LearningCurve,
    error_at,
    fit_learning_curve,
    hindcast,
    labels_needed_for,
    labels_worth_buying,
    marginal_value,
)
from assay.economics.durations import Duration, Pert, path_durations
from assay.economics.earned_value import (
    EarnedSchedule,
    EarnedValue,
    earned_schedule,
    earned_value,
)
from assay.economics.labels import (
    cost_per_accepted_label,
    cost_per_effective_label,
    effective_labels,
)
from assay.economics.orders import (
    Allocation,
    Order,
    allocate_budget,
    effective_labels_by_segment,
    optimal_labels,
    order_size,
)
from assay.economics.quality_cost import CostOfQuality, QualityCost, cost_of_quality
from assay.economics.redundancy import break_even_overhead, majority_accuracy
from assay.economics.returns import (
    ReturnOnInvestment,
    net_present_value,
    return_on_investment,
)
from assay.economics.risk import (
    LossExceedance,
    Risk,
    Treatment,
    loss_exceedance,
    treatment_leverage,
)
from assay.economics.uncertain import Between, Normal, Spread, Uncertain, shrink_normal
from assay.economics.valuation import Flagging, flagging, knn_shapley, shapley_by_rank

__all__ = [
    "Allocation",
    "Between",
    "CostOfQuality",
    "CurveFan",
    "Duration",
    "EarnedSchedule",
    "EarnedValue",
    "Flagging",
    "Form",
    "Hindcast",
    "LabelsNeeded",
    "LearningCurve",
    "LossExceedance",
    "Normal",
    "Order",
    "Pert",
    "QualityCost",
    "ReturnOnInvestment",
    "Risk",
    "Spread",
    "Treatment",
    "Uncertain",
    "allocate_budget",
    "break_even_overhead",
    "cost_of_quality",
    "cost_per_accepted_label",
    "cost_per_effective_label",
    "earned_schedule",
    "earned_value",
    "effective_labels",
    "effective_labels_by_segment",
    "error_at",
    "fit_learning_curve",
    "flagging",
    "hindcast",
    "knn_shapley",
    "labels_needed_for",
    "labels_worth_buying",
    "loss_exceedance",
    "majority_accuracy",
    "marginal_value",
    "net_present_value",
    "optimal_labels",
    "order_size",
    "path_durations",
    "return_on_investment",
    "shapley_by_rank",
    "shrink_normal",
    "treatment_leverage",
]
