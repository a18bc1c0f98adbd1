"""Dawid–Skene and Krippendorff's alpha of `assay` beside crowd-kit's, on the same labels."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from assay.agreement import krippendorff_alpha
from assay.consensus import dawid_skene
from assay.data import Labels
from bench.timing import Figure, in_turn

ITEMS, RATERS, LABELS_EACH, CLASSES = 20_000, 200, 5, 4
STEPS = 20


def figures() -> list[Figure]:
    """Both libraries run the same number of EM steps over 100,000 labels."""
    items, raters, given = _labels(np.random.default_rng(7))
    labels = Labels.from_triples(items, raters, given, classes=range(CLASSES))
    frame = pd.DataFrame({"task": items, "worker": raters, "label": given})
    return [_dawid_skene(labels, frame), _alpha(labels, frame)]


def _labels(rng: np.random.Generator) -> tuple[list[int], list[int], list[int]]:
    truth = rng.integers(CLASSES, size=ITEMS)
    skill = rng.uniform(0.5, 0.95, size=RATERS)
    items = np.repeat(np.arange(ITEMS), LABELS_EACH)
    raters = np.concatenate(
        [rng.choice(RATERS, LABELS_EACH, replace=False) for _item in range(ITEMS)]
    )
    right = rng.random(len(items)) < skill[raters]
    given = np.where(right, truth[items], rng.integers(CLASSES, size=len(items)))
    return items.tolist(), raters.tolist(), given.tolist()


def _dawid_skene(labels: Labels, frame: pd.DataFrame) -> Figure:
    from crowdkit.aggregation import DawidSkene

    ours, theirs = in_turn(
        lambda: dawid_skene(labels, max_iter=STEPS, tol=1e-300),
        lambda: DawidSkene(n_iter=STEPS, tol=0.0).fit(frame),
        rounds=3,
    )
    return Figure("Dawid–Skene, 100,000 labels, 20 steps", ours, "crowd-kit", theirs, 0.5)


def _alpha(labels: Labels, frame: pd.DataFrame) -> Figure:
    from crowdkit.metrics.data import alpha_krippendorff

    def ours() -> object:
        rng = np.random.default_rng(1)
        return krippendorff_alpha(labels, level="nominal", rng=rng, resamples=200)

    def theirs() -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return alpha_krippendorff(frame)

    mine, peers = in_turn(ours, theirs, rounds=1)
    return Figure(
        "α with 200 resamples, 100,000 labels", mine, "crowd-kit, no interval", peers, 1.0
    )
