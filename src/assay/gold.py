"""Raters against known answers: scoring, fair comparison of few answers, and how much gold.

A gold item may accept several labels. What is measured here is the rater; how labels become a
consensus is elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from assay._arrays import (
    BoolArray,
    FloatArray,
    IntArray,
    finite_vector,
    open_share,
    positive,
    same_length,
)
from assay.data import Labels
from assay.results import Result, TooLittle

FEW_RATERS = 30
"""Below this the uncertainty of the prior itself, which is left out, matters: 95 % intervals hold
about 90 % at thirty raters, by simulation."""


@dataclass(frozen=True, slots=True, eq=False)
class GoldScore(Result):
    """Answers to gold items by rater: `hits` of `trials`, shape (R,), raters in `rater_ids` order.

    `by_chance` (R,) is the share that blind guessing would get right on the same items: wide sets
    of accepted labels make gold easy. Raters who met no gold have 0 trials. `unmet` counts gold
    items that nobody labeled.
    """

    rater_ids: tuple[Any, ...]
    hits: IntArray
    trials: IntArray
    by_chance: FloatArray
    unmet: int


@dataclass(frozen=True, slots=True, eq=False)
class Accuracies(Result):
    """Accuracy by rater after shrinkage: arrays of shape (R,).

    `mean`, `low`, `high` describe the Beta posterior at `level`; `p_below` is the probability that
    the true accuracy is under `standard`, None when no standard was given. The prior is
    Beta(`prior_mean`·`prior_size`, (1 − `prior_mean`)·`prior_size`).
    """

    mean: FloatArray
    low: FloatArray
    high: FloatArray
    p_below: FloatArray | None
    prior_mean: float
    prior_size: float
    standard: float | None
    level: float
    n: int
    method: str
    warnings: tuple[str, ...] = ()


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


def score_gold(labels: Labels, accepted: Mapping[Any, Collection[Hashable]]) -> GoldScore:
    """Count each rater's right answers on gold items, where any accepted label is right.

    :raises ValueError: a gold set is empty or names a class that `labels` does not have.

    >>> given = Labels.from_triples("aabb", "xyxy", [2, 0, 1, 3], classes=[0, 1, 2, 3])
    >>> score = score_gold(given, {"a": {2, 3}, "b": {1}})
    >>> score.hits.tolist(), score.trials.tolist(), score.by_chance.tolist()
    ([2, 0], [2, 2], [0.375, 0.375])
    """
    right = _accepted_table(labels, accepted)
    known: BoolArray = np.asarray(right.any(axis=1))
    rows = known[labels.item_codes]
    raters, items = labels.rater_codes[rows], labels.item_codes[rows]
    hit = right[items, labels.label_codes[rows]].astype(np.float64)
    trials = np.bincount(raters, minlength=labels.n_raters)
    guessed = np.bincount(raters, right[items].mean(axis=1), minlength=labels.n_raters)
    return GoldScore(
        rater_ids=labels.rater_ids,
        hits=np.bincount(raters, hit, minlength=labels.n_raters).astype(np.int64),
        trials=trials.astype(np.int64),
        by_chance=guessed / np.maximum(trials, 1),
        unmet=len(set(accepted) - set(labels.item_ids)),
    )


def _accepted_table(labels: Labels, accepted: Mapping[Any, Collection[Hashable]]) -> BoolArray:
    code = {held: position for position, held in enumerate(labels.classes)}
    row = {held: position for position, held in enumerate(labels.item_ids)}
    table = np.zeros((labels.n_items, labels.n_classes), dtype=np.bool_)
    for item, held in accepted.items():
        if isinstance(held, str) or not held:
            raise ValueError(f"gold item {item!r} needs a set of accepted labels, not {held!r}")
        if unknown := [label for label in held if label not in code]:
            raise ValueError(f"gold item {item!r} accepts unknown classes: {unknown}")
        if item in row:
            table[row[item], [code[label] for label in held]] = True
    return table


def shrink(
    hits: ArrayLike,
    trials: ArrayLike,
    *,
    standard: float | None = None,
    level: float = 0.95,
    prior: tuple[float, float] | None = None,
) -> Accuracies | TooLittle:
    """Accuracies of raters with few answers, pulled towards what raters in general reach.

    Rater j's accuracy has prior Beta(mM, (1−m)M) and posterior mean (hits_j + mM)/(trials_j + M).
    m and M come from the raters' own moments: Kleinman (1973), JASA 68(341), with weights n_j,
    or from `prior` = (right, wrong) pseudo-answers. Give raters of one locale and task together:
    the prior takes them as alike. Act on `p_below`, not on ranks.

    Where raters differ no more than chance, M is held at the total number of answers, and where
    they differ as much as they can, at 1; both are said in `warnings`. Needs two raters with
    answers unless `prior` is given. Raters without answers get the prior.

    :raises ValueError: not 0 ≤ hits ≤ trials, or an argument is out of range.

    >>> found = shrink([46, 44, 40, 48, 30, 45], [50, 50, 50, 50, 40, 50])
    >>> found.mean.round(4).tolist()
    [0.9021, 0.8771, 0.8273, 0.927, 0.8027, 0.8896]
    """
    right, asked = _answers(hits, trials)
    open_share(level, "level"), standard is None or open_share(standard, "standard")
    answered = int(np.count_nonzero(asked))
    if prior is None and answered < 2:
        return TooLittle("a prior from the raters needs two raters with answers", answered)
    mean, size, warnings = _moments(right, asked) if prior is None else _given(prior)
    if prior is None and answered < FEW_RATERS:
        warnings += (f"a prior from {answered} raters only: the intervals are too short",)
    a, b = right + mean * size, asked - right + (1 - mean) * size
    return Accuracies(
        mean=a / (a + b),
        low=special.betaincinv(a, b, (1 - level) / 2),
        high=special.betaincinv(a, b, (1 + level) / 2),
        p_below=special.betainc(a, b, standard) if standard is not None else None,
        prior_mean=mean, prior_size=size, standard=standard, level=level, n=answered,
        method="beta-binomial, " + ("Kleinman moments" if prior is None else "given prior"),
        warnings=warnings,
    )  # fmt: skip


def _answers(hits: ArrayLike, trials: ArrayLike) -> tuple[FloatArray, FloatArray]:
    right, asked = finite_vector(hits, "hits"), finite_vector(trials, "trials")
    same_length(hits=right, trials=asked)
    if (right < 0).any() or (right > asked).any():
        raise ValueError("hits must lie between 0 and trials")
    return right, asked


def _given(prior: tuple[float, float]) -> tuple[float, float, tuple[str, ...]]:
    right, wrong = positive(prior[0], "prior right"), positive(prior[1], "prior wrong")
    return right / (right + wrong), right + wrong, ()


def _moments(right: FloatArray, asked: FloatArray) -> tuple[float, float, tuple[str, ...]]:
    """Kleinman's m and M with weights n_j, kept within what the data can support."""
    right, asked = right[asked > 0], asked[asked > 0]
    total = float(asked.sum())
    mean = float(right.sum() / total)
    if mean in (0.0, 1.0):
        mean = float((right.sum() + 0.5) / (total + 1))
        return mean, total, ("every answer alike: raters cannot be told apart",)
    spread = float((asked * (right / asked - mean) ** 2).sum())
    binomial = float((1 - asked / total).sum())
    excess = spread - mean * (1 - mean) * binomial
    room = mean * (1 - mean) * (float((asked * (1 - asked / total)).sum()) - binomial)
    if excess <= 0 or room <= 0 or room / excess - 1 > total:
        return mean, total, ("raters differ no more than chance would make them",)
    size = room / excess - 1
    if size < 1:
        return mean, 1.0, ("raters differ too much for a common prior to help",)
    return mean, size, ()


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
