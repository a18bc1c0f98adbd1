"""How much gold it takes to expose a rater below the standard, and how much that is a day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from assay._arrays import FloatArray, open_share
from assay.results import Result, TooLittle


@dataclass(frozen=True, slots=True)
class GoldPower(Result):
    """What `n` gold answers can tell: fail a rater with fewer than `fail_below` right.

    `false_alarm` is the chance to fail a rater who is at the standard, `power` the chance to fail
    one whose accuracy is `accuracy`.
    """

    n: int
    fail_below: int
    false_alarm: float
    power: float
    accuracy: float
    standard: float


def detection_power(n: int, accuracy: float, standard: float, *, alpha: float = 0.05) -> GoldPower:
    """Chance that `n` gold answers expose a rater of `accuracy` when `standard` is asked.

    The rater fails with fewer right answers than the α-quantile of Binomial(n, standard), so that
    at most `alpha` of raters at the standard fail. Exact binomial; answers independent.

    :raises ValueError: n < 1, or a share is not between 0 and 1.

    >>> found = detection_power(50, 0.75, 0.90)
    >>> found.fail_below, round(found.false_alarm, 3), round(found.power, 2)
    (41, 0.025, 0.84)
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, not {n}")
    open_share(accuracy, "accuracy"), open_share(standard, "standard"), open_share(alpha, "alpha")
    cut = _fail_below(np.asarray([n]), standard, alpha)
    false_alarm, power = (float(_fewer(cut, n, share)[0]) for share in (standard, accuracy))
    return GoldPower(n, int(cut[0]), false_alarm, power, accuracy, standard)


def gold_needed(
    accuracy: float, standard: float, *, power: float = 0.8, alpha: float = 0.05, most: int = 5000
) -> GoldPower | TooLittle:
    """The fewest gold answers that expose a rater of `accuracy` with the wanted `power`.

    Power rises with n in a saw-tooth, because right answers come in whole numbers: a slightly
    larger n can do slightly worse. Searched up to `most`; beyond it, TooLittle says so.

    :raises ValueError: `accuracy` is not below `standard`, or a share is out of range.

    >>> gold_needed(0.75, 0.90).n
    40
    """
    if not open_share(accuracy, "accuracy") < open_share(standard, "standard"):
        raise ValueError(f"accuracy {accuracy} must be below the standard {standard}")
    open_share(power, "power"), open_share(alpha, "alpha")
    sizes = np.arange(1, most + 1)
    cuts = _fail_below(sizes, standard, alpha)
    enough = np.flatnonzero(_fewer(cuts, sizes, accuracy) >= power)
    if len(enough) == 0:
        return TooLittle(f"{most} gold answers do not reach a power of {power}", most)
    return detection_power(int(sizes[enough[0]]), accuracy, standard, alpha=alpha)


def _fewer(cuts: FloatArray, n: ArrayLike, share: float) -> FloatArray:
    """P(X < cut) for X binomial: shape of `cuts`."""
    below = special.bdtr(np.maximum(cuts - 1, 0), n, share)
    return np.asarray(np.where(cuts > 0, below, 0.0), dtype=np.float64)


def _fail_below(sizes: ArrayLike, standard: float, alpha: float) -> FloatArray:
    """The highest cut that fails at most `alpha` of raters at the standard, for each size."""
    guess = np.floor(special.bdtrik(alpha, sizes, standard)) + 2
    for _ in range(4):
        guess = np.where(_fewer(guess, sizes, standard) > alpha, guess - 1, guess)
    return np.asarray(np.maximum(guess, 0.0), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class GoldRate(Result):
    """Gold answers a day, for each rater, so that `days` of them have the wanted power.

    `share` is that part of the rater's answers, None where their number was not given; `reached`
    says what the answers of all the days together can tell.
    """

    per_day: int
    days: int
    share: float | None
    reached: GoldPower


def gold_per_day(
    accuracy: float,
    standard: float,
    *,
    days: int,
    labels_per_day: int | None = None,
    power: float = 0.8,
    alpha: float = 0.05,
    most: int = 5000,
) -> GoldRate | TooLittle:
    """The fewest gold answers a day that expose a rater of `accuracy` within `days`.

    The least g for which g·days answers, judged once at the end, have the power (see
    `detection_power`). Gold by power, not by habit: a fixed 10 % is too much for fast raters and
    tells nothing about slow ones. Who looks every day instead of at the end raises more false
    alarms than `alpha`; each further period of `days` has its own.

    :raises ValueError: `days` or `labels_per_day` is less than 1, `accuracy` is not below
        `standard`, or a share is out of range.

    >>> rate = gold_per_day(0.75, 0.90, days=5, labels_per_day=400)
    >>> rate.per_day, rate.share, rate.reached.n, round(rate.reached.power, 2)
    (8, 0.02, 40, 0.82)
    """
    for name, value in (("days", days), ("labels_per_day", labels_per_day)):
        if value is not None and value < 1:
            raise ValueError(f"{name} must be at least 1, not {value}")
    least = gold_needed(accuracy, standard, power=power, alpha=alpha, most=most)
    if isinstance(least, TooLittle):
        return least
    per_day = -(-least.n // days)
    # Power falls a little where the cut does not move: a multiple of the days may miss it.
    while (found := detection_power(per_day * days, accuracy, standard, alpha=alpha)).power < power:
        per_day += 1
    if labels_per_day is not None and per_day > labels_per_day:
        reason = f"{per_day} gold answers a day are more than the {labels_per_day} a day there are"
        return TooLittle(reason, labels_per_day)
    share = None if labels_per_day is None else per_day / labels_per_day
    return GoldRate(per_day, days, share, found)
