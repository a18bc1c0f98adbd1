"""Gauss–Legendre quadrature on an interval, for the integral equations of run lengths."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from assay._arrays import FloatArray

POINTS_PER_SD = 4
"""Nodes per standard deviation of the kernel; the error is then far below any use of a mean."""

FEWEST_NODES = 30


def panel(low: float, high: float, sd: float) -> tuple[FloatArray, FloatArray]:
    """Nodes and their weights on [low, high], dense enough for a kernel of this spread.

    >>> nodes, sizes = panel(0.0, 2.0, 1.0)
    >>> round(float((nodes**2 * sizes).sum()), 6)
    2.666667
    """
    count = max(FEWEST_NODES, math.ceil(POINTS_PER_SD * (high - low) / sd))
    nodes, sizes = _legendre(count)
    half = (high - low) / 2
    return low + half * (nodes + 1), half * sizes


def normal_density(z: FloatArray) -> FloatArray:
    """The standard normal density.

    >>> normal_density(np.zeros(1)).round(4).tolist()
    [0.3989]
    """
    return np.asarray(np.exp(-z * z / 2) / math.sqrt(2 * math.pi), dtype=np.float64)


@lru_cache(maxsize=64)
def _legendre(count: int) -> tuple[FloatArray, FloatArray]:
    nodes, sizes = np.polynomial.legendre.leggauss(count)
    nodes.flags.writeable = sizes.flags.writeable = False
    return nodes, sizes
