"""Few human labels spread over the judge's grades: the best plan for a mean or a share.

The judge's grade is the stratum. Decide with `labels_by_grade` how many labels each grade gets,
draw them with `assay.sampling.stratified_draw`, and estimate with `stratified_by_grade`. For labels
that were drawn without such a plan, use `post_stratified`. NaN is "the judge gave no grade" and is
a stratum of its own: a refusal or a time-out is never a label.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from assay._arrays import FloatArray, IntArray, finite_vector, same_length
from assay.judges._sample import (
    FEWEST_LABELS,
    estimate,
    is_scant_share,
    too_few,
)
from assay.results import Estimate, TooLittle
from assay.sampling import neyman_allocation, whole_allocation


@dataclass(frozen=True, slots=True)
class _Strata:
    """Per stratum: items N_h, labels n_h, mean, and s²_h of the human values."""

    items: FloatArray
    labels: FloatArray
    means: FloatArray
    variances: FloatArray
    merged: int
    smoothed: bool

    @property
    def shares(self) -> FloatArray:
        return np.asarray(self.items / self.items.sum(), dtype=np.float64)


def labels_by_grade(
    judge: ArrayLike, n: int, *, prior_sds: Mapping[float, float] | None = None
) -> dict[float | None, int]:
    """How many of `n` human labels each judge grade gets; None stands for "no grade".

    In proportion to the items of each grade (Cochran 1977, ch. 5), two at least. With `prior_sds`,
    the standard deviations S_h of the human value expected at each grade, n_h ∝ N_h·S_h (Neyman
    1934); they must be fixed before the labels are seen, because a pilot used twice makes the
    interval too short (93 % for 95 %). For shares, 0.25, 0.45, 0.5, 0.45 suit grades 0 to 3.
    `judge`: grades of all N items, shape (N,), NaN where missing; missing grades get the largest S.

    :raises ValueError: n is not between 1 and N, or a grade has no prior.

    >>> labels_by_grade([0] * 60 + [1] * 30 + [2] * 10, 20)
    {0.0: 12, 1.0: 6, 2.0: 2}
    """
    grades, items = np.unique(grades_or_nan(judge, "judge"), return_counts=True)
    if not 1 <= n <= items.sum():
        raise ValueError(f"n must lie between 1 and {items.sum()}, not {n}")
    if prior_sds is None:
        wanted = n * items / items.sum()
    else:
        wanted = neyman_allocation(items, _priors(grades, prior_sds), n)
    whole = whole_allocation(wanted, capacity=items).tolist()
    names = (None if math.isnan(grade) else grade for grade in grades.tolist())
    return dict(zip(names, whole, strict=True))


def stratified_by_grade(
    human: ArrayLike,
    judge: ArrayLike,
    unlabelled: ArrayLike,
    *,
    level: float = 0.95,
    fewest: int = FEWEST_LABELS,
) -> Estimate | TooLittle:
    """Mean of all N items from labels drawn grade by grade, as planned by `labels_by_grade`.

    θ̂ = Σ W_h ȳ_h, V = Σ W_h²(1 − n_h/N_h)s_h²/n_h, t with Satterthwaite's degrees of freedom
    V²/Σ(V_h²/(n_h − 1)). Cochran (1977), ch. 5. For 0/1 values under 200 labels, or with fewer than
    20 of either kind, s_h² = p̃(1 − p̃) with p̃ = (k + 1)/(n_h + 2), so that a stratum without a
    positive still has spread; a 95 % interval then covers 94 to 99 %. Grades with one label or none
    are merged with their neighbour, which biases a little where the plan was not in proportion.
    Shapes: `human`, `judge` (n,), `unlabelled` (N − n,); NaN grades allowed.

    :raises ValueError: lengths differ, a human value is not finite, or an option is out of range.

    >>> found = stratified_by_grade([0, 0, 1] * 20 + [1, 1, 0] * 20, [0] * 60 + [1] * 60, [0] * 600)
    >>> round(found.value, 4), round(found.diagnostics["standard_error"], 4)
    (0.3611, 0.0534)
    """
    strata = _strata(human, judge, unlabelled, fewest, level)
    if isinstance(strata, TooLittle):
        return strata
    left = 1 - strata.labels / strata.items
    parts = strata.shares**2 * left * strata.variances / strata.labels
    variance = float(parts.sum())
    weighed = float((parts**2 / (strata.labels - 1)).sum())
    freedom = variance**2 / weighed if weighed else float(strata.labels.sum() - len(parts))
    return _stratified(strata, variance, freedom, level,
                       "stratified by judge grade; Satterthwaite t interval")  # fmt: skip


def post_stratified(
    human: ArrayLike,
    judge: ArrayLike,
    unlabelled: ArrayLike,
    *,
    level: float = 0.95,
    fewest: int = FEWEST_LABELS,
) -> Estimate | TooLittle:
    """Mean of all N items from a simple random sample, weighted back to the judge's grades.

    θ̂ = Σ W_h ȳ_h, V = (1 − n/N)(Σ W_h s_h²/n + Σ (1 − W_h)s_h²/n²), the second term for the labels
    that fall into each grade by chance; t(n − H). Cochran (1977), 5A.9. Smoothing, merging and
    shapes as in `stratified_by_grade`.

    :raises ValueError: lengths differ, a human value is not finite, or an option is out of range.

    >>> found = post_stratified([0, 0, 1] * 20 + [1, 1, 0] * 20, [0] * 60 + [1] * 60, [0] * 600)
    >>> round(found.value, 4), round(found.diagnostics["standard_error"], 4)
    (0.3611, 0.0396)
    """
    strata = _strata(human, judge, unlabelled, fewest, level)
    if isinstance(strata, TooLittle):
        return strata
    n, share = float(strata.labels.sum()), strata.shares
    planned = float(share @ strata.variances) / n
    by_chance = float((1 - share) @ strata.variances) / n**2
    variance = (1 - n / float(strata.items.sum())) * (planned + by_chance)
    return _stratified(strata, variance, n - len(share), level,
                       "post-stratified by judge grade; t interval")  # fmt: skip


def grades_or_nan(values: ArrayLike, name: str) -> FloatArray:
    """Return grades as a vector in which NaN means that there is none."""
    vector = np.asarray(values, dtype=np.float64)
    if vector.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, not of shape {vector.shape}")
    if np.isinf(vector).any():
        raise ValueError(f"{name} must hold finite numbers, or NaN where there is no grade")
    return vector


def _priors(grades: FloatArray, prior_sds: Mapping[float, float]) -> FloatArray:
    if lacking := [grade for grade in grades.tolist() if grade == grade and grade not in prior_sds]:
        raise ValueError(f"prior_sds has no standard deviation for grade {lacking[0]:g}")
    most = max(prior_sds.values(), default=1.0)
    return np.asarray([prior_sds.get(grade, most) for grade in grades.tolist()], dtype=np.float64)


def _stratified(
    strata: _Strata, variance: float, freedom: float, level: float, method: str
) -> Estimate:
    warnings = (
        (f"{strata.merged} grades had too few labels and were merged",) if strata.merged else ()
    )
    return estimate(
        float(strata.shares @ strata.means), variance, freedom, level=level,
        n=int(strata.labels.sum()), method=method, warnings=warnings,
        strata=len(strata.items), smoothed=strata.smoothed,
    )  # fmt: skip


def _strata(
    human: ArrayLike, judge: ArrayLike, unlabelled: ArrayLike, fewest: int, level: float
) -> _Strata | TooLittle:
    y, f = finite_vector(human, "human"), grades_or_nan(judge, "judge")
    rest = grades_or_nan(unlabelled, "unlabelled")
    same_length(human=y, judge=f)
    if refusal := too_few(len(y), fewest, 2, level):
        return refusal
    _, codes = np.unique(np.concatenate([f, rest]), return_inverse=True)
    counts = np.bincount(codes[: len(f)], minlength=int(codes.max()) + 1)
    joined = _merged(counts.astype(np.int64))
    codes = joined[codes]
    merged = len(joined) - len(np.unique(joined))
    return _moments(y, codes, merged, is_scant_share(y))


def _merged(labels: IntArray) -> IntArray:
    """Map each stratum to its group: a thin one joins its neighbour until each has two labels."""
    group, held = np.zeros(len(labels), dtype=np.int64), 0
    for row, count in enumerate(labels.tolist()):
        if row and held >= 2:
            group[row:] += 1
            held = 0
        held += count
    if held < 2:
        group[group == group[-1]] = max(int(group[-1]) - 1, 0)
    return group


def _moments(y: FloatArray, codes: IntArray, merged: int, smoothed: bool) -> _Strata:
    mine = codes[: len(y)]
    items, labels = np.bincount(codes).astype(np.float64), np.bincount(mine).astype(np.float64)
    sums = np.bincount(mine, y)
    means = sums / labels
    squares = np.bincount(mine, (y - means[mine]) ** 2)
    chance = (sums + 1) / (labels + 2)
    variances = chance * (1 - chance) if smoothed else squares / (labels - 1)
    return _Strata(items, labels, means, variances, merged, smoothed)
