"""What owners and vendor managers may know of exposure: groups of ten or more, nothing finer.

There is one report for each vendor and complete week, the same for whoever reads it, and no other:
no totals, no filters by project, locale or day. Any two figures are about different people or
different weeks, so the difference of two says nothing about anybody. Rows count in the week in
which they were booked and under the vendor of that moment, so a week that is over never changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Count, Sum

from touchstone.apps.people.models import Vendor
from touchstone.apps.wellbeing.models import Exposure
from touchstone.apps.wellbeing.policies import Severity, week_of

SMALLEST_GROUP = 10


@dataclass(frozen=True)
class GroupExposure:
    """The people of one vendor who saw content of one severity in one week, ten at least."""

    vendor: Vendor
    severity: Severity
    people: int
    spent: timedelta

    @property
    def minutes_each(self) -> int:
        """Whole minutes a person, on average."""
        return round(self.spent / self.people / timedelta(minutes=1))


def last_complete_week(at: datetime) -> date:
    """The Monday of the last week that is over everywhere."""
    return week_of(at.astimezone(UTC).date()) - timedelta(days=7)


def exposure_by_vendor(
    vendors: Iterable[Vendor], *, week: date, at: datetime
) -> list[GroupExposure]:
    """The exposure of each vendor's people in a complete week; smaller groups are left out.

    Nothing of a week that is not over: its figures would change with each person's next answer.
    """
    if week > last_complete_week(at):
        return []
    begins = datetime.combine(week_of(week), time.min, UTC)
    by_id = {vendor.pk: vendor for vendor in vendors}
    cells = (
        Exposure.objects.filter(
            vendor__in=by_id, booked_at__gte=begins, booked_at__lt=begins + timedelta(days=7)
        )
        .values("vendor_id", "severity")
        .annotate(people=Count("user__wellbeing_account__person", distinct=True), all=Sum("spent"))
        .filter(people__gte=SMALLEST_GROUP)
        .order_by("vendor__name", "vendor_id", "severity")
    )
    return [
        GroupExposure(
            by_id[cell["vendor_id"]], Severity(cell["severity"]), cell["people"], cell["all"]
        )
        for cell in cells
    ]
