"""Asking somebody once more: what may be asked, and that the queue takes no notice of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.factories.fits import know
from tests.factories.labeled import AT, LOCALE
from tests.factories.labeling import CANNOT_JUDGE, Floor, a_grade, an_open_project, submit
from touchstone.apps.guidelines.models import GuidelineVersion
from touchstone.apps.labeling import repeats
from touchstone.apps.labeling.models import Assignment, DueItem, Judgment
from touchstone.apps.labeling.operations import (
    MOST_LEASES,
    AlreadySubmitted,
    LeaseLost,
    TooManyLeases,
    expire_leases,
    heartbeat,
    release_lease,
    skip,
)
from touchstone.apps.labeling.queries import (
    LeasedTask,
    judged_today,
    overlap_faults,
    paces,
    progress_of,
    rater_counts,
    tasks_in_hand,
)
from touchstone.apps.people.models import User

MINUTE = timedelta(minutes=1)
NEXT_DAY = AT + timedelta(days=1)
OVER = NEXT_DAY + timedelta(minutes=30)


@pytest.fixture
def ana(floor: Floor) -> User:
    return floor.annotators[0]


def judge(floor: Floor, by: User, *keys: str, at: datetime = AT) -> None:
    for number, key in enumerate(keys):
        moment = at + number * MINUTE
        submit(floor.task(by, key, at=moment), by, at=moment)


def ask_again(floor: Floor, by: User, *keys: str, at: datetime = NEXT_DAY) -> list[LeasedTask]:
    items = [floor.item(key).pk for key in keys]
    return floor.lease(by, len(items), at=at, item_ids=items, again=True)


def counts(floor: Floor, key: str) -> tuple[int, int]:
    entry = floor.entry(key)
    return entry.need, entry.taken


# --- what may be asked again ----------------------------------------------------------------------


@pytest.fixture
def near(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three other items between, so that a test can count them."""
    monkeypatch.setattr(repeats, "OTHERS_BETWEEN", 3)


def repeatable(floor: Floor, by: User, at: datetime = NEXT_DAY, tag: str = LOCALE) -> set[str]:
    found = repeats.repeatable(
        project=floor.project, plan=floor.plan, annotator=by, locale_tags=[tag], at=at
    )
    assert len(found) == len(set(found))
    return {floor.project.items.get(pk=pk).key for pk in found}


def test_the_spacing_hides_the_first_answer_from_ones_own_last_fifty() -> None:
    assert repeats.OTHERS_BETWEEN >= 2 * MOST_LEASES
    assert timedelta(hours=12) <= repeats.REST


def test_enough_other_items_lie_between(floor: Floor, ana: User, near: None) -> None:
    judge(floor, ana, "i0", "i1", "i2")
    assert repeatable(floor, ana) == set()

    judge(floor, ana, "i3", at=AT + 10 * MINUTE)
    assert repeatable(floor, ana) == {"i0"}

    judge(floor, ana, "i4", at=AT + 20 * MINUTE)
    assert repeatable(floor, ana) == {"i0", "i1"}


def test_what_was_answered_in_one_moment_does_not_count_as_between(
    floor: Floor, ana: User, near: None
) -> None:
    for key in ("i0", "i1", "i2", "i3"):
        submit(floor.task(ana, key), ana)

    assert repeatable(floor, ana) == set()


def test_a_night_lies_between(floor: Floor, ana: User, near: None) -> None:
    judge(floor, ana, "i0", "i1", "i2", "i3")

    assert repeatable(floor, ana, AT + repeats.REST - MINUTE) == set()
    assert repeatable(floor, ana, AT + repeats.REST) == {"i0"}


def test_skipped_and_open_tasks_are_no_items_between(floor: Floor, ana: User, near: None) -> None:
    judge(floor, ana, "i0", "i1", "i2")
    task = floor.task(ana, "i3", at=AT + 10 * MINUTE)
    assert repeatable(floor, ana) == set()

    skip(assignment_id=task.assignment_id, lease=task.lease, reason="", by=ana, at=AT + 11 * MINUTE)
    assert repeatable(floor, ana) == set()


