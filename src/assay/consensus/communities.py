"""Raters shrunk to the kind of rater they resemble, and stopped early: the model by default."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy import special

from assay._arrays import FloatArray, IntArray, positive
from assay.consensus import archetypes
from assay.consensus.em import Design, Step, count, design_of, fused_step, posterior_of
from assay.consensus.result import (
    ConsensusResult,
    consensus_of,
    disconnected,
    nothing_to_compare,
    vanished,
)
from assay.consensus.steps import (
    UNHEARD_ODDS,
    Pooled,
    class_prior,
    keep_to_heard,
    pooled,
    rows,
    shares,
)
from assay.data import Labels
from assay.results import TooLittle

COLLAPSE = "collapse: a class vanished at step {} and was taken back"

SPAMMER_SHARE = 0.1
"""The part of raters that is thought to look at nothing before anything is seen."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How raters are shrunk.

    A rater's row is worth `rater_strength` labels of their kinds, a kind's row `kind_strength`
    labels of the pool; `kinds` are learned beside fixed spammers; `steps` of EM are taken.
    """

    kinds: int = 4
    rater_strength: float = 5.0
    kind_strength: float = 20.0
    steps: int = 2

    def __post_init__(self) -> None:
        positive(self.rater_strength, "rater_strength")
        positive(self.kind_strength, "kind_strength")
        if self.kinds < 1 or self.steps < 1:
            raise ValueError(f"kinds and steps must be at least 1, not {self.kinds}, {self.steps}")


DEFAULT = Settings()


@dataclass(frozen=True, slots=True)
class Fit:
    """Posterior (N, K), and the prior (K,) and confusion (R, K, K) that it follows from.

    `pooled` (K, K) is the confusion of an unknown rater; `likelihoods` one log likelihood a step.
    """

    posterior: FloatArray
    prior: FloatArray
    confusion: FloatArray
    pooled: FloatArray
    likelihoods: tuple[float, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Model:
    """The prior (K,) and confusion (R, K, K) of the last step that stands."""

    prior: FloatArray
    confusion: FloatArray
    likelihoods: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Warmth:
    """Counts (R, K, K) of what the same raters did elsewhere; none where they are new."""

    counts: FloatArray
    pooled: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pooled", self.counts.sum(axis=0))


def community_consensus(
    labels: Labels,
    *,
    settings: Settings = DEFAULT,
    weights: Mapping[Hashable, float] | None = None,
) -> ConsensusResult | TooLittle:
    """Estimate true labels with raters shrunk to the kinds of raters there are.

    Rater j gives label l to class k with probability θ_jkl. Each rater belongs to kind m with
    probability z_jm; kinds are some learned ones and spammers who look at nothing. Then

        θ_jkl ∝ n_jkl + a·Σ_m z_jm C_mkl,    C_mkl ∝ Σ_j z_jm n_jkl + b·P_kl

    with P what all raters do together, a = `rater_strength`, b = `kind_strength`. After Venanzi et
    al. (2014), WWW (community BCC), with EM steps in place of their message passing.

    Few `steps` on purpose: where raters err together, each further step believes their common
    error more. Should a class vanish on the way, the step before it stands and a warning says so.
    A class that nobody gave an item is never its most probable one (`steps.keep_to_heard`).
    `weights` multiplies a rater's log likelihood: below 1 for one of several that err together.

    Assumes errors independent given the class. The posterior is uncalibrated. TooLittle where no
    item has two labels.

    :raises ValueError: a weight is not positive.

    >>> votes = [0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1]
    >>> given = Labels.from_triples("aaabbbcccdddeee", "xyz" * 5, votes)
    >>> community_consensus(given).label_of()
    {'a': 0, 'b': 1, 'c': 0, 'd': 1, 'e': 0}
    """
    if short := nothing_to_compare(labels):
        return short
    power = None if weights is None else weights_of(labels, weights)
    counts = labels.counts()
    design = design_of(labels)
    fitted = fit(design, counts, settings=settings, weights=power)
    return consensus_of(
        labels, fitted.posterior, counts=counts,
        method="communities of raters, few EM steps",
        class_prior=fitted.prior, confusion=fitted.confusion, objective=fitted.likelihoods,
        log_likelihood=fitted.likelihoods[-1] if fitted.likelihoods else None,
        warnings=disconnected(labels, design) + fitted.warnings,
        parameters={"kinds": settings.kinds, "rater_strength": settings.rater_strength,
                    "kind_strength": settings.kind_strength, "steps": settings.steps,
                    "weighted_raters": 0 if weights is None else len(weights),
                    "unheard_odds": UNHEARD_ODDS,
                    "ties": "lowest class"},
    )  # fmt: skip


def fit(
    design: Design,
    counts: IntArray,
    *,
    settings: Settings = DEFAULT,
    weights: FloatArray | None = None,
    warmth: Warmth | None = None,
) -> Fit:
    """Run the steps on labels that are already coded; `counts` (N, K) are the votes on each item.

    `weights` (R,) as in `community_consensus`. Items without votes get the class prior.
    """
    start = pooled(counts, None if warmth is None else warmth.pooled)
    step = _first(design, counts, start)
    kinds = _Kinds.at_first(start.confusion, counts, settings)
    found = _Model(start.prior, np.empty(0))
    told: tuple[str, ...] = ()
    while len(found.likelihoods) < settings.steps and not told:
        seen = step.counts if warmth is None else step.counts + warmth.counts
        kinds = kinds.given(seen, start.confusion, settings)
        confusion = rows(seen + settings.rater_strength * kinds.of_raters)
        prior = class_prior(step.mass)
        step = fused_step(design, np.log(prior), _logs(confusion, weights))
        if vanished(start.votes, step.mass / step.mass.sum()).any():
            told = (COLLAPSE.format(len(found.likelihoods) + 1),)
        else:
            found = _Model(prior, confusion, (*found.likelihoods, step.log_likelihood))
    return _fit_of(design, counts, start, found, weights, told)


def weights_of(labels: Labels, weights: Mapping[Hashable, float]) -> FloatArray:
    """The weight of each rater (R,), 1 where none is given."""
    for rater, weight in weights.items():
        positive(weight, f"the weight of rater {rater!r}")
    return np.asarray([weights.get(rater, 1.0) for rater in labels.rater_ids], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Kinds:
    """Learned kinds and spammers (M, K, K), their shares (M,), and each rater's mix (R, K, K)."""

    learned: FloatArray
    fixed: FloatArray
    share: FloatArray
    of_raters: FloatArray

    @classmethod
    def at_first(cls, confusion: FloatArray, counts: IntArray, settings: Settings) -> _Kinds:
        size = len(confusion)
        label_shares = (counts.sum(axis=0) + 1 / size) / (counts.sum() + 1)
        learned = archetypes.communities(confusion, label_shares, settings.kinds)
        fixed = archetypes.spammers(label_shares)
        share = np.repeat(
            [(1 - SPAMMER_SHARE) / len(learned), SPAMMER_SHARE / len(fixed)],
            [len(learned), len(fixed)],
        )
        return cls(learned, fixed, share, np.empty(0))

    def given(self, seen: FloatArray, confusion: FloatArray, settings: Settings) -> _Kinds:
        """Kinds after one look at what each rater did: `seen` (R, K, K)."""
        flat = seen.reshape(len(seen), -1)
        kinds = np.concatenate([self.learned, self.fixed])
        scores = flat @ np.log(kinds).reshape(len(kinds), -1).T + np.log(self.share)
        member = special.softmax(scores, axis=1)
        summed = (member[:, : len(self.learned)].T @ flat).reshape(self.learned.shape)
        learned = rows(summed + settings.kind_strength * confusion)
        share = member.sum(axis=0) + 1
        kinds = np.concatenate([learned, self.fixed]).reshape(len(kinds), -1)
        mixed = (member @ kinds).reshape(seen.shape)
        return _Kinds(learned, self.fixed, share / share.sum(), mixed)


