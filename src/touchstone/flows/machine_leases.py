"""What a machine is given to judge: open items in random order, never gold, never a person's place.

A machine reads the guideline in its prompt, so it confirms nothing; nothing it sees harms it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from touchstone.apps.labeling.machines.operations import lease_items
from touchstone.apps.labeling.machines.queries import START, unjudged
from touchstone.apps.people.queries import fluency_of
from touchstone.apps.quality.queries import gold_among

if TYPE_CHECKING:
    from touchstone.apps.labeling.machines.models import MachineProfile
    from touchstone.apps.labeling.queries import LeasedTask
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Plan, Project

AT_ONCE = 2_000


def lease_for_machine(
    *,
    project: Project,
    plan: Plan,
    by: User,
    count: int,
    at: datetime,
    item_ids: Sequence[int] | None = None,
) -> list[LeasedTask]:
    """Lease up to `count` items to a machine; named ones, or the next in the queue's random order.

    :raises NotAMachine: the account is a person's.
    :raises TooManyLeases: the machine holds too many already.
    """
    if item_ids is None:
        item_ids = list(islice(items_for_machine(project, plan, by, None), count))
    else:
        gold = gold_among(item_ids)
        item_ids = [item for item in item_ids if item not in gold]
    return lease_items(project=project, plan=plan, annotator=by, item_ids=item_ids, at=at)


def items_for_machine(
    project: Project, plan: Plan, by: User, profile: MachineProfile | None
) -> Iterator[int]:
    """Each open item that a machine may still judge, once, read in chunks as they are needed."""
    tags, after = locales_for(plan, by), START
    while chunk := unjudged(project, by, tags, profile=profile, after=after, count=AT_ONCE):
        after = chunk[-1]
        found = [item for _number, item in chunk]
        gold = gold_among(found)
        yield from (item for item in found if item not in gold)


def locales_for(plan: Plan, by: User) -> list[str]:
    """The locales of the plan in which a machine is set to label."""
    return sorted(set(plan.locales.values_list("locale_id", flat=True)) & fluency_of(by))
