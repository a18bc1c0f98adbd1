"""The information in the answers about worths, left pull, ties and raters, and its inverse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.linalg import LinAlgError
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse.linalg import cg

from assay._arrays import FloatArray, IntArray

DENSE_UP_TO = 300
"""Items up to which a system is solved whole; beyond, by conjugate gradients."""


@dataclass(frozen=True, slots=True)
class Information:
    """Minus the Hessian: items (N, N) sparse, items × shared (N, g), shared (g, g).

    Shared are the left pull, ln ν and the log odds of the raters, as far as they are estimated.
    """

    items: Any
    border: FloatArray
    shared: FloatArray

    def step(self, items: FloatArray, shared: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Solve for the right sides (N,) and (g,), by the Schur complement of the items."""
        held = self._by_items(np.column_stack([items, self.border]))
        crossed = held[:, 1:]
        schur = self.shared - self.border.T @ crossed
        found = np.linalg.solve(schur, shared - self.border.T @ held[:, 0]).astype(np.float64)
        return held[:, 0] - crossed @ found, found

    def _by_items(self, sides: FloatArray) -> FloatArray:
        if len(sides) <= DENSE_UP_TO:
            solved = cho_solve(cho_factor(self.items.toarray()), sides)
            return np.asarray(solved, dtype=np.float64)
        # Comparisons make a Laplacian: well conditioned once scaled by its diagonal.
        scaling = sparse.diags_array(1 / self.items.diagonal())
        columns = [cg(self.items, side, rtol=1e-10, M=scaling)[0] for side in sides.T]
        return np.stack(columns, axis=1)


@dataclass(frozen=True, slots=True)
class Covariance:
    """The inverse information: variances of items (N,), covariances with one of them (N,), or
    zeros where none was asked for, and that of what is shared (g, g)."""

    items: FloatArray
    with_base: FloatArray
    shared: FloatArray


def covariance_of(
    information: Information, component: IntArray, base: int | None
) -> Covariance | None:
    """Invert component by component; None where the information is not positive definite."""
    n = len(component)
    own, column, crossed = np.zeros(n), np.zeros(n), np.zeros_like(information.border)
    order = np.argsort(component, kind="stable")
    try:
        for places in np.split(order, np.flatnonzero(np.diff(component[order])) + 1):
            block = information.items[places][:, places].toarray()
            inverse = cho_solve(cho_factor(block), np.eye(len(places)))
            own[places], crossed[places] = inverse.diagonal(), inverse @ information.border[places]
            if base is not None and base in places:
                column[places] = inverse[:, int(np.flatnonzero(places == base)[0])]
        schur = information.shared - information.border.T @ crossed
        shared = cho_solve(cho_factor(schur), np.eye(len(schur))) if len(schur) else schur
    except LinAlgError:
        return None
    spread = crossed @ shared
    if base is not None:
        column += spread @ crossed[base]
    return Covariance(own + (spread * crossed).sum(axis=1), column, np.asarray(shared))
