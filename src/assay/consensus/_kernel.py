"""One pass of expectation–maximisation over the labels, compiled with numba.

Only `em` uses this module, and only where numba is installed and the labels are many: see there for
what the passes compute. Labels come sorted by item; `starts[i]:starts[i + 1]` are those of item i.

Up to eight classes are padded to eight, so that a row of the tables is one cache line and the
compiler unrolls everything. There the likelihood of an item is a product of probabilities, which
needs no exponential. An item with more labels than `most` could underflow; it is summed in logs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba.core import config
from numpy.typing import NDArray

from assay._arrays import BoolArray, FloatArray, IntArray

WIDTH = 8
"""Classes of the unrolled pass: eight doubles fill a cache line."""

TINY, HUGE = 1e-100, 1e100
"""Evidence is multiplied up between these bounds, and only then does it take a logarithm."""

SWITCH = "SLP_VECTORIZE"

Codes = NDArray[np.int32]
Masks = NDArray[np.uint8]
Eight = tuple[float, float, float, float, float, float, float, float]
Function = TypeVar("Function", bound=Callable[..., Any])


def _compiled(function: Function) -> Function:
    """Compile on first use; keep the machine code beside the module where that may be written."""
    try:
        made = numba.njit(function, cache=True, nogil=True, error_model="numpy")
    except RuntimeError:  # no place for a cache: compile in every process
        made = numba.njit(function, nogil=True, error_model="numpy")
    return cast(Function, made)


@_compiled
def _row(table: FloatArray, row: int) -> Eight:
    r = np.uint64(row)  # unsigned, or every access would ask whether to count from the end
    return (
        table[r, np.uint64(0)], table[r, np.uint64(1)], table[r, np.uint64(2)],
        table[r, np.uint64(3)], table[r, np.uint64(4)], table[r, np.uint64(5)],
        table[r, np.uint64(6)], table[r, np.uint64(7)],
    )  # fmt: skip


@_compiled
def _times(a: Eight, b: Eight) -> Eight:
    return (
        a[0] * b[0], a[1] * b[1], a[2] * b[2], a[3] * b[3],
        a[4] * b[4], a[5] * b[5], a[6] * b[6], a[7] * b[7],
    )  # fmt: skip


@_compiled
def _scaled(a: Eight, b: float) -> Eight:
    return (a[0] * b, a[1] * b, a[2] * b, a[3] * b, a[4] * b, a[5] * b, a[6] * b, a[7] * b)


@_compiled
def _masked(a: Eight, mask: int) -> Eight:
    return (
        a[0] * (mask & 1), a[1] * (mask >> 1 & 1), a[2] * (mask >> 2 & 1), a[3] * (mask >> 3 & 1),
        a[4] * (mask >> 4 & 1), a[5] * (mask >> 5 & 1), a[6] * (mask >> 6 & 1),
        a[7] * (mask >> 7 & 1),
    )  # fmt: skip


@_compiled
def _total(a: Eight) -> float:
    return ((a[0] + a[1]) + (a[2] + a[3])) + ((a[4] + a[5]) + (a[6] + a[7]))


@_compiled
def _add(table: FloatArray, row: int, a: Eight) -> None:
    r = np.uint64(row)
    table[r, np.uint64(0)] += a[0]
    table[r, np.uint64(1)] += a[1]
    table[r, np.uint64(2)] += a[2]
    table[r, np.uint64(3)] += a[3]
    table[r, np.uint64(4)] += a[4]
    table[r, np.uint64(5)] += a[5]
    table[r, np.uint64(6)] += a[6]
    table[r, np.uint64(7)] += a[7]


@_compiled
def _by_logs(cells: Codes, start: int, stop: int, logs: FloatArray, scores: FloatArray) -> float:
    """Turn `scores`, log priors, into the posterior of one item; return its log evidence."""
    for j in range(start, stop):
        for k in range(len(scores)):
            scores[k] += logs[cells[j], k]
    top = scores.max()
    total = 0.0
    for k in range(len(scores)):
        scores[k] = np.exp(scores[k] - top)
        total += scores[k]
    for k in range(len(scores)):
        scores[k] /= total
    evidence: float = top + np.log(total)
    return evidence


@_compiled
def eight(
    cells: Codes,
    starts: IntArray,
    log_prior: FloatArray,
    logs: FloatArray,
    prior: FloatArray,
    table: FloatArray,
    most: int,
    masks: Masks,
    counts: FloatArray,
    mass: FloatArray,
    posterior: FloatArray,
) -> float:
    """Pass over the items of `starts`, at most eight classes; return the log likelihood.

    `logs`, `table` and `counts` are (cells, 8), the priors and `mass` (1, 8). `masks` (items)
    holds a bit for each class an item may have. `masks`, `counts` and `posterior` (items, K) are
    passed over where they have no rows.
    """
    likelihood, run = 0.0, 1.0
    scores = np.empty(WIDTH)
    for i in range(len(starts) - 1):
        start, stop = starts[i], starts[i + 1]
        mask = masks[i] if len(masks) else 255
        if stop - start > most:
            for k in range(WIDTH):
                scores[k] = log_prior[0, k] if mask >> k & 1 else -np.inf
            likelihood += _by_logs(cells, start, stop, logs, scores)
            p = _row(scores.reshape(1, WIDTH), 0)
        else:
            p = _row(prior, 0)
            for j in range(start, stop):
                p = _times(p, _row(table, cells[j]))
            if len(masks):
                p = _masked(p, mask)
            evidence = _total(p)
            p = _scaled(p, 1.0 / evidence)
            if TINY < evidence < HUGE:
                run *= evidence
            else:
                likelihood += np.log(evidence)
            if not TINY < run < HUGE:
                likelihood += np.log(run)
                run = 1.0
        _add(mass, 0, p)
        if len(counts):
            for j in range(start, stop):
                _add(counts, cells[j], p)
        for k in range(posterior.shape[1] if len(posterior) else 0):
            posterior[i, k] = p[k]
    total: float = likelihood + np.log(run)
    return total


@_compiled
def many(
    cells: Codes,
    starts: IntArray,
    log_prior: FloatArray,
    logs: FloatArray,
    allowed: BoolArray,
    counts: FloatArray,
    mass: FloatArray,
    posterior: FloatArray,
) -> float:
    """The same pass for any number of classes K: tables (cells, K), `allowed` (items, K)."""
    likelihood = 0.0
    scores = np.empty(logs.shape[1])
    for i in range(len(starts) - 1):
        for k in range(len(scores)):
            free = len(allowed) == 0 or allowed[i, k]
            scores[k] = log_prior[0, k] if free else -np.inf
        likelihood += _by_logs(cells, starts[i], starts[i + 1], logs, scores)
        for k in range(len(scores)):
            mass[0, k] += scores[k]
        for j in range(starts[i], starts[i + 1] if len(counts) else starts[i]):
            for k in range(len(scores)):
                counts[cells[j], k] += scores[k]
        if len(posterior):
            posterior[i] = scores
    return likelihood


@_compiled
def tally(cells: Codes, starts: IntArray, posterior: FloatArray, counts: FloatArray) -> None:
    """Add each item's posterior (items, K) to the counts (cells, K) of its labels."""
    for i in range(len(starts) - 1):
        for j in range(starts[i], starts[i + 1]):
            for k in range(posterior.shape[1]):
                counts[cells[j], k] += posterior[i, k]


def _compile_unrolled() -> None:
    """Compile `eight` with LLVM's superword vectoriser, which numba leaves off: twice as fast."""
    before = getattr(config, SWITCH)
    setattr(config, SWITCH, 1)
    table, none = np.ones((1, WIDTH)), np.zeros((0, WIDTH))
    try:
        eight(
            np.zeros(1, np.int32), np.zeros(2, np.int64), table, table, table, table, 1,
            np.zeros(0, np.uint8), none, np.zeros((1, WIDTH)), none,
        )  # fmt: skip
    finally:
        setattr(config, SWITCH, before)


_compile_unrolled()
