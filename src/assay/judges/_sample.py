"""What the estimators share: the labelled sample beside the judge's grades, and the interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from assay._arrays import FloatArray, finite_vector, open_share, same_length
from assay.results import Estimate, TooLittle

FEWEST_LABELS = 50
"""Below this many human labels no interval is shown: measured coverage falls under 92 %."""

FEW_LABELS = 200
"""Below this many, a share needs a smoothed or a Wilson interval to keep its coverage."""

FEW_CASES = 20
"""And so it does with fewer positives, or fewer negatives, than this, however many labels."""

Target: TypeAlias = Literal["these", "population"]


@dataclass(frozen=True, slots=True)
class Sample:
    """Human values and judge grades of the n labelled items, judge grades of the other items."""

    human: FloatArray
    judge: FloatArray
    unlabelled: FloatArray

    @property
    def n(self) -> int:
        return len(self.human)

    @property
    def size(self) -> int:
        return len(self.human) + len(self.unlabelled)

    @property
    def judge_mean(self) -> float:
        """The judge's mean over all N items, labelled or not."""
        return float((self.judge.sum() + self.unlabelled.sum()) / self.size)


def sample_of(human: ArrayLike, judge: ArrayLike, unlabelled: ArrayLike) -> Sample:
    """Check the three vectors and hold them together; no grade may be missing."""
    y = finite_vector(human, "human")
    f, rest = graded(judge, "judge"), graded(unlabelled, "unlabelled")
    same_length(human=y, judge=f)
    return Sample(y, f, rest)


def graded(values: ArrayLike, name: str) -> FloatArray:
    """Return judge grades as a vector when none is missing."""
    vector = np.asarray(values, dtype=np.float64)
    if vector.ndim == 1 and (missing := int(np.isnan(vector).sum())):
        raise ValueError(
            f"{name} has no grade for {missing} items: "
            "use post_stratified, where they are a stratum of their own"
        )
    return finite_vector(vector, name)


def too_few(n: int, fewest: int, floor: int, level: float) -> TooLittle | None:
    """Why there is no interval, or None when there are labels enough.

    :raises ValueError: `fewest` is under `floor`, what the estimator's variance needs, or `level`
        is not between 0 and 1.
    """
    open_share(level, "level")
    if fewest < floor:
        raise ValueError(f"fewest must be at least {floor}, not {fewest}")
    if n >= fewest:
        return None
    return TooLittle(f"an interval needs {fewest} human labels", n)


def estimate(
    value: float,
    variance: float,
    freedom: float,
    *,
    level: float,
    n: int,
    method: str,
    warnings: tuple[str, ...] = (),
    **diagnostics: Any,
) -> Estimate:
    """value ± t(freedom)·√variance; infinite `freedom` gives the normal interval."""
    error = float(np.sqrt(max(variance, 0.0)))
    reach = t_quantile(freedom, level) * error
    return Estimate(
        value, value - reach, value + reach, level, n, method, warnings,
        {"standard_error": error, "degrees_of_freedom": freedom, **diagnostics},
    )  # fmt: skip


def t_quantile(freedom: float, level: float) -> float:
    """Half the two-sided interval in standard errors."""
    share = (1 + open_share(level, "level")) / 2
    return float(special.ndtri(share) if np.isinf(freedom) else special.stdtrit(freedom, share))


def check_target(target: Target) -> None:
    """Refuse a target that is not one of the two.

    :raises ValueError: it is not.
    """
    if target not in ("these", "population"):
        raise ValueError(f"target must be 'these' or 'population', not {target!r}")


def varies(values: FloatArray) -> bool:
    """Whether values differ by more than rounding."""
    return bool(len(values)) and float(np.ptp(values)) > 1e-12 * float(np.abs(values).max())


def is_scant_share(values: FloatArray) -> bool:
    """Whether values are 0/1 and too few, or too few of either, for the normal interval."""
    positives = float(values.sum())
    rarer = min(positives, len(values) - positives)
    return is_binary(values) and (len(values) < FEW_LABELS or rarer < FEW_CASES)


def is_binary(values: FloatArray) -> bool:
    """Whether all values are 0 or 1, so that their mean is a share."""
    return bool(np.isin(values, (0.0, 1.0)).all())
