"""Drawing items with known chances, and estimating from them with those chances.

The chance of each item to be drawn is fixed at the draw and travels with its label: without it no
estimate for the whole is possible.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from assay._arrays import FloatArray, IntArray, finite_vector, open_share, same_length
from assay.intervals import normal_quantile
from assay.results import Estimate, Result, TooLittle


@dataclass(frozen=True, slots=True, eq=False)
class Draw(Result):
    """A stratified draw: `indices` (n,) into the frame, ascending, and each one's inclusion
    `probabilities` (n,) and stratum `strata` (n,)."""

    indices: IntArray
    probabilities: FloatArray
    strata: tuple[Any, ...]


def stratified_draw(
    strata: Sequence[Hashable], allocation: Mapping[Any, int], *, rng: np.random.Generator
) -> Draw:
    """Draw without replacement, `allocation[h]` items from each stratum h with equal chances.

    π_i = n_h / N_h. `strata` names the stratum of every item of the frame. Strata without an
    allocation are refused, because no estimate for the whole could follow: allot 0 to leave one
    out on purpose.

    :raises ValueError: the strata and the allocation differ, or a stratum has fewer items.

    >>> drawn = stratified_draw("aaaabb", {"a": 2, "b": 1}, rng=np.random.default_rng(5))
    >>> drawn.probabilities.tolist(), len(drawn.indices)
    ([0.5, 0.5, 0.5], 3)
    """
    members: dict[Hashable, list[int]] = {}
    for position, stratum in enumerate(strata):
        members.setdefault(stratum, []).append(position)
    if differing := set(members) ^ set(allocation):
        raise ValueError(f"strata and allocation differ in {sorted(map(repr, differing))}")
    chances = np.zeros(len(strata))
    chosen = [_from_stratum(h, members[h], allocation[h], chances, rng) for h in allocation]
    indices = np.sort(np.concatenate([*chosen, np.zeros(0, dtype=np.int64)]))
    return Draw(indices, chances[indices], tuple(strata[row] for row in indices.tolist()))


def _from_stratum(
    stratum: Hashable, members: list[int], wanted: int, chances: FloatArray,
    rng: np.random.Generator,
) -> IntArray:  # fmt: skip
    if not 0 <= wanted <= len(members):
        raise ValueError(f"stratum {stratum!r} has {len(members)} items, {wanted} are asked")
    chances[members] = wanted / len(members)
    return rng.choice(np.asarray(members, dtype=np.int64), size=wanted, replace=False)


def horvitz_thompson(
    values: ArrayLike, probabilities: ArrayLike, *, level: float = 0.95
) -> Estimate | TooLittle:
    """Total of the frame from a sample with unequal chances: Σ y_i/π_i.

    Horvitz & Thompson (1952), JASA 47. The variance is that of independent (Poisson) draws,
    Σ (1 − π_i)(y_i/π_i)², which overstates that of fixed-size stratified draws. Shape (n,) each.

    :raises ValueError: lengths differ, a value is not finite, or a probability is not in (0, 1].

    >>> horvitz_thompson([1, 0, 1, 0, 1, 0], [1, 1, 0.5, 0.5, 0.1, 0.1]).value
    13.0
    """
    y, chance = _weighted(values, probabilities)
    if len(y) < 2:
        return TooLittle("a weighted total needs two drawn items", len(y))
    error = float(np.sqrt(((1 - chance) * (y / chance) ** 2).sum()))
    return _normal(float((y / chance).sum()), error, level, len(y),
                   "Horvitz-Thompson total; Poisson variance", chance)  # fmt: skip


def hajek(
    values: ArrayLike, probabilities: ArrayLike, *, level: float = 0.95
) -> Estimate | TooLittle:
    """Mean of the frame from a sample with unequal chances: Σ(y_i/π_i) / Σ(1/π_i).

    Hájek (1971). Steadier than the Horvitz–Thompson total over N, at a bias of order 1/n.
    Linearised Poisson variance Σ (1 − π_i)((y_i − ŷ)/π_i)² / (Σ 1/π_i)². Shape (n,) each.

    :raises ValueError: lengths differ, a value is not finite, or a probability is not in (0, 1].

    >>> hajek([1, 0, 1, 0, 1, 0], [1, 1, 0.5, 0.5, 0.1, 0.1]).value
    0.5
    """
    y, chance = _weighted(values, probabilities)
    if len(y) < 2:
        return TooLittle("a weighted mean needs two drawn items", len(y))
    size = float((1 / chance).sum())
    mean = float((y / chance).sum() / size)
    error = float(np.sqrt(((1 - chance) * ((y - mean) / chance) ** 2).sum()) / size)
    return _normal(mean, error, level, len(y), "Hájek mean; linearised Poisson variance", chance)


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

    :raises ValueError: lengths differ, weights do not sum to 1, or a number is out of range.

    >>> found = stratified_mean([.5, .3, .2], [.8, .7, .5], [.1, .2, .3], [40, 60, 100])
    >>> round(found.value, 4), round(found.diagnostics["standard_error"], 6)
    (0.71, 0.01259)
    """
    w, y, s, n = _strata(weights, means, sds, sizes)
    if (n[w > 0] < 2).any():
        return TooLittle("a stratum has fewer than two items", int(n.sum()))
    parts = _stratum_variances(w, s, n, populations)
    error = float(np.sqrt(parts.sum()))
    freedom = float(parts.sum() ** 2 / (parts[n > 1] ** 2 / (n[n > 1] - 1)).sum()) if error else 1.0
    reach = float(special.stdtrit(freedom, (1 + open_share(level, "level")) / 2)) * error
    mean = float(w @ y)
    return Estimate(
        mean, mean - reach, mean + reach, level, int(n.sum()),
        "stratified mean; Satterthwaite t interval",
        diagnostics={"standard_error": error, "degrees_of_freedom": freedom},
    )  # fmt: skip


