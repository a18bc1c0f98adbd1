"""Items needed to know a share: overall, in every stratum, or to claim that there is no defect."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from assay._arrays import IntArray, finite_vector, open_share, positive
from assay.intervals import normal_quantile
from assay.results import Result
from assay.sizing.size import SampleSize, rounded_up


@dataclass(frozen=True, slots=True, eq=False)
class StrataSizes(Result):
    """Items needed in each stratum: `sizes` (H,), and their sum `total`."""

    sizes: IntArray
    total: int
    method: str
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)


def proportion_sample_size(
    half_width: float,
    *,
    p: float = 0.5,
    level: float = 0.95,
    population: int | None = None,
    design_effect: float = 1.0,
) -> SampleSize:
    """Items needed to know a share to ± `half_width`.

    n₀ = z² p(1 − p)/h² · deff; with a finite `population` N, n = n₀/(1 + (n₀ − 1)/N). Cochran
    (1977), ch. 4. `p` is the share expected, 0.5 the most cautious. The normal approximation is
    poor where fewer than some five items would fall on the rarer side.

    :raises ValueError: an argument is out of range.

    >>> proportion_sample_size(0.05).n, proportion_sample_size(0.05, population=2000).n
    (385, 323)
    """
    z = normal_quantile((1 + open_share(level, "level")) / 2)
    share, half = open_share(p, "p"), open_share(half_width, "half_width")
    if positive(design_effect, "design_effect") < 1:
        raise ValueError(f"design_effect must be at least 1, not {design_effect}")
    n = z * z * share * (1 - share) / half**2 * design_effect
    if population is not None:
        n = n / (1 + (n - 1) / positive(population, "population"))
    return SampleSize(
        rounded_up(n), "share, normal approximation",
        {"half_width": half_width, "p": p, "level": level, "population": population,
         "design_effect": design_effect},
    )  # fmt: skip


def strata_sample_sizes(
    half_width: float,
    populations: ArrayLike,
    *,
    p: ArrayLike = 0.5,
    level: float = 0.95,
    design_effect: float = 1.0,
    together: Literal["each", "all"] = "each",
) -> StrataSizes:
    """Items per stratum to know each stratum's share to ± `half_width`.

    `proportion_sample_size` for each of the `populations` N_h, shape (H,), with the share `p`
    expected in each (one number for all, or shape (H,)). A margin in every stratum costs about H
    times the margin for the whole. With together="all" the level holds for all strata at once, by
    Bonferroni: 1 − (1 − level)/H for each. An empty stratum needs 0.

    :raises ValueError: lengths differ, or an argument is out of range.

    >>> strata_sample_sizes(0.05, [2000, 500, 80]).sizes.tolist()
    [323, 218, 67]
    """
    if together not in ("each", "all"):
        raise ValueError(f"together must be 'each' or 'all', not {together!r}")
    whole = finite_vector(populations, "populations")
    if len(whole) == 0 or (whole < 0).any():
        raise ValueError("populations must be one number of items or more, none negative")
    shares = finite_vector(np.broadcast_to(p, whole.shape) if np.ndim(p) == 0 else p, "p")
    if len(shares) != len(whole):
        raise ValueError(f"lengths differ: populations has {len(whole)}, p has {len(shares)}")
    of_each = open_share(level, "level")
    if together == "all":
        of_each = 1 - (1 - level) / len(whole)
    sizes = [
        proportion_sample_size(
            half_width, p=share, level=of_each, population=held, design_effect=design_effect
        ).n if held else 0
        for held, share in zip(whole.astype(int).tolist(), shares.tolist(), strict=True)
    ]  # fmt: skip
    return StrataSizes(
        np.asarray(sizes, dtype=np.int64), sum(sizes), "share per stratum, normal approximation",
        {"half_width": half_width, "level": level, "level_of_each": of_each,
         "design_effect": design_effect},
    )  # fmt: skip


def zero_defect_size(most: float, *, level: float = 0.95) -> SampleSize:
    """Items to find free of defects before a defect rate under `most` can be claimed.

    The smallest n with (1 − most)^n ≤ 1 − level.

    :raises ValueError: a share is not between 0 and 1.

    >>> zero_defect_size(0.01).n
    299
    """
    open_share(most, "most"), open_share(level, "level")
    n = math.log1p(-level) / math.log1p(-most)
    return SampleSize(rounded_up(n), "zero defects, exact binomial", {"most": most, "level": level})
