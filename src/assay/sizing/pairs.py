"""Judgments needed to compare two shares: side by side, before and after, or in an A/B test."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

from assay._arrays import closed_share, open_share
from assay.intervals import normal_quantile
from assay.sizing.size import SampleSize, rounded_up

Variance: TypeAlias = Literal["pooled", "unpooled", "baseline"]


def win_rate_sample_size(win_rate: float, *, alpha: float = 0.05, power: float = 0.8) -> SampleSize:
    """Side-by-side judgments without ties needed to tell `win_rate` from one half.

    n = ((z_{α/2}·½ + z_β·√(p(1 − p)))/(p − ½))². With ties, see `side_by_side_size`.

    :raises ValueError: `win_rate` is one half, or a share is out of range.

    >>> win_rate_sample_size(0.55).n
    783
    """
    n = _decided(win_rate, alpha, power)
    return SampleSize(
        rounded_up(n), "share against one half, normal approximation",
        {"win_rate": win_rate, "alpha": alpha, "power": power},
    )  # fmt: skip


def side_by_side_size(
    win_rate: float, tie_rate: float, *, alpha: float = 0.05, power: float = 0.8
) -> SampleSize:
    """Side-by-side judgments, ties included, needed to tell `win_rate` from one half.

    `win_rate` is the share of wins among the decided, `tie_rate` the share of judgments that tie;
    ties say nothing of who is better, so n = n of `win_rate_sample_size` ÷ (1 − tie_rate).
    Judgments are taken as independent: several of one query need a `design_effect`.

    :raises ValueError: `win_rate` is one half, all judgments tie, or a share is out of range.

    >>> side_by_side_size(0.55, 0.20).n
    979
    """
    if closed_share(tie_rate, "tie_rate") == 1:
        raise ValueError("where every judgment ties, no number of them decides")
    n = _decided(win_rate, alpha, power) / (1 - tie_rate)
    return SampleSize(
        rounded_up(n), "decided share against one half, normal approximation",
        {"win_rate": win_rate, "tie_rate": tie_rate, "alpha": alpha, "power": power},
    )  # fmt: skip


def bridge_set_size(
    one_way: float, other_way: float, *, alpha: float = 0.05, power: float = 0.8
) -> SampleSize:
    """Items to label under both guidelines to find that a share moved, by McNemar's test.

    `one_way` and `other_way` are the shares of items whose label changes in each direction, so
    that the share itself moves by their difference. With s = their sum and d = their difference,
    n = ((z_{α/2}·√s + z_β·√(s − d²))/d)². Miettinen (1968), Biometrics 24; Connor (1987),
    Biometrics 43. Each item labeled twice tells far more than two separate sets: compare `ab_size`.

    :raises ValueError: the shares are equal or sum to more than 1, or one is out of range.

    >>> bridge_set_size(0.06, 0.03).n
    783
    """
    total = closed_share(one_way, "one_way") + closed_share(other_way, "other_way")
    moved = abs(one_way - other_way)
    if moved == 0 or total > 1:
        raise ValueError(f"shares must differ and sum to at most 1, not {one_way} and {other_way}")
    z_alpha, z_beta = _quantiles(alpha, power)
    n = ((z_alpha * math.sqrt(total) + z_beta * math.sqrt(total - moved**2)) / moved) ** 2
    return SampleSize(
        rounded_up(n), "paired shares, McNemar, normal approximation",
        {"one_way": one_way, "other_way": other_way, "alpha": alpha, "power": power},
    )  # fmt: skip


def ab_size(
    before: float,
    after: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    variance: Variance = "pooled",
) -> SampleSize:
    """Units in each of two separate arms needed to tell the share `before` from `after`.

    n = (z_{α/2}·√(2p̄(1 − p̄)) + z_β·√(p₁(1 − p₁) + p₂(1 − p₂)))²/(p₁ − p₂)², with p̄ their mean:
    the test that pools its variance under no difference. With variance="unpooled", both roots are
    the second one; with "baseline", both are √(2p₁(1 − p₁)), the short form of A/B calculators,
    which is a little low where the share rises towards one half. Fleiss, Levin & Paik (2003),
    ch. 4. Units are what was randomised (users), not their clicks.

    :raises ValueError: the shares are equal, or one is out of range.

    >>> ab_size(0.10, 0.10 * 1.01).n, ab_size(0.30, 0.33, variance="unpooled").n
    (1419073, 3760)
    """
    first, second = open_share(before, "before"), open_share(after, "after")
    if first == second:
        raise ValueError(f"before and after are both {before}: nothing to find")
    z_alpha, z_beta = _quantiles(alpha, power)
    without, found = _variances(first, second, variance)
    n = (z_alpha * math.sqrt(without) + z_beta * math.sqrt(found)) ** 2 / (first - second) ** 2
    return SampleSize(
        rounded_up(n), f"two shares, {variance} variance, normal approximation",
        {"before": before, "after": after, "alpha": alpha, "power": power},
    )  # fmt: skip


def _variances(first: float, second: float, variance: Variance) -> tuple[float, float]:
    """Variance of one unit less another: under no difference, and under the one sought."""
    middle, apart = (first + second) / 2, first * (1 - first) + second * (1 - second)
    if variance == "pooled":
        return 2 * middle * (1 - middle), apart
    if variance == "unpooled":
        return apart, apart
    if variance == "baseline":
        return 2 * first * (1 - first), 2 * first * (1 - first)
    raise ValueError(f"variance must be 'pooled', 'unpooled' or 'baseline', not {variance!r}")


def _decided(win_rate: float, alpha: float, power: float) -> float:
    p = open_share(win_rate, "win_rate")
    if p == 0.5:
        raise ValueError("a win rate of one half cannot be told from one half")
    z_alpha, z_beta = _quantiles(alpha, power)
    return ((z_alpha / 2 + z_beta * math.sqrt(p * (1 - p))) / (p - 0.5)) ** 2


def _quantiles(alpha: float, power: float) -> tuple[float, float]:
    """Normal quantiles of the two-sided test and of its power."""
    return (
        normal_quantile(1 - open_share(alpha, "alpha") / 2),
        normal_quantile(open_share(power, "power")),
    )
