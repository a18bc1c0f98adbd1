"""Learning curves: error against the number of labels, told with its fan and never without.

`fit_learning_curve` fits one of four forms and refits it to simulated rounds; `error_at`,
`labels_needed_for`, `marginal_value` and `labels_worth_buying` read the fitted curve, each with its
spread; `hindcast` shows how well earlier rounds would have foretold the later ones.
"""

from assay.economics.curves.fit import LearningCurve, fit_learning_curve
from assay.economics.curves.forms import Form
from assay.economics.curves.hindcast import Hindcast, hindcast
from assay.economics.curves.reading import (
    CurveFan,
    LabelsNeeded,
    error_at,
    labels_needed_for,
    labels_worth_buying,
    marginal_value,
)

__all__ = [
    "CurveFan",
    "Form",
    "Hindcast",
    "LabelsNeeded",
    "LearningCurve",
    "error_at",
    "fit_learning_curve",
    "hindcast",
    "labels_needed_for",
    "labels_worth_buying",
    "marginal_value",
]
