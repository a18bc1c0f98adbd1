"""Rater accuracy within cells: locale × task, or whatever else makes raters comparable."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assay._arrays import FloatArray, IntArray, open_share
from assay.agreement.slices import at_rows, sliced
from assay.data import Labels
from assay.gold.score import score_gold
from assay.gold.shrink import Accuracies, shrink
from assay.results import Result, TooLittle


@dataclass(frozen=True, slots=True, eq=False)
class CellAccuracies(Result):
    """Raters of one cell, those who met gold there: arrays of shape (R,) in `rater_ids` order.

    `hits` of `trials` gold answers were right, `by_chance` is what blind guessing would reach on
    them, and `accuracies` what the raters are held to be, pulled towards the cell's own raters.
    """

    rater_ids: Sequence[Any]
    hits: IntArray
    trials: IntArray
    by_chance: FloatArray
    accuracies: Accuracies


def accuracy_by_cell(
    labels: Labels,
    accepted: Mapping[Any, Collection[Hashable]],
    cells: Mapping[Any, Hashable],
    *,
    standard: float | None = None,
    level: float = 0.95,
    prior: tuple[float, float] | None = None,
) -> dict[Hashable, CellAccuracies | TooLittle]:
    """Accuracy of each rater with its interval within each cell of gold items, in sorted order.

    `accepted` gives each gold item its set of right labels, `cells` names its cell, such as
    ("fr-FR", "grade"); items without gold need no cell. Each cell has its own prior from its own
    raters (see `shrink`), or the one `prior` for all. A cell where fewer than two raters met gold
    is TooLittle unless `prior` is given. Difficulty is taken as alike within a cell: cells that mix
    easy and hard gold compare what raters happened to be shown. Nothing is corrected for the number
    of cells or raters.

    :raises ValueError: a labeled gold item has no cell, a gold set is empty or names a class that
        `labels` does not have, or an argument is out of range.

    >>> given = Labels.from_triples("aabb", "xyxy", [1, 0, 1, 1])
    >>> found = accuracy_by_cell(given, {"a": {1}, "b": {0, 1}}, {"a": "fr", "b": "de"})
    >>> found["fr"].rater_ids, found["fr"].hits.tolist(), found["fr"].by_chance.tolist()
    (('x', 'y'), [1, 0], [0.5, 0.5])
    """
    open_share(level, "level"), standard is None or open_share(standard, "standard")
    score_gold(labels, accepted)  # refuses what no cell could use, before any cell is measured
    gold = np.asarray([item in accepted for item in labels.item_ids], dtype=np.bool_)
    known = at_rows(labels, np.flatnonzero(gold[labels.item_codes]).astype(np.int64))
    return {
        cell: _measured(part, accepted, standard, level, prior)
        for cell, part in sliced(known, cells, "cell")
    }


def _measured(
    part: Labels,
    accepted: Mapping[Any, Collection[Hashable]],
    standard: float | None,
    level: float,
    prior: tuple[float, float] | None,
) -> CellAccuracies | TooLittle:
    score = score_gold(part, {item: accepted[item] for item in part.item_ids})
    found = shrink(score.hits, score.trials, standard=standard, level=level, prior=prior)
    if isinstance(found, TooLittle):
        return found
    return CellAccuracies(score.rater_ids, score.hits, score.trials, score.by_chance, found)
