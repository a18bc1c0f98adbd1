"""Accepting work: a lot is decided and, when accepted, paid for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from touchstone.apps.economics.operations import post_lot_costs
from touchstone.apps.quality import operations as quality

if TYPE_CHECKING:
    from touchstone.apps.people.models import User
    from touchstone.apps.planning.models import Project
    from touchstone.apps.quality.models import Lot


@transaction.atomic
def decide_lot(
    *, project: Project, locale_tag: str, decision: str, reason: str, by: User, at: datetime
) -> Lot:
    """Decide on the judgments of a locale that wait, and post what the accepted ones cost.

    :raises EmptyLot, ReasonMissing: see `quality.operations.decide_lot`.
    :raises NoPrice, NoExchangeRate: see `economics.operations.post_lot_costs`.
    """
    lot = quality.decide_lot(
        project=project, locale_tag=locale_tag, decision=decision, reason=reason, by=by, at=at
    )
    post_lot_costs(lot=lot, by=by, at=at)
    return lot
