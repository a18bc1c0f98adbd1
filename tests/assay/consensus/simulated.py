"""Labels made from a truth that the tests know."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assay.data import Labels


@dataclass(frozen=True)
class Made:
    """Labels (`given`) of items 0…N−1, their `truth` (N,) and the raters' `confusion` (R, K, K)."""

    given: Labels
    truth: np.ndarray
    confusion: np.ndarray


def made(rng, confusion, *, items=400, each=5, shares=None) -> Made:
    """Every item gets `each` labels of different raters who err as `confusion` (R, K, K) says."""
    confusion = np.asarray(confusion, dtype=float)
    n_raters, size, _ = confusion.shape
    truth = rng.choice(size, items, p=shares)
    raters = np.argsort(rng.random((items, n_raters)), axis=1)[:, :each].ravel()
    rows = np.repeat(np.arange(items), each)
    below = np.cumsum(confusion[raters, truth[rows]], axis=1)
    labels = (rng.random(len(rows))[:, None] > below).sum(axis=1)
    given = Labels.from_triples(
        rows.tolist(), raters.tolist(), labels.tolist(), classes=range(size)
    )
    return Made(given, truth, confusion)


def coins(accuracy, size) -> np.ndarray:
    """One-number raters (R, K, K)."""
    accuracy = np.asarray(accuracy, dtype=float)[:, None, None]
    eye = np.eye(size)
    return accuracy * eye + (1 - accuracy) / (size - 1) * (1 - eye)


def accuracy(found, truth) -> float:
    """Share of items whose label is the true one; items are numbered."""
    return float((found.labels == truth[list(found.item_ids)]).mean())
