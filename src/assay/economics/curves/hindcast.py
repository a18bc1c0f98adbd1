"""How well the earlier rounds would have foretold the later ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from assay._arrays import BoolArray, FloatArray, IntArray, finite_vector, same_length
from assay.economics.curves.fit import LearningCurve, fit_learning_curve
from assay.economics.curves.forms import Form, errors_of
from assay.results import Result, TooLittle


@dataclass(frozen=True, slots=True, eq=False)
class Hindcast(Result):
    """Every later round as the earlier ones foretold it: one entry for each fit and later round.

    `rounds` (P,) rounds were used to foretell the error at `sizes` (P,); `foretold` (P,) with
    `p10`, `p90` (P,), noise of measurement included; `observed` (P,) is what came, and `inside`
    (P,) whether it lay in the fan: about 8 in 10 should. `bias` is the mean of observed −
    foretold: above zero the curve promised too much, and it is the `margin` to give to
    `labels_needed_for`.
    """

    rounds: IntArray
    sizes: FloatArray
    foretold: FloatArray
    p10: FloatArray
    p90: FloatArray
    observed: FloatArray
    inside: BoolArray
    bias: float
    n: int
    method: str
    warnings: tuple[str, ...] = ()


def hindcast(
    sizes: ArrayLike,
    errors: ArrayLike,
    *,
    rng: np.random.Generator,
    form: Form = "power_offset",
    sd: float | None = None,
    draws: int = 1000,
) -> Hindcast | TooLittle:
    """Fit the first k rounds for each k, and compare what they foretell with what came.

    The only test of an extrapolation that needs no faith in its form (Mahmood et al. 2022). Rounds
    are taken by size; `sd` is the standard error of every error. The foretold values of one fit
    miss together, so `inside` is no sample of independent trials.

    :raises ValueError: as `fit_learning_curve`.

    >>> n = 1000.0 * 2.0 ** np.arange(7)
    >>> rng = np.random.default_rng(1)
    >>> found = hindcast(n, 2 * n**-0.3 + 0.1 + rng.normal(0, 0.002, 7), sd=0.002, rng=rng)
    >>> found.n, bool(abs(found.bias) < 0.01)
    (10, True)
    """
    n, y = finite_vector(sizes, "sizes"), finite_vector(errors, "errors")
    same_length(sizes=n, errors=y)
    order = np.argsort(n, kind="stable")
    n, y = n[order], y[order]
    parts = []
    for k in range(2, len(n)):
        curve = fit_learning_curve(n[:k], y[:k], form=form, sd=sd, rng=rng, draws=draws)
        if isinstance(curve, LearningCurve):
            parts.append(_foretold(curve, n[k:], rng))
    if not parts:
        return TooLittle("no round is left to be foretold", len(n))
    used = np.concatenate([np.full(p.shape[1], len(n) - p.shape[1]) for p in parts])
    middle, p10, p90 = np.concatenate(parts, axis=1)
    observed = np.concatenate([y[len(n) - p.shape[1] :] for p in parts])
    later = np.concatenate([n[len(n) - p.shape[1] :] for p in parts])
    return Hindcast(
        used.astype(np.int64), later, middle, p10, p90, observed,
        (observed >= p10) & (observed <= p90), float(np.mean(observed - middle)), len(observed),
        f"{form}, refitted to the first rounds; P10 to P90",
    )  # fmt: skip


def _foretold(curve: LearningCurve, sizes: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Point, P10 and P90 (3, m) of the errors to be measured at `sizes`."""
    drawn = errors_of(curve.form, curve.fan, sizes)
    drawn = drawn + float(curve.noise.mean()) * rng.standard_normal(drawn.shape)
    own = errors_of(curve.form, curve.row(), sizes)
    return np.concatenate([own, np.quantile(drawn, [0.1, 0.9], axis=0)])
