"""Releases, frozen by the operation itself: nothing else can make files that match their sums."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.factories.labeled import LATER, Labeled
from touchstone.apps.datasets.models import Release
from touchstone.apps.datasets.operations import freeze_release


def a_release(scene: Labeled, **options: Any) -> Release:
    """A release of a labeled project, a quarter of its queries held out."""
    given = {
        "project": scene.project,
        "run": options.pop("run", None) or scene.consensus(),
        "test_share": Decimal("0.25"),
        "split_seed": 7,
        "note": "First delivery.",
        "by": scene.owner,
        "at": LATER,
    } | options
    return freeze_release(**given)
