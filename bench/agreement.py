"""Alpha of `assay` with its interval beside crowd-kit's without one, on a million labels."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from assay.agreement import krippendorff_alpha
from assay.data import Labels
from bench.timing import Figure, median, seconds

ITEMS, RATERS, LABELS_EACH, CLASSES = 200_000, 500, 5, 5
ITEMS_TO_A_QUERY = 10
RESAMPLES = 1000


def figures() -> list[Figure]:
    """A thousand resamples of items, and of queries of ten, against one value of the peer's."""
    items, raters, given = _labels(np.random.default_rng(7))
    labels = Labels.from_codes(
        items, raters, given,
        item_ids=np.arange(ITEMS), rater_ids=np.arange(RATERS), classes=range(CLASSES),
    )  # fmt: skip
    queries = {item: item // ITEMS_TO_A_QUERY for item in range(ITEMS)}
    frame = pd.DataFrame({"task": items, "worker": raters, "label": given})
    theirs = seconds(lambda: _crowd_kit(frame))
    return [
        Figure(
            f"α, {RESAMPLES} resamples of {what}, {labels.n_labels:,} labels",
            median(lambda held=clusters: _alpha(labels, held), rounds=3),  # type: ignore[misc]
            "crowd-kit, no interval", theirs, 0.2,
        )
        for what, clusters in (("items", None), ("queries", queries))
    ]  # fmt: skip


def _labels(
    rng: np.random.Generator,
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], ...]:
    truth = rng.integers(CLASSES, size=ITEMS)
    items = np.repeat(np.arange(ITEMS), LABELS_EACH)
    # A step that no two places share modulo the raters gives each item different ones.
    first = rng.integers(RATERS, size=ITEMS)
    raters = ((first[:, None] + 37 * np.arange(LABELS_EACH)) % RATERS).ravel()
    right = rng.random(len(items)) < rng.uniform(0.5, 0.95, size=RATERS)[raters]
    given = np.where(right, truth[items], rng.integers(CLASSES, size=len(items)))
    return items, raters, given


def _alpha(labels: Labels, clusters: dict[int, int] | None) -> object:
    rng = np.random.default_rng(1)
    return krippendorff_alpha(
        labels, level="nominal", rng=rng, clusters=clusters, resamples=RESAMPLES
    )


def _crowd_kit(frame: pd.DataFrame) -> object:
    from crowdkit.metrics.data import alpha_krippendorff

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return alpha_krippendorff(frame)