def test_only_labels_that_count_are_asked_again(floor: Floor, ana: User, near: None) -> None:
    task = floor.task(ana, "i0")
    submit(task, ana, CANNOT_JUDGE)
    late = floor.task(ana, "i1")
    expire_leases(project=floor.project, at=AT + 30 * MINUTE)
    for other in [*floor.annotators[1:], floor.hire()]:
        submit(floor.task(other, "i1", at=AT + 31 * MINUTE), other, at=AT + 31 * MINUTE)
    assert not submit(late, ana, at=AT + 32 * MINUTE).counts
    judge(floor, ana, "i2", "i3", "i4", "i5", at=AT + 40 * MINUTE)

    assert repeatable(floor, ana) == {"i2"}


def test_nothing_is_asked_a_third_time_however_the_second_ended(
    floor: Floor, ana: User, near: None
) -> None:
    judge(floor, ana, "i0", "i1", "i2", "i3", "i4", "i5")
    assert repeatable(floor, ana) == {"i0", "i1", "i2"}
    first, second, third = ask_again(floor, ana, "i0", "i1", "i2")
    held = {"by": ana, "at": NEXT_DAY}
    release_lease(assignment_id=first.assignment_id, lease=first.lease, **held)
    skip(assignment_id=second.assignment_id, lease=second.lease, reason="", **held)
    submit(third, ana, at=NEXT_DAY)

    assert repeatable(floor, ana, NEXT_DAY + timedelta(days=2)) == {"i3"}
    assert ask_again(floor, ana, "i0", "i1", "i2", at=OVER) == []


def test_an_answer_under_another_version_is_not_asked_again(
    floor: Floor, ana: User, near: None
) -> None:
    judge(floor, ana, "i0", "i1", "i2", "i3")
    old = floor.plan.guideline_version
    newer = GuidelineVersion.objects.get(pk=old.pk)
    newer.pk, newer.minor = None, old.minor + 1
    newer.save(force_insert=True)
    floor.plan.guideline_version = newer

    assert repeatable(floor, ana) == set()


def test_work_in_a_locale_that_is_not_open_any_more_is_not_asked_again(
    floor: Floor, ana: User, near: None
) -> None:
    judge(floor, ana, "i0", "i1", "i2", "i3")

    assert repeatable(floor, ana, tag="fr-FR") == set()


def test_gold_and_others_work_is_not_asked_again(db: None, near: None) -> None:
    floor = an_open_project(6, gold=1)
    ana, ben = floor.annotators[:2]
    judge(floor, ana, "g0", "i0", "i1", "i2", "i3")

    assert repeatable(floor, ana) == {"i0"}
    assert repeatable(floor, ben) == set()
    assert ask_again(floor, ana, "g0") == []
    assert ask_again(floor, ben, "i0") == []


# --- what becomes of it ---------------------------------------------------------------------------


def test_a_repeat_takes_no_place_and_does_not_count(floor: Floor, ana: User) -> None:
    judge(floor, ana, "i0")
    before = counts(floor, "i0")

    (task,) = ask_again(floor, ana, "i0")
    assert counts(floor, "i0") == before == (3, 1)
    judgment = submit(task, ana, a_grade(3), at=NEXT_DAY + MINUTE)

    assert (judgment.repeat, judgment.counts, judgment.late) == (True, False, False)
    assert counts(floor, "i0") == before
    assert Assignment.objects.get(repeat=True).state == "submitted"
    assert Judgment.objects.get(repeat=False).grade == 1, "the first answer stands"


def test_a_finished_item_is_asked_again(floor: Floor, ana: User) -> None:
    for person in floor.annotators:
        judge(floor, person, "i0")

    (task,) = ask_again(floor, ana, "i0")

    submit(task, ana, at=NEXT_DAY)
    assert counts(floor, "i0") == (3, 3)


