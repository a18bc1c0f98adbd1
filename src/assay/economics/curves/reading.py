"""What a fitted curve says: error, worth of a further label, labels needed, each with its fan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from assay._arrays import FloatArray, finite_vector, positive
from assay.economics.curves.fit import LearningCurve
from assay.economics.curves.forms import (
    errors_of,
    sizes_for,
    sizes_of_slope,
    slopes_of,
)
from assay.results import Result

FAR = 10.0
"""Beyond this many times the largest round a curve is a guess (Jain et al. 2023: off up to 12×)."""


@dataclass(frozen=True, slots=True, eq=False)
class CurveFan(Result):
    """A curve at `sizes` (m,): `value` (m,) of the fit, and the P10, P50, P90 of the fan (m,)."""

    sizes: FloatArray
    value: FloatArray
    p10: FloatArray
    p50: FloatArray
    p90: FloatArray
    method: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class LabelsNeeded(Result):
    """A number of labels with its fan; infinite where a curve never gets there.

    `n` is that of the fit, `p10`, `p50`, `p90` those of the fan; `share_infinite` of the fan never
    gets there. `draws` (D,), in rising order, go to `order_size`. Show no `n` without the rest.
    """

    n: float
    p10: float
    p50: float
    p90: float
    share_infinite: float
    draws: FloatArray
    method: str
    warnings: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return (
            f"{self.n:.4g} labels (P10 {self.p10:.3g}, P90 {self.p90:.3g}; "
            f"{self.share_infinite:.0%} never)"
        )


def error_at(curve: LearningCurve, sizes: ArrayLike) -> CurveFan:
    """The error to be expected at `sizes` (m,) labels, in the unit of the errors fitted.

    The fan is that of the curve; a measured error scatters around it by the noise on top.

    :raises ValueError: a size is not above zero.

    >>> from assay.economics import fit_learning_curve
    >>> n = 1000.0 * 2.0 ** np.arange(6)
    >>> curve = fit_learning_curve(n, 2 * n**-0.3 + 0.1, sd=0.001, rng=np.random.default_rng(1))
    >>> fan = error_at(curve, [64_000])
    >>> fan.value.round(3).tolist(), bool(fan.p10[0] < fan.value[0] < fan.p90[0])
    ([0.172], True)
    """
    n = _sizes(sizes)
    drawn, own = errors_of(curve.form, curve.fan, n), errors_of(curve.form, curve.row(), n)[0]
    return _fan(curve, n, own, drawn, "error")


def marginal_value(curve: LearningCurve, sizes: ArrayLike, *, value: float = 1.0) -> CurveFan:
    """What one further label is worth at `sizes` (m,): −ε′(n) · `value`.

    `value` is the money that an error lower by 1.0 is worth; 1 gives the fall in error itself.
    Labels pay as long as this exceeds their price.

    :raises ValueError: a size or `value` is not above zero.

    >>> from assay.economics import fit_learning_curve
    >>> n = 1000.0 * 2.0 ** np.arange(6)
    >>> curve = fit_learning_curve(n, 2 * n**-0.3 + 0.1, sd=0.001, rng=np.random.default_rng(1))
    >>> fan = marginal_value(curve, [10_000])
    >>> [f"{each:.2e}" for each in fan.value]
    ['3.79e-06']
    """
    n, worth = _sizes(sizes), positive(value, "value")
    drawn = worth * slopes_of(curve.form, curve.fan, n)
    own = worth * slopes_of(curve.form, curve.row(), n)[0]
    return _fan(curve, n, own, drawn, "worth of a further label")


def labels_needed_for(curve: LearningCurve, target: float, *, margin: float = 0.0) -> LabelsNeeded:
    """Labels in all after which the error is `target`, as a distribution.

    Solves ε(n) = target − margin on the fit and on each curve of the fan. `margin` corrects for
    curves that promise too much: `hindcast` measures it (Mahmood et al. 2022 learn such a
    correction). A floor above the target makes n infinite. The fan is wide and skew: in the
    simulation of the tests P10 to P90 held the truth 8 times in 10.

    :raises ValueError: the target less its margin is not above zero.

    >>> from assay.economics import fit_learning_curve
    >>> n = 1000.0 * 2.0 ** np.arange(6)
    >>> curve = fit_learning_curve(n, 2 * n**-0.3 + 0.1, sd=0.001, rng=np.random.default_rng(1))
    >>> print(labels_needed_for(curve, 0.18))
    4.569e+04 labels (P10 4.32e+04, P90 4.85e+04; 0% never)
    """
    aim = positive(target - margin, "target − margin")
    drawn = sizes_for(curve.form, curve.fan, aim)
    own = float(sizes_for(curve.form, curve.row(), aim)[0])
    return _needed(curve, own, drawn, {"target": target, "margin": margin})


def labels_worth_buying(curve: LearningCurve, *, value: float, price: float) -> LabelsNeeded:
    """Labels in all up to which a further one is worth more than it costs, as a distribution.

    Solves value · −ε′(n) = price. For a power law n* = (V·a·b/κ)^{1/(1+b)}, as `optimal_labels`.
    `value` is the money that an error lower by 1.0 is worth, `price` that of a label. 0 where not
    even the first label pays.

    :raises ValueError: `value` or `price` is not above zero.

    >>> from assay.economics import fit_learning_curve
    >>> n = 1000.0 * 2.0 ** np.arange(6)
    >>> curve = fit_learning_curve(n, 2 * n**-0.3 + 0.1, sd=0.001, rng=np.random.default_rng(1))
    >>> round(labels_worth_buying(curve, value=2e6, price=0.25).n, -3)
    138000.0
    """
    slope = positive(price, "price") / positive(value, "value")
    drawn = sizes_of_slope(curve.form, curve.fan, slope)
    own = float(sizes_of_slope(curve.form, curve.row(), slope)[0])
    return _needed(curve, own, drawn, {"value": value, "price": price})


def _sizes(sizes: ArrayLike) -> FloatArray:
    n = finite_vector(sizes, "sizes")
    if len(n) and n.min() <= 0:
        raise ValueError(f"sizes must be above zero, but hold {n.min():g}")
    return n


def _fan(
    curve: LearningCurve, n: FloatArray, own: FloatArray, drawn: FloatArray, what: str
) -> CurveFan:
    p10, p50, p90 = np.quantile(drawn, [0.1, 0.5, 0.9], axis=0)
    reach = float(n.max()) if len(n) else 0.0
    return CurveFan(
        n, own, p10, p50, p90, f"{what}; {curve.method}", curve.warnings + _far(curve, reach)
    )


def _needed(
    curve: LearningCurve, own: float, drawn: FloatArray, given: Mapping[str, Any]
) -> LabelsNeeded:
    ordered = np.sort(drawn)
    # The inverse of the step function: between a number and infinity nothing is interpolated.
    p10, p50, p90 = np.quantile(ordered, [0.1, 0.5, 0.9], method="inverted_cdf").tolist()
    never = float(np.isinf(ordered).mean())
    warnings = curve.warnings + _far(curve, own)
    if never > 0:
        warnings += (f"{never:.0%} of the fan never gets there",)
    return LabelsNeeded(own, p10, p50, p90, never, ordered, curve.method, warnings, given)


def _far(curve: LearningCurve, n: float) -> tuple[str, ...]:
    times = n / float(curve.sizes.max())
    if times <= FAR or np.isinf(n):
        return ()
    return (f"{times:.0f} times the largest round: beyond {FAR:.0f} times a curve is a guess",)
