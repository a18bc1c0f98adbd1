"""What each label is worth to a model that reads its neighbours: to flag bad labels, no more.

Such values find wrong labels and compare batches or vendors. They choose no better than chance
which labels to buy, where the data have no structure (Wang et al. 2024): always show the random
baseline beside them, as `flagging` does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from assay._arrays import BoolArray, FloatArray, IntArray, finite_vector, open_share, same_length
from assay.intervals import normal_quantile
from assay.results import Estimate, Result, TooLittle

CELLS_AT_ONCE = 4_000_000
"""Differences of features held in memory together (32 MB)."""


@dataclass(frozen=True, slots=True)
class Flagging(Result):
    """How well low values find bad labels.

    `auc` is the chance that a bad label is worth less than a good one, ties half. A random order
    has 0.5 and falls between `random_low` and `random_high` with the level of the interval;
    `p_value` is two-sided against it. `precision` is the share of bad labels among as many of the
    lowest values as there are bad labels, `base_rate` what a random order finds there.
    """

    auc: Estimate
    random_low: float
    random_high: float
    p_value: float
    precision: float
    base_rate: float
    method: str
    warnings: tuple[str, ...] = ()


def knn_shapley(
    features: ArrayLike,
    labels: ArrayLike,
    *,
    test_features: ArrayLike,
    test_labels: ArrayLike,
    neighbours: int = 5,
) -> FloatArray:
    """Shapley value (N,) of each label for a nearest-neighbour classifier, exact.

    The utility of a set of labels is the mean over test items of the share of right labels among
    the K nearest, 1/K · Σ 1[y = y_test] (fewer than K in the set count as wrong). Jia et al.
    (2019), VLDB 12(11): O(N log N) a test item. The values sum to the utility of all labels.
    `features` (N, d) and `test_features` (T, d), Euclidean distance, so scale them first; `labels`
    (N,), `test_labels` (T,), any type that compares. Equal distances are taken in the order given.
    Test labels must be right (gold or audited); a class that is rare among them gets low values.

    :raises ValueError: shapes do not fit, a feature is not finite, there is no label or no test
        item, or `neighbours` is below 1.

    >>> knn_shapley([[1], [2], [3], [4], [5]], [1, 0, 1, 1, 0],
    ...     test_features=[[0]], test_labels=[1], neighbours=2).round(4).tolist()
    [0.25, -0.25, 0.25, 0.25, 0.0]
    """
    x, tests = _features(features, "features"), _features(test_features, "test_features")
    y, wanted = np.asarray(labels), np.asarray(test_labels)
    if x.shape[1] != tests.shape[1]:
        raise ValueError(f"features have {x.shape[1]} columns, test_features {tests.shape[1]}")
    if y.shape != (len(x),) or wanted.shape != (len(tests),):
        raise ValueError(
            f"need one label a row: {len(x)} and {len(tests)}, not {y.shape} and {wanted.shape}"
        )
    values, block = np.zeros(len(x)), max(1, CELLS_AT_ONCE // max(1, x.size))
    for start in range(0, len(tests), block):
        near = _order(x, tests[start : start + block])
        matches = y[near] == wanted[start : start + block, None]
        worth = shapley_by_rank(matches, neighbours=neighbours)
        values += np.bincount(near.ravel(), weights=worth.ravel(), minlength=len(x))
    return values / len(tests)


def shapley_by_rank(matches: ArrayLike, *, neighbours: int) -> FloatArray:
    """Shapley values where labels are sorted by distance: shape (…, N) in, the same out.

    `matches` tells whether the label equals that of the test item. s_N = 1[y_N = y]/max(K, N) and
    s_i = s_{i+1} + (1[y_i = y] − 1[y_{i+1} = y])/K · min(K, i)/i.

    :raises ValueError: there is no label, or `neighbours` is below 1.

    >>> shapley_by_rank([1, 0, 1, 1, 0], neighbours=2).round(4).tolist()
    [0.25, -0.25, 0.25, 0.25, 0.0]
    """
    right = np.asarray(matches, dtype=np.float64)
    if right.ndim == 0 or right.shape[-1] == 0:
        raise ValueError("there is no label to value")
    if neighbours < 1:
        raise ValueError(f"neighbours must be at least 1, not {neighbours}")
    n = right.shape[-1]
    rank = np.arange(1, n)
    steps = (right[..., :-1] - right[..., 1:]) * np.minimum(neighbours, rank) / rank / neighbours
    last = right[..., -1:] / max(neighbours, n)
    from_the_end = np.concatenate([last, steps[..., ::-1]], axis=-1).cumsum(axis=-1)
    return np.asarray(from_the_end[..., ::-1], dtype=np.float64)


def flagging(values: ArrayLike, bad: ArrayLike, *, level: float = 0.95) -> Flagging | TooLittle:
    """How well low `values` (N,) find the labels known to be `bad` (N,), against a random order.

    AUC = P(value of bad < value of good) + ½ P(equal), with the interval of DeLong, DeLong &
    Clarke-Pearson (1988) on the logit scale; random order: Mann & Whitney (1947), variance with
    ties. Bad labels must be known from an audit of labels drawn at random.

    :raises ValueError: lengths differ, a value is not finite, `bad` holds anything but truth
        values, or `level` is not between 0 and 1.

    >>> found = flagging([-0.3, 0.1, 0.2, -0.1, 0.3, 0.4], [1, 0, 0, 1, 1, 0])
    >>> round(found.auc.value, 3), round(found.precision, 3), found.base_rate
    (0.778, 0.667, 0.5)
    """
    worth, wrong = finite_vector(values, "values"), _truths(bad)
    n = same_length(values=worth, bad=wrong.astype(np.float64))
    z = normal_quantile((1 + open_share(level, "level")) / 2)
    n_bad = int(wrong.sum())
    if min(n_bad, n - n_bad) < 2:
        return TooLittle("flagging needs two bad and two good labels", n)
    auc, error = _area(worth, wrong)
    spread = _random_spread(worth, n_bad)
    p_value = 2 * float(special.ndtr(-abs(auc - 0.5) / spread)) if spread > 0 else 1.0
    low, high = _logit_interval(auc, z * error)
    few = min(n_bad, n - n_bad) < 10
    return Flagging(
        Estimate(auc, low, high, level, n, "AUC; DeLong, logit scale"),
        max(0.0, 0.5 - z * spread), min(1.0, 0.5 + z * spread), p_value,
        _precision(worth, wrong, n_bad), n_bad / n, "Mann–Whitney against a random order",
        (f"only {min(n_bad, n - n_bad)} labels of one kind: the interval is rough",) if few else (),
    )  # fmt: skip


def _features(features: ArrayLike, name: str) -> FloatArray:
    x = np.asarray(features, dtype=np.float64)
    if x.ndim != 2 or len(x) == 0:
        raise ValueError(f"{name} must have a row for each item and one at least, not {x.shape}")
    if not np.isfinite(x).all():
        raise ValueError(f"{name} must hold finite numbers only")
    return x


def _order(x: FloatArray, tests: FloatArray) -> IntArray:
    """Labels by distance from each test item, (T, N)."""
    distance = ((x[None] - tests[:, None]) ** 2).sum(axis=-1)
    return np.argsort(distance, axis=1, kind="stable").astype(np.int64)


def _truths(bad: ArrayLike) -> BoolArray:
    given = np.asarray(bad)
    if given.ndim != 1 or not np.isin(given, [0, 1]).all():
        raise ValueError("bad must be a vector of truth values")
    return given.astype(np.bool_)


def _area(worth: FloatArray, wrong: BoolArray) -> tuple[float, float]:
    """AUC and its standard error from the placements of each label."""
    low, high = worth[wrong], worth[~wrong]
    placed_bad = 1 - _below_or_half(high, low)
    placed_good = _below_or_half(low, high)
    error = placed_bad.var(ddof=1) / len(low) + placed_good.var(ddof=1) / len(high)
    return float(placed_bad.mean()), math.sqrt(float(error))


def _below_or_half(held: FloatArray, at: FloatArray) -> FloatArray:
    """The share of `held` below each of `at`, equals half."""
    ordered = np.sort(held)
    both = np.searchsorted(ordered, at, "left") + np.searchsorted(ordered, at, "right")
    return np.asarray(both / (2 * len(held)), dtype=np.float64)


def _random_spread(worth: FloatArray, n_bad: int) -> float:
    """Standard deviation of the AUC of a random order, ties included."""
    n, n_good = len(worth), len(worth) - n_bad
    counts = np.unique(worth, return_counts=True)[1].astype(np.float64)
    tied = float((counts**3 - counts).sum())
    return math.sqrt(max(0.0, (n + 1 - tied / (n * (n - 1))) / (12 * n_bad * n_good)))


def _logit_interval(share: float, reach: float) -> tuple[float, float]:
    if not 0 < share < 1:
        return (0.0, share) if share == 0 else (share, share)
    middle, width = float(special.logit(share)), reach / (share * (1 - share))
    return float(special.expit(middle - width)), float(special.expit(middle + width))


def _precision(worth: FloatArray, wrong: BoolArray, n_bad: int) -> float:
    """Expected share of bad labels among the `n_bad` lowest values, ties in random order."""
    last = np.sort(worth)[n_bad - 1]
    below, at = worth < last, worth == last
    room = n_bad - int(below.sum())
    return float((wrong & below).sum() + room * wrong[at].mean()) / n_bad
