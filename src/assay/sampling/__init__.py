"""Drawing items with known chances, and estimating from them with those chances.

The chance of each item to be drawn is fixed at the draw and travels with its label: without it no
estimate for the whole is possible.
"""

from assay.sampling.allocation import (
    kish_n_eff,
    neyman_allocation,
    proportional_allocation,
    whole_allocation,
)
from assay.sampling.draws import (
    Draw,
    inclusion_probabilities,
    proportional_draw,
    stratified_draw,
    systematic_draw,
)
from assay.sampling.estimates import hajek, horvitz_thompson, ratio
from assay.sampling.inferred import (
    InferredPrecision,
    inferred_average_precision,
    stratified_inferred_average_precision,
)
from assay.sampling.pools import Pool, depth_pool, pool_draw
from assay.sampling.stratified import stratified_estimate, stratified_mean

__all__ = [
    "Draw",
    "InferredPrecision",
    "Pool",
    "depth_pool",
    "hajek",
    "horvitz_thompson",
    "inclusion_probabilities",
    "inferred_average_precision",
    "kish_n_eff",
    "neyman_allocation",
    "pool_draw",
    "proportional_allocation",
    "proportional_draw",
    "ratio",
    "stratified_draw",
    "stratified_estimate",
    "stratified_inferred_average_precision",
    "stratified_mean",
    "systematic_draw",
    "whole_allocation",
]
