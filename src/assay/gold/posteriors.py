"""Posteriors of accuracies that do not pretend to know the prior.

The beta-binomial's prior, Beta(mM, (1−m)M), is itself estimated from few raters with few answers.
Taking the estimate for the truth makes intervals far too short: by simulation a 95 % interval then
holds 70 % to 90 % in ordinary cases. Here m and M are averaged over what the answers allow.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from assay._arrays import FloatArray

SIZES, MEANS = 40, 11
"""Points at which M and m are tried; ten times as many move no bound by more than 0.006, which is
with three raters, and by 0.001 with six."""

WEIGHTLESS = 1e-7
"""Share of the weight below which a point is not worth its room."""


def averaged_betas(right: FloatArray, asked: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The Beta(a, b) of each rater with the mean and variance of the averaged posterior: (R,) both.

    Uniform priors on m and on the shrinkage n̄/(n̄ + M), n̄ the harmonic mean of the raters' answers
    (the uniform shrinkage prior, Daniels 1999, Canadian Journal of Statistics 27); summed over a
    grid, each point weighing as the likelihood of all answers.

    >>> a, b = averaged_betas(np.array([9.0, 10.0, 4.0]), np.array([10.0, 10.0, 10.0]))
    >>> (a / (a + b)).round(2).tolist()
    [0.85, 0.92, 0.51]
    """
    a, b, weight = _priors(right, asked)
    above, total = a + right[:, None], (a + b) + asked[:, None]
    mean = above / total
    middle = mean @ weight
    # Spread within the points of the grid, and between them.
    variance = (mean * (1 - mean) / (total + 1)) @ weight
    variance += ((mean - middle[:, None]) ** 2) @ weight
    size = middle * (1 - middle) / variance - 1
    return middle * size, (1 - middle) * size


def _priors(right: FloatArray, asked: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Priors Beta(a, b) on a grid and the weight of each: three vectors, of what has weight."""
    held = asked > 0
    (hits, n), times = np.unique(np.stack([right[held], asked[held]]), axis=1, return_counts=True)
    kept = (np.arange(SIZES) + 0.5) / SIZES
    size = (len(asked[held]) / float((1 / asked[held]).sum()) * kept / (1 - kept))[:, None]
    share = float(right.sum() / asked.sum())
    told = (times * n * (size + 1) / (size + n)).sum(axis=1, keepdims=True)
    around = told * share + 0.5, told * (1 - share) + 0.5
    middle = special.betaincinv(*around, (np.arange(MEANS) + 0.5) / MEANS)
    middle = np.clip(middle, 1e-9, 1 - 1e-9)
    # The points lie where m is likely; what they are too close there the weights take back.
    density = (around[0] - 1) * np.log(middle) + (around[1] - 1) * np.log1p(-middle)
    a, b = size * middle, size * (1 - middle)
    fits = special.betaln(a[..., None] + hits, b[..., None] + n - hits)
    fits -= special.betaln(a, b)[..., None]
    log_weight = fits @ times - density + special.betaln(*around)
    weight = np.exp(log_weight - log_weight.max())
    counted = weight > WEIGHTLESS * weight.sum()
    return a[counted], b[counted], weight[counted] / weight[counted].sum()
