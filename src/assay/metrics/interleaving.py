"""Interleaving: one list made of two rankings, and which of the two its clicks speak for.

Show each query's list made anew, log it with its clicks, and test across impressions with
`interleaving_outcome`. The first ranking is usually the one in production.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal, TypeAlias

import numpy as np

from assay.results import Result

Team: TypeAlias = Literal["first", "second"]
Method: TypeAlias = Literal["team draft", "balanced"]


@dataclass(frozen=True, slots=True)
class Interleaved(Result):
    """The list to show, and what is needed to credit its clicks later.

    `teams` names the ranking that put each document in: under team draft, the one that its click
    is credited to. `first` and `second` are the two rankings as they were given.
    """

    documents: tuple[str, ...]
    teams: tuple[Team, ...]
    first: tuple[str, ...]
    second: tuple[str, ...]
    method: Method


@dataclass(frozen=True, slots=True)
class Credit(Result):
    """Clicks credited to each ranking on one impression."""

    first: int
    second: int

    @property
    def winner(self) -> Team | None:
        """The ranking with more clicks, None for a tie."""
        if self.first == self.second:
            return None
        return "first" if self.first > self.second else "second"


def team_draft(
    first: Sequence[str], second: Sequence[str], *, k: int, rng: np.random.Generator
) -> Interleaved:
    """Interleave two rankings as captains pick teams; a click counts for who picked the document.

    In each round both rankings pick, in an order drawn by coin, their best document not yet in the
    list. Radlinski, Kurup & Joachims (2008), CIKM. Ends at `k` documents, or where a ranking has
    nothing new to pick: documents shown further down would be credited to one side only.

    :raises ValueError: k < 1, or a ranking repeats a document or is text.

    >>> made = team_draft(["a", "b", "c"], ["b", "d", "a"], k=3, rng=np.random.default_rng(5))
    >>> made.documents, made.teams
    (('b', 'a', 'd'), ('second', 'first', 'second'))
    """
    a, b = _checked(first, second, k)
    sides: dict[Team, tuple[str, ...]] = {"first": a, "second": b}
    picked: dict[str, Team] = {}
    while len(picked) < k:
        for team in _drawn_order(rng):
            best = next((document for document in sides[team] if document not in picked), None)
            if best is None or len(picked) == k:
                return _interleaved(picked, a, b, "team draft")
            picked[best] = team
    return _interleaved(picked, a, b, "team draft")


def balanced_interleaving(
    first: Sequence[str], second: Sequence[str], *, k: int, rng: np.random.Generator
) -> Interleaved:
    """Interleave two rankings so that every prefix holds equally much of both.

    A coin decides which goes first; then both are read down in turn, and what the list has already
    is passed over. Joachims (2003). Clicks are credited by `credit`. Known weakness: where one
    ranking is the other moved up by a place, clicks at random do not tie on average (Chapelle et
    al. 2012, ACM TOIS 30(1)); `team_draft` does not have it.

    :raises ValueError: k < 1, or a ranking repeats a document or is text.

    >>> rng = np.random.default_rng(5)
    >>> balanced_interleaving(["a", "b", "c"], ["b", "d", "a"], k=4, rng=rng).documents
    ('b', 'a', 'd', 'c')
    """
    a, b = _checked(first, second, k)
    order = _drawn_order(rng)
    sides: dict[Team, tuple[str, ...]] = {"first": a, "second": b}
    picked: dict[str, Team] = {}
    for rank in range(min(len(a), len(b))):
        for team in order:
            picked.setdefault(sides[team][rank], team)
    return _interleaved(dict(islice(picked.items(), k)), a, b, "balanced")


def credit(shown: Interleaved, clicked: Collection[str]) -> Credit:
    """Credit the clicks on one impression; each document counts once.

    Team draft: a click goes to the ranking that picked the document (Radlinski et al. 2008).
    Balanced: with j the smallest depth at which either ranking holds the lowest clicked document,
    a click goes to each ranking that holds the document in its first j (Joachims 2003).

    :raises ValueError: a clicked document was not shown.

    >>> made = team_draft(["a", "b"], ["b", "c"], k=2, rng=np.random.default_rng(5))
    >>> credit(made, ["b"]).winner
    'second'
    """
    clicks = set(clicked)
    if unseen := sorted(clicks - set(shown.documents)):
        raise ValueError(f"clicked but not shown: {', '.join(unseen[:3])}")
    if shown.method == "team draft":
        teams = [
            team for document, team in zip(shown.documents, shown.teams, strict=True)
            if document in clicks
        ]  # fmt: skip
        return Credit(teams.count("first"), teams.count("second"))
    depth = _shared_depth(shown, clicks)
    return Credit(
        len(clicks.intersection(shown.first[:depth])),
        len(clicks.intersection(shown.second[:depth])),
    )


def _shared_depth(shown: Interleaved, clicks: set[str]) -> int:
    lowest = next((each for each in reversed(shown.documents) if each in clicks), None)
    if lowest is None:
        return 0
    return 1 + min(side.index(lowest) for side in (shown.first, shown.second) if lowest in side)


def _drawn_order(rng: np.random.Generator) -> tuple[Team, Team]:
    return ("first", "second") if rng.random() < 0.5 else ("second", "first")


def _interleaved(
    picked: dict[str, Team], first: tuple[str, ...], second: tuple[str, ...], method: Method
) -> Interleaved:
    return Interleaved(tuple(picked), tuple(picked.values()), first, second, method)


def _checked(
    first: Sequence[str], second: Sequence[str], k: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if k < 1:
        raise ValueError(f"the list must have at least 1 document, not {k}")
    for name, ranking in (("first", first), ("second", second)):
        if isinstance(ranking, str):
            raise ValueError(f"{name}: a ranking is a sequence of documents, not one text")
        if len(set(ranking)) < len(ranking):
            raise ValueError(f"{name} ranks a document twice")
    return tuple(first), tuple(second)
