"""How many items, queries or comparisons a question needs before it is asked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scipy import special

from assay._arrays import closed_share, open_share, positive
from assay._noncentral import noncentral_t_cdf
from assay.intervals import normal_quantile
from assay.results import Result, TooLittle


@dataclass(frozen=True, slots=True)
class SampleSize(Result):
    """The smallest `n` that meets the aim, and what it was computed from."""

    n: int
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
        _up(n), "share, normal approximation",
        {"half_width": half_width, "p": p, "level": level, "population": population,
         "design_effect": design_effect},
    )  # fmt: skip


def design_effect(cluster_size: float, correlation: float) -> float:
    """Variance inflation of clusters of m items with intraclass correlation ρ: 1 + (m − 1)ρ.

    Kish (1965). Items of one query are a cluster.

    :raises ValueError: `cluster_size` is below 1 or `correlation` not between 0 and 1.

    >>> design_effect(5, 0.25)
    2.0
    """
    if cluster_size < 1:
        raise ValueError(f"cluster_size must be at least 1, not {cluster_size}")
    return 1 + (cluster_size - 1) * closed_share(correlation, "correlation")


def zero_defect_size(most: float, *, level: float = 0.95) -> SampleSize:
    """Items to find free of defects before a defect rate under `most` can be claimed.

    The smallest n with (1 − most)^n ≤ 1 − level.

    :raises ValueError: a share is not between 0 and 1.

    >>> zero_defect_size(0.01).n
    299
    """
    open_share(most, "most"), open_share(level, "level")
    n = math.log1p(-level) / math.log1p(-most)
    return SampleSize(_up(n), "zero defects, exact binomial", {"most": most, "level": level})


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
    parameters = {"sd": sd, "difference": difference, "alpha": alpha, "power": power}
    low, high = 1, 2
    while paired_power(high, sd, difference, alpha=alpha) < power:
        low, high = high, high * 2
        if high > most:
            return TooLittle(f"{most} queries do not reach a power of {power}", most)
    while high - low > 1:
        middle = (low + high) // 2
        if paired_power(middle, sd, difference, alpha=alpha) < power:
            low = middle
        else:
            high = middle
    return SampleSize(high, "paired t, noncentral t", parameters)


def win_rate_sample_size(win_rate: float, *, alpha: float = 0.05, power: float = 0.8) -> SampleSize:
    """Side-by-side judgments without ties needed to tell `win_rate` from one half.

    n = ((z_{α/2}·½ + z_β·√(p(1 − p)))/(p − ½))². Divide by one minus the expected share of ties.

    :raises ValueError: `win_rate` is one half, or a share is out of range.

    >>> win_rate_sample_size(0.55).n
    783
    """
    p = open_share(win_rate, "win_rate")
    if p == 0.5:
        raise ValueError("a win rate of one half cannot be told from one half")
    z_alpha = normal_quantile(1 - open_share(alpha, "alpha") / 2)
    z_beta = normal_quantile(open_share(power, "power"))
    n = ((z_alpha / 2 + z_beta * math.sqrt(p * (1 - p))) / (p - 0.5)) ** 2
    return SampleSize(
        _up(n), "share against one half, normal approximation",
        {"win_rate": win_rate, "alpha": alpha, "power": power},
    )  # fmt: skip


def _up(n: float) -> int:
    """Round up, but let no rounding error add an item."""
    return max(1, math.ceil(round(n, 9)))
