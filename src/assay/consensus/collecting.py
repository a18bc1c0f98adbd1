"""Collecting labels one at a time: when an item has enough, whom to ask, and what it would save.

`worth_asking` is the rule for live collection; `replay` plays it over labels that exist, to see
what fixed overlap would have cost more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from assay._arrays import BoolArray, FloatArray, IntArray, closed_share, open_share, positive
from assay.consensus.calibration import Gold, KnownItems, known_items
from assay.consensus.communities import Fit, Warmth, fit
from assay.consensus.em import count, design_of
from assay.consensus.steps import shares, tempered
from assay.data import Labels
from assay.results import Result, TooLittle

Route: TypeAlias = Literal["information", "random"]

HALF_TRUST = 0.5
"""The exponent put on the posterior where no gold has fitted one."""


@dataclass(frozen=True, slots=True)
class StopRule(Result):
    """When an item has enough labels.

    It stops when its highest probability reaches `confidence`, when one more label would raise it
    by less than `price` on the mean, or at `cap` labels. `price` is a label's cost divided by the
    worth of a right answer in place of a wrong one. `exponent` makes the posterior honest: take
    the one that gold fitted (`calibration.temperature`).
    """

    price: float = 0.1
    confidence: float = 0.99
    cap: int = 15
    start: int = 1
    exponent: float = HALF_TRUST

    def __post_init__(self) -> None:
        closed_share(self.price, "price"), open_share(self.confidence, "confidence")
        positive(self.exponent, "exponent")
        if not 1 <= self.start <= self.cap:
            raise ValueError(f"need 1 ≤ start ≤ cap, not {self.start} and {self.cap}")


@dataclass(frozen=True, slots=True)
class Collected(Result):
    """What one rule bought: labels per item, their share of all labels, accuracy, why it stopped.

    `stopped` counts items by reason: confident, not_worth_it, cap, no_more_labels. `accuracy` is
    over the items whose truth was given.
    """

    rule: StopRule
    labels_per_item: float
    share: float
    accuracy: float | None
    stopped: dict[str, int]


@dataclass(frozen=True, slots=True)
class Replay(Result):
    """Sequential collection beside fixed overlap under majority vote, on the same labels.

    `points` go from dear to cheap labels. `fixed` holds (labels per item, accuracy) for 1, 2, …
    random labels on each item. `target` is the accuracy of all labels by majority less half a
    point, and `share_needed` the least share of labels with which a rule reached it, read off the
    points. Which point to run is known only afterwards: choose the price by money, not by this.
    """

    points: tuple[Collected, ...]
    fixed: tuple[tuple[float, float], ...]
    target: float | None
    share_needed: float | None
    n_scored: int
    warnings: tuple[str, ...] = ()


def expected_gain(posterior: FloatArray, confusion: FloatArray) -> FloatArray:
    """How much one more label would raise the chance of the right answer: (N,).

    Σ_l max_k q_k θ_kl − max_k q_k: the expected value of sample information for a decision that is
    right or wrong (Raiffa & Schlaifer 1961). `confusion` (K, K), or (N, K, K) with one for each.

    >>> expected_gain(np.array([[0.6, 0.4]]), np.array([[0.9, 0.1], [0.1, 0.9]])).round(2).tolist()
    [0.3]
    """
    joint = posterior[:, :, None] * confusion
    return np.asarray(joint.max(axis=1).sum(axis=1) - posterior.max(axis=1), dtype=np.float64)


def worth_asking(
    posterior: FloatArray, confusion: FloatArray, labels_so_far: IntArray, rule: StopRule
) -> BoolArray:
    """Which items (N,) want another label: posterior (N, K), pooled confusion (K, K).

    >>> posterior, confusion = np.array([[0.99, 0.01], [0.5, 0.5]]), np.array([[.9, .1], [.1, .9]])
    >>> worth_asking(posterior, confusion, np.array([3, 3]), StopRule()).tolist()
    [False, True]
    """
    honest = tempered(posterior, rule.exponent)
    worth = expected_gain(honest, confusion) >= rule.price
    unsure = honest.max(axis=1) < rule.confidence
    young = labels_so_far < rule.start
    return np.asarray((young | (worth & unsure)) & (labels_so_far < rule.cap), dtype=np.bool_)


def replay(
    labels: Labels,
    *,
    rng: np.random.Generator,
    truth: Gold | None = None,
    prices: Sequence[float] = (0.3, 0.2, 0.15, 0.1, 0.07, 0.05, 0.03, 0.01),
    rule: StopRule | None = None,
    route: Route = "information",
    warm: Labels | None = None,
) -> Replay | TooLittle:
    """Play sequential collection over existing labels, once for each price.

    Every item starts with `rule.start` of its labels at random; then rounds: fit communities on
    what was collected, and each item that is worth asking gets one more of its own labels, from
    the rater with the highest expected information about it, or at random. `truth` only scores.
    `warm` holds labels of the same raters and classes on other items: models then start warm.

    Random order is not the order of arrival, every rater who labeled an item counts as free, and
    rater models see the whole round at once: the savings are those of a patient collection.

    :raises ValueError: a price is out of range, `warm` has other classes or shares items, or
        truth is malformed.

    >>> rng = np.random.default_rng(1)
    >>> truth = rng.integers(2, size=60)
    >>> items, raters = np.repeat(np.arange(60), 5), np.tile(np.arange(5), 60)
    >>> given = np.where(rng.random(300) < 0.9, truth[items], 1 - truth[items])
    >>> found = replay(Labels.from_triples(items, raters, given), rng=rng, prices=[0.02],
    ...     truth={item: {held} for item, held in enumerate(truth.tolist())})
    >>> found.points[0].share < 0.6, found.points[0].accuracy > 0.9
    (True, True)
    """
    if labels.n_labels == 0:
        return TooLittle("there are no labels", 0)
    usual = StopRule() if rule is None else rule
    heat = None if warm is None else _warmth(labels, warm)
    known = None if truth is None else known_items(labels, truth)
    order = _shuffled(labels, rng)
    points = tuple(
        _collected(labels, order, replace(usual, price=price), route, heat, known)
        for price in sorted(prices, reverse=True)
    )
    return _summed_up(labels, order, points, known)


def _collected(
    labels: Labels,
    order: IntArray,
    rule: StopRule,
    route: Route,
    heat: Warmth | None,
    known: KnownItems | None,
) -> Collected:
    """`order` (L,): the place of each label among those of its item."""
    total = np.bincount(labels.item_codes, minlength=labels.n_items)
    have = order < rule.start
    while True:
        part, held = _part(labels, have), np.bincount(labels.item_codes[have], minlength=len(total))
        found = fit(design_of(part), part.counts(), warmth=heat)
        asked = worth_asking(found.posterior, found.pooled, held, rule) & (held < total)
        if not asked.any():
            return _told(labels, found, held, total, rule, known)
        have[_next(labels, have, asked, found, order, route, rule)] = True


def _next(
    labels: Labels,
    have: BoolArray,
    asked: BoolArray,
    found: Fit,
    order: IntArray,
    route: Route,
    rule: StopRule,
) -> IntArray:
    """One waiting label for each item that is asked for."""
    waiting = np.flatnonzero(~have & asked[labels.item_codes])
    items = labels.item_codes[waiting]
    preference = order[waiting].astype(np.float64)
    if route == "information":
        honest = tempered(found.posterior, rule.exponent)[items]
        preference = -_information(honest, found.confusion[labels.rater_codes[waiting]])
    arranged = waiting[np.lexsort((preference, items))]
    firsts = np.unique(labels.item_codes[arranged], return_index=True)[1]
    return np.asarray(arranged[firsts], dtype=np.int64)


def _information(posterior: FloatArray, confusion: FloatArray) -> FloatArray:
    """Mutual information of class and label, in nats: posterior (n, K), confusion (n, K, K)."""
    joint = posterior[:, :, None] * confusion
    given = joint.sum(axis=1)
    within = (joint * np.log(np.maximum(confusion, 1e-300))).sum(axis=(1, 2))
    return np.asarray(within - (given * np.log(np.maximum(given, 1e-300))).sum(axis=1))


def _told(
    labels: Labels,
    found: Fit,
    held: IntArray,
    total: IntArray,
    rule: StopRule,
    known: KnownItems | None,
) -> Collected:
    sure = tempered(found.posterior, rule.exponent).max(axis=1) >= rule.confidence
    capped = ~sure & (held >= rule.cap)
    wanted = worth_asking(found.posterior, found.pooled, held, rule)
    empty = ~sure & ~capped & wanted
    reasons = {"confident": sure, "cap": capped, "no_more_labels": empty,
               "not_worth_it": ~(sure | capped | empty)}  # fmt: skip
    return Collected(
        rule, float(held.mean()), float(held.sum() / total.sum()),
        _accuracy(found.posterior, known),
        {reason: int(which.sum()) for reason, which in reasons.items()},
    )  # fmt: skip


def _accuracy(posterior: FloatArray, known: KnownItems | None) -> float | None:
    if known is None or known.n == 0:
        return None
    chosen = posterior[known.rows].argmax(axis=1)
    return float(known.accepted[np.arange(known.n), chosen].mean())


def _summed_up(
    labels: Labels, order: IntArray, points: tuple[Collected, ...], known: KnownItems | None
) -> Replay:
    fixed = _fixed(labels, order, known)
    if not fixed or known is None:
        return Replay(points, (), None, None, 0)
    target = fixed[-1][1] - 0.005
    enough = [each.share for each in points if (each.accuracy or 0) >= target]
    few = (f"scored on {known.n} items only",) if known.n < 200 else ()
    return Replay(points, fixed, target, min(enough, default=None), known.n, few)


def _fixed(
    labels: Labels, order: IntArray, known: KnownItems | None
) -> tuple[tuple[float, float], ...]:
    """Labels per item and accuracy of the majority for each overlap up to the greatest."""
    found = []
    for overlap in range(1, int(order.max()) + 2):
        have = order < overlap
        accuracy = _accuracy(shares(_part(labels, have).counts()), known)
        if accuracy is not None:
            found.append((float(have.sum() / labels.n_items), accuracy))
    return tuple(found)


def _part(labels: Labels, have: BoolArray) -> Labels:
    """Some of the labels, with all the items and raters."""
    return replace(
        labels, item_codes=labels.item_codes[have], rater_codes=labels.rater_codes[have],
        label_codes=labels.label_codes[have],
    )  # fmt: skip


def _shuffled(labels: Labels, rng: np.random.Generator) -> IntArray:
    """A random place for each label among those of its item: 0, 1, … (L,)."""
    arranged = np.lexsort((rng.random(labels.n_labels), labels.item_codes))
    starts = np.concatenate([[0], np.cumsum(np.bincount(labels.item_codes))])
    places = np.empty(labels.n_labels, dtype=np.int64)
    places[arranged] = np.arange(labels.n_labels) - starts[labels.item_codes[arranged]]
    return places


def _warmth(labels: Labels, warm: Labels) -> Warmth:
    """What the same raters did on other items, from a fit of those alone."""
    if warm.classes != labels.classes:
        raise ValueError(f"warm labels have classes {warm.classes}, not {labels.classes}")
    if both := set(warm.item_ids) & set(labels.item_ids):
        raise ValueError(f"{len(both)} items are in the warm labels too, such as {min(both)!r}")
    design = design_of(warm)
    seen = count(design, fit(design, warm.counts()).posterior)
    where = {rater: code for code, rater in enumerate(warm.rater_ids)}
    counts = np.zeros((labels.n_raters, *seen.shape[1:]))
    for code, rater in enumerate(labels.rater_ids):
        if rater in where:
            counts[code] = seen[where[rater]]
    return Warmth(counts)
