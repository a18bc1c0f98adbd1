"""How systems are measured here: the metrics, their named choices and the limits of a run file."""

from __future__ import annotations

from dataclasses import dataclass

from assay.metrics import TREC, Policy

CUT_OFF = 10
NDCG, PRECISION = f"nDCG@{CUT_OFF}", f"P@{CUT_OFF}"
METRICS = (NDCG, PRECISION)

POLICY: Policy = TREC
"""Linear gain, ideal cut at 10, unjudged worth 0, every judged query counted: `trec_eval -c`."""

LEVEL = 0.95
RESAMPLES = 2000
DRAWS = 10_000

USUAL_THRESHOLD = 2
"""On the 0–3 scale, 2 is the first grade that its guideline calls relevant."""

MOST_BYTES = 32 * 1024 * 1024
MOST_LINE_BYTES = 4096
MOST_ID_CHARS = 200
DEPTH = 1000
"""Documents kept for each query, as TREC does."""

SHOWN = 10
"""How many offenders a refusal or a report names; the rest are counted."""

NOTABLE_DIFFERENCE = 0.1
"""Judged@10 of two systems further apart than this makes their comparison unfair."""

SEED_MASK = 2**64 - 1


@dataclass(frozen=True)
class Settings:
    """What an evaluation was asked to do; stored whole with it."""

    part: str
    relevant_from: int

    def as_dict(self) -> dict[str, object]:
        """Everything that the numbers depend on besides their input and seed."""
        return {
            "part": self.part,
            "relevant_from": self.relevant_from,
            "cut_off": CUT_OFF,
            "policy": str(POLICY),
            "level": LEVEL,
            "resamples": RESAMPLES,
            "draws": DRAWS,
        }


def threshold(asked: int | None, highest: int) -> int | None:
    """The lowest grade that counts as relevant; None when `asked` is not on the scale.

    Unless asked otherwise it is `USUAL_THRESHOLD`, or the highest grade of a shorter scale.
    """
    chosen = min(USUAL_THRESHOLD, highest) if asked is None else asked
    return chosen if 1 <= chosen <= highest else None


@dataclass(frozen=True)
class Diagnosis:
    """What a reader must know of one run before believing its numbers."""

    missing_queries: tuple[str, ...]
    judged_at_10: float
    unjudged_in_top_10: int

    def as_dict(self) -> dict[str, object]:
        """Plain values; of the missing queries the first few by name."""
        return {
            "missing_queries": list(self.missing_queries[:SHOWN]),
            "missing_queries_total": len(self.missing_queries),
            "judged_at_10": self.judged_at_10,
            "unjudged_in_top_10": self.unjudged_in_top_10,
        }
