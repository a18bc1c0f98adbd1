"""Preferences that go round in a circle: whether a rater has an order at all."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from assay._arrays import BoolArray, FloatArray, IntArray
from assay.consensus.preferences.comparisons import Answers, coded_answers
from assay.intervals import normal_quantile
from assay.results import Result, TooLittle

BY_CHANCE = 0.25
"""Share of triads that are cyclic where each preference is a coin."""


@dataclass(frozen=True, slots=True, eq=False)
class CyclicTriads(Result):
    """How often three preferences of one rater go round in a circle.

    For R raters: `triads` (R,) of items of which they decided all three pairs, `cyclic` (R,) of
    them, `share` (R,) (NaN without triads). Coins give `chance`, 0.25. `z` (R,) is the distance
    from chance in standard deviations, below 0 for an order; `ordered` (R,) where it is below
    −1.64, or, of triads too few for that, where none is cyclic and chance has that below 5 %.
    """

    rater_ids: Sequence[Any]
    triads: IntArray
    cyclic: IntArray
    share: FloatArray
    z: FloatArray
    ordered: BoolArray
    chance: float
    n: int
    method: str
    warnings: tuple[str, ...] = ()


def cyclic_triads(
    left: Sequence[Hashable],
    right: Sequence[Hashable],
    outcome: Sequence[str],
    *,
    rater: Sequence[Hashable] | None = None,
) -> CyclicTriads | TooLittle:
    """Share of triads a > b > c > a among those that a rater decided, against chance.

    Kendall & Babington Smith (1940). Repeated answers on one pair count once, for the side that
    won more; ties leave a pair undecided. A coin makes a quarter of the triads cyclic, with
    variance 3/16 each and no correlation between them, whatever the design (Moran 1947). Without
    `rater` all answers are pooled, which asks whether the crowd has an order. Lower than chance is
    little to ask: a careful rater has close to none. Only strict preferences were found transitive
    in crowds (Hui & Berberich 2017).

    :raises ValueError: lengths differ, an outcome is none of the three, or an item meets itself.

    >>> found = cyclic_triads("aabbac", "bcccdd", ["left", "right", "left", "left", "left", "left"])
    >>> found.triads.tolist(), found.cyclic.tolist()
    ([2], [1])
    """
    answers = coded_answers(left, right, outcome, rater)
    counts = np.array([_triads(answers, code) for code in range(len(answers.raters))])
    total = int(counts[:, 0].sum()) if len(counts) else 0
    if total == 0:
        return TooLittle("nobody decided all three pairs of three items", len(answers.left))
    triads, cyclic = counts[:, 0].astype(np.int64), counts[:, 1].astype(np.int64)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = cyclic / triads
        z = (cyclic - BY_CHANCE * triads) / np.sqrt(3 / 16 * triads)
    few = (cyclic == 0) & ((1 - BY_CHANCE) ** triads < 0.05)
    return CyclicTriads(
        answers.raters, triads, cyclic, share, z, (z < normal_quantile(0.05)) | few, BY_CHANCE,
        total, "cyclic triads of strict preferences, by rater",
    )  # fmt: skip


def _triads(answers: Answers, rater: int) -> tuple[int, int]:
    """Decided triads of a rater, and how many of them are cyclic."""
    rows = (answers.rater == rater) & (answers.outcome < 2)
    left, right = answers.left[rows], answers.right[rows]
    sign = 1.0 - 2.0 * answers.outcome[rows]
    size = len(answers.items)
    net = sparse.coo_array((sign, (left, right)), shape=(size, size)).tocsr()
    net = net - net.T
    won = (net > 0).astype(np.float64)
    decided = won + won.T
    every = float((decided @ decided).multiply(decided).sum()) / 6
    return round(every), round(float((won @ won).multiply(won.T).sum()) / 3)
