"""Ending leases sooner than the plan has them end: what a person may see is limited in time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Least

from touchstone.apps.labeling.models import Assignment, AssignmentState


@transaction.atomic
def end_no_later(*, assignment_ids: Collection[UUID], until: datetime) -> None:
    """Let live leases end at `until` at the latest; call it where they were made or renewed.

    No ledger entry: the lease has one, and how long it lasts is a part of it.
    """
    live = Assignment.objects.filter(pk__in=assignment_ids, state=AssignmentState.LEASED)
    live.filter(leased_until__gt=until).update(leased_until=Least("leased_until", until))
