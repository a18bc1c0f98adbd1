"""Dawid and Skene's model with the uncertainty about raters kept: variational Bayes."""

from __future__ import annotations

import numpy as np
from scipy import special

from assay._arrays import FloatArray, positive
from assay.consensus.em import count, design_of, expect
from assay.consensus.result import ConsensusResult, consensus_of, disconnected, vanished_classes
from assay.consensus.steps import CLASS_PSEUDO_ITEMS, pooled, rows
from assay.data import Labels
from assay.results import TooLittle


def variational_dawid_skene(
    labels: Labels, *, prior_strength: float = 5.0, max_iter: int = 100, tol: float = 1e-5
) -> ConsensusResult | TooLittle:
    """Dawid–Skene with a Dirichlet posterior on every rater's rows in place of a point.

    θ_jk ~ Dirichlet(s·P_k), P the pooled confusion; then q_i(k) ∝ exp(E ln π_k + Σ E ln θ_jkl)
    with E ln θ = ψ(n_jkl + s·P_kl) − ψ(n_jk· + s): mean-field variational Bayes (Beal 2003;
    Simpson et al. 2013). Same as EM with many labels a rater. With few, ψ of a small count lies far
    below its logarithm: what a rater has hardly ever done counts as nearly impossible, and the
    posterior is surer than EM's. Overconfident where raters err together. `confusion` holds the
    posterior means; `posterior` follows from E ln θ and not from them. Stops when the posterior
    moves less than `tol` on the mean.

    :raises ValueError: a parameter is out of range.

    >>> votes = [0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1]
    >>> found = variational_dawid_skene(Labels.from_triples("aaabbbcccdddeee", "xyz" * 5, votes))
    >>> found.label_of()
    {'a': 0, 'b': 1, 'c': 0, 'd': 1, 'e': 0}
    """
    positive(prior_strength, "prior_strength"), positive(tol, "tol")
    if max_iter < 1:
        raise ValueError(f"max_iter must be at least 1, not {max_iter}")
    if labels.n_labels == 0:
        return TooLittle("there are no labels", 0)
    design, counts = design_of(labels), labels.counts()
    start = pooled(counts)
    posterior, moved, done = start.posterior, np.inf, 0
    likelihoods: list[float] = []
    while done < max_iter and moved >= tol:
        weights = count(design, posterior) + prior_strength * start.confusion
        before, share = posterior, posterior.sum(axis=0) + CLASS_PSEUDO_ITEMS / counts.shape[1]
        posterior, bound = expect(design, np.exp(_mean_log(share)), np.exp(_mean_log(weights)))
        likelihoods.append(bound)
        moved, done = float(np.abs(posterior - before).sum(axis=1).mean()), done + 1
    return consensus_of(
        labels, posterior, counts=counts,
        method="Dawid-Skene, rater rows shrunk to the pooled confusion; variational Bayes",
        parameters={"prior_strength": prior_strength, "max_iter": max_iter, "tol": tol,
                    "ties": "lowest class"},
        class_prior=share / share.sum(), confusion=rows(weights), objective=tuple(likelihoods),
        log_likelihood=bound,
        converged=moved < tol,
        warnings=disconnected(labels) + vanished_classes(labels, posterior),
    )  # fmt: skip


def _mean_log(weights: FloatArray) -> FloatArray:
    """E ln θ under a Dirichlet with these weights on the last axis."""
    total = special.digamma(weights.sum(axis=-1, keepdims=True))
    return np.asarray(special.digamma(weights) - total, dtype=np.float64)
