"""How much gold a person gets among their work, and which: by power, not by habit.

A person of whom little is known gets more of it, until as many gold items were given as it takes
to tell somebody clearly below the standard from somebody who meets it; then the plan's rate holds.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from touchstone.apps.quality.mixing import gold_share, gold_supply, newcomer_share

if TYPE_CHECKING:
    from collections.abc import Collection

    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Plan, Project

HOURS_ON_ITEMS_A_DAY = 6


def gold_to_mix(
    *, project: Project, plan: Plan, by: User, tags: Collection[str], count: int
) -> list[int]:
    """The gold items that take the place of some of `count` tasks, by item id.

    Each place is drawn for itself, so that nobody can count when the next one comes. No item that
    the person was ever given is among them.
    """
    plan_rate, a_day = float(plan.gold_rate), plan.speed_standard * HOURS_ON_ITEMS_A_DAY
    draws = [random.random() for _place in range(count)]
    # Most calls end here and cost no query: not even a newcomer would get gold now.
    if min(draws, default=1.0) >= newcomer_share(plan_rate, a_day):
        return []
    supply = gold_supply(project=project, annotator=by, locale_tags=tags)
    standards = plan.locales.filter(locale__in=list(tags)).values_list("gold_accuracy", flat=True)
    share = gold_share(
        plan_rate=plan_rate,
        given=supply.given,
        standard=max(map(float, standards), default=0.0),
        judgments_a_day=a_day,
    )
    wanted = sum(draw < share for draw in draws)
    return random.sample(supply.unseen, min(wanted, len(supply.unseen)))
