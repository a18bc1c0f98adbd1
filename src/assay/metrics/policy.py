"""The choices behind a ranking metric, each with a name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assay.results import Result


class Gain(StrEnum):
    """What a grade is worth: the grade itself, or 2^grade − 1."""

    LINEAR = "linear"
    EXPONENTIAL = "exponential"


class Ideal(StrEnum):
    """The ideal ranking that DCG@k is divided by: its first k documents, or all of them."""

    CUT = "cut"
    UNCUT = "uncut"


class Unjudged(StrEnum):
    """A document without a grade: worth nothing, or taken out of the ranking."""

    ZERO = "zero"
    CONDENSED = "condensed"


class Ties(StrEnum):
    """Equal scores: by document number descending (trec_eval), ascending, or as they came."""

    DOCNO_DESC = "docno_desc"
    DOCNO_ASC = "docno_asc"
    AS_GIVEN = "as_given"


class Queries(StrEnum):
    """The queries averaged over: all with judgments (no ranking scores 0), or those with both."""

    ALL_QRELS = "all_qrels"
    INTERSECTION = "intersection"


class NoRelevant(StrEnum):
    """A query without any relevant document: scores 0, or is left out."""

    ZERO = "zero"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(Result):
    """All the choices together; nothing has a default.

    >>> str(TREC)
    'gain=linear,ideal=cut,unjudged=zero,ties=docno_desc,queries=all_qrels,no_relevant=zero'
    """

    gain: Gain
    ideal: Ideal
    unjudged: Unjudged
    ties: Ties
    queries: Queries
    no_relevant: NoRelevant

    def __post_init__(self) -> None:
        for name, kind in _KINDS.items():
            object.__setattr__(self, name, kind(getattr(self, name)))

    def __str__(self) -> str:
        return ",".join(f"{name}={getattr(self, name).value}" for name in _KINDS)


_KINDS: dict[str, type[StrEnum]] = {
    "gain": Gain,
    "ideal": Ideal,
    "unjudged": Unjudged,
    "ties": Ties,
    "queries": Queries,
    "no_relevant": NoRelevant,
}

TREC = Policy(
    gain=Gain.LINEAR,
    ideal=Ideal.CUT,
    unjudged=Unjudged.ZERO,
    ties=Ties.DOCNO_DESC,
    queries=Queries.ALL_QRELS,
    no_relevant=NoRelevant.ZERO,
)
"""What ``trec_eval -c`` does. (trec_eval keeps scores in 32 bits: scores that differ only beyond
that are tied there and not here.)"""
