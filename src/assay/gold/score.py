"""Raters' answers to gold items, counted."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assay._arrays import BoolArray, FloatArray, IntArray
from assay.data import Labels
from assay.results import Result


@dataclass(frozen=True, slots=True, eq=False)
class GoldScore(Result):
    """Answers to gold items by rater: `hits` of `trials`, shape (R,), raters in `rater_ids` order.

    `by_chance` (R,) is the share that blind guessing would get right on the same items: wide sets
    of accepted labels make gold easy. Raters who met no gold have 0 trials. `unmet` counts gold
    items that nobody labeled.
    """

    rater_ids: Sequence[Any]
    hits: IntArray
    trials: IntArray
    by_chance: FloatArray
    unmet: int


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
