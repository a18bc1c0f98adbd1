"""Probabilities held against gold: how far a promise is from what happens, and mending it.

A gold answer may be a set: what counts is the probability that falls on the set, and whether the
most probable label is in it.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy import optimize, special

from assay._arrays import BoolArray, FloatArray, IntArray
from assay.data import Labels
from assay.results import Result, TooLittle

Gold: TypeAlias = Mapping[Hashable, Collection[Hashable]]

FEWEST_GOLD = 20
"""Below this many labeled gold items a temperature is not fitted."""

ENOUGH_GOLD = 50
"""From this many on the promises were measured; below it a warning says so."""

USUAL_TEMPERATURE = 0.35
"""The exponent that posteriors of this kind usually need; a log-normal prior sits on it."""

TEMPERATURE_SPREAD = 0.7
"""Standard deviation of that prior, in logs."""

BINS = 10


@dataclass(frozen=True, slots=True, eq=False)
class KnownItems(Result):
    """Gold among the labeled items: their `rows` (G,) and `accepted` classes (G, K).

    `without_labels` counts the gold items that nobody has labeled.
    """

    rows: IntArray
    accepted: BoolArray
    without_labels: int

    @property
    def n(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Temperature(Result):
    """The exponent put on a posterior, and the mean log loss on gold without and with it."""

    exponent: float
    n: int
    loss_before: float
    loss_after: float
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Reliability(Result):
    """Promise and reality by bin of the highest probability.

    `error` is Σ_b (n_b/n)·|promised_b − real_b|, the expected calibration error with ten bins of
    equal width (Naeini et al. 2015, AAAI). `counts`, `promised`, `real` (10,) hold the bins; an
    empty bin has NaN. With few items the error is biased upwards.
    """

    error: float
    n: int
    counts: IntArray
    promised: FloatArray
    real: FloatArray


def known_items(labels: Labels, gold: Gold) -> KnownItems:
    """Find gold among the labeled items.

    :raises ValueError: an accepted set is empty or a plain string, or names an unknown class.

    >>> given = Labels.from_triples("aab", "xyx", [0, 1, 1])
    >>> found = known_items(given, {"b": {1}, "z": {0}})
    >>> found.rows.tolist(), found.accepted.tolist(), found.without_labels
    ([1], [[False, True]], 1)
    """
    code = {held: position for position, held in enumerate(labels.classes)}
    row_of = {item: row for row, item in enumerate(labels.item_ids)} if gold else {}
    rows, accepted = [], []
    for item, names in gold.items():
        if isinstance(names, str) or not isinstance(names, Collection) or not names:
            raise ValueError(f"gold item {item!r} needs a set of accepted labels, not {names!r}")
        if unknown := [held for held in names if held not in code]:
            raise ValueError(f"gold item {item!r} accepts unknown classes: {unknown}")
        if item in row_of:
            rows.append(row_of[item])
            accepted.append([held in names for held in labels.classes])
    allowed = np.asarray(accepted, dtype=np.bool_).reshape(-1, labels.n_classes)
    return KnownItems(np.asarray(rows, dtype=np.int64), allowed, len(gold) - len(rows))


def temperature(posterior: FloatArray, known: KnownItems) -> Temperature | TooLittle:
    """Fit the exponent t for which q_k^t / Σ q^t best foretells gold.

    Maximises Σ_gold log Σ_{k accepted} p_k − (ln t − ln 0.35)²/(2·0.7²): Guo et al. (2017), ICML,
    with a prior because fifty items alone move t by a half. `posterior` (N, K).

    >>> posterior = np.tile([[0.99, 0.01]], (40, 1))
    >>> accepted = np.tile([[True, False]], (40, 1))
    >>> accepted[:10] = ~accepted[:10]
    >>> found = temperature(posterior, KnownItems(np.arange(40), accepted, 0))
    >>> from assay.consensus.steps import tempered
    >>> tempered(posterior[:1], found.exponent).round(2).tolist()
    [[0.76, 0.24]]
    """
    if known.n < FEWEST_GOLD:
        return TooLittle(f"calibration needs {FEWEST_GOLD} labeled gold items", known.n)
    held = posterior[known.rows]

    def objective(log_exponent: float) -> float:
        prior = ((log_exponent - np.log(USUAL_TEMPERATURE)) / TEMPERATURE_SPREAD) ** 2 / 2
        return float(_losses(held, known.accepted, np.exp(log_exponent)).sum() + prior)

    found = optimize.minimize_scalar(objective, bounds=(np.log(0.01), np.log(5)), method="bounded")
    exponent = float(np.exp(found.x))
    few = known.n < ENOUGH_GOLD
    return Temperature(
        exponent, known.n,
        float(_losses(held, known.accepted, 1.0).mean()),
        float(_losses(held, known.accepted, exponent).mean()),
        (f"{known.n} gold items: promises were measured with {ENOUGH_GOLD}",) if few else (),
    )  # fmt: skip


def _losses(held: FloatArray, accepted: BoolArray, exponent: float) -> FloatArray:
    scores = exponent * np.log(np.maximum(held, 1e-300))
    within = special.logsumexp(np.where(accepted, scores, -np.inf), axis=1)
    return np.asarray(special.logsumexp(scores, axis=1) - within, dtype=np.float64)


def losses(posterior: FloatArray, known: KnownItems, exponent: float = 1.0) -> FloatArray:
    """Log loss of each gold item (G,) under the posterior (N, K) to a power."""
    return _losses(posterior[known.rows], known.accepted, exponent)


def reliability(posterior: FloatArray, known: KnownItems) -> Reliability | TooLittle:
    """Hold the highest probability of each gold item against whether its label is accepted.

    Use items that took no part in fitting the temperature. `posterior` (N, K).

    >>> posterior = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]])
    >>> accepted = np.array([[True, False], [True, False], [True, False]])
    >>> round(reliability(posterior, KnownItems(np.arange(3), accepted, 0)).error, 4)
    0.3333
    """
    if known.n == 0:
        return TooLittle("no gold item has labels", 0)
    held = posterior[known.rows]
    top, chosen = held.max(axis=1), held.argmax(axis=1)
    right = known.accepted[np.arange(known.n), chosen]
    which = np.minimum((top * BINS).astype(np.int64), BINS - 1)
    counts = np.bincount(which, minlength=BINS)
    with np.errstate(invalid="ignore"):
        promised = np.bincount(which, top, minlength=BINS) / counts
        real = np.bincount(which, right, minlength=BINS) / counts
    error = float(np.nansum(counts * np.abs(promised - real)) / known.n)
    return Reliability(error, known.n, counts.astype(np.int64), promised, real)
