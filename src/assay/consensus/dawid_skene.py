"""Dawid and Skene's model with raters shrunk towards what raters in general do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from assay._arrays import BoolArray, FloatArray, positive
from assay.consensus.calibration import Gold, known_items
from assay.consensus.em import Design, Step, count, design_of, fused_step, posterior_of, together
from assay.consensus.result import (
    ConsensusResult,
    consensus_of,
    disconnected,
    nothing_to_compare,
    vanished_classes,
    vote_shares,
)
from assay.consensus.steps import (
    CLASS_PSEUDO_ITEMS,
    POOLED_ITERATIONS,
    POOLED_PSEUDO_LABELS,
    class_prior,
    rows,
)
from assay.data import Labels
from assay.results import TooLittle


@dataclass(frozen=True, slots=True)
class _Fit:
    posterior: FloatArray
    prior: FloatArray
    confusion: FloatArray
    log_likelihood: float
    objective: tuple[float, ...]
    converged: bool


def dawid_skene(
    labels: Labels,
    *,
    prior_strength: float = 5.0,
    max_iter: int = 200,
    tol: float = 1e-6,
    gold: Gold | None = None,
) -> ConsensusResult | TooLittle:
    """Estimate true labels and every rater's confusion matrix together.

    Model: class k of an item has probability π_k; rater j then gives label l with probability
    θ_jkl. Dawid & Skene (1979), Applied Statistics 28(1). Each row θ_jk has a Dirichlet prior
    centred on the pooled row P_k and worth `prior_strength` labels:

        θ_jkl = (n_jkl + s·P_kl) / (n_jk· + s)

    so a rater with five labels is judged mostly as raters in general are (hierarchical shrinkage,
    as in Paun et al. (2018), TACL 6). P is found first, by the same steps with one matrix for
    everybody, and then held: the maximised log posterior therefore never falls. It starts from
    the majority vote and draws nothing at random.

    `gold` maps an item to the set of labels accepted for it; no other label gets probability
    there. Gold for items without labels is counted in `parameters` and otherwise ignored.
    Iteration stops when the objective rises by less than `tol` per label.

    Assumes that raters err independently given the true class. Correlated raters (machine judges
    of one family, copied answers) make it overconfident, and running it long makes that worse.
    The posterior is uncalibrated.

    :raises ValueError: a parameter is out of range, a gold set is empty or names an unknown class.

    Rater z answers 1 whatever is asked; x and y agree with each other:

    >>> votes = [0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1]
    >>> given = Labels.from_triples("aaabbbcccdddeee", "xyz" * 5, votes)
    >>> result = dawid_skene(given)
    >>> result.label_of()
    {'a': 0, 'b': 1, 'c': 0, 'd': 1, 'e': 0}
    >>> result.confusion[:, 0, 0].round(2).tolist()  # chance to call a 0 by its name: x, y, z
    [0.73, 0.73, 0.37]
    """
    positive(prior_strength, "prior_strength")
    positive(tol, "tol")
    if max_iter < 1:
        raise ValueError(f"max_iter must be at least 1, not {max_iter}")
    allowed = _allowed(labels, gold or {})
    if short := _too_little(labels, allowed):
        return short
    fit = _fitted(labels, design_of(labels), allowed, prior_strength, max_iter, tol)
    return _result(labels, fit, {
        "prior_strength": prior_strength, "max_iter": max_iter, "tol": tol, "ties": "lowest class",
        "gold_items": 0 if allowed is None else int((~allowed).any(axis=1).sum()),
        "gold_ignored": len(set(gold) - set(labels.item_ids)) if gold else 0,
    })  # fmt: skip


def _allowed(labels: Labels, gold: Gold) -> BoolArray | None:
    """Which classes each item may have: shape (n_items, n_classes); None without gold."""
    if not gold:
        return None
    known = known_items(labels, gold)
    allowed = np.ones((labels.n_items, labels.n_classes), dtype=np.bool_)
    allowed[known.rows] = known.accepted
    return allowed


def _too_little(labels: Labels, allowed: BoolArray | None) -> TooLittle | None:
    taught = allowed is not None and not allowed.all()
    return None if taught and labels.n_labels else nothing_to_compare(labels)


def _fitted(
    labels: Labels,
    design: Design,
    allowed: BoolArray | None,
    strength: float,
    max_iter: int,
    tol: float,
) -> _Fit:
    pooled, step = _pooled(design, _clamped(vote_shares(labels), allowed), allowed)
    objective: list[float] = []
    converged = False
    while len(objective) < max_iter and not converged:
        prior, confusion = class_prior(step.mass), _shrunk(step.counts, pooled, strength)
        step = fused_step(design, np.log(prior), np.log(confusion), allowed=allowed)
        objective.append(step.log_likelihood + _log_prior(prior, confusion, pooled, strength))
        converged = len(objective) > 1 and objective[-1] - objective[-2] < tol * labels.n_labels
    posterior, likelihood = posterior_of(design, np.log(prior), np.log(confusion), allowed=allowed)
    return _Fit(posterior, prior, confusion, likelihood, tuple(objective), converged)


def _clamped(posterior: FloatArray, allowed: BoolArray | None) -> FloatArray:
    """Keep the mass on accepted classes; spread it evenly where the votes left them none."""
    if allowed is None:
        return posterior
    kept = np.where(allowed, posterior, 0.0)
    kept = np.where(kept.sum(axis=1, keepdims=True) > 0, kept, allowed)
    return np.asarray(kept / kept.sum(axis=1, keepdims=True), dtype=np.float64)


def _pooled(
    design: Design, posterior: FloatArray, allowed: BoolArray | None
) -> tuple[FloatArray, Step]:
    """The confusion (K, K) of raters taken together, and each rater's counts under it."""
    everybody = together(design)
    step = Step(count(everybody, posterior), posterior.sum(axis=0), 0.0)
    for _ in range(POOLED_ITERATIONS):
        pooled = rows(step.counts + POOLED_PSEUDO_LABELS / design.n_classes)
        prior = np.log(class_prior(step.mass))
        step = fused_step(everybody, prior, np.log(pooled), allowed=allowed)
    each = np.broadcast_to(np.log(pooled), (design.n_raters, *pooled.shape[1:]))
    return pooled[0], fused_step(design, prior, each, allowed=allowed)


def _shrunk(counts: FloatArray, pooled: FloatArray, strength: float) -> FloatArray:
    return rows(counts + strength * pooled)


def _log_prior(
    prior: FloatArray, confusion: FloatArray, pooled: FloatArray, strength: float
) -> float:
    """Log density of the priors, up to a constant: what the M-step's pseudo-counts stand for."""
    rows = strength * float((pooled * np.log(confusion)).sum())
    return rows + CLASS_PSEUDO_ITEMS / len(prior) * float(np.log(prior).sum())


def _result(labels: Labels, fit: _Fit, parameters: Mapping[str, Any]) -> ConsensusResult:
    stopped = () if fit.converged else (f"no convergence in {len(fit.objective)} iterations",)
    return consensus_of(
        labels, fit.posterior,
        method="Dawid-Skene, rater rows shrunk to the pooled confusion; MAP by EM",
        parameters=parameters, class_prior=fit.prior, confusion=fit.confusion,
        log_likelihood=fit.log_likelihood, objective=fit.objective, converged=fit.converged,
        warnings=disconnected(labels) + stopped + vanished_classes(labels, fit.posterior),
    )  # fmt: skip
