"""Leases and submits in any order: the counts hold whatever happens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from tests.factories.labeled import AT
from tests.factories.labeling import Floor, a_grade, an_open_project, submit
from touchstone.apps.labeling.models import Assignment, Judgment, QueueEntry
from touchstone.apps.labeling.operations import (
    AlreadySubmitted,
    LeaseLost,
    expire_leases,
    heartbeat,
    release_lease,
    skip,
    want_again,
)
from touchstone.apps.labeling.queries import LeasedTask
from touchstone.apps.people.models import User

Held = tuple[LeasedTask, User]
people = st.integers(0, 2)


class Queue(RuleBasedStateMachine):
    """Three people, three items that want two judgments each, and a clock that only goes on.

    A task stays in its bundle after it is over: people do send answers from old screens.
    """

    floor: Floor
    tasks: Bundle[Held] = Bundle("tasks")

    @initialize()
    def begin(self) -> None:
        self.rollback = transaction.atomic()
        self.rollback.__enter__()
        self.now = AT
        self.acknowledged: dict[int, int | None] = {}

    def teardown(self) -> None:
        if hasattr(self, "rollback"):
            transaction.set_rollback(True)
            self.rollback.__exit__(None, None, None)

    @rule(target=tasks, person=people, count=st.integers(1, 4))
    def lease(self, person: int, count: int) -> Any:
        by = self.floor.annotators[person]
        return multiple(*((task, by) for task in self.floor.lease(by, count, at=self.now)))

    @rule(target=tasks, person=people)
    def ask_again(self, person: int) -> Any:
        """Each item that this person judged, and once; the places of the item do not matter."""
        by = self.floor.annotators[person]
        own = Assignment.objects.filter(annotator=by)
        judged = set(own.filter(state="submitted", in_overlap=True).values_list("item", flat=True))
        asked = set(own.filter(repeat=True).values_list("item", flat=True))
        items = [item.pk for item in self.floor.project.items.all()]

        found = self.floor.lease(by, len(items), at=self.now, item_ids=items, again=True)

        assert {task.item_id for task in found} == judged - asked
        return multiple(*((task, by) for task in found))

    @rule(held=tasks, grade=st.integers(0, 3))
    def answer(self, held: Held, grade: int) -> None:
        task, by = held
        free = QueueEntry.objects.get(item=task.item_id)
        open_place = free.taken < free.need
        assignment = Assignment.objects.get(pk=task.assignment_id)
        mine = assignment.state == "leased" and assignment.lease == task.lease
        if assignment.state == "submitted":
            with pytest.raises(AlreadySubmitted):
                submit(task, by, a_grade(grade), at=self.now)
            return
        judgment = submit(task, by, a_grade(grade), at=self.now)
        self.acknowledged[judgment.pk] = grade
        fills = mine or (assignment.state != "leased" and open_place)
        assert judgment.counts == (fills and not assignment.repeat)
        assert judgment.repeat == assignment.repeat
        assert judgment.late == (not mine or self.now >= assignment.leased_until)

    @rule(held=tasks, act=st.sampled_from([release_lease, skip]))
    def give_back(self, held: Held, act: Callable[..., None]) -> None:
        task, by = held
        more = {"reason": ""} if act is skip else {}
        given = {"assignment_id": task.assignment_id, "lease": task.lease, "by": by}
        if self.is_held(task):
            act(**given, at=self.now, **more)
        else:
            with pytest.raises(LeaseLost):
                act(**given, at=self.now, **more)

    @rule(held=consumes(tasks))
    def renew(self, held: Held) -> None:
        task, by = held
        alive = self.is_held(task) and self.until(task) > self.now
        given = {"assignment_id": task.assignment_id, "lease": task.lease, "by": by}
        if alive:
            assert heartbeat(**given, at=self.now) > self.now
        else:
            with pytest.raises(LeaseLost):
                heartbeat(**given, at=self.now)

    @rule(minutes=st.integers(1, 40), expire=st.booleans())
    def time_goes_on(self, minutes: int, expire: bool) -> None:
        self.now += timedelta(minutes=minutes)
        if expire:
            expire_leases(project=self.floor.project, at=self.now)
            assert not Assignment.objects.filter(
                state="leased", leased_until__lte=self.now
            ).exists()

    @rule(item=st.integers(0, 2))
    def want_one_more(self, item: int) -> None:
        want_again(
            project=self.floor.project,
            counts={self.floor.item(f"i{item}").pk: 1},
            by=self.floor.owner,
            at=self.now,
        )

    def is_held(self, task: LeasedTask) -> bool:
        row = Assignment.objects.get(pk=task.assignment_id)
        return row.state == "leased" and row.lease == task.lease

    def until(self, task: LeasedTask) -> Any:
        return Assignment.objects.get(pk=task.assignment_id).leased_until

    @invariant()
    def places_are_counted_exactly(self) -> None:
        held = Assignment.objects.filter(state="leased", repeat=False)
        leased = Counter(held.values_list("item", flat=True))
        counted = Counter(Judgment.objects.filter(counts=True).values_list("item", flat=True))
        for entry in QueueEntry.objects.all():
            assert entry.taken == leased[entry.pk] + counted[entry.pk] <= entry.need

    @invariant()
    def nobody_counts_twice(self) -> None:
        pairs = Counter(
            Judgment.objects.filter(counts=True).values_list("item", "annotator")
        ) + Counter(
            Assignment.objects.filter(state="leased", repeat=False).values_list("item", "annotator")
        )
        assert set(pairs.values()) <= {1}

    @invariant()
    def nobody_is_asked_again_twice_or_about_what_they_did_not_judge(self) -> None:
        again = Counter(Assignment.objects.filter(repeat=True).values_list("item", "annotator"))
        assert set(again.values()) <= {1}
        counted = Judgment.objects.filter(counts=True).values_list("item", "annotator")
        assert set(again) <= set(counted)
        repeats = Judgment.objects.filter(repeat=True)
        assert not repeats.filter(counts=True).exists()
        assert repeats.count() == Assignment.objects.filter(repeat=True, state="submitted").count()

    @invariant()
    def nothing_acknowledged_is_lost(self) -> None:
        assert dict(Judgment.objects.values_list("pk", "grade")) == self.acknowledged


@pytest.mark.slow
def test_the_counts_hold_whatever_happens(db: None) -> None:
    Queue.floor = an_open_project(3, overlap=2)
    # Where a probe finds an entry must not differ between two runs of the same steps.
    for place, entry in enumerate(QueueEntry.objects.order_by("item__key")):
        QueueEntry.objects.filter(pk=entry.pk).update(rnd=place / 3)
    run_state_machine_as_test(
        Queue,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
