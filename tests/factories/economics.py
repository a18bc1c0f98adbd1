"""Lots of a labeled project and what they cost."""

from __future__ import annotations

from tests.factories.labeled import LATER, LOCALE, Labeled
from touchstone.apps.quality.models import Lot
from touchstone.apps.quality.operations import decide_lot


def a_lot(scene: Labeled, decision: str = "accepted") -> Lot:
    """All counted judgments that wait, decided on together; nothing is posted yet."""
    return decide_lot(
        project=scene.project,
        locale_tag=LOCALE,
        decision=decision,
        reason="" if decision == "accepted" else "Too many misses.",
        by=scene.owner,
        at=LATER,
    )
