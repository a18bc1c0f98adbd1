"""What machines cost lands in whole minor units, each call once, in its own currency."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.factories.labeled import AT, an_unlabeled_project, currency_of
from tests.factories.labeling import Floor, an_open_project
from tests.factories.machines import a_judge
from touchstone.apps.economics.machine_costs import post_machine_costs
from touchstone.apps.economics.models import CostEvent
from touchstone.apps.economics.queries import cost_summary
from touchstone.apps.labeling.machines.operations import keep_calls, lease_items
from touchstone.apps.labeling.machines.policies import CallState
from touchstone.apps.labeling.machines.queries import profile_in_force
from touchstone.apps.ledger.models import Event
from touchstone.apps.markets.models import ExchangeRate
from touchstone.apps.markets.queries import NoExchangeRate
from touchstone.apps.people.models import User
from touchstone.lib.chat import Ending, Try


@pytest.fixture
def floor(db: None) -> Floor:
    return an_open_project(6, annotators=0)


def call(floor: Floor, machine: User, key: str, tokens: int | None) -> None:
    """One answered call that took so many tokens; a million of them cost 1 in the currency."""
    profile = profile_in_force(machine)
    assert profile is not None
    (task,) = lease_items(
        project=floor.project,
        plan=floor.plan,
        annotator=machine,
        item_ids=[floor.item(key).pk],
        at=AT,
    )
    counted = None if tokens is None else 0
    keep_calls(
        profile=profile,
        project=floor.project,
        task=task,
        request_hash=key,
        request_bytes=1,
        tries=[Try(Ending.ANSWERED, "{}", input_tokens=tokens, output_tokens=counted)],
        state=CallState.ANSWERED,
        by=machine,
        at=AT,
    )


def a_cheap_judge(floor: Floor, currency: str = "EUR") -> User:
    return a_judge(floor, input_price=Decimal(1), output_price=Decimal(0), currency=currency)


def post(floor: Floor, machine: User) -> list[CostEvent]:
    return post_machine_costs(project=floor.project, annotator=machine, by=floor.owner, at=AT)


def test_less_than_a_cent_waits_until_it_is_one(floor: Floor) -> None:
    machine = a_cheap_judge(floor)

    call(floor, machine, "i0", 9_999)
    assert post(floor, machine) == []
    call(floor, machine, "i1", 1)
    (event,) = post(floor, machine)
    assert event.amount_minor_units == event.project_minor_units == 1
    assert post(floor, machine) == []
    call(floor, machine, "i2", 2_555_555)
    assert [event.amount_minor_units for event in post(floor, machine)] == [255]

    assert CostEvent.objects.count() == 2
    assert Event.objects.filter(event="economics.costs.posted").count() == 2


def test_a_currency_without_cents_waits_for_a_whole_unit(floor: Floor) -> None:
    currency_of("JPY", digits=0)
    ExchangeRate.objects.create(
        base=currency_of("JPY", digits=0), quote=currency_of("EUR"), date=AT.date(), rate="0.006"
    )
    machine = a_cheap_judge(floor, "JPY")
    call(floor, machine, "i0", 999_999)
    assert post(floor, machine) == []

    call(floor, machine, "i1", 2_000_001)

    (event,) = post(floor, machine)
    assert (event.amount_minor_units, event.currency_id) == (3, "JPY")
    assert event.project_minor_units == 2


def test_without_a_rate_nothing_lands_and_nothing_is_lost(floor: Floor) -> None:
    currency_of("USD")
    machine = a_cheap_judge(floor, "USD")
    call(floor, machine, "i0", 5_000_000)

    with pytest.raises(NoExchangeRate):
        post(floor, machine)
    ExchangeRate.objects.create(
        base=currency_of("USD"), quote=currency_of("EUR"), date=AT.date(), rate="0.9"
    )

    (event,) = post(floor, machine)
    assert (event.amount_minor_units, event.project_minor_units) == (500, 450)


def test_each_machine_and_each_currency_has_lines_of_its_own(floor: Floor) -> None:
    first, second = a_cheap_judge(floor), a_cheap_judge(floor)
    call(floor, first, "i0", 1_000_000)
    call(floor, second, "i0", 2_000_000)

    post(floor, first)
    post(floor, second)

    assert [event.amount_minor_units for event in CostEvent.objects.order_by("id")] == [100, 200]


def test_calls_without_tokens_post_nothing(floor: Floor) -> None:
    machine = a_cheap_judge(floor)
    call(floor, machine, "i0", None)

    assert post(floor, machine) == []


def test_a_project_without_a_plan_posts_nothing(floor: Floor) -> None:
    machine = a_cheap_judge(floor)
    elsewhere = an_unlabeled_project("elsewhere")

    posted = post_machine_costs(project=elsewhere, annotator=machine, by=floor.owner, at=AT)

    assert posted == []


def test_it_is_part_of_what_the_project_cost(floor: Floor) -> None:
    machine = a_cheap_judge(floor)
    call(floor, machine, "i0", 1_000_000)
    post(floor, machine)

    summary = cost_summary(floor.project, floor.owner)

    assert summary.total_minor_units == 100
    assert [(share.key, share.minor_units) for share in summary.by_work] == [("machine", 100)]
