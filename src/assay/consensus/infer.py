"""The consensus by default: one setting; gold chooses and calibrates where there is gold."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from assay._arrays import FloatArray
from assay.consensus.calibration import (
    FEWEST_GOLD,
    Gold,
    KnownItems,
    Temperature,
    known_items,
    losses,
    temperature,
)
from assay.consensus.communities import Settings, community_consensus
from assay.consensus.dependence import effective_raters
from assay.consensus.result import ConsensusResult, most_probable
from assay.consensus.steps import rows, tempered
from assay.data import Labels
from assay.results import TooLittle

SMOOTHING = 0.5
"""Labels spread evenly over an item's votes, so that one vote is no certainty."""

CAREFUL = 0.5
"""The power on the likelihood of the candidate that trusts raters by half."""

CLEARLY = 1.0
"""Standard errors by which gold must favour another candidate over the default."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A way to the labels: its posterior (N, K), what it is called and its temperature on gold."""

    name: str
    posterior: FloatArray
    heat: Temperature | None = None


def infer(
    labels: Labels,
    *,
    gold: Gold | None = None,
    groups: Mapping[Hashable, Hashable] | None = None,
) -> ConsensusResult | TooLittle:
    """The true labels, with probabilities that gold has made honest where there is gold.

    Without gold: `community_consensus`, marked uncalibrated. With 20 labeled gold items or more
    (50 for the promises of the documentation) three candidates are held against it: communities,
    communities that trust raters by half, and smoothed vote shares. Each gets the exponent that
    fits gold best (see `calibration.temperature`); communities are left only for a candidate whose
    mean log loss is lower by more than a standard error of the paired difference. Gold takes no
    part in the fit; afterwards a gold item holds its accepted classes and no other.

    `groups` names raters that may err together (models of one family, one office). With gold,
    each group's labels weigh as its effective number of raters, see `effective_raters`.

    :raises ValueError: an accepted set is empty or names an unknown class.

    >>> votes = [0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1]
    >>> found = infer(Labels.from_triples("aaabbbcccdddeee", "xyz" * 5, votes))
    >>> found.label_of(), found.calibration
    ({'a': 0, 'b': 1, 'c': 0, 'd': 1, 'e': 0}, 'uncalibrated')
    """
    weights, told = _weights(labels, gold, groups)
    found = community_consensus(labels, weights=weights)
    if isinstance(found, TooLittle):
        return found
    found = replace(found, warnings=found.warnings + told)
    if not gold:
        return found
    known = known_items(labels, gold)
    if known.without_labels:
        few = f"{known.without_labels} of {len(gold)} gold items have no labels"
        found = replace(found, warnings=(*found.warnings, few))
    default = _heated(_Candidate("communities", found.posterior), known)
    if default.heat is None:
        few = f"uncalibrated: {known.n} labeled gold items, {FEWEST_GOLD} are needed"
        return _finished(found, found.posterior, known, warnings=(few,))
    chosen = _chosen(default, _others(labels, weights, known), known)
    return _calibrated(found, chosen, known)


def _weights(
    labels: Labels, gold: Gold | None, groups: Mapping[Hashable, Hashable] | None
) -> tuple[dict[Hashable, float] | None, tuple[str, ...]]:
    """The weight of each rater in a group, and a warning for each group that gold cannot weigh."""
    if not groups:
        return None, ()
    weights: dict[Hashable, float] = {}
    strangers = set(groups) - set(labels.rater_ids)
    told = [f"{len(strangers)} raters in groups have no labels"] if strangers else []
    for group in sorted(set(groups.values()), key=repr):
        members = [rater for rater in labels.rater_ids if groups.get(rater) == group]
        if len(members) < 2:
            continue
        number = effective_raters(labels, gold or {}, raters=members)
        if isinstance(number, TooLittle):
            told.append(f"group {group!r} weighs as independent raters: {number.reason}")
        else:
            weights |= dict.fromkeys(members, number.value / len(members))
    return weights or None, tuple(told)


def _others(
    labels: Labels, weights: Mapping[Hashable, float] | None, known: KnownItems
) -> list[_Candidate]:
    half = community_consensus(
        labels,
        settings=Settings(steps=1),
        weights={rater: CAREFUL * (weights or {}).get(rater, 1.0) for rater in labels.rater_ids},
    )
    votes = rows(np.asarray(labels.counts() + SMOOTHING / labels.n_classes, dtype=np.float64))
    others = [_Candidate("smoothed vote shares", votes)]
    if not isinstance(half, TooLittle):
        others.append(_Candidate("communities, half trusted", half.posterior))
    return [_heated(each, known) for each in others]


def _heated(candidate: _Candidate, known: KnownItems) -> _Candidate:
    heat = temperature(candidate.posterior, known)
    return replace(candidate, heat=None if isinstance(heat, TooLittle) else heat)


def _chosen(default: _Candidate, others: list[_Candidate], known: KnownItems) -> _Candidate:
    """The default unless gold clearly favours another; then the one it favours most."""
    best, lead = default, 0.0
    for other in others:
        gains = _loss(default, known) - _loss(other, known)
        error = float(gains.std(ddof=1)) / np.sqrt(len(gains))
        if gains.mean() > CLEARLY * error and gains.mean() > lead:
            best, lead = other, float(gains.mean())
    return best


def _loss(candidate: _Candidate, known: KnownItems) -> FloatArray:
    heat = candidate.heat.exponent if candidate.heat else 1.0
    return losses(candidate.posterior, known, heat)


def _calibrated(found: ConsensusResult, chosen: _Candidate, known: KnownItems) -> ConsensusResult:
    heat = chosen.heat
    if heat is None:
        raise ValueError("a candidate without a temperature cannot be calibrated")
    said = f"exponent {heat.exponent:.3f} from {heat.n} gold items"
    posterior = tempered(chosen.posterior, heat.exponent)
    return _finished(found, posterior, known, warnings=heat.warnings, calibration=said,
                     method=f"{chosen.name}; chosen and calibrated by gold",
                     parameters={"chosen": chosen.name, "exponent": heat.exponent})  # fmt: skip


def _finished(
    found: ConsensusResult,
    posterior: FloatArray,
    known: KnownItems,
    *,
    warnings: tuple[str, ...],
    method: str = "",
    calibration: str = "uncalibrated",
    parameters: Mapping[str, object] | None = None,
) -> ConsensusResult:
    """Give gold items their answers, and the result its labels anew."""
    clamped = posterior.copy()
    held = np.where(known.accepted, np.maximum(posterior[known.rows], 1e-12), 0.0)
    clamped[known.rows] = rows(held)
    modes, top, tied = most_probable(clamped)
    return replace(
        found, posterior=clamped, labels=modes, p_top=top, tied=tied, calibration=calibration,
        method=method or found.method,
        warnings=found.warnings + warnings,
        parameters={**found.parameters, "gold_items": known.n,
                    "gold_ignored": known.without_labels, **(parameters or {})},
    )  # fmt: skip
