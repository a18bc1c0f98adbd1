"""How hard to look at the next lot, given how the last ones fared.

After the switching rules of ISO 2859-1. No conformity with the standard is claimed: its tables are
not here, and whoever needs conformity must work from the standard itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from assay.acceptance.single import SinglePlan
from assay.results import Result

Severity: TypeAlias = Literal["normal", "tightened", "reduced", "stopped"]
Reduction: TypeAlias = Literal["offered", "withheld"]

WINDOW = 5
"""Lots looked back upon: 2 rejected of 5 tighten, 5 accepted in a row relax."""

REJECTED_TO_TIGHTEN, REJECTED_TO_STOP, SCORE_TO_REDUCE = 2, 5, 30


@dataclass(frozen=True, slots=True)
class Switching(Result):
    """Where a series of lots stands: how the next one is inspected, and what led there.

    `recent` holds the last lots at this severity, newest last, True where accepted; `rejected`
    counts rejections since tightened inspection began; `score` is the switching score under
    normal inspection; `reason` says why the severity last changed.
    """

    severity: Severity = "normal"
    recent: tuple[bool, ...] = ()
    rejected: int = 0
    score: int = 0
    reason: str = "a series starts under normal inspection"


def switching_points(plan: SinglePlan, defects: int, *, stricter_c: int | None = None) -> int:
    """What a lot under normal inspection adds to the switching score; 0 sets it back to 0.

    c ≥ 2: 3 points if the lot would have passed with `stricter_c`, the acceptance number one AQL
    step stricter. c ≤ 1: 2 points if it passed. After ISO 2859-1, single sampling.

    :raises ValueError: c ≥ 2 and `stricter_c` is missing or above c, or `defects` is negative.

    >>> switching_points(SinglePlan(80, 5), 3, stricter_c=3)
    3
    >>> switching_points(SinglePlan(80, 5), 4, stricter_c=3), switching_points(SinglePlan(50, 1), 1)
    (0, 2)
    """
    if defects < 0:
        raise ValueError(f"defects must not be negative, like {defects}")
    if plan.c <= 1:
        return 2 if defects <= plan.c else 0
    if stricter_c is None or not 0 <= stricter_c <= plan.c:
        raise ValueError(f"c {plan.c} needs a stricter_c between 0 and {plan.c}, not {stricter_c}")
    return 3 if defects <= stricter_c else 0


def after_lot(
    state: Switching,
    verdict: Literal["accept", "reject"],
    *,
    points: int = 0,
    reduction: Reduction = "offered",
) -> Switching:
    """The state after one more lot; lots handed in again after a rejection do not count.

    normal → tightened: 2 of the last 5 or fewer lots rejected; normal → reduced: score of 30,
    if reduction is offered (production steady, and whoever is responsible agrees); tightened →
    normal: 5 accepted in a row; tightened → stopped: 5 rejected in all; reduced → normal: 1
    rejected. `points` of an accepted lot come from `switching_points`. After ISO 2859-1.

    :raises ValueError: inspection is stopped, the verdict is neither, or a rejected lot has points.

    >>> state = Switching()
    >>> for verdict in ("accept", "reject", "accept", "reject"):
    ...     state = after_lot(state, verdict)
    >>> state.severity, state.reason
    ('tightened', '2 of the last 4 lots rejected')
    """
    if state.severity == "stopped":
        raise ValueError("inspection is stopped: correct the cause, then call `resumed`")
    if verdict not in ("accept", "reject"):
        raise ValueError(f"a lot ends with accept or reject, not {verdict!r}")
    accepted = verdict == "accept"
    if points not in (0, 2, 3) or (points and not accepted):
        raise ValueError(f"a lot with verdict {verdict} cannot bring {points} points")
    recent = (*state.recent, accepted)[-WINDOW:]
    if state.severity == "normal":
        return _after_normal(state, recent, points, reduction)
    if state.severity == "tightened":
        return _after_tightened(state, recent)
    if not accepted:
        return Switching("normal", reason="a lot rejected under reduced inspection")
    return replace(state, recent=recent)


def interrupted(state: Switching) -> Switching:
    """Production became irregular or stood still: reduced inspection falls back to normal.

    >>> interrupted(Switching("reduced")).severity
    'normal'
    """
    if state.severity != "reduced":
        return state
    return Switching("normal", reason="production was interrupted under reduced inspection")


def resumed(state: Switching) -> Switching:
    """The cause was corrected: stopped inspection takes up again, tightened.

    :raises ValueError: inspection was not stopped.

    >>> resumed(Switching("stopped")).severity
    'tightened'
    """
    if state.severity != "stopped":
        raise ValueError(f"inspection is not stopped but {state.severity}")
    return Switching("tightened", reason="inspection taken up again after correction")


def _after_normal(
    state: Switching, recent: tuple[bool, ...], points: int, reduction: Reduction
) -> Switching:
    if (rejected := recent.count(False)) >= REJECTED_TO_TIGHTEN:
        reason = f"{rejected} of the last {len(recent)} lots rejected"
        return Switching("tightened", reason=reason)
    score = state.score + points if points else 0
    if score >= SCORE_TO_REDUCE and reduction == "offered":
        return Switching("reduced", reason=f"switching score of {score}")
    return replace(state, recent=recent, score=score)


def _after_tightened(state: Switching, recent: tuple[bool, ...]) -> Switching:
    rejected = state.rejected + (not recent[-1])
    if rejected >= REJECTED_TO_STOP:
        reason = f"{rejected} lots rejected under tightened inspection"
        return Switching("stopped", recent, rejected, reason=reason)
    if len(recent) == WINDOW and all(recent):
        return Switching("normal", reason=f"{WINDOW} lots in a row accepted")
    return replace(state, recent=recent, rejected=rejected)
