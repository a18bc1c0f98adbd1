"""Opening items for work, wanting more of them, and how far a project is."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from tests.factories.labeled import AT
from tests.factories.labeling import CANNOT_JUDGE, Floor, an_open_project, submit
from touchstone.apps.labeling.desk import has_open_work
from touchstone.apps.labeling.models import QueueEntry
from touchstone.apps.labeling.operations import expire_leases, want_again
from touchstone.apps.labeling.policies import Lane
from touchstone.apps.labeling.queries import (
    judgments_by_day,
    open_places,
    overlap_faults,
    paces,
    progress_of,
    rater_counts,
)
from touchstone.apps.ledger.models import Event
from touchstone.apps.people.models import User

OVER = AT + timedelta(minutes=30)
TAGS = ["en-US"]


def judge_all(floor: Floor, *people: User) -> None:
    for person in people:
        for task in floor.lease(person, 50):
            submit(task, person)


def test_items_are_opened_as_their_rows_say(db: None) -> None:
    an_open_project(4, gold=2, overlap=5)

    needs = dict(QueueEntry.objects.values_list("item__key", "need"))
    assert {needs[f"i{n}"] for n in range(4)} == {5}
    assert {entry.item.key for entry in QueueEntry.objects.filter(lane=Lane.DIRECTED)} == {
        "g0",
        "g1",
    }
    assert len(set(QueueEntry.objects.values_list("rnd", flat=True))) == 6
    assert Event.objects.get(event="labeling.items.enqueued").data["items"] == 6


def test_work_that_did_not_stand_is_done_again_by_others(floor: Floor) -> None:
    judge_all(floor, *floor.annotators)
    redone = floor.item("i0").pk, floor.item("i1").pk

    items = want_again(
        project=floor.project, counts={redone[0]: 3, redone[1]: 1}, by=floor.owner, at=OVER
    )

    assert items == 2
    assert (floor.entry("i0").need, floor.entry("i1").need, floor.entry("i2").need) == (6, 4, 3)
    assert all(floor.lease(person, 50) == [] for person in floor.annotators)
    newcomers = [floor.hire() for _each in range(4)]
    given = Counter(task.item_id for person in newcomers for task in floor.lease(person, 50))
    assert given == {redone[0]: 3, redone[1]: 1}
    event = Event.objects.get(event="labeling.items.wanted_again")
    assert (event.data["items"], event.data["judgments"]) == (2, 4)


def test_another_projects_items_are_not_wanted_again(floor: Floor) -> None:
    other = an_open_project(1, key="other")

    assert (
        want_again(project=floor.project, counts={other.item("i0").pk: 2}, by=floor.owner, at=OVER)
        == 0
    )
    assert other.entry("i0").need == 3


def test_progress_counts_the_open_lane(db: None) -> None:
    floor = an_open_project(3, gold=2)
    ana, ben, chloe = floor.annotators
    submit(floor.task(ana, "g0"), ana)
    for person in floor.annotators:
        submit(floor.task(person, "i0"), person)
    submit(floor.task(ana, "i1"), ana, CANNOT_JUDGE)
    floor.task(ben, "i1")
    floor.task(chloe, "g0")

    progress = progress_of(floor.project)

    assert (progress.items, progress.items_done) == (3, 1)
    assert (progress.wanted, progress.done, progress.leased) == (9, 4, 1)
    assert progress.share == pytest.approx(4 / 9)


def test_an_empty_project_is_not_done(db: None) -> None:
    progress = progress_of(an_open_project(0).project)

    assert (progress.items, progress.wanted, progress.share) == (0, 0, 0.0)


def test_late_work_shows(floor: Floor) -> None:
    ana = floor.annotators[0]
    submit(floor.task(ana), ana, at=OVER)

    assert progress_of(floor.project).late == 1


def test_open_places_are_those_a_person_may_still_take(floor: Floor) -> None:
    ana, *others = floor.annotators

    def waiting(person: User = ana) -> int:
        found = open_places(floor.project, person, TAGS)
        assert has_open_work(floor.project, person, TAGS) == bool(found)
        return found

    assert waiting() == 6
    submit(floor.task(ana, "i0"), ana)
    floor.task(ana, "i1")
    assert waiting() == 4
    expire_leases(project=floor.project, at=OVER)
    assert waiting() == 5
    assert not has_open_work(floor.project, ana, ["fr-FR"])
    for person in [*others, floor.hire()]:
        floor.lease(person, 50, at=OVER)
    assert waiting() == 0


def test_work_is_counted_by_day_and_person(db: None) -> None:
    floor = an_open_project(4)
    ana, ben, _chloe = floor.annotators
    late_evening = datetime(2026, 3, 2, 23, 59, tzinfo=UTC)
    for key, at in (("i0", late_evening), ("i1", late_evening + timedelta(minutes=2))):
        submit(floor.task(ana, key, at=at), ana, at=at + timedelta(seconds=50), seconds=30)
    submit(floor.task(ben, "i0", at=late_evening), ben, CANNOT_JUDGE, at=late_evening)

    days = [(day.isoformat(), n) for day, n in judgments_by_day(floor.project)]

    assert days == [("2026-03-02", 2), ("2026-03-03", 1)]
    first, second = rater_counts(floor.project)
    assert (first.annotator_id, first.judgments, first.labels) == (ana.pk, 2, 2)
    assert first.seconds == pytest.approx(30)
    assert (second.annotator_id, second.judgments, second.labels) == (ben.pk, 1, 0)
    pace = paces([floor.project])[floor.project.pk]
    assert (pace.wanted, pace.done, pace.seconds) == (12, 3, pytest.approx(20))
    assert [n for _day, n in pace.by_day] == [2, 1]


def test_a_faulty_overlap_would_be_found(floor: Floor) -> None:
    judge_all(floor, *floor.annotators)
    assert overlap_faults(floor.project) == 0

    QueueEntry.objects.filter(item__key="i0").update(need=2, taken=2)

    assert overlap_faults(floor.project) == 1
