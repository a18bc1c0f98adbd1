"""What a plan costs and how many hours it takes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.apps.planning.conftest import Cast
from tests.factories.planning import PlanLocaleDraftFactory, a_plan
from touchstone.apps.planning.models import Project
from touchstone.apps.planning.policies import (
    ADJUDICATION_SHARE,
    AUDIT_SHARE,
    capacity_of,
    cost_of,
    full_time_equivalents,
    gold_overhead,
)
from touchstone.apps.planning.queries import capacity_needed, plan_cost, planned_items


def test_gold_is_a_share_of_what_is_served_not_of_the_work() -> None:
    # 900 judgments of work and 100 of gold: 10 % of the 1,000 served.
    assert gold_overhead(900, Decimal("0.1")) == 100
    assert gold_overhead(901, Decimal("0.1")) == 101
    assert gold_overhead(900, Decimal(0)) == 0
    assert gold_overhead(900, Decimal("0.5")) == 900


def test_the_cost_adds_up_judgments_gold_audits_and_adjudications() -> None:
    terms = PlanLocaleDraftFactory(
        sample_size=300,
        price_per_judgment=Decimal("0.01"),
        price_per_audit=Decimal(1),
        price_per_adjudication=Decimal(100),
    )

    cost = cost_of([terms], overlap=3, gold_rate=Decimal("0.1"), digits=2)

    (french,) = cost.locales
    assert (french.judgments, french.gold_judgments) == (900, 100)
    assert (french.audits, french.adjudications) == (900 * AUDIT_SHARE, 300 * ADJUDICATION_SHARE)
    assert cost.total_minor_units == 1_000 + french.audits * 100 + french.adjudications * 10_000


def test_repeats_come_on_top_of_the_work_and_gold_on_top_of_both() -> None:
    terms = PlanLocaleDraftFactory(
        sample_size=326,
        price_per_judgment=Decimal("0.01"),
        price_per_audit=Decimal(0),
        price_per_adjudication=Decimal(0),
    )

    cost = cost_of(
        [terms], overlap=3, gold_rate=Decimal("0.1"), repeat_rate=Decimal("0.02"), digits=2
    )

    # 978 judgments and 20 repeats are 98 % and 2 % of 998; 111 gold ones are a tenth of 1,109.
    (locale,) = cost.locales
    assert (locale.judgments, locale.repeats, locale.gold_judgments) == (978, 20, 111)
    assert cost.total_minor_units == 978 + 20 + 111
    assert cost.judgments == 978
    assert capacity_of(cost, speed_standard=100).judgments == {"fr-FR": 1_109}


def test_one_person_alone_needs_no_adjudication() -> None:
    (alone,) = cost_of(
        [PlanLocaleDraftFactory()], overlap=1, gold_rate=Decimal(0), digits=2
    ).locales

    assert alone.adjudications == 0


@pytest.mark.parametrize(("digits", "amount"), [(0, 2), (2, 225), (3, 2250)])
def test_the_amount_is_in_minor_units_and_a_half_goes_to_the_even(digits: int, amount: int) -> None:
    terms = PlanLocaleDraftFactory(
        sample_size=5,
        price_per_judgment=Decimal("0.45"),
        price_per_audit=Decimal(0),
        price_per_adjudication=Decimal(0),
    )

    assert cost_of([terms], overlap=1, gold_rate=Decimal(0), digits=digits).total_minor_units == (
        amount
    )


def test_the_total_is_the_sum_of_the_locales_to_the_cent() -> None:
    terms = [
        PlanLocaleDraftFactory(locale=tag, sample_size=7, price_per_judgment=Decimal("0.033333"))
        for tag in ("fr-FR", "en-GB", "de-DE")
    ]

    cost = cost_of(terms, overlap=2, gold_rate=Decimal("0.05"), digits=2)

    assert cost.total_minor_units == sum(each.amount_minor_units for each in cost.locales)
    assert cost.judgments == 3 * 14


def test_a_stored_plan_knows_its_cost_items_and_hours(cast: Cast, project: Project) -> None:
    plan = a_plan(
        project,
        locales=(
            PlanLocaleDraftFactory(sample_size=300),
            PlanLocaleDraftFactory(locale="en-GB", sample_size=30),
        ),
    )

    capacity = capacity_needed(plan)

    assert planned_items(plan) == 330
    assert plan_cost(plan).judgments == 330 * 3
    assert capacity.judgments == {"fr-FR": 1000, "en-GB": 100}
    assert capacity.hours == {"fr-FR": 1000 / 60, "en-GB": 100 / 60}
    assert capacity.total_hours == pytest.approx(1100 / 60)


def test_people_needed_agree_with_the_published_figure() -> None:
    # operations.md §2: 100,000 × 45 s, 160 h, 30 % shrinkage, 0.9 occupancy → 12.401.
    people = full_time_equivalents(
        100_000 * 45 / 3600, hours_per_person=160, shrinkage=0.3, occupancy=0.9
    )

    assert people == pytest.approx(12.401, abs=0.0005)
