"""The portfolio: whose projects, in which order, with which lights, in how many queries."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.labeled import (
    AT,
    LATER,
    LOCALE,
    Labeled,
    UserFactory,
    a_labeled_project,
    a_locale,
    a_plan,
    an_unlabeled_project,
    with_role,
)
from tests.factories.labeling import an_annotator, an_open_project, submit
from touchstone.apps.economics.operations import post_fixed_cost
from touchstone.apps.intake.models import RequestLocale, RequestState
from touchstone.apps.intake.operations import move_request
from touchstone.apps.people.models import Grant, Role, User
from touchstone.apps.planning.models import Project
from touchstone.apps.quality.operations import measure
from touchstone.apps.risks.models import Risk
from touchstone.flows.acceptance import decide_lot
from touchstone.flows.lights import Level
from touchstone.flows.portfolio import ProjectCard, portfolio, project_card

pytestmark = pytest.mark.slow  # each has many projects

SOON = AT + timedelta(days=1)


@pytest.fixture
def admin(db: None) -> User:
    return with_role(Role.ADMIN)


def keys(user: User) -> list[str]:
    return [card.project.key for card in portfolio(user=fresh(user), at=SOON)]


def fresh(user: User) -> User:
    """The user as a new request loads them: what they hold is read anew."""
    return User.objects.get(pk=user.pk)


def levels(card: ProjectCard) -> dict[str, Level]:
    return {light.name: light.level for light in card.lights}


def accept(scene: Labeled) -> None:
    decide_lot(
        project=scene.project, locale_tag=LOCALE, decision="accepted", reason="", by=scene.owner,
        at=LATER,
    )  # fmt: skip


def a_risk(project: Project) -> Risk:
    return Risk.objects.create(
        project=project, number=1 + project.risks.count(), cause="One vendor", event="Site down",
        consequence="Late", probability=Decimal("0.5"), loss_low_minor_units=40_000,
        loss_high_minor_units=90_000, currency_id="EUR", treatment="Another", trigger="Silence",
        owner=project.owner, review_date=date(2026, 5, 1), opened_at=AT,
    )  # fmt: skip


# --- what a card says ---------------------------------------------------------------------------


def test_five_lights_in_their_order(admin: User) -> None:
    a_labeled_project()

    (card,) = portfolio(user=admin, at=SOON)

    assert [light.name for light in card.lights] == [
        "quality", "schedule", "cost", "capacity", "risk",
    ]  # fmt: skip


def test_a_project_without_a_plan_has_nothing_to_go_on(admin: User) -> None:
    an_unlabeled_project()

    (card,) = portfolio(user=admin, at=SOON)

    assert set(levels(card).values()) == {Level.NONE}
    assert {light.tab for light in card.lights} == {"plan"}
    assert (card.plan, card.share_done, card.pace.wanted) == (None, 0.0, 0)


def test_the_lights_are_fed_from_the_rows(db: None) -> None:
    scene = a_labeled_project()
    a_risk(scene.project)
    measured = {
        (row.kind, row.locale_id): row
        for row in measure(project=scene.project, by=scene.owner, at=LATER)
    }
    card = project_card(project=scene.project, at=SOON)
    quality, schedule, cost, capacity, risk = card.lights

    alpha = measured["alpha", LOCALE]
    assert (quality.value, quality.standard) == (alpha.low, 0.6)
    assert quality.trend == (measured["alpha", None].value,)
    assert quality.reason == "What could be measured meets its standard."
    assert (schedule.level, schedule.value) == (Level.NONE, None), "nothing is queued here"
    assert cost.level == Level.NONE
    assert (capacity.value, capacity.standard) == (3, 3)
    assert (risk.level, risk.standard) == (Level.BAD, 0.1)
    assert risk.value == pytest.approx(0.5 * 62_000 / 50_000, rel=0.05)


def test_schedule_and_pace_follow_the_work(db: None) -> None:
    floor = an_open_project(4, gold=2)
    ana = floor.annotators[0]
    for key in ("i0", "i1", "g0"):
        submit(floor.task(ana, key), ana, at=AT + timedelta(minutes=1), seconds=40)

    card = project_card(project=floor.project, at=SOON)

    assert (card.pace.wanted, card.pace.done) == (12, 2)
    assert card.share_done == pytest.approx(2 / 12)
    _quality, schedule, _cost, capacity, _risk = card.lights
    assert schedule.value == pytest.approx(2 / 12)
    assert schedule.standard == pytest.approx(1 / 31)
    assert (capacity.value, capacity.level) == (pytest.approx(90), Level.GOOD)


def test_costs_are_held_against_what_was_accepted(db: None) -> None:
    """Work that waits for its lot has not been paid for, and must not look free."""
    floor = an_open_project(4, overlap=1)
    ana = floor.annotators[0]
    for key in ("i0", "i1"):
        submit(floor.task(ana, key), ana)
    decide_lot(
        project=floor.project, locale_tag=LOCALE, decision="accepted", reason="", by=floor.owner,
        at=LATER,
    )  # fmt: skip
    for key in ("i2", "i3"):
        submit(floor.task(ana, key), ana)
    post_fixed_cost(
        project=floor.project, amount=Decimal(300), currency="EUR", quality_class="production",
        note="Set-up", by=floor.owner, at=LATER,
    )  # fmt: skip

    cost = project_card(project=floor.project, at=SOON).lights[2]

    assert cost.value == pytest.approx((30_000 + 25) / (2 / 4) / 50_000, rel=1e-6)
    assert cost.level == Level.BAD


def test_rejected_work_is_not_done(db: None) -> None:
    floor = an_open_project(2, overlap=1)
    ana = floor.annotators[0]
    for key in ("i0", "i1"):
        submit(floor.task(ana, key), ana)
    decide_lot(
        project=floor.project, locale_tag=LOCALE, decision="rejected", reason="Misses",
        by=floor.owner, at=LATER,
    )  # fmt: skip

    card = project_card(project=floor.project, at=SOON)

    assert card.share_done < 1


@pytest.mark.parametrize(("days", "level"), [(0, Level.GOOD), (31, Level.BAD)])
def test_a_delivered_project_was_in_time_or_not(db: None, days: int, level: Level) -> None:
    scene = a_labeled_project()
    at = AT + timedelta(days=days)
    move_request(request=scene.project.request, to=RequestState.DELIVERED, by=scene.owner, at=at)

    found = levels(project_card(project=scene.project, at=LATER + timedelta(days=90)))

    assert found["schedule"] == level
    assert found["capacity"] == Level.GOOD


# --- which projects, in which order -------------------------------------------------------------


def test_those_that_need_hands_come_first_and_what_is_over_last(admin: User) -> None:
    for key, state in (
        ("calm", RequestState.LIVE),
        ("burning", RequestState.LIVE),
        ("over", RequestState.CLOSED),
        ("given-up", RequestState.CANCELLED),
    ):
        project = an_unlabeled_project(key, state)
        if key != "calm":
            a_plan(project)
            a_risk(project)

    assert keys(admin) == ["burning", "calm", "given-up", "over"]


def test_an_owner_of_one_market_sees_that_market_only(db: None) -> None:
    an_unlabeled_project("american")
    french = an_unlabeled_project("french")
    french.request.locales.all().delete()
    RequestLocale.objects.create(request=french.request, locale=a_locale("fr-FR"), volume=1)
    owner = UserFactory()
    Grant.objects.create(user=owner, role=Role.PROJECT_OWNER, market_id="FR")

    assert keys(owner) == ["french"]
    assert keys(with_role(Role.PROJECT_OWNER)) == ["american", "french"]


def test_annotators_and_outsiders_see_no_portfolio(db: None) -> None:
    project = an_unlabeled_project()

    assert keys(an_annotator(project, LOCALE)) == []
    assert keys(UserFactory()) == []


def test_a_vendor_manager_sees_where_their_people_work(db: None) -> None:
    first = a_labeled_project(queries=3, documents=1, key="first")
    a_labeled_project(queries=3, documents=1, key="second")
    near = first.raters[0].vendor
    manager = UserFactory()
    Grant.objects.create(user=manager, role=Role.VENDOR_MANAGER, vendor=near)

    assert keys(manager) == ["first"]


def test_a_requester_sees_their_own(db: None) -> None:
    mine = an_unlabeled_project("mine")
    an_unlabeled_project("theirs")

    assert keys(mine.request.requester) == ["mine"]


def test_the_portfolio_asks_the_same_however_long_it_is(admin: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            portfolio(user=fresh(admin), at=LATER)
        return len(captured)

    def add(key: str) -> None:
        scene = a_labeled_project(queries=6, documents=1, key=key)
        measure(project=scene.project, by=scene.owner, at=LATER)
        accept(scene)
        a_risk(scene.project)

    add("first")
    one = queries()
    for number in range(3):
        add(f"more-{number}")

    assert queries() == one <= 20
