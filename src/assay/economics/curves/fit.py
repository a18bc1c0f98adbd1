"""Fitting a learning curve, with the fan of the curves that the noise would also have allowed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from assay._arrays import BoolArray, FloatArray, finite_vector, same_length
from assay.economics.curves.forms import Form, errors_of, shape_of
from assay.economics.curves.search import fitted_rows
from assay.results import Result, TooLittle

FEW_ROUNDS = 5
"""Extrapolation from fewer rounds misleads (Mahmood et al. 2022)."""

UNDETERMINED = 0.1
"""The shape counts as unidentified where more of the fan than this ends at a bound or flat."""


@dataclass(frozen=True, slots=True, eq=False)
class LearningCurve(Result):
    """A fitted learning curve and its fan.

    `scale` a, `floor` c and `shape` (b; or s; or s, d: see `Form`), `sizes` and `errors` (m,) as
    given, `fitted` (m,), `noise` (m,) the standard deviation of each round's error. `fan` (D, p)
    holds a refitted curve a row: a, c, shape. `identified` is False where more than a tenth of
    the fan is flat or has its shape at a bound: then no extrapolation is worth reading.
    """

    form: Form
    scale: float
    floor: float
    shape: tuple[float, ...]
    sizes: FloatArray
    errors: FloatArray
    fitted: FloatArray
    noise: FloatArray
    fan: FloatArray
    identified: bool
    method: str
    warnings: tuple[str, ...] = ()
    diagnostics: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def row(self) -> FloatArray:
        """The fitted curve as a row of the fan, shape (1, p)."""
        return np.array([[self.scale, self.floor, *self.shape]])


def fit_learning_curve(
    sizes: ArrayLike,
    errors: ArrayLike,
    *,
    rng: np.random.Generator,
    form: Form = "power_offset",
    sd: ArrayLike | None = None,
    draws: int = 1000,
) -> LearningCurve | TooLittle:
    """Fit ε(n) = a·f(n) + c to the rounds so far, and refit it `draws` times to simulated rounds.

    `sizes` (m,) labels and `errors` (m,), in any order, an error per round (1 − NDCG, say) on one
    test set. `sd`, one number or (m,), is the standard error of each round's error; rounds weigh
    1/sd². Without it all rounds weigh the same, and the noise comes from the residuals; as few
    residuals tell little, each draw has its own noise, s²·dof/χ²(dof). Fan: parametric bootstrap,
    Efron & Tibshirani (1993), ch. 6. Forms: `Form`. a, c ≥ 0.

    The fan holds the noise of measurement, not the doubt about the form: fit several forms and
    read the spread between them too. Errors are taken as independent; what one test set gets wrong
    in all rounds alike comes on top. Never fit across a change of guideline. Where the truth has
    the form fitted, P10 to P90 held it 79 to 85 times in 100 in simulation. Fewer rounds of
    different size than parameters (one more without `sd`) are too little.

    :raises ValueError: lengths differ, a size or `sd` is not above zero, an error is negative, or
        an option is out of range.

    >>> n = [1000, 2000, 4000, 8000, 16000, 32000]
    >>> errors = [0.351785, 0.304513, 0.266116, 0.234928, 0.209596, 0.189019]
    >>> curve = fit_learning_curve(n, errors, sd=0.003, rng=np.random.default_rng(1))
    >>> round(curve.scale, 2), round(curve.floor, 3), round(curve.shape[0], 3), curve.identified
    (2.0, 0.1, 0.3, True)
    """
    n, y, noise = _rounds(sizes, errors, sd)
    parameters = shape_of(form).parameters
    needed = parameters + (noise is None)
    if draws < 100:
        raise ValueError(f"draws must be at least 100, not {draws}")
    if len(np.unique(n)) < needed:
        return TooLittle(f"the form {form!r} needs {needed} rounds of different size", len(n))
    weights = np.ones(len(n)) if noise is None else noise**-2 / np.mean(noise**-2)
    row, edge = fitted_rows(form, n, y[None], weights)
    fitted = errors_of(form, row, n)[0]
    told, spread = _noise(y - fitted, noise, len(n) - parameters, rng, draws)
    simulated = fitted + spread * rng.standard_normal((draws, len(n)))
    fan, edges = fitted_rows(form, n, simulated, weights)
    return _curve(form, row, (n, y), fitted, told, fan, (edge, edges), noise is None)


def _rounds(
    sizes: ArrayLike, errors: ArrayLike, sd: ArrayLike | None
) -> tuple[FloatArray, FloatArray, FloatArray | None]:
    """Checked rounds by size."""
    n, y = finite_vector(sizes, "sizes"), finite_vector(errors, "errors")
    same_length(sizes=n, errors=y)
    order = np.argsort(n, kind="stable")
    if len(n) and n.min() <= 0:
        raise ValueError(f"sizes must be above zero, but hold {n.min():g}")
    if len(y) and y.min() < 0:
        raise ValueError(f"errors must not be negative, but hold {y.min():g}")
    if sd is None:
        return n[order], y[order], None
    noise = finite_vector(np.broadcast_to(np.asarray(sd, dtype=np.float64), n.shape), "sd")
    if len(noise) and noise.min() <= 0:
        raise ValueError(f"sd must be above zero, but holds {noise.min():g}")
    return n[order], y[order], noise[order]


def _noise(
    residuals: FloatArray,
    given: FloatArray | None,
    freedom: int,
    rng: np.random.Generator,
    draws: int,
) -> tuple[FloatArray, FloatArray]:
    """The noise (m,) of the rounds, and that of each draw (draws, m) or (1, m)."""
    if given is not None:
        return given, given[None]
    variance = float(residuals @ residuals) / freedom
    drawn = variance * freedom / rng.chisquare(freedom, size=(draws, 1))
    return np.full(len(residuals), np.sqrt(variance)), np.sqrt(drawn)


def _curve(
    form: Form,
    row: FloatArray,
    rounds: tuple[FloatArray, FloatArray],
    fitted: FloatArray,
    noise: FloatArray,
    fan: FloatArray,
    edges: tuple[BoolArray, BoolArray],
    estimated: bool,
) -> LearningCurve:
    sizes, errors = rounds
    share = float(edges[1].mean())
    identified = not edges[0][0] and share <= UNDETERMINED
    warnings: tuple[str, ...] = () if identified else (
        f"the shape is not identified: {share:.0%} of the fan is flat or at a bound",)  # fmt: skip
    if len(sizes) < FEW_ROUNDS:
        warnings += (f"{len(sizes)} rounds: extrapolation wants {FEW_ROUNDS} or more",)
    source = "estimated" if estimated else "given"
    return LearningCurve(
        form, float(row[0, 0]), float(row[0, 1]), tuple(row[0, 2:].tolist()), sizes, errors,
        fitted, noise, fan, identified,
        f"{form}, weighted least squares; parametric bootstrap, noise {source}", warnings,
        {"draws": len(fan), "share_unidentified": share,
         "residual_sd": float(np.sqrt(np.mean((errors - fitted) ** 2)))},
    )  # fmt: skip
