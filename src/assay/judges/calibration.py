"""From a judge's grade to the human value that it stands for.

Judges are lenient or strict each in their own way, so a raw grade is never a gain. Fit per
project and language, and again whenever model, prompt or rubric change.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from assay._arrays import FloatArray, IntArray, finite_vector, same_length
from assay.judges._sample import FEWEST_LABELS, t_quantile, too_few
from assay.judges.strata import grades_or_nan
from assay.results import Result, TooLittle

PSEUDO_COUNTS = 2.0
"""How many labels' worth each grade is pulled towards the overall mean."""


@dataclass(frozen=True, slots=True, eq=False)
class GradeCalibration(Result):
    """Human mean by judge grade: arrays of shape (G,), grades ascending, NaN ("no grade") last.

    `mean` is shrunk towards `overall`; `low` and `high` bound the unshrunk mean at `level` and are
    NaN where a grade has fewer than two labels. `labels` counts the human labels of each grade.
    """

    grades: FloatArray
    mean: FloatArray
    low: FloatArray
    high: FloatArray
    labels: IntArray
    overall: float
    level: float
    n: int
    method: str
    warnings: tuple[str, ...] = ()


def calibrate(
    human: ArrayLike,
    judge: ArrayLike,
    *,
    chances: ArrayLike | None = None,
    level: float = 0.95,
    fewest: int = FEWEST_LABELS,
) -> GradeCalibration | TooLittle:
    """Mean human value at each judge grade, from the labelled items alone.

    Grade g: (Σ w_i y_i + 2·ȳ)/(Σ w_i + 2), weights w_i = 1/π_i scaled to mean 1, ȳ the weighted
    mean of all: two pseudo-labels pull rare grades to the middle. Intervals are Student's t of the
    labels at the grade, unweighted where `chances` is not given, else with Kish's effective n.
    Shape (n,) each; NaN in `judge` is a grade of its own.

    :raises ValueError: lengths differ, a value is not finite, or a chance is not in (0, 1].

    >>> found = calibrate([0, 0, 1, 1, 2, 3] * 10, [0, 0, 0, 1, 1, 1] * 10)
    >>> found.grades.tolist(), found.mean.round(3).tolist()
    ([0.0, 1.0], [0.385, 1.948])
    """
    y, f = finite_vector(human, "human"), grades_or_nan(judge, "judge")
    same_length(human=y, judge=f)
    weight = np.ones(len(y)) if chances is None else 1 / _chances(chances, y)
    if refusal := too_few(len(y), fewest, 2, level):
        return refusal
    grades, codes = np.unique(f, return_inverse=True)
    low, high = _grade_intervals(y, codes, weight, level)
    labels = np.bincount(codes)
    thin = int((labels < 10).sum())
    return GradeCalibration(
        grades, _shrunk(y, codes, weight / weight.mean(), len(grades)), low, high,
        labels.astype(np.int64), float(np.average(y, weights=weight)), level, len(y),
        "weighted mean by grade, two pseudo-labels; t interval",
        (f"{thin} grades rest on fewer than ten labels",) if thin else (),
    )  # fmt: skip


def calibrated(judge: ArrayLike, calibration: GradeCalibration) -> FloatArray:
    """The human value that each grade stands for; grades never met get the overall mean.

    Not for the items whose labels made the calibration: see `cross_fitted`. Shape (N,).

    :raises ValueError: a grade is infinite.

    >>> fit = calibrate([0, 0, 1, 1, 2, 3] * 10, [0, 0, 0, 1, 1, 1] * 10)
    >>> calibrated([1, 0, 7], fit).round(3).tolist()
    [1.948, 0.385, 1.167]
    """
    f = grades_or_nan(judge, "judge")
    found = np.full(len(f), calibration.overall)
    for grade, mean in zip(calibration.grades, calibration.mean, strict=True):
        found[(f == grade) | (np.isnan(f) & np.isnan(grade))] = mean
    return found


def cross_fitted(
    human: ArrayLike,
    judge: ArrayLike,
    chances: ArrayLike,
    queries: Sequence[Hashable],
    *,
    folds: int = 4,
) -> FloatArray:
    """Calibrated value of every item of a pool, each from the labels of other queries only.

    Queries go to `folds` folds in turn, in order of first appearance; a fold's items are calibrated
    on the labels of the other folds as in `calibrate`. So no label speaks for itself, and the
    difference estimator stays unbiased. Over the pool: `human` (N,) with NaN where there is no
    label, `judge` (N,) with NaN where it failed, `chances` (N,) the inclusion probabilities,
    `queries` (N,). A fold without labels elsewhere gets 0.

    :raises ValueError: lengths differ, folds < 2, or a labelled item's chance is not in (0, 1].

    >>> y = [1, np.nan, 3, 0, np.nan, 2, np.nan, 1]
    >>> cross_fitted(y, [0, 1] * 4, [0.5] * 8, "aabbccdd", folds=2).round(2).tolist()
    [1.89, 0.92, 1.33, 1.67, 1.89, 0.92, 1.33, 1.67]
    """
    y, f = grades_or_nan(human, "human"), grades_or_nan(judge, "judge")
    chance = finite_vector(chances, "chances")
    same_length(human=y, judge=f, chances=chance, queries=np.arange(len(queries)))
    if folds < 2:
        raise ValueError(f"folds must be at least 2, not {folds}")
    labelled = ~np.isnan(y)
    weight = np.zeros(len(y))
    weight[labelled] = 1 / _chances(chance[labelled], y[labelled])
    grades, codes = np.unique(f, return_inverse=True)
    fold = query_codes(queries) % folds
    found = np.zeros(len(y))
    for each in range(folds):
        if (known := labelled & (fold != each)).any():
            scaled = weight[known] / weight[known].mean()
            table = _shrunk(y[known], codes[known], scaled, len(grades))
            found[fold == each] = table[codes[fold == each]]
    return found


def query_codes(queries: Sequence[Hashable]) -> IntArray:
    """Number the queries 0, 1, … in order of first appearance: shape (N,)."""
    seen: dict[Hashable, int] = {}
    return np.asarray([seen.setdefault(query, len(seen)) for query in queries], dtype=np.int64)


def _chances(chances: ArrayLike, y: FloatArray) -> FloatArray:
    chance = finite_vector(chances, "chances")
    same_length(human=y, chances=chance)
    if ((chance <= 0) | (chance > 1)).any():
        raise ValueError("chances of labelled items must lie above 0 and at most at 1")
    return chance


def _shrunk(y: FloatArray, codes: IntArray, weight: FloatArray, grades: int) -> FloatArray:
    overall = float(np.average(y, weights=weight))
    sums = np.bincount(codes, weight * y, minlength=grades) + PSEUDO_COUNTS * overall
    return sums / (np.bincount(codes, weight, minlength=grades) + PSEUDO_COUNTS)


def _grade_intervals(
    y: FloatArray, codes: IntArray, weight: FloatArray, level: float
) -> tuple[FloatArray, FloatArray]:
    low, high = (np.full(int(codes.max()) + 1, np.nan) for _ in range(2))
    for grade in range(len(low)):
        values, w = y[codes == grade], weight[codes == grade]
        n_eff = float(w.sum() ** 2 / (w @ w))
        if len(values) > 1 and n_eff > 1:
            mean = float(np.average(values, weights=w))
            spread = float(np.average((values - mean) ** 2, weights=w)) * n_eff / (n_eff - 1)
            reach = t_quantile(n_eff - 1, level) * float(np.sqrt(spread / n_eff))
            low[grade], high[grade] = mean - reach, mean + reach
    return low, high
