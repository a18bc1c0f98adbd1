"""Accepting work: a lot is decided; accepted, it is paid for; rejected, it is done again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from touchstone.apps.economics.operations import post_lot_costs, post_repeat_costs
from touchstone.apps.labeling.operations import want_again
from touchstone.apps.quality import operations as quality
from touchstone.apps.quality.queries import rejected_counts

if TYPE_CHECKING:
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Project
    from touchstone.apps.quality.models import Lot


@transaction.atomic
def decide_lot(
    *, project: Project, locale_tag: str, decision: str, reason: str, by: User, at: datetime
) -> Lot:
    """Decide on the judgments of a locale that wait.

    What accepted ones cost is posted, and what people there were asked again until then. The
    places of rejected ones are opened again, to people who have not judged the item.

    :raises EmptyLot, ReasonMissing: see `quality.operations.decide_lot`.
    :raises NoPrice, NoExchangeRate: see `economics.operations.post_lot_costs`.
    """
    lot = quality.decide_lot(
        project=project, locale_tag=locale_tag, decision=decision, reason=reason, by=by, at=at
    )
    if post_lot_costs(lot=lot, by=by, at=at):
        post_repeat_costs(project=project, by=by, at=at, locale_tag=locale_tag)
    again = rejected_counts(lot)
    if again:
        want_again(project=project, counts=again, by=by, at=at)
    return lot
