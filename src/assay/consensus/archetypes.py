"""Kinds of raters to start from: good to careless, spammers, and scales that lean or blur."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from assay._arrays import FloatArray
from assay.consensus.steps import rows

SPAM_SHARE = 0.95
"""How often a rater who always gives one class gives it."""

FLOOR = 1e-3
"""Keeps every cell possible before rows are made to sum to one."""

LAPSE = 0.02
"""How often a rater on a scale answers at random."""

BIASES = np.linspace(-1.5, 1.5, 13)
SPREADS = np.geomspace(0.15, 3.0, 10)


def communities(confusion: FloatArray, label_shares: FloatArray, count: int) -> FloatArray:
    """`count` kinds (count, K, K) from expert to careless around what raters do on the whole."""
    blind = np.broadcast_to(label_shares, confusion.shape)
    steps = np.linspace(1, 0, count) if count > 1 else np.array([0.5])
    kinds = [
        0.5 * confusion + 0.5 * (skill * np.eye(len(confusion)) + (1 - skill) * blind) + FLOOR
        for skill in steps
    ]
    return rows(np.asarray(kinds))


def spammers(label_shares: FloatArray) -> FloatArray:
    """Raters who look at nothing (1 + K, K, K): the first guesses, the others give one class."""
    size = len(label_shares)
    constant = np.full((size, size, size), (1 - SPAM_SHARE) / max(size - 1, 1))
    for code in range(size):
        constant[code, :, code] = SPAM_SHARE
    guessing = np.broadcast_to(label_shares, (1, size, size)) + FLOOR
    return np.concatenate([rows(guessing), rows(constant)])


@dataclass(frozen=True, slots=True)
class Scale:
    """Raters on a latent scale: `confusion` (G, K, K) of each `bias` (G,) and `spread` (G,)."""

    confusion: FloatArray
    bias: FloatArray
    spread: FloatArray


def scale(size: int) -> Scale:
    """A grid of raters who see grade k at k + bias, blurred by a normal error of sd `spread`.

    P(l | k) = Φ((l + ½ − k − b)/s) − Φ((l − ½ − k − b)/s), the ends open; a lapse in fifty.
    """
    bias, spread = (axis.ravel() for axis in np.meshgrid(BIASES, SPREADS, indexing="ij"))
    cuts = np.concatenate([[-np.inf], np.arange(size - 1) + 0.5, [np.inf]])
    seen = np.arange(size)[None, :, None] + bias[:, None, None]
    below = special.ndtr((cuts[None, None, :] - seen) / spread[:, None, None])
    confusion = (1 - LAPSE) * np.diff(below, axis=2) + LAPSE / size
    return Scale(rows(confusion), bias, spread)
