"""The register: opening, ranking, summing and closing risks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from tests.factories.intake import AT, person, places
from tests.factories.planning import PlanRiskDraftFactory, a_project, a_submitted_plan
from tests.factories.risks import REVIEW_DATE, a_risk
from touchstone.apps.ledger.queries import events_of_project
from touchstone.apps.markets.operations import record_exchange_rate
from touchstone.apps.people.models import Role, User
from touchstone.apps.planning.models import Project
from touchstone.apps.planning.operations import approve_plan
from touchstone.apps.risks.models import Risk
from touchstone.apps.risks.operations import InvalidRisk, RiskIsClosed, close_risk, open_risk
from touchstone.apps.risks.policies import loss_from_interval
from touchstone.apps.risks.queries import assess, risk_of, risks_of, totals_by_project
from touchstone.lib.errors import NotVisible


def test_a_risk_is_opened_under_the_next_number_of_its_project(project: Project) -> None:
    first, second = a_risk(project), a_risk(project, probability=Decimal("0.05"))

    assert (first.number, second.number) == (1, 2)
    assert (first.state, first.owner, first.opened_at) == ("open", project.owner, AT)
    assert first.currency_id == project.request.currency_id
    assert risk_of(project, 2) == second
    with pytest.raises(NotVisible):
        risk_of(project, 3)
    assert events_of_project(project.pk)[0].event == "risks.risk.opened"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"event": ""}, "event"),
        ({"treatment": "x" * 241}, "treatment"),
        ({"cause": "nul\0"}, "cause"),
        ({"probability": Decimal(1)}, "probability"),
        ({"probability": Decimal("NaN")}, "probability"),
        ({"loss_low_minor_units": -1}, "loss_low_minor_units"),
        ({"loss_high_minor_units": 5}, "loss_high_minor_units"),
        ({"loss_high_minor_units": 2**63}, "loss_high_minor_units"),
    ],
)
def test_a_field_that_cannot_stand_is_named(
    project: Project, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidRisk) as refusal:
        a_risk(project, **changes)

    assert list(refusal.value.details["fields"]) == [field]
    assert not project.risks.exists()


def test_a_review_lies_ahead_and_its_owner_is_here(project: Project, owner: User) -> None:
    gone = person("gustav")
    gone.is_active = False

    with pytest.raises(InvalidRisk) as refusal:
        open_risk(
            project=project,
            draft=PlanRiskDraftFactory(),
            owner=gone,
            review_date=AT.date() - timedelta(days=1),
            by=owner,
            at=AT,
        )

    assert set(refusal.value.details["fields"]) == {"review_date", "owner"}


def test_the_figures_of_a_risk_are_those_of_its_loss(project: Project) -> None:
    figures = assess(a_risk(project))
    loss = loss_from_interval(1_000_000, 20_000_000)

    assert figures.expected_minor_units == round(0.2 * loss.mean)
    assert figures.mean_minor_units == round(loss.mean)
    assert figures.typical_minor_units == round(loss.quantile(0.5))
    assert figures.severe_minor_units == 20_000_000


def test_the_most_expensive_in_expectation_is_on_top_and_the_closed_at_the_end(
    project: Project, owner: User
) -> None:
    # Rare and ruinous, frequent and cheap, and one that is over: the middle score is no rank.
    frequent = a_risk(
        project,
        probability=Decimal("0.9"),
        loss_low_minor_units=100,
        loss_high_minor_units=1_000,
    )
    over = a_risk(project, probability=Decimal("0.99"))
    rare = a_risk(project, probability=Decimal("0.01"))
    close_risk(risk=over, state="closed", note="A second vendor signed.", by=owner, at=AT)

    assert [each.risk for each in risks_of(project)] == [rare, frequent, over]


def test_totals_count_open_overdue_and_occurred(project: Project, owner: User) -> None:
    quiet = a_project(requester=owner, owner=owner, key="quiet")
    staying, occurring = a_risk(project), a_risk(project, probability=Decimal("0.5"))
    close_risk(risk=occurring, state="occurred", note="Two days lost.", by=owner, at=AT)

    on_time = totals_by_project([project, quiet], REVIEW_DATE)
    late = totals_by_project([project, quiet], REVIEW_DATE + timedelta(days=1))

    assert set(on_time) == {project.pk}
    totals = on_time[project.pk]
    assert (totals.open, totals.overdue, totals.occurred, totals.left_out) == (1, 0, 1, 0)
    assert totals.expected_loss == assess(staying).expected_minor_units
    assert late[project.pk].overdue == 1


def _plan_in_yen(project: Project, owner: User, approver: User) -> None:
    plan = a_submitted_plan(project, currency="JPY", budget_minor_units=450_000)
    approve_plan(plan=plan, by=approver, at=AT)


def test_a_loss_in_another_currency_is_compared_at_the_rate_of_its_day(
    project: Project, owner: User, approver: User
) -> None:
    record_exchange_rate(
        base="EUR", quote="JPY", on=AT.date(), rate=Decimal(160), source="a test", by=owner, at=AT
    )
    in_euro = a_risk(project, loss_low_minor_units=100, loss_high_minor_units=2_000)
    _plan_in_yen(project, owner, approver)
    # More by the number, less by the value: 500 to 1,200 yen against 1 to 20 euro.
    in_yen = a_risk(project, loss_low_minor_units=500, loss_high_minor_units=1_200)

    assert (in_euro.currency_id, in_yen.currency_id) == ("EUR", "JPY")
    assert assess(in_yen).expected_minor_units > assess(in_euro).expected_minor_units
    assert [each.risk for each in risks_of(project)] == [in_euro, in_yen]
    total = totals_by_project([project], REVIEW_DATE)[project.pk]
    euro_in_yen = round(assess(in_euro).expected_minor_units * 1.6)
    assert total.expected_loss == euro_in_yen + assess(in_yen).expected_minor_units


def test_a_loss_without_a_rate_comes_first_and_is_counted_as_left_out(
    project: Project, owner: User, approver: User
) -> None:
    in_euro = a_risk(project, probability=Decimal("0.001"))
    _plan_in_yen(project, owner, approver)
    in_yen = a_risk(project)

    assert [each.risk for each in risks_of(project)] == [in_euro, in_yen]
    total = totals_by_project([project], REVIEW_DATE)[project.pk]
    assert (total.open, total.left_out) == (2, 1)
    assert total.expected_loss == assess(in_yen).expected_minor_units


def test_a_risk_is_closed_once_with_a_note(project: Project, owner: User) -> None:
    risk = a_risk(project)
    for state, note, field in (("closed", " \0", "note"), ("open", "Back.", "state")):
        with pytest.raises(InvalidRisk) as refusal:
            close_risk(risk=risk, state=state, note=note, by=owner, at=AT)
        assert list(refusal.value.details["fields"]) == [field]
    assert Risk.objects.get(pk=risk.pk).state == "open"

    close_risk(risk=risk, state="occurred", note=" Two days lost. ", by=owner, at=AT)

    stored = Risk.objects.get(pk=risk.pk)
    assert (stored.state, stored.closed_at) == ("occurred", AT)
    assert stored.closing_note == "Two days lost."
    assert events_of_project(project.pk)[0].event == "risks.risk.closed"
    with pytest.raises(RiskIsClosed, match="R1"):
        close_risk(risk=risk, state="closed", note="Again.", by=owner, at=AT)
    assert Risk.objects.get(pk=risk.pk).closing_note == "Two days lost."


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_risks_opened_at_once_get_different_numbers() -> None:
    places()
    owner = person("odile", Role.PROJECT_OWNER)
    project = a_project(requester=owner, owner=owner)
    together = Barrier(6)

    def open_one(_: int) -> int:
        together.wait()
        try:
            return a_risk(project).number
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(open_one, range(6))) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("risks_risk_number", {"number": 1}),
        ("risks_risk_probability", {"probability": 0}),
        ("risks_risk_probability", {"probability": 1}),
        ("risks_risk_loss_interval", {"loss_low_minor_units": 0}),
        ("risks_risk_loss_interval", {"loss_high_minor_units": 1_000_000}),
        ("risks_risk_closed_with_note", {"closed_at": AT}),
        ("risks_risk_closed_with_note", {"state": "closed", "closing_note": "Over."}),
        ("risks_risk_closed_with_note", {"state": "closed", "closed_at": AT}),
    ],
)
def test_the_database_itself_refuses(
    project: Project, constraint: str, change: dict[str, object]
) -> None:
    a_risk(project)
    second = a_risk(project)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Risk.objects.filter(pk=second.pk).update(**change)
