"""Least squares for many learning curves at once.

Given the shape, scale and floor follow in closed form (variable projection, Golub & Pereyra 1973);
so only the shape is searched, on a grid that is then narrowed around each curve's best cell. No
start value, nothing that fails to converge.
"""

from __future__ import annotations

import math

import numpy as np

from assay._arrays import BoolArray, FloatArray, IntArray
from assay.economics.curves.forms import STEEPEST, Form, Shape, shape_of

NARROWINGS = 9
"""Times the grid is narrowed around the best cell."""

FINE = 9
"""Steps of the narrowed grid in each direction; each narrowing shrinks it four times."""


def fitted_rows(
    form: Form, sizes: FloatArray, errors: FloatArray, weights: FloatArray
) -> tuple[FloatArray, BoolArray]:
    """Curves (D, p) fitted to `errors` (D, m) at `sizes` (m,), and which end at a bound of shape.

    Minimises Σ w (y − a·f − c)² with a ≥ 0 and c ≥ 0 (c = 0 where the form has no floor).
    """
    shape, unit = shape_of(form), float(sizes.max())
    relative = sizes / unit
    axes = [np.linspace(math.log(ends[0]), math.log(ends[1]), steps)
            for ends, steps in zip(shape.bounds, shape.steps, strict=True)]  # fmt: skip
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))
    best = grid[_coarse(shape, grid, relative, errors, weights)]
    reach = np.array([axis[1] - axis[0] for axis in axes])
    steps = np.linspace(-1, 1, FINE)
    around = np.stack(np.meshgrid(*[steps] * len(axes), indexing="ij"), axis=-1)
    around = around.reshape(-1, len(axes))
    low, high = np.log(np.asarray(shape.bounds)).T
    for _ in range(NARROWINGS):
        near = np.clip(best[:, None, :] + around * reach, low, high)
        chosen = _losses(shape, near, relative, errors[:, None, :], weights)[0].argmin(axis=1)
        best = near[np.arange(len(near)), chosen]
        reach = reach / 4
    _, scale, floor = _losses(shape, best, relative, errors, weights)
    edge = ((best <= low + 1e-9) | (best >= high - 1e-9)) & _free_bounds(form)
    return _in_labels(form, best, scale, floor, relative, unit), edge.any(axis=1) | (scale <= 0)


def _free_bounds(form: Form) -> BoolArray:
    """Which bounds say that the shape is unknown: d = 1 of Janoschek is a shape, not an end."""
    return np.array([True, False]) if form == "janoschek" else np.array([True])


def _coarse(
    shape: Shape, grid: FloatArray, sizes: FloatArray, errors: FloatArray, weights: FloatArray
) -> IntArray:
    """The best cell of the first grid for each curve, in blocks that stay small."""
    block = max(1, 2_000_000 // (len(grid) * len(sizes)))
    chosen = [
        _losses(shape, grid[None], sizes, errors[start : start + block, None, :], weights)[0]
        .argmin(axis=1)
        for start in range(0, len(errors), block)
    ]  # fmt: skip
    return np.concatenate(chosen).astype(np.int64)


def _losses(
    shape: Shape, logs: FloatArray, sizes: FloatArray, errors: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Loss, scale and floor for shapes (…, p) and errors (…, m); the scale is ε − c at round 1."""
    falling = shape.log_of(np.exp(logs), sizes)
    first = falling[..., :1]
    x = np.exp(falling - first)
    total, sx, sy = weights.sum(), (weights * x).sum(-1), (weights * errors).sum(-1)
    sxx, sxy = (weights * x * x).sum(-1), (weights * x * errors).sum(-1)
    scale, floor = np.maximum(sxy / sxx, 0.0), np.zeros_like(sxy)
    if shape.has_floor:
        spread = np.maximum(sxx * total - sx * sx, 1e-300)
        free_scale, free_floor = (sxy * total - sx * sy) / spread, (sxx * sy - sx * sxy) / spread
        inside = (free_scale > 0) & (free_floor >= 0)
        flat = (free_scale <= 0) & (sy > 0)
        scale = np.where(inside, free_scale, np.where(flat, 0.0, scale))
        floor = np.where(inside, free_floor, np.where(flat, sy / total, floor))
    residual = errors - scale[..., None] * x - floor[..., None]
    loss = (weights * residual**2).sum(-1)
    return np.where(-first[..., 0] > STEEPEST, np.inf, loss), scale, floor


def _in_labels(
    form: Form,
    logs: FloatArray,
    scale: FloatArray,
    floor: FloatArray,
    relative: FloatArray,
    unit: float,
) -> FloatArray:
    """From relative sizes and ε − c at round 1 to parameters whose unit is the label."""
    shape = np.exp(logs)
    scale = scale * np.exp(-shape_of(form).log_of(shape, relative[:1])[:, 0])
    if form in ("power", "power_offset"):
        scale = scale * unit ** shape[:, 0]
    else:
        shape[:, 0] *= unit
    return np.column_stack([scale, floor, shape])
