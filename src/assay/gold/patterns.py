"""Answers that follow a pattern of their own: long runs of one label, mixes and orders of labels.

A pattern is a reason to look, never a verdict: where a queue serves a query's items one after the
other, alike items get alike labels in a row. Serve items in random order, or expect flags.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from assay._arrays import BoolArray, FloatArray, IntArray, open_share
from assay.gold.columns import adjusted, coded_columns
from assay.results import Result, TooLittle

SURE = 20.0
"""Expected runs so many that some run is all but certain: e⁻²⁰ are left."""

PER_CELL = 5
"""Answers for each cell of a rater's table of successive labels that its test needs."""


@dataclass(frozen=True, slots=True, eq=False)
class StraightLining(Result):
    """Each rater's most surprising run of one label: arrays of shape (R,).

    A run of `length` answers of the label `run_labels` begins at the rater's answer number `start`
    (from 0) of `n`. `p` is the chance of such a run, or one as surprising, if the same answers had
    come in random order; `adjusted` the same for the number of raters; `flagged` where that is at
    most `fdr`.
    """

    rater_ids: tuple[Any, ...]
    n: IntArray
    length: IntArray
    run_labels: tuple[Any, ...]
    start: IntArray
    p: FloatArray
    adjusted: FloatArray
    flagged: BoolArray
    fdr: float
    method: str


@dataclass(frozen=True, slots=True, eq=False)
class AnswerPatterns(Result):
    """What each rater's labels tell without looking at items: arrays of shape (R,), in bits.

    `entropy` of the mix of labels (0: always the same), `divergence` of that mix from all other
    raters' (infinite for a label that nobody else gave), `next_entropy` of a label when the one
    before is known; entropies with Miller's correction, at most log2 K. `p` tests whether the next
    label depends on the one before, `adjusted` for the number of raters; both NaN where a rater has
    too few answers to tell. `flagged` where `adjusted` is at most `fdr`.
    """

    rater_ids: tuple[Any, ...]
    n: IntArray
    entropy: FloatArray
    next_entropy: FloatArray
    divergence: FloatArray
    p: FloatArray
    adjusted: FloatArray
    flagged: BoolArray
    fdr: float
    method: str


def straight_lining(
    raters: Iterable[Hashable], labels: Iterable[Hashable], *, fdr: float = 0.05
) -> StraightLining | TooLittle:
    """Find runs of one label that are longer than the rater's own mix of labels explains.

    With n answers, c of them of one label, in random order, the chance of a run of L of it is
    Σ_j (−1)^{j+1} C(n−c+1, j) C(n−jL, n−c) / C(n, c): exact, for the other labels leave n−c+1 gaps
    to fill (Mood 1940, Annals of Mathematical Statistics 11, by inclusion and exclusion). Each
    label's longest run has its p-value; the smallest times the number of labels used is the
    rater's (Bonferroni), adjusted over raters by Benjamini & Hochberg. No draws. Rows in the order
    the labels were made.

    A rater who only ever gives one label has no order to test and p = 1: `answer_patterns` sees
    that. Labels of items served in groups of alike ones run for good reasons.

    :raises ValueError: the columns differ in length, a value is missing, or `fdr` is not between 0
        and 1.

    >>> answers = [n % 3 for n in range(60)] + [0, 1, 2] * 10 + [2] * 30
    >>> found = straight_lining(["x"] * 60 + ["y"] * 60, answers)
    >>> found.length.tolist(), found.start.tolist(), found.flagged.tolist()
    ([1, 31], [0, 29], [False, True])
    """
    open_share(fdr, "fdr")
    (ids, rater), (classes, label) = coded_columns(raters=raters, labels=labels)
    if len(rater) == 0:
        return TooLittle("there are no labels", 0)
    order = np.argsort(rater, kind="stable")
    counts = _table(rater, label, len(ids), len(classes))
    longest, begins = _longest_runs(rater[order], label[order], counts.shape)
    n = counts.sum(axis=1)
    by_label = _run_p(n[:, None], counts, longest)
    # Of labels equally surprising, the one with the longest run is the one to show.
    worst = np.lexsort((-longest, by_label), axis=1)[:, 0]
    rows = np.arange(len(ids))
    p = np.minimum(by_label[rows, worst] * (counts > 0).sum(axis=1), 1.0)
    held = adjusted(p)
    first = np.cumsum(n) - n
    return StraightLining(
        ids, n, longest[rows, worst], tuple(classes[place] for place in worst.tolist()),
        begins[rows, worst] - first, p, held, held <= fdr, fdr,
        "longest run in random order, exact by label; Bonferroni over labels, "
        "Benjamini-Hochberg over raters",
    )  # fmt: skip


