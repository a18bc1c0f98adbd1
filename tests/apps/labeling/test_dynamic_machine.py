"""Dynamic overlap in any order of events: the counts hold, pauses hold, and every item ends."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from tests.apps.labeling.test_state_machine import Queue
from tests.factories.fits import decide, know
from tests.factories.labeling import a_grade, an_open_project, submit
from touchstone.apps.intake.models import LabelingRequest
from touchstone.apps.labeling.models import (
    Assignment,
    AssignmentState,
    DueItem,
    Judgment,
    QueueEntry,
    StopDecision,
)
from touchstone.apps.labeling.operations import expire_leases
from touchstone.apps.labeling.queries import LeasedTask
from touchstone.apps.people.models import User
from touchstone.flows.labeling import NotOpenForWork, lease_work

MOST = 4
RIGHT = 0.85
SEEN: set[str] = set()
AGAIN = {AssignmentState.EXPIRED, AssignmentState.RELEASED}


Piece = tuple[list[int], int, list[int], int]
# Who, on which item, with which grades, and how many of them only take the task.
pieces = st.tuples(
    st.lists(st.integers(0, 4), min_size=1, max_size=5, unique=True),
    st.integers(0, 2),
    st.lists(st.integers(0, 1), min_size=5, max_size=5),
    st.integers(0, 2),
)


class DynamicQueue(Queue):
    """The queue of five people and three items that start with three judgments, with its worker.

    The project is paused, gone on with and closed; at the end everybody answers what is left.
    """

    @rule(target=Queue.tasks, person=st.integers(0, 4), count=st.integers(1, 4))
    def lease_as_the_screen_does(self, person: int, count: int) -> Any:
        by = self.floor.annotators[person]
        given = {"project": self.floor.project, "by": by, "count": count, "at": self.now}
        if self.floor.project.request.state != "live":
            with pytest.raises(NotOpenForWork):
                lease_work(**given)
            return multiple()
        return multiple(*((task, by) for task in lease_work(**given)))

    @initialize(target=Queue.tasks, pieces=st.lists(pieces, min_size=2, max_size=6))
    def begin(self, pieces: list[Piece]) -> Any:
        """Every run starts with some work: Hypothesis leaves whole rules out of most runs."""
        Queue.begin(self)
        held = []
        for piece in pieces:
            held += self.judge(*piece)
            self.decide()
        return multiple(*held)

    @rule(target=Queue.tasks, piece=pieces)
    def judge_one_item(self, piece: Piece) -> Any:
        return multiple(*self.judge(*piece))

    def judge(
        self, people: list[int], item: int, grades: list[int], idle: int
    ) -> list[tuple[LeasedTask, User]]:
        """Several people at one item at once; the first few of them go on thinking."""
        held = []
        for person in people:
            by = self.floor.annotators[person]
            named = [self.floor.item(f"i{item}").pk]
            held += [(task, by) for task in self.floor.lease(by, at=self.now, item_ids=named)]
        for (task, by), grade in zip(held[idle:], grades, strict=False):
            judgment = submit(task, by, a_grade(grade), at=self.now)
            self.acknowledged[judgment.pk] = grade
        return held[:idle]

    @rule(state=st.sampled_from(["live", "live", "live", "paused", "closed"]))
    def pause_or_close(self, state: str) -> None:
        LabelingRequest.objects.filter(project=self.floor.project).update(state=state)
        self.floor.project.request.refresh_from_db()

    @rule()
    def decide(self) -> None:
        decide(self.now)
        assert not DueItem.objects.exists()
        SEEN.update(StopDecision.objects.values_list("verdict", flat=True))

    @invariant()
    def a_decision_moves_what_it_says(self) -> None:
        for row in StopDecision.objects.all():
            assert sum(row.posterior) == pytest.approx(1)
            assert (row.probability >= row.threshold) == (row.verdict == "stop")
            assert row.verdict != "more" or row.judgments < MOST
            assert row.judgments >= 2

    def teardown(self) -> None:
        if hasattr(self, "rollback"):
            self.drain()
        super().teardown()

    def drain(self) -> None:
        """Everybody works until nothing is left; then each item is done or has nobody left."""
        self.pause_or_close("live")
        self.now = self.now.replace(year=self.now.year + 1)
        expire_leases(project=self.floor.project, at=self.now)
        know(self.floor, RIGHT)  # makes due what ended while the project was closed
        while True:
            decide(self.now)
            given = [self.answer_all(by) for by in self.floor.annotators]
            if not any(given):
                break
        for entry in QueueEntry.objects.all():
            counted = Judgment.objects.filter(item=entry.pk, counts=True).count()
            assert entry.taken == counted
            assert self.is_settled(entry) if counted == entry.need else self.exhausted(entry)

    def answer_all(self, by: User) -> int:
        tasks = lease_work(project=self.floor.project, by=by, count=10, at=self.now)
        for task in tasks:
            # Neighbours disagree, so that some items stay unsure to the most.
            judgment = submit(task, by, a_grade(self.floor.annotators.index(by) % 2), at=self.now)
            self.acknowledged[judgment.pk] = judgment.grade
            self.decide()
        return len(tasks)

    def is_settled(self, entry: QueueEntry) -> bool:
        decided = StopDecision.objects.filter(item=entry.pk)
        return decided.filter(verdict__in=["stop", "most"]).exists()

    def exhausted(self, entry: QueueEntry) -> bool:
        over = Assignment.objects.filter(item=entry.pk).exclude(state__in=AGAIN)
        return set(over.values_list("annotator", flat=True)) == {
            person.pk for person in self.floor.annotators
        }


@pytest.mark.slow
def test_dynamic_overlap_holds_whatever_happens(db: None) -> None:
    floor = an_open_project(3, overlap=3, most=MOST, confidence="0.95", annotators=5)
    know(floor, RIGHT)
    DynamicQueue.floor = floor
    for place, entry in enumerate(QueueEntry.objects.order_by("item__key")):
        QueueEntry.objects.filter(pk=entry.pk).update(rnd=place / 3)
    run_state_machine_as_test(
        DynamicQueue,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert {"stop", "more", "most"} == SEEN, "the machine came by every verdict"
