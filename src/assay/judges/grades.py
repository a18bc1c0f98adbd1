"""What a judge answered, checked against the scale before anything is computed from it."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from assay._arrays import FloatArray
from assay.results import Result

OutOfRange: TypeAlias = Literal["error", "missing"]


@dataclass(frozen=True, slots=True, eq=False)
class JudgeGrades(Result):
    """The judge's grades, shape (N,), NaN where there is none.

    `failures` counts answers that never came (refusal, time-out); `out_of_range` counts those that
    are not on the scale and were set to missing, and `examples` shows the first as (row, value).
    """

    grades: FloatArray
    failures: int
    out_of_range: int
    examples: tuple[tuple[int, float], ...] = ()


def judge_grades(
    answers: Sequence[float | None],
    *,
    scale: Collection[float],
    out_of_range: OutOfRange = "error",
) -> JudgeGrades:
    """Check a judge's answers against the scale; None or NaN is a failure, never a label.

    An answer off the scale stops the work with its row and value, unless `out_of_range="missing"`
    says that such answers count as failures. They are never clipped to the nearest grade: a 5 on
    a scale of 0 to 3 is not a strong 3, but a sign that the answer was not understood.

    :raises ValueError: the scale is empty, an answer is off the scale, or the policy is unknown.

    >>> judge_grades([0, 3, None, 5], scale=range(4), out_of_range="missing").grades.tolist()
    [0.0, 3.0, nan, nan]
    >>> judge_grades([0, 3, None, 5], scale=range(4))
    Traceback (most recent call last):
        ...
    ValueError: the judge's label in row 3 is 5, not on the scale 0, 1, 2, 3
    """
    if not scale:
        raise ValueError("scale must name at least one grade")
    if out_of_range not in ("error", "missing"):
        raise ValueError(f"out_of_range must be 'error' or 'missing', not {out_of_range!r}")
    grades = np.asarray([math.nan if each is None else each for each in answers], dtype=np.float64)
    failed, allowed = np.isnan(grades), np.asarray(sorted(scale), dtype=np.float64)
    wrong = np.flatnonzero(~failed & ~np.isin(grades, allowed))
    if len(wrong) and out_of_range == "error":
        told = ", ".join(f"{grade:g}" for grade in allowed)
        row = int(wrong[0])
        raise ValueError(
            f"the judge's label in row {row} is {grades[row]:g}, not on the scale {told}"
        )
    shown = tuple((int(row), float(grades[row])) for row in wrong[:3])
    grades[wrong] = np.nan
    return JudgeGrades(grades, int(failed.sum()), len(wrong), shown)
