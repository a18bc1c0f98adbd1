"""A posterior that takes in one judgment at a time, in constant time."""

from __future__ import annotations

import math
from collections.abc import Hashable

import numpy as np

from assay._arrays import positive
from assay.consensus.result import ConsensusResult

NOTHING: frozenset[int] = frozenset()


class OnlinePosterior:
    """The posterior of items while their judgments arrive, under raters known from a batch fit.

    log p(k | labels) = log prior_k + Σ log θ_jkl, held to the classes that were given where the fit
    was: after the same labels it equals what the batch fit's own prior and confusion give, in any
    order. A rater the fit did not know counts as the
    mean of those it knew. Raters are not learned here: fit again from time to time.

    `exponent` makes the probabilities as honest as the one that gold fitted: after `infer` with
    gold, give `parameters["exponent"]` where communities were chosen. It does not know the answers
    of gold items, nor the weights of raters who err together.

    It holds state and is not safe to share between threads. A second label of one rater on one
    item is the caller's to refuse; `forget` starts an item anew.

    >>> from assay.consensus import community_consensus
    >>> from assay.data import Labels
    >>> truth, everyone = [n % 2 for n in range(40)], ["x"] * 40 + ["y"] * 40 + ["z"] * 40
    >>> given = Labels.from_triples([*range(40)] * 3, everyone, truth * 2 + [1] * 40)
    >>> online = OnlinePosterior(community_consensus(given))
    >>> online.add("new", "x", 0)  # doctest: +ELLIPSIS
    [0.9..., 0.0...]
    """

    def __init__(self, consensus: ConsensusResult, *, exponent: float = 1.0) -> None:
        if consensus.confusion is None:
            raise ValueError(f"{consensus.method!r} models no raters: fit one that does")
        power = positive(exponent, "exponent")
        self._prior = (power * np.log(consensus.class_prior)).tolist()
        self._label = {held: code for code, held in enumerate(consensus.classes)}
        evidence = power * np.log(np.maximum(consensus.confusion, 1e-300)).transpose(0, 2, 1)
        self._known = {
            rater: rows for rater, rows in zip(consensus.rater_ids, evidence.tolist(), strict=True)
        }
        self._unknown = (power * np.log(consensus.confusion.mean(axis=0))).T.tolist()
        held = consensus.parameters.get("unheard_odds")
        self._odds = math.inf if held is None else held**power
        self._scores: dict[Hashable, list[float]] = {}
        self._heard: dict[Hashable, frozenset[int]] = {}

    def add(self, item: Hashable, rater: Hashable, label: Hashable) -> list[float]:
        """Take in one label; returns the item's posterior (K,), in the order of the classes.

        :raises ValueError: the label is not a class of the fit.
        """
        code = self._label.get(label)
        if code is None:
            raise ValueError(f"not among the classes {tuple(self._label)}: {label!r}")
        evidence = self._known.get(rater, self._unknown)[code]
        held = self._scores.get(item, self._prior)
        self._scores[item] = scores = [a + b for a, b in zip(held, evidence, strict=True)]
        self._heard[item] = self._heard.get(item, NOTHING) | {code}
        return self._probabilities(item, scores)

    def posterior(self, item: Hashable) -> list[float]:
        """The item's posterior (K,) so far; the class shares where nothing came yet."""
        return self._probabilities(item, self._scores.get(item, self._prior))

    def forget(self, item: Hashable) -> None:
        """Drop what came for an item, when it is settled or judged anew."""
        self._scores.pop(item, None)
        self._heard.pop(item, None)

    def _probabilities(self, item: Hashable, scores: list[float]) -> list[float]:
        top = max(scores)
        weights = [math.exp(score - top) for score in scores]
        if heard := self._heard.get(item):
            most = self._odds * max(weights[code] for code in heard)
            weights = [
                weight if code in heard else min(weight, most)
                for code, weight in enumerate(weights)
            ]
        total = sum(weights)
        return [weight / total for weight in weights]
