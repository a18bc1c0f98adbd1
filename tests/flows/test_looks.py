"""Experts look at items too: consent first, the same limits, one book for labels and checks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from tests.factories.labeled import UserFactory
from tests.factories.labeling import Floor, a_grade, an_open_project
from tests.factories.wellbeing import AT, a_harmful_floor, agreed, lease, look, working
from touchstone.apps.people.models import User
from touchstone.apps.quality.models import Adjudication, Audit
from touchstone.apps.quality.operations import draw_audits
from touchstone.apps.wellbeing.models import Exposure, Reservation
from touchstone.apps.wellbeing.operations import (
    ConsentNeeded,
    ExposureLimit,
    TopicDeclined,
    withdraw_consent,
)
from touchstone.apps.wellbeing.policies import Severity
from touchstone.flows.adjudications import next_case, settle_case
from touchstone.flows.audits import next_audit, submit_audit
from touchstone.flows.exposure import choose_topic
from touchstone.flows.labeling import submit_work

pytestmark = pytest.mark.slow  # each has work to check behind it

MINUTE = timedelta(minutes=1)


@pytest.fixture
def floor(db: None) -> Floor:
    """Ben's work waits to be audited, and one of its items to be settled."""
    return checked(a_harmful_floor("S3", items=12, annotators=2))


def checked(floor: Floor) -> Floor:
    ben = floor.annotators[1]
    before = AT - timedelta(days=7)
    for task in lease(floor, ben, 6, before):
        submit_work(
            assignment_id=task.assignment_id,
            lease=task.lease,
            answers=a_grade(),
            idempotency_key=f"key-{task.assignment_id}",
            seconds=5,
            by=ben,
            at=before + MINUTE,
        )
    draw_audits(project=floor.project, size=6, seed=1, by=floor.owner, at=before + MINUTE)
    item = Audit.objects.order_by("pk")[0].judgment.item
    Adjudication.objects.create(item=item, project=floor.project, opened_at=before, spread=2.0)
    return floor


def an_expert() -> User:
    """Somebody who has agreed, and works all day."""
    expert: User = UserFactory()
    agreed(expert)
    working(expert)
    return expert


def audit(floor: Floor, by: User, begun: datetime, minutes: float) -> None:
    desk = next_audit(project=floor.project, by=by, at=begun)
    assert desk.task is not None
    submit_audit(
        project=floor.project,
        number=desk.task.pk,
        answers=a_grade(),
        by=by,
        at=begun + minutes * MINUTE,
    )


def spent_by(user: User) -> timedelta:
    found: timedelta | None = Exposure.objects.filter(user=user).aggregate(all=Sum("spent"))["all"]
    return found or timedelta(0)


def to_audit(floor: Floor, by: User, at: datetime = AT) -> object:
    return next_audit(project=floor.project, by=by, at=at).task


def to_settle(floor: Floor, by: User, at: datetime = AT) -> object:
    return next_case(project=floor.project, by=by, at=at).task


WAYS = pytest.mark.parametrize("way", [to_audit, to_settle])
Way = Callable[..., object]


@WAYS
def test_consent_comes_before_the_item(floor: Floor, way: Way) -> None:
    stranger: User = UserFactory()
    with pytest.raises(ConsentNeeded):
        way(floor, stranger)
    assert not Reservation.objects.filter(user=stranger).exists()

    expert = an_expert()
    assert way(floor, expert)
    withdraw_consent(severity=Severity.S3, by=expert, at=AT + MINUTE)
    with pytest.raises(ConsentNeeded):
        way(floor, expert, AT + 2 * MINUTE)


@WAYS
def test_a_declined_topic_stays_away(floor: Floor, way: Way) -> None:
    expert = an_expert()
    choose_topic(topic="ranking", declined=True, by=expert, at=AT)

    with pytest.raises(TopicDeclined):
        way(floor, expert)


@WAYS
def test_a_look_is_reserved_once_however_often_it_is_loaded(floor: Floor, way: Way) -> None:
    expert = an_expert()
    assert way(floor, expert) == way(floor, expert, AT + MINUTE)

    (held,) = Reservation.objects.filter(user=expert)
    assert (held.severity, held.topic, held.ended_at) == ("S3", "ranking", None)
    assert held.until == AT + 30 * MINUTE


def test_an_audit_is_booked_with_the_time_it_took(floor: Floor) -> None:
    expert = an_expert()

    audit(floor, expert, AT, minutes=7)

    booked = Exposure.objects.get(user=expert)
    assert (booked.source, booked.severity, booked.spent) == ("answered", "S3", 7 * MINUTE)
    assert not Reservation.objects.filter(user=expert, ended_at=None).exists()


def test_a_settled_case_is_booked_too(floor: Floor) -> None:
    expert = an_expert()
    desk = next_case(project=floor.project, by=expert, at=AT)
    assert desk.task is not None

    settle_case(
        project=floor.project, number=desk.task.pk, grade=1, rationale="As the guideline says.",
        by=expert, at=AT + 3 * MINUTE,
    )  # fmt: skip

    assert spent_by(expert) == 3 * MINUTE


def test_an_answer_after_the_look_ran_out_is_kept_and_booked_to_its_end(floor: Floor) -> None:
    expert = an_expert()

    audit(floor, expert, AT, minutes=50)

    assert Audit.objects.filter(auditor=expert).count() == 1
    assert spent_by(expert) == 30 * MINUTE


def test_labels_and_audits_fill_one_cap(floor: Floor) -> None:
    """On the first day there is an hour. Whichever comes next is stopped, and neither passes it."""
    ana = floor.annotators[0]
    (task,) = lease(floor, ana, 1)
    submit_work(
        assignment_id=task.assignment_id, lease=task.lease, answers=a_grade(),
        idempotency_key="label-of-ana", seconds=25 * 60, by=ana, at=AT + 25 * MINUTE,
    )  # fmt: skip
    audit(floor, ana, AT + 25 * MINUTE, minutes=20)
    assert spent_by(ana) == 45 * MINUTE

    # A quarter of an hour is left: a look takes no more than that, and no lease beside it.
    assert to_audit(floor, ana, AT + 45 * MINUTE)
    held = Reservation.objects.get(user=ana, ended_at=None)
    assert held.until == AT + 60 * MINUTE
    audit(floor, ana, AT + 45 * MINUTE, minutes=40)

    assert spent_by(ana) == 60 * MINUTE
    for way in (to_audit, to_settle, lease):
        with pytest.raises(ExposureLimit) as refusal:
            way(floor, ana, at=AT + 86 * MINUTE)
        assert refusal.value.details["rule"] == "daily"


def test_at_the_limit_of_labels_no_audit_is_shown(floor: Floor) -> None:
    expert = an_expert()
    look(expert, 60, AT)

    with pytest.raises(ExposureLimit):
        to_audit(floor, expert, AT + 61 * MINUTE)


def test_checking_work_of_s0_asks_nothing_of_wellbeing(db: None) -> None:
    floor = checked(an_open_project(12, annotators=2))
    expert: User = UserFactory()

    with CaptureQueriesContext(connection) as queries:
        audit(floor, expert, AT, minutes=2)

    assert not [query for query in queries if "wellbeing" in query["sql"]]
    assert not Reservation.objects.exists()
