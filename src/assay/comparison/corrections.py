"""p-values of several tests, adjusted for their number."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from assay._arrays import FloatArray, finite_vector


def holm(p_values: ArrayLike) -> FloatArray:
    """Holm's step-down adjusted p-values: the chance of any false claim stays under α.

    p̃_(i) = max_{j≤i} min(1, (m − j + 1)·p_(j)). Holm (1979), Scand. J. Statist. 6. Shape (m,).

    :raises ValueError: a value is not between 0 and 1.

    >>> holm([0.001, 0.012, 0.03, 0.045, 0.2]).round(3).tolist()
    [0.005, 0.048, 0.09, 0.09, 0.2]
    """
    p, order = _sorted_p(p_values)
    steps = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    return _unsorted(np.minimum(steps, 1.0), order)


def benjamini_hochberg(p_values: ArrayLike) -> FloatArray:
    """Adjusted p-values that hold the expected share of false claims under α.

    p̃_(i) = min_{j≥i} min(1, m·p_(j)/j). Benjamini & Hochberg (1995), JRSS B 57. Independent or
    positively dependent tests. Shape (m,).

    :raises ValueError: a value is not between 0 and 1.

    >>> benjamini_hochberg([0.001, 0.012, 0.03, 0.045, 0.2]).round(5).tolist()
    [0.005, 0.03, 0.05, 0.05625, 0.2]
    """
    p, order = _sorted_p(p_values)
    return _unsorted(_step_up(p[order], 1.0), order)


def benjamini_yekutieli(p_values: ArrayLike) -> FloatArray:
    """Adjusted p-values that hold the expected share of false claims under α, however dependent.

    p̃_(i) = min_{j≥i} min(1, m·c_m·p_(j)/j) with c_m = Σ 1/i. Benjamini & Yekutieli (2001), Annals
    of Statistics 29. Costs a factor of about ln m over Benjamini & Hochberg. Shape (m,).

    :raises ValueError: a value is not between 0 and 1.

    >>> benjamini_yekutieli([0.001, 0.012, 0.03, 0.045, 0.2]).round(4).tolist()
    [0.0114, 0.0685, 0.1142, 0.1284, 0.4567]
    """
    p, order = _sorted_p(p_values)
    return _unsorted(_step_up(p[order], float((1 / np.arange(1, len(p) + 1)).sum())), order)


def _step_up(ranked: FloatArray, factor: float) -> FloatArray:
    scaled = ranked * (factor * len(ranked)) / np.arange(1, len(ranked) + 1)
    return np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)


def _sorted_p(p_values: ArrayLike) -> tuple[FloatArray, np.ndarray[Any, np.dtype[np.intp]]]:
    p = finite_vector(p_values, "p_values")
    if ((p < 0) | (p > 1)).any():
        raise ValueError("p_values must lie between 0 and 1")
    return p, np.argsort(p, kind="stable")


def _unsorted(values: FloatArray, order: np.ndarray[Any, np.dtype[np.intp]]) -> FloatArray:
    restored = np.empty_like(values)
    restored[order] = values
    return restored
