"""How many people are asked once more about what they judged, and about which items."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from touchstone.apps.labeling.repeats import repeatable
from touchstone.apps.quality.queries import gold_among

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Plan, Project


def repeats_to_mix(
    *, project: Project, plan: Plan, by: User, tags: Sequence[str], count: int, at: datetime
) -> list[int]:
    """The items asked again in place of some of `count` tasks, by id; gold is never among them.

    Each place is drawn for itself, as with gold. Without repeats in the plan nothing is drawn or
    looked up.
    """
    rate = float(plan.repeat_rate)
    wanted = sum(random.random() < rate for _place in range(count)) if rate else 0
    if not wanted:
        return []
    found = repeatable(project=project, plan=plan, annotator=by, locale_tags=tags, at=at)
    left = sorted(set(found) - gold_among(found))
    return random.sample(left, min(wanted, len(left)))
