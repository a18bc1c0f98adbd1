"""What a machine is given to judge: open items in random order, never gold, never a person's place.

A machine reads the guideline in its prompt, so it confirms nothing; nothing it sees harms it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from touchstone.apps.labeling.machines.operations import lease_items
from touchstone.apps.labeling.machines.queries import (
    START,
    may_judge_kin,
    profile_in_force,
    unjudged,
)
from touchstone.apps.people.queries import fluency_of
from touchstone.apps.quality.queries import gold_among
from touchstone.lib.errors import Refused

if TYPE_CHECKING:
    from touchstone.apps.labeling.machines.models import MachineProfile
    from touchstone.apps.labeling.queries import LeasedTask
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Plan, Project

AT_ONCE = 2_000


class SameFamily(Refused):
    """The machine is of the family of the model that the labels are for."""

    code = "same_family"


def refuse_kin(project: Project, by: User) -> None:
    """Keep a machine away from labels for its own kin: judges favour what is like them.

    :raises SameFamily: its family is that of the request's model, and nobody said why it may.
    """
    profile, family = profile_in_force(by), project.request.model_family
    if profile is None or not family or profile.family != family:
        return
    if not may_judge_kin(project, by, family):
        raise SameFamily(
            _(
                "%(name)s is of the family “%(family)s”, as the model is that these labels are "
                "for, and judges favour their own kin. Use another judge, or say why this one may."
            )
            % {"name": by.name, "family": family},
            family=family,
        )


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
    :raises SameFamily: see `refuse_kin`.
    :raises TooManyLeases: the machine holds too many already.
    """
    refuse_kin(project, by)
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