def test_the_queue_serves_somebody_who_was_asked_again(floor: Floor, ana: User) -> None:
    """They have two assignments of an item; a claim looks at the first only."""
    judge(floor, ana, "i0")
    (task,) = ask_again(floor, ana, "i0")
    submit(task, ana, at=NEXT_DAY)

    assert len(floor.lease(ana, 10, at=NEXT_DAY)) == 5
    assert floor.lease(ana, at=NEXT_DAY, item_ids=[floor.item("i0").pk]) == []


def test_what_was_given_back_is_no_place_of_the_item(floor: Floor, ana: User) -> None:
    judge(floor, ana, "i0", "i1")
    first, second = ask_again(floor, ana, "i0", "i1")
    held = {"by": ana, "at": NEXT_DAY}

    release_lease(assignment_id=first.assignment_id, lease=first.lease, **held)
    skip(assignment_id=second.assignment_id, lease=second.lease, reason="", **held)

    assert counts(floor, "i0") == counts(floor, "i1") == (3, 1)


def test_a_repeat_that_ran_out_is_kept_late_and_is_over(floor: Floor, ana: User) -> None:
    judge(floor, ana, "i0")
    (task,) = ask_again(floor, ana, "i0")
    assert expire_leases(project=floor.project, at=OVER) == 1
    assert counts(floor, "i0") == (3, 1)
    with pytest.raises(LeaseLost):
        heartbeat(assignment_id=task.assignment_id, lease=task.lease, by=ana, at=OVER)

    judgment = submit(task, ana, at=OVER)

    assert (judgment.repeat, judgment.counts, judgment.late) == (True, False, True)
    assert counts(floor, "i0") == (3, 1)
    with pytest.raises(AlreadySubmitted):
        submit(task, ana, at=OVER)


def test_the_same_answer_sent_twice_is_kept_once(floor: Floor, ana: User) -> None:
    judge(floor, ana, "i0")
    (task,) = ask_again(floor, ana, "i0")

    first, again = (submit(task, ana, at=NEXT_DAY, idempotency_key="once") for _time in range(2))

    assert first == again
    assert Judgment.objects.filter(repeat=True).count() == 1


def test_repeats_are_among_what_a_person_holds(floor: Floor, ana: User) -> None:
    judge(floor, ana, "i0")
    (task,) = ask_again(floor, ana, "i0")
    held = tasks_in_hand(project=floor.project, annotator=ana, at=NEXT_DAY)

    assert [each.assignment_id for each in held] == [task.assignment_id]
    with pytest.raises(TooManyLeases):
        floor.lease(ana, MOST_LEASES, at=NEXT_DAY)


def test_it_is_the_persons_work_and_not_the_projects_progress(floor: Floor, ana: User) -> None:
    judge(floor, ana, "i0")
    before = (
        progress_of(floor.project), rater_counts(floor.project), paces([floor.project]),
    )  # fmt: skip
    (task,) = ask_again(floor, ana, "i0")
    assert progress_of(floor.project) == before[0], "in hand"
    expire_leases(project=floor.project, at=OVER)
    submit(task, ana, at=OVER, seconds=500)

    assert judged_today(floor.project, ana, NEXT_DAY) == 1
    assert before == (
        progress_of(floor.project), rater_counts(floor.project), paces([floor.project]),
    )  # fmt: skip
    assert overlap_faults(floor.project) == 0


def test_nothing_is_decided_about_an_item_because_somebody_was_asked_again(db: None) -> None:
    floor = an_open_project(2, most=4, confidence="0.95")
    know(floor)
    ana = floor.annotators[0]
    judge(floor, ana, "i0")
    DueItem.objects.all().delete()

    (task,) = ask_again(floor, ana, "i0")
    submit(task, ana, at=NEXT_DAY)

    assert not DueItem.objects.exists()
