"""Exposure along the whole journey: what a lease asks for, and what leaves no trace elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.factories.intake import RequestDraftFactory
from tests.factories.labeled import LOCALE, UserFactory
from tests.factories.labeling import Floor, a_grade, an_open_project
from tests.factories.wellbeing import AT, a_harmful_floor, agreed, lease, working
from touchstone.apps.economics.models import CostEvent
from touchstone.apps.intake.models import LabelingRequest
from touchstone.apps.intake.operations import NotOpenToChange, revise_request
from touchstone.apps.labeling.models import Assignment
from touchstone.apps.labeling.queries import LeasedTask, rater_counts
from touchstone.apps.people.models import User
from touchstone.apps.quality.models import Measurement
from touchstone.apps.quality.operations import measure
from touchstone.apps.wellbeing.models import Exposure, Reservation
from touchstone.apps.wellbeing.operations import (
    ConsentNeeded,
    ExposureLimit,
    TopicDeclined,
    withdraw_consent,
)
from touchstone.apps.wellbeing.policies import Severity
from touchstone.flows.acceptance import decide_lot
from touchstone.flows.exposure import (
    UnknownTopic,
    choose_topic,
    release_work,
    renew_lease,
    skip_work,
)
from touchstone.flows.labeling import submit_work

MINUTE = timedelta(minutes=1)
SCORES_AND_PAY = ("labeling_judgment", "quality_", "economics_")


def answer(task: LeasedTask, by: User, minutes: float = 1, seconds: float = 20) -> None:
    submit_work(
        assignment_id=task.assignment_id,
        lease=task.lease,
        answers=a_grade(),
        idempotency_key=uuid4().hex,
        seconds=seconds,
        by=by,
        at=AT + minutes * MINUTE,
    )


def skip(
    task: LeasedTask,
    by: User,
    reason: str = "harmful",
    seconds: float | None = 12,
    minutes: float = 1,
) -> None:
    skip_work(
        assignment_id=task.assignment_id,
        lease=task.lease,
        reason=reason,
        seconds=seconds,
        by=by,
        at=AT + minutes * MINUTE,
    )


@pytest.fixture
def floor(db: None) -> Floor:
    return a_harmful_floor("S3", items=8)


# --- what a lease asks for ----------------------------------------------------------------------


def test_consent_comes_before_the_queue(floor: Floor) -> None:
    newcomer = floor.hire()

    with pytest.raises(ConsentNeeded):
        lease(floor, newcomer)
    assert not Assignment.objects.exists()

    agreed(newcomer)
    working(newcomer)
    assert len(lease(floor, newcomer)) == 1


def test_what_nobody_classed_needs_the_consent_of_s3(floor: Floor) -> None:
    LabelingRequest.objects.filter(project=floor.project).update(harm_class="")
    floor.project.request.refresh_from_db()
    newcomer = floor.hire()
    agreed(newcomer, Severity.S2)

    with pytest.raises(ConsentNeeded) as refusal:
        lease(floor, newcomer)
    assert refusal.value.details["severity"] == "S3"

    (task,) = lease(floor, floor.annotators[0])
    assert Reservation.objects.get(lease=task.lease).severity == "S3"


def test_a_withdrawn_consent_stops_the_next_lease(floor: Floor) -> None:
    ana = floor.annotators[0]
    (task,) = lease(floor, ana)
    withdraw_consent(severity=Severity.S3, by=ana, at=AT)

    with pytest.raises(ConsentNeeded):
        lease(floor, ana)
    answer(task, ana)
    assert Exposure.objects.get().spent == MINUTE


def test_a_declined_topic_stays_away(floor: Floor) -> None:
    ana = floor.annotators[0]
    choose_topic(topic="ranking", declined=True, by=ana, at=AT)

    with pytest.raises(TopicDeclined):
        lease(floor, ana)

    choose_topic(topic="ranking", declined=False, by=ana, at=AT)
    assert lease(floor, ana)


def test_only_a_topic_that_there_is_can_be_declined(floor: Floor) -> None:
    with pytest.raises(UnknownTopic):
        choose_topic(topic="rankling", declined=True, by=floor.annotators[0], at=AT)


def test_at_the_limit_nothing_is_leased(floor: Floor) -> None:
    """On the first day there is an hour; the last lease ends with it and is not renewed."""
    ana = floor.annotators[0]
    first, *_rest = lease(floor, ana, 2)
    later = AT + 45 * MINUTE
    assert first.leased_until == AT + 30 * MINUTE
    renew_lease(assignment_id=first.assignment_id, lease=first.lease, by=ana, at=AT + 25 * MINUTE)

    renewed = renew_lease(assignment_id=first.assignment_id, lease=first.lease, by=ana, at=later)
    assert renewed == AT + 60 * MINUTE
    assert Assignment.objects.get(pk=first.assignment_id).leased_until == renewed
    (second,) = lease(floor, ana, at=later)
    assert second.leased_until == renewed

    answer(first, ana, minutes=60, seconds=3600)
    with pytest.raises(ExposureLimit) as refusal:
        lease(floor, ana, at=AT + 60 * MINUTE)
    assert refusal.value.details["rule"] == "daily"


def test_harm_cannot_be_reclassed_once_there_is_a_project(floor: Floor) -> None:
    """What submits remember of a project's severity is for good."""
    with pytest.raises(NotOpenToChange):
        revise_request(
            request=floor.project.request,
            draft=RequestDraftFactory(harm_class="S0"),
            by=floor.owner,
            at=AT,
        )