def answer_patterns(
    raters: Iterable[Hashable], labels: Iterable[Hashable], *, fdr: float = 0.05
) -> AnswerPatterns | TooLittle:
    """Describe each rater's labels: how varied, how unlike the others', how predictable in order.

    H = −Σ p log2 p plus (m − 1)/(2n ln 2), m the labels used (Miller 1955); D = Σ p log2(p/q), q
    the mix of all other raters; H(next | last) from the table of successive labels. Who answers
    0 1 2 0 1 2 has the highest entropy and nothing left once the last label is known: that is
    tested by Pearson's χ² of the table with (m − 1)² degrees of freedom (Bartlett 1951,
    Proceedings of the Cambridge Philosophical Society 47), where there are 5 answers to a cell and
    two labels; Benjamini & Hochberg over raters. Entropy and divergence are descriptions
    without intervals: raters of different items differ rightly. Rows in the order made.

    :raises ValueError: the columns differ in length, a value is missing, or `fdr` is not between 0
        and 1.

    >>> found = answer_patterns(["x"] * 60 + ["y"] * 60, [n % 3 for n in range(60)] + [2] * 60)
    >>> found.entropy.round(2).tolist(), found.next_entropy.round(2).tolist()
    ([1.58, 0.0], [0.0, 0.0])
    """
    open_share(fdr, "fdr")
    (ids, rater), (classes, label) = coded_columns(raters=raters, labels=labels)
    if len(rater) == 0:
        return TooLittle("there are no labels", 0)
    order = np.argsort(rater, kind="stable")
    counts = _table(rater, label, len(ids), len(classes))
    steps = _successions(rater[order], label[order], len(ids), len(classes))
    p = _dependence(steps)
    held = adjusted(p)
    most = np.log2(len(classes))
    following = steps.reshape(len(ids), -1)
    chained = _entropy(following) - _entropy(steps.sum(axis=2))
    return AnswerPatterns(
        ids, counts.sum(axis=1), np.minimum(_entropy(counts), most),
        np.clip(chained, 0.0, most), _divergence(counts), p, held, held <= fdr, fdr,
        "entropies with Miller's correction; chi-square of successive labels, "
        "Benjamini-Hochberg over raters",
    )  # fmt: skip


def _table(rater: IntArray, label: IntArray, raters: int, classes: int) -> IntArray:
    cells = np.bincount(rater * classes + label, minlength=raters * classes)
    return cells.reshape(raters, classes).astype(np.int64)


def _longest_runs(
    rater: IntArray, label: IntArray, shape: tuple[int, ...]
) -> tuple[IntArray, IntArray]:
    """Length of each rater's longest run of each label and the row it begins at: (R, K) both.

    The rows come rater by rater.
    """
    starts = np.ones(len(rater), dtype=np.bool_)
    starts[1:] = (np.diff(rater) != 0) | (np.diff(label) != 0)
    first = np.flatnonzero(starts)
    lengths = np.diff(np.append(first, len(rater)))
    longest, begins = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    # Written from short to long and from late to early: what stays is the first of the longest.
    order = np.lexsort((-first, lengths))
    cells = (rater[first[order]], label[first[order]])
    longest[cells], begins[cells] = lengths[order], first[order]
    return longest, begins


def _run_p(n: IntArray, c: IntArray, length: IntArray) -> FloatArray:
    """Chance of a run of `length` or longer among c answers in n; shapes broadcast to one."""
    n, c, length = np.broadcast_arrays(n, c, length)
    expected = np.exp(_log_runs(n, c, length, 1))
    p = np.where((length == 0) | (expected > SURE), 1.0, expected)
    open_cells = (length > 0) & (expected <= SURE)
    for j in range(2, int((c // np.maximum(length, 1)).max(initial=0)) + 1):
        term = np.where(open_cells, np.exp(_log_runs(n, c, length, j)), 0.0)
        p = p + (term if j % 2 else -term)
        if term.max() < 1e-17:
            break
    return np.asarray(np.clip(p, 0.0, 1.0), dtype=np.float64)


def _log_runs(n: IntArray, c: IntArray, length: IntArray, j: int) -> FloatArray:
    """Log of the expected number of ways to pick j gaps that hold `length` or more."""
    gaps, left = n - c + 1, n - j * length
    inside = (j * length <= c) & (j <= gaps)
    ways = (_log_choose(gaps, np.minimum(j, gaps)) + _log_choose(np.maximum(left, n - c), n - c)
            - _log_choose(n, c))  # fmt: skip
    return np.asarray(np.where(inside, ways, -np.inf), dtype=np.float64)


def _log_choose(n: IntArray, k: IntArray) -> FloatArray:
    held = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    return np.asarray(held, dtype=np.float64)


def _successions(rater: IntArray, label: IntArray, raters: int, classes: int) -> FloatArray:
    """How often each label follows each: shape (R, K, K)."""
    within = np.flatnonzero(np.diff(rater) == 0)
    cells = (rater[within] * classes + label[within]) * classes + label[within + 1]
    counted = np.bincount(cells, minlength=raters * classes * classes)
    return counted.reshape(raters, classes, classes).astype(np.float64)


def _entropy(counts: IntArray | FloatArray) -> FloatArray:
    """Entropy of each row in bits, with Miller's correction."""
    total = np.maximum(counts.sum(axis=1), 1)
    spread = special.entr(counts / total[:, None]).sum(axis=1)
    used = np.maximum((counts > 0).sum(axis=1) - 1, 0)
    return np.asarray((spread + used / (2 * total)) / np.log(2), dtype=np.float64)


def _divergence(counts: IntArray) -> FloatArray:
    others = counts.sum(axis=0) - counts
    own_total, other_total = counts.sum(axis=1, keepdims=True), others.sum(axis=1, keepdims=True)
    own, rest = counts / own_total, others / np.maximum(other_total, 1)
    bits = special.rel_entr(own, rest).sum(axis=1) / np.log(2)
    return np.where(other_total[:, 0] > 0, bits, np.nan)


def _dependence(steps: FloatArray) -> FloatArray:
    """p-value of Pearson's χ² of each table of successions; NaN where it is too thin."""
    rows, columns = steps.sum(axis=2), steps.sum(axis=1)
    total = rows.sum(axis=1)
    expected = rows[:, :, None] * columns[:, None, :] / np.maximum(total, 1)[:, None, None]
    off = np.divide((steps - expected) ** 2, expected, out=np.zeros_like(steps), where=expected > 0)
    used = ((rows + columns) > 0).sum(axis=1)
    p = special.chdtrc(np.maximum((used - 1) ** 2, 1), off.sum(axis=(1, 2)))
    enough = (used >= 2) & (total >= PER_CELL * used**2)
    return np.asarray(np.where(enough, p, np.nan), dtype=np.float64)
