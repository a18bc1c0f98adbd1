"""Array types and the checks that every module makes on what it is given."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
BoolArray: TypeAlias = NDArray[np.bool_]


def finite_vector(values: ArrayLike, name: str) -> FloatArray:
    """Return `values` as a float vector.

    :raises ValueError: it is not one-dimensional, or holds NaN or infinity.
    """
    vector = np.asarray(values, dtype=np.float64)
    if vector.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, not of shape {vector.shape}")
    if not np.isfinite(vector).all():
        raise ValueError(f"{name} must hold finite numbers only")
    return vector


def same_length(**vectors: FloatArray | IntArray) -> int:
    """Return the common length of the named vectors.

    :raises ValueError: the lengths differ.
    """
    lengths = {name: len(vector) for name, vector in vectors.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise ValueError(f"lengths differ: {told}")
    return next(iter(lengths.values()))


def open_share(value: float, name: str) -> float:
    """Return `value` when it lies strictly between 0 and 1.

    :raises ValueError: it does not.
    """
    if not 0.0 < value < 1.0:
        raise ValueError(f"{name} must lie strictly between 0 and 1, not {value}")
    return float(value)


def closed_share(value: float, name: str) -> float:
    """Return `value` when it lies between 0 and 1, ends included.

    :raises ValueError: it does not.
    """
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{name} must lie between 0 and 1, not {value}")
    return float(value)


def positive(value: float, name: str) -> float:
    """Return `value` when it is finite and above zero.

    :raises ValueError: it is not.
    """
    if not (np.isfinite(value) and value > 0):
        raise ValueError(f"{name} must be a finite number above zero, not {value}")
    return float(value)
