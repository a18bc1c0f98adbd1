"""Costs as they land: from whom, at which price, in which class, and never twice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.factories.economics import a_lot
from tests.factories.labeled import (
    AT,
    LATER,
    LOCALE,
    Labeled,
    UserFactory,
    a_plan,
    an_unlabeled_project,
    currency_of,
    judge,
)
from touchstone.apps.economics.models import CostEvent
from touchstone.apps.economics.operations import (
    InvalidCost,
    post_adjudication_costs,
    post_audit_costs,
    post_fixed_cost,
    post_lot_costs,
    post_repeat_costs,
)
from touchstone.apps.economics.policies import QualityClass, Work, line_amount
from touchstone.apps.economics.posting import NoPrice
from touchstone.apps.ledger.models import Event
from touchstone.apps.markets.models import ExchangeRate
from touchstone.apps.markets.queries import NoExchangeRate
from touchstone.apps.planning.models import PlanLocale
from touchstone.apps.quality.models import Audit
from touchstone.apps.quality.operations import draw_audits, submit_audit

pytestmark = pytest.mark.slow  # each has work to pay for


def post(scene: Labeled) -> list[CostEvent]:
    return post_lot_costs(lot=a_lot(scene), by=scene.owner, at=LATER)


def total(events: Iterable[CostEvent]) -> int:
    return sum(event.project_minor_units for event in events)


@pytest.mark.parametrize(
    ("quantity", "price", "digits", "wanted"),
    [
        (1, "0.125", 2, 12),
        (3, "0.125", 2, 38),
        (1, "0.135", 2, 14),
        (1000, "0.0004", 2, 40),
        (-3, "0.125", 2, -38),
        (3, "12.5", 0, 38),
        (1, "12.5", 0, 12),
        (7, "0.0015", 3, 10),
    ],
)
def test_a_line_is_rounded_half_even_once(
    quantity: int, price: str, digits: int, wanted: int
) -> None:
    assert line_amount(quantity, Decimal(price), digits) == wanted


def test_an_accepted_lot_is_paid_by_vendor_and_class(scene: Labeled) -> None:
    events = post(scene)

    items = len(scene.items)
    assert {(e.vendor and e.vendor.key, e.quality_class): e.quantity for e in events} == {
        (vendor, quality): n
        for vendor in ("search-near", "search-far", None)
        for quality, n in ((QualityClass.PRODUCTION, items - 1), (QualityClass.APPRAISAL, 1))
    }
    for event in events:
        assert event.unit_price == Decimal("0.125")
        assert event.amount_minor_units == line_amount(event.quantity, event.unit_price, 2)
        assert (event.locale_id, event.work, event.exchange_rate) == (LOCALE, Work.JUDGMENT, None)


def test_work_that_fills_no_place_is_not_paid(scene: Labeled) -> None:
    events = post(scene)

    assert sum(event.quantity for event in events) == 3 * len(scene.items)
    assert scene.items[1].judgments.count() == 4


def test_a_lot_lands_once(scene: Labeled) -> None:
    lot = a_lot(scene)
    first, again = (post_lot_costs(lot=lot, by=scene.owner, at=LATER) for _time in range(2))

    assert first == again
    assert CostEvent.objects.count() == len(first)
    assert Event.objects.filter(event="economics.costs.posted").count() == 1


def test_a_rejected_lot_costs_nothing(scene: Labeled) -> None:
    assert post_lot_costs(lot=a_lot(scene, "rejected"), by=scene.owner, at=LATER) == []
    assert not CostEvent.objects.exists()


def test_each_judgment_is_paid_at_the_price_of_its_plan(scene: Labeled) -> None:
    dearer = a_plan(scene.project, judgment="0.50")
    judge(scene, scene.items[3], UserFactory(), 1, plan=dearer)
    events = post(scene)

    (new,) = (event for event in events if event.plan == dearer)
    assert (new.quantity, new.amount_minor_units) == (1, 50)
    assert {event.unit_price for event in events if event.plan == scene.plan} == {Decimal("0.125")}


def test_another_currency_lands_at_the_rate_of_the_day(scene: Labeled) -> None:
    yen = a_plan(scene.project, currency=currency_of("JPY", 0).pk, judgment="20.5")
    rater = UserFactory()
    for item in scene.items[3:6]:
        judge(scene, item, rater, 1, plan=yen)
    for days, rate in ((-1, "0.0062"), (1, "9")):
        ExchangeRate.objects.create(
            base_id="JPY", quote_id="EUR", date=(LATER + timedelta(days=days)).date(),
            rate=Decimal(rate), source="a test",
        )  # fmt: skip
    (event,) = (event for event in post(scene) if event.plan == yen)

    assert event.amount_minor_units == 62  # 61.5 yen
    assert event.project_minor_units == 38  # 62 × 0.0062 = 0.3844 euro
    assert event.exchange_rate is not None
    assert event.exchange_rate.rate == Decimal("0.0062")


def test_without_a_rate_nothing_lands(scene: Labeled) -> None:
    yen = a_plan(scene.project, currency=currency_of("JPY", 0).pk)
    judge(scene, scene.items[3], UserFactory(), 1, plan=yen)
    with pytest.raises(NoExchangeRate):
        post(scene)
    assert not CostEvent.objects.exists()


def test_without_a_price_nothing_lands(scene: Labeled) -> None:
    lot = a_lot(scene)
    bare = a_plan(scene.project)
    assert PlanLocale.objects.filter(plan=bare).exists()
    lot.locale_id = "fr-FR"
    with pytest.raises(NoPrice, match="fr-FR"):
        post_lot_costs(lot=lot, by=scene.owner, at=LATER)
    assert not CostEvent.objects.exists()


def audited(scene: Labeled, done: int) -> list[Audit]:
    draw = draw_audits(project=scene.project, size=4, seed=3, by=scene.owner, at=LATER)
    audits = list(draw.audits.order_by("pk"))
    for audit in audits[:done]:
        answers = {"outcome": "label", "values": {"grade": 1}}
        submit_audit(audit=audit, answers=answers, by=scene.expert, at=LATER)
    return audits


def test_audits_are_appraisal_and_land_once_when_done(scene: Labeled) -> None:
    audits = audited(scene, done=2)
    events = post_audit_costs(project=scene.project, by=scene.owner, at=LATER)

    assert [event.subject for event in events] == [f"audit:{audit.pk}" for audit in audits[:2]]
    assert {event.quality_class for event in events} == {QualityClass.APPRAISAL}
    assert total(events) == 100
    assert post_audit_costs(project=scene.project, by=scene.owner, at=LATER) == []
    assert CostEvent.objects.count() == 2


def test_adjudications_are_internal_failure_and_land_once(scene: Labeled) -> None:
    events = post_adjudication_costs(project=scene.project, by=scene.owner, at=LATER)

    assert [event.quality_class for event in events] == [QualityClass.INTERNAL_FAILURE]
    assert total(events) == 100
    assert events[0].plan == scene.plan
    assert post_adjudication_costs(project=scene.project, by=scene.owner, at=LATER) == []


def test_repeats_are_appraisal_and_land_once(scene: Labeled) -> None:
    dearer = a_plan(scene.project, judgment="0.50")
    post(scene)
    before = total(CostEvent.objects.all())
    near, _far, free = scene.raters
    first = judge(scene, scene.items[3], near, 2, repeat=True, plan=dearer)
    judge(scene, scene.items[3], free, None, repeat=True, plan=dearer)

    def post_again(locale: str | None = None) -> list[CostEvent]:
        return post_repeat_costs(project=scene.project, by=scene.owner, at=LATER, locale_tag=locale)

    assert post_again("th-TH") == [], "nobody was asked again there"
    events = post_again(scene.items[3].query.locale_id)

    assert {event.quality_class for event in events} == {QualityClass.APPRAISAL}
    assert [event.vendor for event in events] == [near.vendor, None]
    assert events[0].subject == f"repeat:{first.pk}"
    assert (total(events), {event.unit_price for event in events}) == (100, {Decimal("0.50")})
    assert post_again() == []
    assert total(CostEvent.objects.all()) == before + 100


def test_a_repeat_does_not_change_what_an_adjudication_costs(scene: Labeled) -> None:
    dearer = a_plan(scene.project, adjudication="9.00")
    judge(scene, scene.items[2], scene.raters[0], 2, repeat=True, plan=dearer)

    (event,) = post_adjudication_costs(project=scene.project, by=scene.owner, at=LATER)

    assert event.plan == scene.plan


def fixed(scene: Labeled, amount: str = "120.50", **changes: str) -> CostEvent:
    given = {"currency": "EUR", "quality_class": "prevention", "note": "Calibration"} | changes
    return post_fixed_cost(
        project=scene.project, amount=Decimal(amount), by=scene.owner, at=AT, **given
    )


def test_a_fixed_cost_lands_once_and_can_be_taken_back(scene: Labeled) -> None:
    cost, again = fixed(scene), fixed(scene)
    back = fixed(scene, "-120.50")

    assert cost == again
    assert (cost.project_minor_units, back.project_minor_units) == (12050, -12050)
    assert back.quantity == -1
    assert total(CostEvent.objects.all()) == 0


@pytest.mark.parametrize(
    ("amount", "changes"),
    [
        ("0", {}),
        ("NaN", {}),
        ("1e30", {}),
        ("5", {"note": "  "}),
        ("5", {"quality_class": "fun"}),
    ],
)
def test_a_cost_that_is_none_is_refused(
    scene: Labeled, amount: str, changes: dict[str, str]
) -> None:
    with pytest.raises(InvalidCost):
        fixed(scene, amount, **changes)
    assert not CostEvent.objects.exists()


@pytest.mark.django_db
def test_a_project_without_a_plan_has_no_costs() -> None:
    project = an_unlabeled_project()
    with pytest.raises(InvalidCost, match="no plan"):
        post_fixed_cost(
            project=project, amount=Decimal(1), currency="EUR", quality_class="production",
            note="Too early", by=project.owner, at=AT,
        )  # fmt: skip