def test_work_of_s0_asks_nothing_of_wellbeing(db: None) -> None:
    plain = an_open_project(6)
    ana = plain.annotators[0]
    answer(lease(plain, ana)[0], ana)  # remembers the project

    with CaptureQueriesContext(
        connection,
    ) as asked:
        for task in lease(plain, ana, 2):
            answer(task, ana)

    assert not [one["sql"] for one in asked.captured_queries if "wellbeing_" in one["sql"]]


# --- what is booked -----------------------------------------------------------------------------


def test_each_way_to_end_a_task_is_booked_as_what_it_was(floor: Floor) -> None:
    ana = floor.annotators[0]
    first, second, third, fourth = lease(floor, ana, 4)

    answer(first, ana, minutes=1)
    skip(second, ana, minutes=2)
    skip(third, ana, reason="", minutes=3)
    release_work(assignment_id=fourth.assignment_id, lease=fourth.lease, by=ana, at=AT + 4 * MINUTE)

    booked = Exposure.objects.order_by("pk").values_list("source", "spent")
    assert list(booked) == [
        (source, MINUTE) for source in ("answered", "harmful", "skipped", "released")
    ]
    assert not Reservation.objects.filter(ended_at=None).exists()


def test_a_skip_takes_no_reason_and_is_for_good(floor: Floor) -> None:
    ana = floor.annotators[0]
    (task,) = lease(floor, ana)

    skip(task, ana, reason="harmful", seconds=None)

    assert Assignment.objects.get().state == "skipped"
    assert Exposure.objects.get().source == "harmful"
    assert task.item_id not in {each.item_id for each in lease(floor, ana, 8)}


# --- score and pay know nothing of it -----------------------------------------------------------


def rows_of_scores_and_pay() -> dict[str, list[str]]:
    """Every row of every table that scores or pays, as the database writes it."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models():
            table = model._meta.db_table
            if table.startswith(SCORES_AND_PAY):
                cursor.execute(f"SELECT t::text FROM {table} AS t ORDER BY 1")
                found[table] = [row for (row,) in cursor.fetchall()]
    return found


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def scored_and_paid(floor: Floor) -> tuple[object, ...]:
    """What the annotators are measured at and paid, were the work accepted now."""
    with undone():
        measure(project=floor.project, by=floor.owner, at=AT)
        decide_lot(
            project=floor.project,
            locale_tag=LOCALE,
            decision="accepted",
            reason="",
            by=floor.owner,
            at=AT,
        )
        return (
            rater_counts(floor.project),
            list(Measurement.objects.order_by("pk").values_list("kind", "value", "n")),
            list(
                CostEvent.objects.order_by("pk").values_list(
                    "subject", "quantity", "amount_minor_units"
                )
            ),
        )


def test_skips_and_choices_leave_score_and_pay_as_they_were(db: None) -> None:
    floor = a_harmful_floor("S2", items=8, annotators=3)
    for person in floor.annotators:
        for task in lease(floor, person, 4):
            answer(task, person)
    ana = floor.annotators[0]
    rows, figures = rows_of_scores_and_pay(), scored_and_paid(floor)
    assert rows["labeling_judgment"]
    assert figures[2], "something is paid"

    for task in lease(floor, ana, 3):
        skip(task, ana)
    choose_topic(topic="ranking", declined=True, by=ana, at=AT)
    withdraw_consent(severity=Severity.S2, by=ana, at=AT)

    assert rows_of_scores_and_pay() == rows
    assert scored_and_paid(floor) == figures


def test_the_harm_of_work_is_nothing_to_a_stranger(db: None) -> None:
    """A task's fields are the same, whatever its severity."""
    plain, harmful = an_open_project(2), a_harmful_floor("S3", items=2)
    stranger: User = UserFactory()

    (mild,) = lease(plain, plain.annotators[0])
    (bad,) = lease(harmful, harmful.annotators[0])

    assert vars(mild).keys() == vars(bad).keys()
    assert not Exposure.objects.filter(user=stranger).exists()