def _first(design: Design, counts: IntArray, start: Pooled) -> Step:
    """Each rater's counts under what all do together, or under the votes where that collapses."""
    if _sunk(start):
        votes = shares(counts)
        return Step(count(design, votes), votes.sum(axis=0), 0.0)
    return fused_step(design, np.log(start.prior), np.log(_everybody(design, start)))


def _fit_of(
    design: Design,
    counts: IntArray,
    start: Pooled,
    found: _Model,
    weights: FloatArray | None,
    told: tuple[str, ...],
) -> Fit:
    if not found.likelihoods:
        posterior = shares(counts) if _sunk(start) else start.posterior
        everybody = _everybody(design, start)
        return Fit(posterior, found.prior, everybody, start.confusion, (), told)
    logs = _logs(found.confusion, weights)
    posterior, _ = posterior_of(design, np.log(found.prior), logs)
    keep_to_heard(posterior, counts)
    return Fit(posterior, found.prior, found.confusion, start.confusion, found.likelihoods, told)


def _sunk(start: Pooled) -> bool:
    return bool(vanished(start.votes, start.mass).any())


def _everybody(design: Design, start: Pooled) -> FloatArray:
    return np.broadcast_to(start.confusion, (design.n_raters, *start.confusion.shape))


def _logs(confusion: FloatArray, weights: FloatArray | None) -> FloatArray:
    logs = np.log(confusion)
    return logs if weights is None else np.asarray(weights[:, None, None] * logs)
