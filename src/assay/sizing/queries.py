"""Queries needed to tell two systems, or several, apart."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from assay._arrays import FloatArray, IntArray, finite_vector, open_share, positive
from assay._noncentral import noncentral_t_cdf
from assay.results import Result, TooLittle
from assay.sizing.size import SampleSize, smallest


@dataclass(frozen=True, slots=True, eq=False)
class PowerCurve(Result):
    """What more queries bring: `power` (K,) at each number of queries `n` (K,)."""

    n: IntArray
    power: FloatArray
    sd: float
    difference: float
    alpha: float


def paired_power(n: int, sd: float, difference: float, *, alpha: float = 0.05) -> float:
    """Power of the two-sided paired t test with n queries.

    Noncentral t with ncp = √n·δ/σ_d, both tails. `sd` is that of the differences.

    :raises ValueError: n < 2, or a number is out of range.

    >>> round(paired_power(199, 0.10, 0.02), 3)
    0.802
    """
    if n < 2:
        raise ValueError(f"n must be at least 2, not {n}")
    size = math.sqrt(n) * positive(difference, "difference") / positive(sd, "sd")
    cut = float(special.stdtrit(n - 1, 1 - open_share(alpha, "alpha") / 2))
    above = noncentral_t_cdf(-cut, n - 1, -size)  # P(T > cut), kept exact where it is tiny
    return above + noncentral_t_cdf(-cut, n - 1, size)


def paired_power_curve(
    sizes: ArrayLike, sd: float, difference: float, *, alpha: float = 0.05
) -> PowerCurve:
    """Power of the paired t test at several numbers of queries; see `paired_power`.

    :raises ValueError: a size is below 2 or not whole, or a number is out of range.

    >>> paired_power_curve([50, 100, 199], 0.10, 0.02).power.round(2).tolist()
    [0.28, 0.51, 0.8]
    """
    n = finite_vector(sizes, "sizes")
    if (n != np.floor(n)).any():
        raise ValueError("sizes must be whole numbers")
    power = [paired_power(int(each), sd, difference, alpha=alpha) for each in n]
    return PowerCurve(n.astype(np.int64), np.asarray(power), sd, difference, alpha)


def paired_topics(
    sd: float, difference: float, *, alpha: float = 0.05, power: float = 0.8, most: int = 10_000_000
) -> SampleSize | TooLittle:
    """Queries needed to find a mean `difference` between two systems on the same queries.

    The smallest n whose exact paired-t power (see `paired_power`) reaches `power`; `sd` is the
    standard deviation of per-query differences, to be piloted, and differs much by metric.
    Sakai (2016), Information Retrieval Journal 19.

    :raises ValueError: a number is out of range.

    >>> paired_topics(0.20, 0.02).n
    787
    """
    open_share(power, "power")
    n = smallest(lambda n: paired_power(n, sd, difference, alpha=alpha), power, most)
    if n is None:
        return TooLittle(f"{most} queries do not reach a power of {power}", most)
    parameters = {"sd": sd, "difference": difference, "alpha": alpha, "power": power}
    return SampleSize(n, "paired t, noncentral t", parameters)


def detectable_difference(n: int, sd: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """The smallest mean difference that n queries find with `power`, by the paired t test.

    The δ at which `paired_power` equals `power`, in the units of `sd`, that of the per-query
    differences. The question to ask of a query set that cannot grow.

    :raises ValueError: n < 2, power is not above alpha, or a number is out of range.

    >>> round(detectable_difference(100, 0.10), 4)
    0.0283
    """
    if not open_share(alpha, "alpha") < open_share(power, "power"):
        raise ValueError(f"power {power} must be above alpha {alpha}")
    positive(sd, "sd")
    low, high = 0.0, 1.0
    while paired_power(n, 1.0, high, alpha=alpha) < power:
        low, high = high, high * 2
    for _ in range(50):
        middle = (low + high) / 2
        if paired_power(n, 1.0, middle, alpha=alpha) < power:
            low = middle
        else:
            high = middle
    return high * sd


def several_systems_power(
    n: int,
    variance: float,
    least_range: float,
    systems: int,
    *,
    blocks: Literal["none", "queries"] = "queries",
    alpha: float = 0.05,
) -> float:
    """Power of the F test that m systems do not all have the same mean over n queries.

    `least_range` D is the difference between best and worst that must not be missed; the least
    favourable placing of the others gives λ = n·D²/(2σ²). Noncentral F with m − 1 and
    (m − 1)(n − 1) degrees of freedom where every system answers the same queries
    (blocks="queries", σ² the residual variance after system and query), or m(n − 1) where each
    has queries of its own or their effect is left in (blocks="none", σ² the variance within a
    system). Sakai (2016), Information Retrieval Journal 19.

    :raises ValueError: n or `systems` is below 2, or a number is out of range.

    >>> round(several_systems_power(50, 0.05, 0.10, 4), 3)
    0.43
    """
    if n < 2 or systems < 2:
        raise ValueError(f"need two queries and two systems, not {n} and {systems}")
    if blocks not in ("none", "queries"):
        raise ValueError(f"blocks must be 'none' or 'queries', not {blocks!r}")
    noncentrality = n * positive(least_range, "least_range") ** 2 / 2
    noncentrality /= positive(variance, "variance")
    between = systems - 1
    within = (between if blocks == "queries" else systems) * (n - 1)
    cut = special.fdtri(between, within, 1 - open_share(alpha, "alpha"))
    return float(1 - special.ncfdtr(between, within, noncentrality, cut))


def several_systems_topics(
    variance: float,
    least_range: float,
    systems: int,
    *,
    blocks: Literal["none", "queries"] = "queries",
    alpha: float = 0.05,
    power: float = 0.8,
    most: int = 1_000_000,
) -> SampleSize | TooLittle:
    """Queries needed to find that m systems differ, when best and worst are `least_range` apart.

    The smallest n whose power (see `several_systems_power`) reaches `power`. Sakai (2016). It
    finds that some differ; to say which, use `assay.comparison.randomised_tukey`, which needs
    about as many.

    :raises ValueError: `systems` is below 2, or a number is out of range.

    >>> several_systems_topics(0.05, 0.10, 4).n
    111
    """
    open_share(power, "power")

    def power_at(n: int) -> float:
        return several_systems_power(n, variance, least_range, systems, blocks=blocks, alpha=alpha)

    n = smallest(power_at, power, most)
    if n is None:
        return TooLittle(f"{most} queries do not reach a power of {power}", most)
    parameters = {"variance": variance, "least_range": least_range, "systems": systems,
                  "blocks": blocks, "alpha": alpha, "power": power}  # fmt: skip
    return SampleSize(n, "analysis of variance, noncentral F", parameters)
