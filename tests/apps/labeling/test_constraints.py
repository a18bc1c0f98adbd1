"""What the database itself refuses about the queue, assignments and judgments."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, models, transaction

from tests.factories.labeled import AT
from tests.factories.labeling import Floor, submit
from touchstone.apps.labeling.models import Assignment, Judgment, QueueEntry


@pytest.fixture
def judgment(floor: Floor) -> Judgment:
    ana = floor.annotators[0]
    return submit(floor.task(ana, "i0"), ana)


def refused(row: models.Model, constraint: str, **changes: Any) -> None:
    """A copy of `row` with `changes` does not get in."""
    copied = type(row)(**_copied(row) | changes)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        copied.save(force_insert=True)


def _copied(row: models.Model) -> dict[str, Any]:
    left_out = {"recorded_at"}
    names = [
        field.attname
        for field in row._meta.concrete_fields
        if not field.primary_key and field.name not in left_out
    ]
    return {name: getattr(row, name) for name in names}


def refuses_update(rows: models.QuerySet[Any], constraint: str, **changes: Any) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        rows.update(**changes)


@pytest.mark.parametrize("taken", [4, -1])
def test_no_item_has_more_taken_than_it_wants(floor: Floor, taken: int) -> None:
    refuses_update(QueueEntry.objects.filter(item__key="i0"), "taken", taken=taken)


def test_an_item_cannot_want_less_than_is_taken(judgment: Judgment) -> None:
    refuses_update(
        QueueEntry.objects.filter(item=judgment.item), "queueentry_taken_within_need", need=0
    )


def test_a_person_has_one_assignment_of_an_item(judgment: Judgment) -> None:
    refused(judgment.assignment, "labeling_assignment_once_a_person", id=uuid4())


def test_a_person_is_asked_once_more_at_the_most(judgment: Judgment) -> None:
    again = {"repeat": True, "in_overlap": False}
    Assignment.objects.create(**_copied(judgment.assignment) | again)
    refused(judgment.assignment, "labeling_assignment_once_a_person", id=uuid4(), **again)


def test_a_repeat_takes_no_place(judgment: Judgment) -> None:
    refuses_update(
        Assignment.objects.all(), "labeling_assignment_repeat_takes_no_place", repeat=True
    )
    refused(
        judgment, "labeling_judgment_repeat_does_not_count", repeat=True, idempotency_key="another"
    )


def test_a_person_answers_a_repeat_once(judgment: Judgment) -> None:
    again = {"repeat": True, "counts": False}
    Judgment.objects.create(**_copied(judgment) | again | {"idempotency_key": "again"})
    refused(judgment, "labeling_judgment_one_repeat", idempotency_key="another", **again)


def test_a_lease_ends_after_it_began(judgment: Judgment) -> None:
    refuses_update(Assignment.objects.all(), "labeling_assignment_lease_ends", leased_until=AT)


@pytest.mark.parametrize(
    "changes", [{"state": "leased"}, {"ended_at": None}, {"state": "expired", "ended_at": None}]
)
def test_what_is_over_has_an_end(judgment: Judgment, changes: dict[str, Any]) -> None:
    refuses_update(Assignment.objects.all(), "labeling_assignment_ended_when_over", **changes)


def test_a_person_counts_once_for_an_item(judgment: Judgment) -> None:
    refused(judgment, "labeling_judgment_once_a_person", idempotency_key="another")


def test_a_persons_key_is_used_once(judgment: Judgment) -> None:
    refused(judgment, "labeling_judgment_idempotent", counts=False)


@pytest.mark.parametrize(
    "changes",
    [
        {"grade": None},
        {"reason": "broken"},
        {"outcome": "cannot_judge"},
        {"outcome": "cannot_judge", "grade": None},
        {"outcome": "escalate", "reason": "why"},
    ],
)
def test_a_label_has_a_grade_and_anything_else_a_reason(
    judgment: Judgment, changes: dict[str, Any]
) -> None:
    refused(judgment, "label_or_reason", counts=False, idempotency_key="another", **changes)


def test_nobody_judges_in_less_than_no_time(judgment: Judgment) -> None:
    refused(judgment, "seconds_not_negative", counts=False, idempotency_key="another", seconds=-0.1)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE labeling_judgment SET grade = 3",
        "UPDATE labeling_judgment SET counts = false",
        "DELETE FROM labeling_judgment",
    ],
)
def test_judgments_stay(judgment: Judgment, change: str) -> None:
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
    assert Judgment.objects.filter(grade=judgment.grade, counts=True).count() == 1


def test_the_store_says_itself_when_it_wrote(judgment: Judgment) -> None:
    judgment.refresh_from_db()

    assert judgment.recorded_at > AT + timedelta(days=1), "the server's clock, not the caller's"
