"""What owners are told: no two figures of any reports say anything about fewer than ten people."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.labeled import a_vendor
from tests.factories.wellbeing import MONDAY, people, saw
from touchstone.apps.wellbeing.groups import SMALLEST_GROUP, exposure_by_vendor, last_complete_week
from touchstone.apps.wellbeing.models import Exposure
from touchstone.apps.wellbeing.operations import link_accounts

LATER = MONDAY + timedelta(days=30)
MINUTE = timedelta(minutes=1)


def test_ten_are_a_group_and_nine_are_not(db: None) -> None:
    vendor = a_vendor("north")
    crew = people(vendor, 10)
    for number, user in enumerate(crew):
        saw(user, minutes=number + 1)
    for user in crew[:9]:
        saw(user, severity="S4")

    (cell,) = exposure_by_vendor([vendor], week=MONDAY.date(), at=LATER)

    assert (cell.severity, cell.people, cell.spent) == ("S3", 10, 55 * MINUTE)
    assert cell.minutes_each == 6


def test_two_accounts_are_one_person(db: None) -> None:
    vendor = a_vendor("north")
    crew = people(vendor, 10)
    for user in crew:
        saw(user)
    link_accounts(user=crew[0], same_as=crew[1], by=crew[2], at=MONDAY)

    assert exposure_by_vendor([vendor], week=MONDAY.date(), at=LATER) == []


def test_a_week_that_is_not_over_is_not_told(db: None) -> None:
    vendor = a_vendor("north")
    for user in people(vendor, 10):
        saw(user)
    sunday = MONDAY + timedelta(days=6, hours=23)

    assert exposure_by_vendor([vendor], week=MONDAY.date(), at=sunday) == []
    assert last_complete_week(sunday) == date(2026, 2, 23)
    assert exposure_by_vendor([vendor], week=MONDAY.date(), at=sunday + timedelta(hours=1))


def test_who_changes_the_vendor_leaves_the_past_as_it_was(db: None) -> None:
    north, south = a_vendor("north"), a_vendor("south")
    crew = people(north, 11)
    for user in crew:
        saw(user)
    before = exposure_by_vendor([north, south], week=MONDAY.date(), at=LATER)
    crew[0].vendor = south
    crew[0].save()

    assert exposure_by_vendor([north, south], week=MONDAY.date(), at=LATER) == before


# For each vendor, week and severity: who of thirteen saw nothing of it.
absences = st.lists(st.sets(st.integers(0, 12), max_size=6), min_size=12, max_size=12)


@pytest.mark.slow
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(absent=absences, mine=st.sets(st.integers(0, 2)))
def test_no_two_reports_can_be_told_apart_by_one_person(
    db: None, absent: list[set[int]], mine: set[int]
) -> None:
    """Each figure adds up the rows of ten people at least; two figures share all rows or none."""
    vendors = [a_vendor(f"v{uuid4().hex[:8]}") for _each in range(3)]
    crews = [people(vendor, 13) for vendor in vendors]
    cells = [
        (crew, week, severity) for crew in crews for week in (0, 1) for severity in ("S1", "S3")
    ]
    for (crew, week, severity), missing in zip(cells, absent, strict=True):
        for number in set(range(13)) - missing:
            saw(crew[number], week=week, severity=severity)

    figures = []
    for week in (0, 1):
        monday = MONDAY.date() + timedelta(weeks=week)
        everything = exposure_by_vendor(vendors, week=monday, at=LATER)
        some = exposure_by_vendor(
            [vendor for number, vendor in enumerate(vendors) if number in mine],
            week=monday,
            at=LATER,
        )
        assert all(cell in everything for cell in some), "the same figure, whoever reads it"
        figures += [
            set(
                Exposure.objects.filter(
                    vendor=cell.vendor,
                    severity=cell.severity,
                    booked_at__date__range=(monday, monday + timedelta(days=6)),
                ).values_list("pk", "user")
            )
            for cell in everything
        ]

    assert len(figures) == sum(len(missing) <= 3 for missing in absent)
    for behind in figures:
        assert len({user for _pk, user in behind}) >= SMALLEST_GROUP
    assert all(not one & other for one, other in combinations(figures, 2))
