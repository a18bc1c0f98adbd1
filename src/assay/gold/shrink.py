"""Accuracies of raters with few answers, made comparable."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from assay._arrays import FloatArray, finite_vector, open_share, positive, same_length
from assay.gold.posteriors import averaged_betas
from assay.results import Result, TooLittle

FEW_RATERS = 30
"""Below this the answers say little about the prior: 95 % intervals then hold 91 % to 99 %."""


@dataclass(frozen=True, slots=True, eq=False)
class Accuracies(Result):
    """Accuracy by rater after shrinkage: arrays of shape (R,).

    `mean` is the posterior mean under the prior Beta(`prior_mean`·`prior_size`,
    (1 − `prior_mean`)·`prior_size`); `low` and `high` hold the true accuracy at `level`, and
    `p_below` is the probability that it is under `standard`, None when no standard was given.
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

    `low`, `high` and `p_below` also carry how little the answers say about m and M, unless `prior`
    is given: see `averaged_betas`. By simulation a 95 % interval holds 92 % to 97 % from thirty
    raters on, 91 % to 99 % below, and up to 100 % where raters hardly differ.

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
        warnings += (f"a prior from {answered} raters only: the intervals are rough",)
    a, b = right + mean * size, asked - right + (1 - mean) * size
    middle = a / (a + b)
    if prior is None:
        a, b = averaged_betas(right, asked)
    return Accuracies(
        mean=middle,
        low=np.minimum(special.betaincinv(a, b, (1 - level) / 2), middle),
        high=np.maximum(special.betaincinv(a, b, (1 + level) / 2), middle),
        p_below=special.betainc(a, b, standard) if standard is not None else None,
        prior_mean=mean, prior_size=size, standard=standard, level=level, n=answered,
        method="beta-binomial, " + ("given prior" if prior is not None
                                    else "Kleinman moments; intervals averaged over priors"),
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
