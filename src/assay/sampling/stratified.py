"""Means and totals of the whole from strata."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from assay._arrays import FloatArray, finite_vector, open_share, same_length
from assay.results import Estimate, TooLittle


def stratified_mean(
    weights: ArrayLike,
    means: ArrayLike,
    sds: ArrayLike,
    sizes: ArrayLike,
    *,
    populations: ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate | TooLittle:
    """Mean of the whole from strata whose shares of it are known: ŷ = Σ W_h ȳ_h.

    SE² = Σ W_h² s_h²/n_h · (1 − n_h/N_h), the last factor where `populations` N_h are given.
    Cochran (1977), Sampling Techniques, ch. 5; t interval with Satterthwaite's degrees of freedom.
    `weights` W_h sum to 1 (traffic shares, not sample shares). Shape (H,) each.

    A stratum whose drawn items are all alike adds nothing to the error although it may vary: the
    interval is then too short, and a warning says so.

    :raises ValueError: lengths differ, weights do not sum to 1, or a number is out of range.

    >>> found = stratified_mean([.5, .3, .2], [.8, .7, .5], [.1, .2, .3], [40, 60, 100])
    >>> round(found.value, 4), round(found.diagnostics["standard_error"], 6)
    (0.71, 0.01259)
    """
    w, y, s, n = _strata(weights, means, sds, sizes)
    if (n[w > 0] < 2).any():
        return TooLittle("a stratum has fewer than two items", int(n.sum()))
    left = _left_out(n, populations)
    parts = w**2 * s**2 / np.maximum(n, 1) * left
    error = float(np.sqrt(parts.sum()))
    freedom = float(parts.sum() ** 2 / (parts[n > 1] ** 2 / (n[n > 1] - 1)).sum()) if error else 1.0
    reach = float(special.stdtrit(freedom, (1 + open_share(level, "level")) / 2)) * error
    mean = float(w @ y)
    alike = int(np.count_nonzero((s == 0) & (w > 0) & (left > 0)))
    return Estimate(
        mean, mean - reach, mean + reach, level, int(n.sum()),
        "stratified mean; Satterthwaite t interval",
        (f"strata whose items are all alike, counted as without error: {alike}",) if alike else (),
        {"standard_error": error, "degrees_of_freedom": freedom},
    )  # fmt: skip


def stratified_estimate(
    values: ArrayLike,
    strata: Sequence[Hashable],
    populations: Mapping[Any, int],
    *,
    of: Literal["mean", "total"],
    level: float = 0.95,
) -> Estimate | TooLittle:
    """Mean or total of the frame from the items of a stratified draw and the strata's sizes.

    `values` (n,) of the drawn items, `strata` (n,) the stratum of each (`Draw.strata`), and
    `populations` N_h of every stratum of the frame. W_h = N_h/N; see `stratified_mean`. The total
    is N times the mean, its interval too.

    :raises ValueError: lengths differ, a stratum has no population or more items than it, or a
        value is not finite.

    >>> found = stratified_estimate([1, 0, 1, 5, 7], "aaabb", {"a": 30, "b": 10}, of="total")
    >>> found.value, round(found.low, 1), round(found.high, 1)
    (80.0, 36.4, 123.6)
    """
    y = finite_vector(values, "values")
    if len(strata) != len(y):
        raise ValueError(f"lengths differ: values has {len(y)}, strata has {len(strata)}")
    if of not in ("mean", "total"):
        raise ValueError(f"of must be 'mean' or 'total', not {of!r}")
    if unknown := set(strata) - set(populations):
        raise ValueError(f"strata without a population: {sorted(map(repr, unknown))}")
    names = sorted(populations, key=repr)
    row = {name: position for position, name in enumerate(names)}
    codes = np.asarray([row[stratum] for stratum in strata], dtype=np.int64)
    sizes = finite_vector([populations[name] for name in names], "populations")
    if (sizes < 0).any() or not sizes.any():
        raise ValueError("populations must not be negative, nor all zero")
    means, sds, n = _moments(y, codes, len(names))
    found = stratified_mean(sizes / sizes.sum(), means, sds, n, populations=sizes, level=level)
    if of == "mean" or isinstance(found, TooLittle):
        return found
    return _scaled(found, float(sizes.sum()))


def _moments(
    y: FloatArray, codes: np.ndarray[Any, np.dtype[np.int64]], count: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean, standard deviation and number of items of each stratum."""
    n = np.bincount(codes, minlength=count).astype(np.float64)
    means = np.bincount(codes, y, minlength=count) / np.maximum(n, 1)
    squares = np.bincount(codes, (y - means[codes]) ** 2, minlength=count)
    return means, np.sqrt(squares / np.maximum(n - 1, 1)), n


def _scaled(found: Estimate, size: float) -> Estimate:
    error = found.diagnostics["standard_error"] * size
    return replace(
        found, value=found.value * size, low=found.low * size, high=found.high * size,
        method=found.method.replace("mean", "total", 1),
        diagnostics={**found.diagnostics, "standard_error": error},
    )  # fmt: skip


def _strata(
    weights: ArrayLike, means: ArrayLike, sds: ArrayLike, sizes: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    w, y = finite_vector(weights, "weights"), finite_vector(means, "means")
    s, n = finite_vector(sds, "sds"), finite_vector(sizes, "sizes")
    same_length(weights=w, means=y, sds=s, sizes=n)
    if (w < 0).any() or abs(float(w.sum()) - 1) > 1e-9:
        raise ValueError(f"weights must not be negative and must sum to 1, not {w.sum():.9g}")
    if (s < 0).any() or (n < 0).any():
        raise ValueError("standard deviations and sizes must not be negative")
    return w, y, s, n


def _left_out(n: FloatArray, populations: ArrayLike | None) -> FloatArray:
    """The share of each stratum that was not drawn; 1 where its size is not given."""
    if populations is None:
        return np.ones(len(n))
    whole = finite_vector(populations, "populations")
    same_length(sizes=n, populations=whole)
    if (whole < n).any():
        raise ValueError("a stratum's sample is larger than its population")
    return np.asarray(1 - n / np.maximum(whole, 1), dtype=np.float64)
