"""One number a rater: how often they are right, whatever the class."""

from __future__ import annotations

import numpy as np

from assay._arrays import FloatArray, positive
from assay.consensus.em import count, design_of, expect
from assay.consensus.result import ConsensusResult, consensus_of, disconnected, vanished_classes
from assay.consensus.steps import class_prior, shares
from assay.data import Labels
from assay.results import TooLittle


def one_coin(
    labels: Labels, *, prior_strength: float = 5.0, max_iter: int = 50, tol: float = 1e-6
) -> ConsensusResult | TooLittle:
    """Estimate true labels when a rater errs alike on every class.

    P(l | k) = a_j if l = k, else (1 − a_j)/(K − 1); a_j = (hits_j + s·ā)/(n_j + s) with ā the
    share right of all raters and s = `prior_strength`. One-coin Dawid–Skene (Zhang et al. 2016,
    JMLR 17). Right for many nominal classes and few labels a rater; on grades with a popular
    middle it may collapse, which a warning says. Stops when the log likelihood moves less than
    `tol` a label.

    :raises ValueError: a parameter is out of range.

    >>> votes = [0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1]
    >>> found = one_coin(Labels.from_triples("aaabbbcccdddeee", "xyz" * 5, votes))
    >>> found.label_of()
    {'a': 0, 'b': 1, 'c': 0, 'd': 1, 'e': 0}
    """
    positive(prior_strength, "prior_strength"), positive(tol, "tol")
    if max_iter < 1:
        raise ValueError(f"max_iter must be at least 1, not {max_iter}")
    if labels.n_labels == 0:
        return TooLittle("there are no labels", 0)
    design, counts = design_of(labels), labels.counts()
    posterior, likelihoods = shares(counts), [-np.inf]
    for _ in range(max_iter):
        prior = class_prior(posterior.sum(axis=0))
        confusion = _coins(count(design, posterior), prior_strength)
        posterior, likelihood = expect(design, prior, confusion)
        likelihoods.append(likelihood)
        if likelihood - likelihoods[-2] < tol * labels.n_labels:
            break
    return consensus_of(
        labels, posterior, counts=counts, method="one-coin Dawid-Skene; MAP by EM",
        parameters={"prior_strength": prior_strength, "max_iter": max_iter, "tol": tol,
                    "ties": "lowest class"},
        class_prior=prior, confusion=confusion, objective=tuple(likelihoods[1:]),
        log_likelihood=likelihood,
        converged=len(likelihoods) <= max_iter,
        warnings=disconnected(labels) + vanished_classes(labels, posterior),
    )  # fmt: skip


def _coins(seen: FloatArray, strength: float) -> FloatArray:
    """Each rater's one number, as a confusion matrix (R, K, K); all classes one: certain."""
    size = seen.shape[1]
    hits, n = np.trace(seen, axis1=1, axis2=2), seen.sum(axis=(1, 2))
    mean = (hits.sum() + 1) / (n.sum() + 2)
    share = (hits + strength * mean) / (n + strength)
    off = (1 - share) / max(size - 1, 1)
    coins = np.where(np.eye(size, dtype=np.bool_), share[:, None, None], off[:, None, None])
    return np.asarray(coins, dtype=np.float64)
