"""Reading costs: sums by every cut, unit costs, and who sees which lines."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from tests.factories.economics import a_lot
from tests.factories.labeled import (
    AT,
    LATER,
    Labeled,
    UserFactory,
    a_plan,
    currency_of,
    with_role,
)
from touchstone.apps.economics.models import CostEvent
from touchstone.apps.economics.operations import (
    post_adjudication_costs,
    post_fixed_cost,
    post_lot_costs,
)
from touchstone.apps.economics.queries import (
    CostShare,
    cost_summary,
    costs_of,
    spent_by_project,
)
from touchstone.apps.markets.models import ExchangeRate
from touchstone.apps.people.models import Role, User
from touchstone.apps.quality.models import Measurement

pytestmark = pytest.mark.slow  # each has work that was paid for


@pytest.fixture
def paid(scene: Labeled) -> Labeled:
    """The scene after its lot was accepted and paid, with a fixed cost."""
    post_lot_costs(lot=a_lot(scene), by=scene.owner, at=LATER)
    post_adjudication_costs(project=scene.project, by=scene.owner, at=LATER)
    post_fixed_cost(
        project=scene.project, amount=Decimal(10), currency="EUR", quality_class="prevention",
        note="Calibration", by=scene.owner, at=LATER,
    )  # fmt: skip
    return scene


def measured(scene: Labeled, accuracy: float) -> None:
    Measurement.objects.create(
        project=scene.project, kind="gold_accuracy", value=accuracy, low=0, high=1, n=9,
        method="a test", method_version="1", input_hash="0" * 64, at=LATER,
    )  # fmt: skip


def vendor_manager(scene: Labeled) -> User:
    return with_role(Role.VENDOR_MANAGER, vendor=scene.raters[0].vendor)


def money(shares: tuple[CostShare, ...]) -> dict[str, int]:
    return {share.key: share.minor_units for share in shares}


def test_every_cut_adds_up_to_the_total(paid: Labeled) -> None:
    found = cost_summary(paid.project, paid.owner)

    assert found.total_minor_units == sum(
        CostEvent.objects.values_list("project_minor_units", flat=True)
    )
    for cut in (found.by_class, found.by_work, found.by_locale, found.by_vendor):
        assert sum(money(cut).values()) == found.total_minor_units
    assert money(found.by_class)["prevention"] == 1000
    assert money(found.by_class)["internal_failure"] == 100
    assert set(money(found.by_work)) == {"judgment", "adjudication", "fixed"}
    assert set(money(found.by_vendor)) == {"search-near", "search-far", ""}
    assert [share.minor_units for share in found.by_class] == sorted(
        money(found.by_class).values(), reverse=True
    )


def test_spending_stands_beside_the_budget(paid: Labeled) -> None:
    found = cost_summary(paid.project, paid.requester)

    assert found.whole
    assert found.budget_minor_units == paid.plan.budget_minor_units
    assert found.budget_share == pytest.approx(
        found.total_minor_units / paid.plan.budget_minor_units
    )


def test_the_unit_is_an_accepted_judgment_and_an_effective_label(paid: Labeled) -> None:
    measured(paid, 0.92)
    found = cost_summary(paid.project, paid.owner)

    assert found.accepted_judgments == 3 * (len(paid.items) - 1)
    unit = found.total_minor_units / found.accepted_judgments
    assert found.unit_cost_minor_units == pytest.approx(unit)
    assert found.effective_cost_minor_units == pytest.approx(unit / 0.84**2)
    assert (found.accuracy, found.reason) == (0.92, "")


@pytest.mark.parametrize(
    ("accuracy", "reason"), [(None, "has not been measured"), (0.5, "tells nothing")]
)
def test_a_unit_cost_that_cannot_be_says_why(
    paid: Labeled, accuracy: float | None, reason: str
) -> None:
    if accuracy is not None:
        measured(paid, accuracy)
    found = cost_summary(paid.project, paid.owner)

    assert found.unit_cost_minor_units is not None
    assert found.effective_cost_minor_units is None
    assert reason in found.reason


def test_before_anything_is_accepted_there_is_no_unit_cost(scene: Labeled) -> None:
    found = cost_summary(scene.project, scene.owner)

    assert (found.total_minor_units, found.unit_cost_minor_units) == (0, None)
    assert found.by_class == found.by_vendor == ()
    assert "accepted" in found.reason


def test_a_vendor_manager_sees_their_vendors_lines_only(paid: Labeled) -> None:
    measured(paid, 0.92)
    manager = vendor_manager(paid)
    lines = costs_of(paid.project, manager)
    found = cost_summary(paid.project, manager)

    assert {line.vendor for line in lines} == {paid.raters[0].vendor}
    assert not found.whole
    assert set(money(found.by_vendor)) == {"search-near"}
    assert found.total_minor_units == sum(line.project_minor_units for line in lines)
    assert found.budget_minor_units is found.accuracy is found.unit_cost_minor_units is None
    assert "vendor" in found.reason


def test_others_with_a_view_of_value_see_every_line(paid: Labeled) -> None:
    every = set(CostEvent.objects.all())
    both = vendor_manager(paid)
    both.grants.create(role=Role.STAKEHOLDER, everywhere=True)

    for viewer in (paid.owner, paid.requester, with_role(Role.STAKEHOLDER), both):
        assert set(costs_of(paid.project, viewer)) == every


def test_an_outsider_and_an_annotator_see_no_line(paid: Labeled) -> None:
    for viewer in (UserFactory(), paid.raters[0]):
        assert not costs_of(paid.project, viewer)
        assert cost_summary(paid.project, viewer).total_minor_units == 0


def test_names_are_for_people(paid: Labeled) -> None:
    found = cost_summary(paid.project, paid.owner)

    assert {share.key: share.name for share in found.by_vendor} == {
        "search-near": "Search-Near", "search-far": "Search-Far", "": "No vendor",
    }  # fmt: skip
    assert {share.name for share in found.by_work} == {"Judgments", "Adjudications", "Fixed cost"}


def test_spending_of_many_projects(paid: Labeled) -> None:
    assert spent_by_project([paid.project]) == {
        paid.project.pk: cost_summary(paid.project, paid.owner).total_minor_units
    }


def test_spending_is_in_the_currency_of_the_budget(paid: Labeled) -> None:
    before = spent_by_project([paid.project])[paid.project.pk]
    a_plan(paid.project, currency=currency_of("JPY", 0).pk)
    ExchangeRate.objects.create(
        base_id="EUR", quote_id="JPY", date=AT.date() - timedelta(days=1), rate=Decimal(160),
        source="a test",
    )  # fmt: skip

    assert spent_by_project([paid.project]) == {paid.project.pk: round(before / 100 * 160)}


def test_a_budget_without_a_rate_is_not_made_up(paid: Labeled) -> None:
    a_plan(paid.project, currency=currency_of("JPY", 0).pk)
    found = cost_summary(paid.project, paid.owner)

    assert found.whole
    assert found.budget_minor_units is found.budget_share is None


def test_the_summary_needs_few_queries(
    paid: Labeled, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    measured(paid, 0.92)
    with django_assert_max_num_queries(9):
        cost_summary(paid.project, paid.owner)
