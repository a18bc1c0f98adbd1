"""Submitting: what is refused, what is repeated, what comes late, and what a clock may claim."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from tests.factories.labeled import AT
from tests.factories.labeling import CANNOT_JUDGE, Floor, a_grade, submit
from touchstone.apps.guidelines.policies import InvalidAnswers
from touchstone.apps.labeling.models import Assignment, AssignmentState, Judgment
from touchstone.apps.labeling.operations import (
    AlreadySubmitted,
    IdempotencyConflict,
    expire_leases,
    release_lease,
    skip,
)
from touchstone.apps.labeling.policies import active_seconds
from touchstone.apps.labeling.queries import LeasedTask
from touchstone.apps.ledger.models import Event
from touchstone.lib.errors import NotVisible

SOON = AT + timedelta(minutes=2)
OVER = AT + timedelta(minutes=30)
LATER = AT + timedelta(hours=3)


def state_of(task: LeasedTask) -> str:
    return Assignment.objects.get(pk=task.assignment_id).state


# --- what is kept -------------------------------------------------------------------------------


def test_a_judgment_keeps_everything_about_itself(floor: Floor) -> None:
    ana = floor.annotators[0]
    task = floor.task(ana, "i0")
    answers = {"outcome": "label", "values": {"grade": 3, "remark": "odd"}, "comment": " hm "}

    judgment = submit(task, ana, answers, at=SOON, seconds=45.5)

    judgment.refresh_from_db()
    assert (judgment.outcome, judgment.grade, judgment.reason) == ("label", 3, "")
    assert (judgment.comment, judgment.answers) == ("hm", answers)
    assert (judgment.late, judgment.counts) == (False, True)
    assert judgment.started_at == SOON - timedelta(seconds=45.5)
    assert judgment.plan == floor.plan
    assert judgment.guideline_version == floor.plan.guideline_version
    assert state_of(task) == AssignmentState.SUBMITTED
    assert floor.entry("i0").taken == 1
    event = Event.objects.get(event="labeling.judgment.submitted")
    assert (event.by_id, event.subject_id) == (ana.pk, str(judgment.pk))


@pytest.mark.parametrize(
    ("answers", "outcome", "reason"),
    [
        (CANNOT_JUDGE, "cannot_judge", "broken"),
        ({"outcome": "escalate", "reason": "illegal offer"}, "escalate", "illegal offer"),
    ],
)
def test_not_labeling_is_an_answer_without_a_grade(
    floor: Floor, answers: dict[str, object], outcome: str, reason: str
) -> None:
    ana = floor.annotators[0]

    judgment = submit(floor.task(ana, "i0"), ana, answers)

    assert (judgment.outcome, judgment.grade, judgment.reason) == (outcome, None, reason)
    assert judgment.counts
    assert floor.entry("i0").taken == 1


# --- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        (a_grade(4), "grade"),
        (a_grade(-1), "grade"),
        ({"outcome": "label", "values": {"grade": True}}, "grade"),
        ({"outcome": "label", "values": {"grade": math.nan}}, "grade"),
        ({"outcome": "label", "values": {}}, "grade"),
        ({"outcome": "label", "values": {"grade": 1, "mood": "good"}}, "mood"),
        ({"outcome": "label", "values": {"grade": 1}, "comment": "x" * 1_000_000}, "comment"),
        ({"outcome": "cannot_judge", "reason": "bored"}, "reason"),
        ({"outcome": "perhaps"}, "outcome"),
        ({}, "outcome"),
    ],
)
def test_answers_that_do_not_fit_change_nothing(
    floor: Floor, answers: dict[str, object], field: str
) -> None:
    ana = floor.annotators[0]
    task = floor.task(ana, "i0")

    with pytest.raises(InvalidAnswers) as refusal:
        submit(task, ana, answers, idempotency_key="once")

    assert refusal.value.details["field"] == field
    assert not Judgment.objects.exists()
    assert state_of(task) == AssignmentState.LEASED
    assert submit(task, ana, idempotency_key="once").counts, "and the task can still be answered"


def test_a_grade_outside_the_scale_is_named(floor: Floor) -> None:
    ana = floor.annotators[0]

    with pytest.raises(InvalidAnswers, match=r"7 is a grade outside the scale \(0, 1, 2, 3\)"):
        submit(floor.task(ana), ana, a_grade(7))


def test_another_persons_task_does_not_exist(floor: Floor) -> None:
    ana, ben, _chloe = floor.annotators
    task = floor.task(ana)

    with pytest.raises(NotVisible):
        submit(task, ben)
    assert not Judgment.objects.exists()
    assert submit(task, ana).counts


# --- twice --------------------------------------------------------------------------------------


def test_a_repeat_gets_the_first_judgment(floor: Floor) -> None:
    ana = floor.annotators[0]
    task = floor.task(ana, "i0")

    first = submit(task, ana, idempotency_key="once", at=SOON, seconds=10)
    again = submit(task, ana, idempotency_key="once", at=LATER, seconds=99)

    assert again == first
    assert (again.submitted_at, again.seconds, again.late) == (SOON, 10, False)
    assert Judgment.objects.count() == floor.entry("i0").taken == 1
    assert Event.objects.filter(event="labeling.judgment.submitted").count() == 1


def test_the_order_of_answers_makes_no_other_answers(floor: Floor) -> None:
    ana = floor.annotators[0]
    task = floor.task(ana)
    answers = a_grade() | {"comment": ""}

    first = submit(task, ana, answers, idempotency_key="once")

    backwards = dict(reversed(answers.items()))
    assert submit(task, ana, backwards, idempotency_key="once") == first


def test_a_key_stands_for_the_same_answers_only(floor: Floor) -> None:
    ana = floor.annotators[0]
    task, other = floor.task(ana), floor.task(ana)
    submit(task, ana, a_grade(1), idempotency_key="once")

    for claimed, answers in ((task, a_grade(2)), (other, a_grade(1))):
        with pytest.raises(IdempotencyConflict):
            submit(claimed, ana, answers, idempotency_key="once")
    assert Judgment.objects.get().grade == 1
    assert state_of(other) == AssignmentState.LEASED


def test_two_people_may_use_the_same_key(floor: Floor) -> None:
    for person in floor.annotators:
        submit(floor.task(person, "i0"), person, idempotency_key="1")

    assert Judgment.objects.count() == 3


def test_a_change_of_mind_is_refused(floor: Floor) -> None:
    ana = floor.annotators[0]
    task = floor.task(ana)
    submit(task, ana, a_grade(1))

    with pytest.raises(AlreadySubmitted):
        submit(task, ana, a_grade(2))
    assert Judgment.objects.get().grade == 1


# --- late ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "late"), [(OVER - timedelta(microseconds=1), False), (OVER, True), (LATER, True)]
)
def test_a_lease_that_nobody_ended_still_holds_its_place(
    floor: Floor, at: datetime, late: bool
) -> None:
    ana = floor.annotators[0]
    task = floor.task(ana, "i0")

    judgment = submit(task, ana, at=at)

    assert (judgment.late, judgment.counts) == (late, True)
    assert floor.entry("i0").taken == 1


def test_late_work_fills_a_place_that_is_free(floor: Floor) -> None:
    ana = floor.annotators[0]
    task = floor.task(ana, "i0")
    expire_leases(project=floor.project, at=OVER)
    assert floor.entry("i0").taken == 0

    judgment = submit(task, ana, at=LATER)

    assert (judgment.late, judgment.counts) == (True, True)
    assert floor.entry("i0").taken == 1
    assert state_of(task) == AssignmentState.SUBMITTED
    assert floor.lease(ana, item_ids=[task.item_id]) == []


def test_late_work_is_kept_when_its_place_is_taken(floor: Floor) -> None:
    ana, *others = floor.annotators
    task = floor.task(ana, "i0")
    for person in [*others, floor.hire()]:
        submit(floor.task(person, "i0", at=OVER), person, at=OVER)

    judgment = submit(task, ana, a_grade(3), at=LATER)

    judgment.refresh_from_db()
    assert (judgment.grade, judgment.late, judgment.counts) == (3, True, False)
    assert floor.entry("i0").taken == 3
    assert Judgment.objects.filter(counts=True).count() == 3


def test_a_stale_screen_does_not_use_up_a_newer_lease(floor: Floor) -> None:
    ana = floor.annotators[0]
    old = floor.task(ana, "i0")
    new = floor.task(ana, "i0", at=OVER)

    kept = submit(old, ana, a_grade(0), at=OVER + timedelta(minutes=1))
    counted = submit(new, ana, a_grade(2), at=OVER + timedelta(minutes=2))

    assert (kept.late, kept.counts) == (True, False)
    assert (counted.late, counted.counts) == (False, True)
    assert floor.entry("i0").taken == 1


@pytest.mark.parametrize("how", [release_lease, skip])
def test_answers_to_a_task_given_back_are_kept(floor: Floor, how: Callable[..., None]) -> None:
    ana = floor.annotators[0]
    task = floor.task(ana, "i0")
    more = {"reason": ""} if how is skip else {}
    how(assignment_id=task.assignment_id, lease=task.lease, by=ana, at=AT, **more)

    judgment = submit(task, ana, at=SOON)

    assert (judgment.late, judgment.counts) == (True, True)
    assert floor.entry("i0").taken == 1


def test_an_unknown_token_is_a_late_submit(floor: Floor) -> None:
    """A token that was never given out says no more than an old one: the answers are kept."""
    ana = floor.annotators[0]
    task = floor.task(ana, "i0")
    expire_leases(project=floor.project, at=OVER)
    forged = LeasedTask(**{**vars(task), "lease": uuid4()})

    assert submit(forged, ana, at=LATER).late


# --- clocks -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reported", "kept"),
    [
        (45.0, 45.0),
        (7200.0 + 45.0, 120.0),
        (-7200.0, 0.0),
        (1e300, 120.0),
        (math.inf, 120.0),
        (-math.inf, 0.0),
        (math.nan, 0.0),
    ],
)
def test_no_clock_claims_more_than_the_lease_was_held(
    floor: Floor, reported: float, kept: float
) -> None:
    ana = floor.annotators[0]

    judgment = submit(floor.task(ana), ana, at=SOON, seconds=reported)

    judgment.refresh_from_db()
    assert judgment.seconds == kept
    assert judgment.started_at == SOON - timedelta(seconds=kept)


@pytest.mark.parametrize("held_days", [-1, 0, 1, 400])
def test_time_spent_has_bounds(held_days: int) -> None:
    spent = active_seconds(reported=1e9, leased_at=AT, at=AT + timedelta(days=held_days))

    assert spent == min(1, max(0, held_days)) * 24 * 3600
