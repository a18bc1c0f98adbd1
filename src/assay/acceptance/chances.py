"""The chance to find at most c defects among n checks: of a lot, or of the process behind it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from assay._arrays import FloatArray


def binomial_chance(c: int, n: int, shares: ArrayLike) -> FloatArray:
    """P(at most `c` defects in `n` checks) when each is a defect with the given share.

    >>> round(float(binomial_chance(2, 80, 0.02)), 4)
    0.7844
    """
    return np.asarray(special.bdtr(min(c, n), n, shares), dtype=np.float64)


def hypergeometric_chance(c: int, n: int, defects: ArrayLike, lot_size: int) -> FloatArray:
    """P(at most `c` defects in `n` checks) drawn without replacement from one lot.

    Σ_{d ≤ c} C(D, d)·C(N − D, n − d) / C(N, n), with `defects` D of `lot_size` N: shape of
    `defects`.

    >>> round(float(hypergeometric_chance(1, 50, 10, 500)), 6)
    0.736503
    """
    held = np.asarray(defects, dtype=np.float64)[..., None]
    found = np.arange(min(c, n) + 1)
    logs = _log_choose(held, found) + _log_choose(lot_size - held, n - found)
    total = np.exp(logs - _log_choose(np.float64(lot_size), np.asarray(n))).sum(axis=-1)
    return np.asarray(np.minimum(total, 1.0), dtype=np.float64)


def _log_choose(of: ArrayLike, some: ArrayLike) -> FloatArray:
    """ln C(of, some), −∞ where there is no such choice."""
    whole, part = np.broadcast_arrays(np.asarray(of, np.float64), np.asarray(some, np.float64))
    possible = (part >= 0) & (part <= whole)
    safe = np.where(possible, part, 0.0)
    logs = -np.log1p(whole) - special.betaln(safe + 1, whole - safe + 1)
    return np.asarray(np.where(possible, logs, -np.inf), dtype=np.float64)
