"""From a file to a queue: what is opened for labeling, what is gold, and all of it or nothing."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.factories.items import ASKED, AT, a_project, an_owner, csv_of, row
from touchstone.apps.guidelines.operations import seed_task_types
from touchstone.apps.guidelines.policies import parse_schema
from touchstone.apps.guidelines.queries import newest_version
from touchstone.apps.intake.policies import RequestState
from touchstone.apps.items.models import Item
from touchstone.apps.items.operations import ImportReport
from touchstone.apps.items.policies import MOST_OVERLAP
from touchstone.apps.labeling.models import QueueEntry
from touchstone.apps.labeling.policies import Lane
from touchstone.apps.ledger.models import Event
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Plan, PlanState, Project
from touchstone.apps.quality.models import GoldAnswer
from touchstone.flows import item_import
from touchstone.flows.item_import import NotOpenForItems, PlanNotInForce, take_in

TakeIn = Callable[..., ImportReport]


@pytest.fixture
def owner(db: None) -> User:
    return an_owner()


@pytest.fixture
def project(owner: User) -> Project:
    return a_project(owner)


@pytest.fixture
def plan(project: Project, owner: User) -> Plan:
    """An approved plan with an overlap of 3."""
    return a_plan(project, owner, approver=an_owner("approver@example.org"))


def a_plan(project: Project, owner: User, approver: User | None, version: int = 1) -> Plan:
    seed_task_types(by=owner, at=AT, keys=["graded-relevance"])
    guideline = newest_version("graded-relevance")
    decided = {"decided_by": approver, "decided_at": AT, "content_hash": "0" * 64}
    return Plan.objects.create(
        project=project,
        version=version,
        state=PlanState.APPROVED if approver else PlanState.DRAFT,
        task_type=guideline.guideline.task_type,
        guideline_version=guideline,
        sample_method="given",
        overlap=3,
        gold_rate=Decimal("0.1"),
        speed_standard=60,
        start_date=date(2026, 3, 1),
        end_date=date(2026, 4, 1),
        currency=project.request.currency,
        budget_minor_units=1000,
        created_by=owner,
        created_at=AT,
        **(decided if approver else {}),
    )


@pytest.fixture
def send(project: Project, owner: User) -> TakeIn:
    def send(content: bytes, **options: Any) -> ImportReport:
        given = {"project": project, "file_name": "a.csv", "by": owner, "at": AT} | options
        return take_in(stream=io.BytesIO(content), **given)

    return send


def queued() -> dict[str, tuple[str, int, int]]:
    rows = QueueEntry.objects.values_list("item__key", "locale_tag", "lane", "need")
    return {key: (tag, lane, need) for key, tag, lane, need in rows}


MIXED = [
    row(1),
    row(2, overlap="5"),
    row(11, locale="fr-FR", gold="2|3"),
    row(21, gold="0", overlap="9"),
]


def test_items_are_queued_with_their_overlap_and_gold_apart(plan: Plan, send: TakeIn) -> None:
    report = send(csv_of(MIXED), plan=plan)

    assert report.errors == ()
    english, french = ASKED
    assert queued() == {
        "i1": (english, Lane.OPEN, plan.overlap),
        "i2": (english, Lane.OPEN, 5),
        "i11": (french, Lane.DIRECTED, MOST_OVERLAP),
        "i21": (english, Lane.DIRECTED, 9),
    }
    gold = dict(GoldAnswer.objects.values_list("item__key", "accepted"))
    assert gold == {"i11": [2, 3], "i21": [0]}


def test_each_step_is_told_to_the_ledger(plan: Plan, send: TakeIn, project: Project) -> None:
    send(csv_of(MIXED))

    told = Event.objects.filter(project_id=project.pk).values_list("event", flat=True)
    assert set(told) == {"items.batch.imported", "labeling.items.enqueued", "quality.gold.added"}


def test_a_file_without_gold_tells_of_none(plan: Plan, send: TakeIn) -> None:
    send(csv_of([row(1)]))
    assert not Event.objects.filter(event="quality.gold.added").exists()


@pytest.mark.parametrize(
    ("content", "options"),
    [
        (csv_of([*MIXED, row(1)]), {}),
        (csv_of(MIXED), {"dry_run": True}),
    ],
    ids=["an error", "a dry run"],
)
def test_nothing_is_queued_when_nothing_is_imported(
    plan: Plan, send: TakeIn, content: bytes, options: dict[str, bool]
) -> None:
    report = send(content, **options)

    assert (report.batch, report.added) == (None, 0)
    assert not (Item.objects.exists() or QueueEntry.objects.exists() or GoldAnswer.objects.exists())


def test_the_same_file_again_queues_nothing_more(plan: Plan, send: TakeIn) -> None:
    send(csv_of(MIXED))
    before = queued()

    assert send(csv_of(MIXED)).already_imported
    assert queued() == before
    assert GoldAnswer.objects.count() == 2


def test_gold_is_held_against_the_scale_of_the_plan(plan: Plan, send: TakeIn) -> None:
    highest = max(parse_schema(plan.task_type.schema).grades)

    report = send(csv_of([row(1, gold=highest), row(2, gold=highest + 1)]))

    assert [(error.line, error.column) for error in report.errors] == [(3, "gold")]
    assert f"{highest + 1} is outside the scale" in report.errors[0].message


def test_a_failure_after_the_import_takes_the_items_back(
    plan: Plan, send: TakeIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(**_options: object) -> int:
        raise RuntimeError("the connection is gone")

    monkeypatch.setattr(item_import, "add_gold", fails)
    with pytest.raises(RuntimeError, match="gone"):
        send(csv_of(MIXED))

    assert not (Item.objects.exists() or QueueEntry.objects.exists())


TAKING = {RequestState.PLANNED, RequestState.PILOT, RequestState.LIVE}


@pytest.mark.parametrize("state", RequestState)
def test_items_come_in_from_the_plan_to_the_delivery(
    plan: Plan, project: Project, send: TakeIn, state: RequestState
) -> None:
    project.request.state = state
    project.request.save()

    if state in TAKING:
        assert send(csv_of([row(1)])).added == 1
    else:
        with pytest.raises(NotOpenForItems, match=str(state.label)):
            send(csv_of([row(1)]))
        assert not Item.objects.exists()


def test_without_an_approved_plan_nothing_comes_in(
    project: Project, owner: User, send: TakeIn
) -> None:
    draft = a_plan(project, owner, approver=None)
    for options in ({}, {"plan": draft}):
        with pytest.raises(PlanNotInForce):
            send(csv_of([row(1)]), **options)
    assert not Item.objects.exists()


def test_a_plan_that_is_not_the_one_in_force(
    plan: Plan, project: Project, owner: User, send: TakeIn
) -> None:
    draft = a_plan(project, owner, approver=None, version=2)
    with pytest.raises(PlanNotInForce):
        send(csv_of([row(1)]), plan=draft)
    assert send(csv_of([row(1)]), plan=plan).added == 1
