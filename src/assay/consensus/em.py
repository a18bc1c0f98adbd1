"""The two steps of expectation–maximisation for rater confusion models, as sparse products.

Nothing here knows about items by name, gold or stopping rules. A faster kernel replaces this
module and nothing else.

Shapes: N items, R raters, K classes, L labels. A label is one row of the design: its item and its
cell, rater × K + label.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse, special

from assay._arrays import BoolArray, FloatArray
from assay.data import Labels


@dataclass(frozen=True, slots=True)
class Design:
    """Which item met which (rater, label) cell: `by_item` (N, R·K), `by_cell` its transpose."""

    by_item: Any
    by_cell: Any
    n_raters: int
    n_classes: int


def design_of(labels: Labels) -> Design:
    """Build the sparse design once; every iteration reuses it."""
    cells = labels.rater_codes * labels.n_classes + labels.label_codes
    shape = (labels.n_items, labels.n_raters * labels.n_classes)
    ones = np.ones(labels.n_labels)
    by_item = sparse.csr_array((ones, (labels.item_codes, cells)), shape=shape)
    return Design(by_item, by_item.T.tocsr(), labels.n_raters, labels.n_classes)


def expect(
    design: Design, prior: FloatArray, confusion: FloatArray, allowed: BoolArray | None = None
) -> tuple[FloatArray, float]:
    """E-step: posterior (N, K) of the true classes and the log likelihood of the labels.

    log p(k | labels of i) = log prior_k + Σ_labels log confusion[rater, k, label] + const.
    `allowed` (N, K) marks the classes a gold item may have; the others get no mass.
    """
    by_cell = np.log(confusion).transpose(0, 2, 1).reshape(-1, design.n_classes)
    scores = design.by_item @ by_cell + np.log(prior)
    if allowed is not None:
        scores = np.where(allowed, scores, -np.inf)
    evidence = special.logsumexp(scores, axis=1)
    return np.exp(scores - evidence[:, None]), float(evidence.sum())


def count(design: Design, posterior: FloatArray) -> FloatArray:
    """M-step's counts (R, K, K): how often each rater gave each label when each class was true."""
    by_cell = (design.by_cell @ posterior).reshape(design.n_raters, design.n_classes, -1)
    return np.ascontiguousarray(by_cell.transpose(0, 2, 1))
