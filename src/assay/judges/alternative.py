"""May a judge take the place of an annotator? The alternative annotator test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from assay._arrays import BoolArray, FloatArray, IntArray, closed_share, open_share
from assay.comparison import benjamini_yekutieli
from assay.judges.strata import grades_or_nan
from assay.results import Result, TooLittle

FEWEST_ITEMS = 30
"""An annotator who shares fewer items with others is left out."""

FEWEST_ANNOTATORS = 3
"""With two, each is compared with one other person: no better than a coin."""

Alignment: TypeAlias = Literal["exact", "distance"]


@dataclass(frozen=True, slots=True, eq=False)
class AltTest(Result):
    """Whether the judge agrees with people as well as one more person would.

    Arrays are of shape (A,), the annotators compared, whose columns are `annotators`. `p_values`
    are one-sided; `wins` says where the judge beats the annotator by the Benjamini-Yekutieli rule;
    `advantage` is how often the judge is at least as near to the others as that annotator, and
    `mean_advantage` its mean. `winning_rate` is the share of wins; `passed` when at least one half.
    """

    passed: bool
    winning_rate: float
    mean_advantage: float
    annotators: IntArray
    p_values: FloatArray
    wins: BoolArray
    advantage: FloatArray
    items: IntArray
    bonus: float
    n: int
    method: str
    warnings: tuple[str, ...] = ()


def alt_test(
    judge: ArrayLike,
    human: ArrayLike,
    *,
    bonus: float = 0.2,
    false_discovery: float = 0.05,
    alignment: Alignment = "exact",
) -> AltTest | TooLittle:
    """Compare the judge with each annotator, by how near both are to all other annotators.

    Leave annotator j out. On each item they labelled, score judge and j against the others'
    labels: share of equal labels ("exact") or −√mean squared distance ("distance"). With W_f and
    W_h the indicators that judge or human is at least as near, d = W_h − W_f and
    H0: mean d ≥ `bonus` is tested by a one-sided t test; Benjamini & Yekutieli (2001) over
    annotators at `false_discovery`. Calderon, Reichart & Dror (2025), arXiv 2501.10970.

    `bonus` (their ε) is what the judge's lower price is worth: 0.2 against experts, 0.15 skilled
    annotators, 0.1 crowd. `judge` (N,), `human` (N, A), NaN where there is no label. Items without
    a judge's label, or with one annotator only, are left out and counted in `warnings`; an
    annotator needs 30 items, and three such annotators are needed. Some 50 to 100 items, drawn at
    random; run it for each locale and task.

    :raises ValueError: shapes differ, a value is infinite, or an option is out of range.

    >>> rng = np.random.default_rng(2)
    >>> truth = rng.integers(0, 4, 80)
    >>> people = np.where(rng.random((80, 3)) < 0.7, truth[:, None], rng.integers(0, 4, (80, 3)))
    >>> found = alt_test(truth, people)
    >>> found.passed, round(found.winning_rate, 2)
    (True, 1.0)
    """
    f, people = _lined_up(judge, human)
    closed_share(bonus, "bonus"), open_share(false_discovery, "false_discovery")
    if alignment not in ("exact", "distance"):
        raise ValueError(f"alignment must be 'exact' or 'distance', not {alignment!r}")
    known = ~np.isnan(people)
    usable = ~np.isnan(f) & (known.sum(axis=1) >= 2)
    f, people, known = f[usable], people[usable], known[usable]
    annotators = np.flatnonzero(known.sum(axis=0) >= FEWEST_ITEMS).astype(np.int64)
    if len(annotators) < FEWEST_ANNOTATORS:
        return TooLittle(
            f"the test needs {FEWEST_ANNOTATORS} annotators with {FEWEST_ITEMS} shared items each",
            len(annotators),
        )
    rows = [_against_one(f, people, known, each, bonus, alignment) for each in annotators.tolist()]
    return _verdict(
        annotators, np.asarray(rows), bonus, false_discovery, alignment,
        len(f), int((~usable).sum()), people.shape[1] - len(annotators),
    )  # fmt: skip


def _lined_up(judge: ArrayLike, human: ArrayLike) -> tuple[FloatArray, FloatArray]:
    f, people = grades_or_nan(judge, "judge"), np.asarray(human, dtype=np.float64)
    if people.ndim != 2 or len(people) != len(f):
        raise ValueError(f"human must be of shape ({len(f)}, annotators), not {people.shape}")
    if np.isinf(people).any():
        raise ValueError("human must hold finite numbers, or NaN where there is no label")
    return f, people


def _against_one(
    f: FloatArray, people: FloatArray, known: BoolArray, left_out: int, bonus: float,
    alignment: Alignment,
) -> tuple[float, float, float]:  # fmt: skip
    """The p-value, the judge's advantage and the number of items against one annotator."""
    rows = known[:, left_out]
    others, seen = np.delete(people[rows], left_out, axis=1), np.delete(known[rows], left_out, 1)
    machine = _nearness(f[rows], others, seen, alignment)
    person = _nearness(people[rows, left_out], others, seen, alignment)
    gap = machine - person
    gap[np.abs(gap) < 1e-12] = 0.0
    advantage = float((gap >= 0).mean())
    return _below(-np.sign(gap), bonus), advantage, float(len(gap))


def _nearness(
    given: FloatArray, others: FloatArray, seen: BoolArray, alignment: Alignment
) -> FloatArray:
    off = np.where(seen, others - given[:, None], 0.0)
    count = seen.sum(axis=1)
    if alignment == "exact":
        return np.asarray(((off == 0) & seen).sum(axis=1) / count, dtype=np.float64)
    return np.asarray(-np.sqrt((off**2).sum(axis=1) / count), dtype=np.float64)


def _below(differences: FloatArray, bonus: float) -> float:
    """One-sided p-value of "the mean is at least `bonus`"."""
    n, off = len(differences), float(differences.mean()) - bonus
    error = float(differences.std(ddof=1)) / float(np.sqrt(n))
    if error == 0:
        return 0.0 if off < 0 else 1.0
    return float(special.stdtr(n - 1, off / error))


def _verdict(
    annotators: IntArray, rows: FloatArray, bonus: float, false_discovery: float,
    alignment: Alignment, n: int, items_out: int, people_out: int,
) -> AltTest:  # fmt: skip
    p_values, advantage, items = rows.T
    wins = benjamini_yekutieli(p_values) <= false_discovery
    rate = float(wins.mean())
    told = ((items_out, "items without a judge's label or a second annotator were left out"),
            (people_out, f"annotators with fewer than {FEWEST_ITEMS} shared items were left out"),
            (n if n < 50 else 0, "items are few: 50 to 100 are advised"))  # fmt: skip
    return AltTest(
        rate >= 0.5, rate, float(advantage.mean()), annotators, p_values, wins, advantage,
        items.astype(np.int64), bonus, n,
        f"alt-test, {alignment} alignment; one-sided t tests, Benjamini-Yekutieli",
        tuple(f"{count} {what}" for count, what in told if count),
    )  # fmt: skip
