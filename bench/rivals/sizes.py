"""How large a run is: the whole one by default, a quick one by the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass

PEERS = ("label-studio", "doccano")


@dataclass(frozen=True)
class Sizes:
    """What every system is put through."""

    items: int = 100_000
    judgments: int = 100_000
    crowds: tuple[int, ...] = (16, 64)
    seconds: float = 30.0
    passes: int = 3
    think: float = 0.0
    submits_seen: int = 7
    ahead: int = 1
    peers: tuple[str, ...] = PEERS

    @property
    def people(self) -> int:
        """As many annotators as the largest crowd has, and four for the checks."""
        return max(self.crowds) + 4

    @classmethod
    def from_environment(cls) -> Sizes:
        """`RIVALS_ITEMS`, `RIVALS_JUDGMENTS`, `RIVALS_CROWDS`, … override the whole run's sizes.

        :raises SystemExit: a number is none, or a peer is not known.
        """
        whole = cls()
        peers = _names("RIVALS_PEERS", whole.peers)
        if unknown := set(peers) - set(PEERS):
            raise SystemExit(f"RIVALS_PEERS: no {', '.join(sorted(unknown))}; there are {PEERS}")
        return cls(
            items=_whole("RIVALS_ITEMS", whole.items),
            judgments=_whole("RIVALS_JUDGMENTS", whole.judgments),
            crowds=tuple(
                _number("RIVALS_CROWDS", one) for one in _names("RIVALS_CROWDS", whole.crowds)
            ),
            seconds=float(_whole("RIVALS_SECONDS", int(whole.seconds))),
            passes=_whole("RIVALS_PASSES", whole.passes),
            think=_whole("RIVALS_THINK_MS", 0) / 1000,
            ahead=_whole("RIVALS_AHEAD", whole.ahead),
            peers=peers,
        )


def _names(key: str, default: tuple[object, ...]) -> tuple[str, ...]:
    given = os.environ.get(key)
    if given is None:
        return tuple(str(one) for one in default)
    return tuple(one for one in given.split(",") if one)


def _whole(key: str, default: int) -> int:
    return _number(key, os.environ.get(key, str(default)))


def _number(key: str, text: str) -> int:
    if not text.isdigit() or (int(text) == 0 and key != "RIVALS_THINK_MS"):
        raise SystemExit(f"{key}: a whole number above nothing is wanted, not {text!r}")
    return int(text)