def neyman_allocation(weights: ArrayLike, sds: ArrayLike, n: int) -> FloatArray:
    """How to spread n draws over strata for the smallest standard error: n_h ∝ W_h s_h.

    Neyman (1934), JRSS 97. Not rounded: see `whole_allocation`. Shape (H,).

    :raises ValueError: lengths differ, a number is negative, or no stratum varies.

    >>> neyman_allocation([0.5, 0.3, 0.2], [0.1, 0.2, 0.3], 200).round(1).tolist()
    [58.8, 70.6, 70.6]
    """
    w, s = finite_vector(weights, "weights"), finite_vector(sds, "sds")
    same_length(weights=w, sds=s)
    if (w < 0).any() or (s < 0).any() or n < 1:
        raise ValueError("weights and sds must not be negative, and n at least 1")
    if not (w * s).any():
        raise ValueError("no stratum varies: allot in proportion to the weights")
    return n * w * s / float(w @ s)


def whole_allocation(wanted: ArrayLike, *, capacity: ArrayLike, at_least: int = 2) -> IntArray:
    """Round an allocation to whole items, keeping its total where capacity allows.

    Largest remainders (Hamilton) after `at_least` for each stratum, so that each has a variance;
    what a full stratum cannot take goes to the others in proportion. Shape (H,).

    :raises ValueError: lengths differ, or a number is negative.

    >>> whole_allocation([58.8, 70.6, 70.6], capacity=[500, 65, 500]).tolist()
    [61, 65, 74]
    """
    share, room = finite_vector(wanted, "wanted"), np.floor(finite_vector(capacity, "capacity"))
    same_length(wanted=share, capacity=room)
    if (share < 0).any() or (room < 0).any() or at_least < 0:
        raise ValueError("an allocation and a capacity must not be negative")
    low = np.minimum(at_least, room)
    total = min(max(round(float(share.sum())), int(low.sum())), int(room.sum()))
    return _largest_remainders(_scaled_within(share, low, room, total), room, total)


def _scaled_within(share: FloatArray, low: FloatArray, room: FloatArray, total: int) -> FloatArray:
    """Scale `share` so that, held between `low` and `room`, it sums to `total` (by bisection)."""
    base = np.maximum(share, 1e-9)  # a stratum asked for nothing fills only when all others have
    small, large = 0.0, float((room / base).max(initial=0.0)) + 1.0
    for _ in range(200):
        middle = (small + large) / 2
        if np.clip(base * middle, low, room).sum() < total:
            small = middle
        else:
            large = middle
    return np.clip(base * large, low, room)


def _largest_remainders(share: FloatArray, room: FloatArray, total: int) -> IntArray:
    whole = np.floor(share + 1e-9)
    remainders = np.where(whole < room, share - whole, -np.inf)
    for row in np.argsort(-remainders, kind="stable")[: int(total - whole.sum())]:
        whole[row] += 1
    return whole.astype(np.int64)


def kish_n_eff(weights: ArrayLike) -> float:
    """How many equally weighted items tell as much: (Σw)²/Σw². Kish (1965), Survey Sampling.

    :raises ValueError: a weight is negative or not finite, or all are 0.

    >>> round(kish_n_eff([1] * 50 + [5] * 50), 2)
    69.23
    """
    w = finite_vector(weights, "weights")
    if (w < 0).any() or not w.any():
        raise ValueError("weights must not be negative, nor all zero")
    return float(w.sum() ** 2 / (w @ w))


def _weighted(values: ArrayLike, probabilities: ArrayLike) -> tuple[FloatArray, FloatArray]:
    y, chance = finite_vector(values, "values"), finite_vector(probabilities, "probabilities")
    same_length(values=y, probabilities=chance)
    if ((chance <= 0) | (chance > 1)).any():
        raise ValueError("inclusion probabilities must lie above 0 and at most at 1")
    return y, chance


def _normal(
    value: float, error: float, level: float, n: int, method: str, chance: FloatArray
) -> Estimate:
    reach = normal_quantile((1 + open_share(level, "level")) / 2) * error
    n_eff = kish_n_eff(1 / chance)
    return Estimate(
        value, value - reach, value + reach, level, n, method,
        ("fewer than 30 items: the normal interval is rough",) if n < 30 else (),
        {"standard_error": error, "kish_n_eff": n_eff},
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


def _stratum_variances(
    w: FloatArray, s: FloatArray, n: FloatArray, populations: ArrayLike | None
) -> FloatArray:
    parts = w**2 * s**2 / np.maximum(n, 1)
    if populations is None:
        return parts
    whole = finite_vector(populations, "populations")
    same_length(sizes=n, populations=whole)
    if (whole < n).any():
        raise ValueError("a stratum's sample is larger than its population")
    return np.asarray(parts * (1 - n / np.maximum(whole, 1)), dtype=np.float64)
