"""A machine's work takes nobody's place: the overlap of people stays exact whatever machines do."""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from tests.factories.labeled import AT, LOCALE
from tests.factories.labeling import Floor, a_grade, an_open_project, submit
from tests.factories.machines import a_judge, a_machine
from touchstone.apps.labeling.machines.claims import alone
from touchstone.apps.labeling.machines.models import CallState, MachineCall, MachineJudgment
from touchstone.apps.labeling.machines.operations import (
    NotAMachine,
    give_back,
    keep_calls,
    lease_items,
    submit_reply,
)
from touchstone.apps.labeling.machines.queries import (
    START,
    count_unjudged,
    known_call,
    machines_of,
    profile_in_force,
    unjudged,
)
from touchstone.apps.labeling.models import Assignment, Judgment, QueueEntry
from touchstone.apps.labeling.operations import (
    MOST_LEASES,
    AlreadySubmitted,
    TooManyLeases,
    expire_leases,
    heartbeat,
    release_lease,
    skip,
)
from touchstone.apps.labeling.queries import (
    LeasedTask,
    counted_judgments,
    overlap_faults,
    progress_of,
    rater_counts,
)
from touchstone.apps.people.models import User
from touchstone.apps.quality.models import GoldMark
from touchstone.lib.chat import Ending, Try

SOON = AT + timedelta(minutes=1)
OVER = AT + timedelta(minutes=31)


@pytest.fixture
def floor(db: None) -> Floor:
    """Four items that want two people each, and two gold items."""
    return an_open_project(4, gold=2, overlap=2, annotators=3)


@pytest.fixture
def machine(floor: Floor) -> User:
    return a_judge(floor)


def lease(floor: Floor, machine: User, *keys: str, at: object = AT) -> list[LeasedTask]:
    return lease_items(
        project=floor.project,
        plan=floor.plan,
        annotator=machine,
        item_ids=[floor.item(key).pk for key in keys],
        at=at,  # type: ignore[arg-type]
    )


def taken(floor: Floor) -> list[int]:
    return [floor.entry(f"i{n}").taken for n in range(4)]


def call_for(floor: Floor, machine: User, task: LeasedTask, **more: object) -> MachineCall:
    profile = profile_in_force(machine)
    assert profile is not None
    said: dict[str, object] = {
        "request_hash": "a" * 64,
        "request_bytes": 100,
        "tries": [Try(Ending.ANSWERED, "{}", input_tokens=500, output_tokens=40, status=200)],
        "state": CallState.ANSWERED,
    }
    return keep_calls(
        profile=profile, project=floor.project, task=task, by=machine, at=AT, **said | more
    )  # type: ignore[arg-type]


def say(
    floor: Floor, machine: User, task: LeasedTask, at: object = SOON, grade: int = 3
) -> Judgment:
    profile = profile_in_force(machine)
    assert profile is not None
    return submit_reply(
        profile=profile,
        call=call_for(floor, machine, task),
        assignment_id=task.assignment_id,
        lease=task.lease,
        answers=a_grade(grade),
        seconds=2,
        by=machine,
        at=at,  # type: ignore[arg-type]
    )


def test_a_lease_takes_no_place(floor: Floor, machine: User) -> None:
    tasks = lease(floor, machine, "i1", "i0")

    assert [task.item_id for task in tasks] == [floor.item("i1").pk, floor.item("i0").pk]
    assert taken(floor) == [0, 0, 0, 0]
    assert not Assignment.objects.filter(annotator=machine, in_overlap=True).exists()


def test_gold_is_never_leased(floor: Floor, machine: User) -> None:
    assert lease(floor, machine, "g0", "g1") == []


def test_full_items_are_judged_too(floor: Floor, machine: User) -> None:
    for person in floor.annotators[:2]:
        submit(floor.task(person, "i0"), person)

    assert len(lease(floor, machine, "i0")) == 1


def test_an_item_is_leased_once(floor: Floor, machine: User) -> None:
    (task,) = lease(floor, machine, "i0")

    assert lease(floor, machine, "i0") == []
    say(floor, machine, task)
    assert lease(floor, machine, "i0") == []


@pytest.mark.parametrize("how", ["expire", "release"])
def test_what_was_given_back_is_leased_again(floor: Floor, machine: User, how: str) -> None:
    (task,) = lease(floor, machine, "i0")
    person = floor.annotators[0]
    floor.task(person, "i0", at=OVER)
    if how == "expire":
        expire_leases(project=floor.project, at=OVER)
    else:
        give_back(task=task, by=machine, at=SOON)

    assert taken(floor) == [1, 0, 0, 0]  # the person's place, and only that
    (again,) = lease(floor, machine, "i0", at=OVER)
    assert again.assignment_id == task.assignment_id
    assert again.lease != task.lease
    assert taken(floor) == [1, 0, 0, 0]


def test_skip_release_and_heartbeat_leave_the_places_alone(floor: Floor, machine: User) -> None:
    first, second, third = lease(floor, machine, "i0", "i1", "i2")
    held = {"by": machine, "at": SOON}

    heartbeat(assignment_id=first.assignment_id, lease=first.lease, **held)  # type: ignore[arg-type]
    release_lease(assignment_id=first.assignment_id, lease=first.lease, **held)  # type: ignore[arg-type]
    skip(assignment_id=second.assignment_id, lease=second.lease, reason="x", **held)  # type: ignore[arg-type]
    give_back(task=third, **held)  # type: ignore[arg-type]
    give_back(task=third, **held)  # type: ignore[arg-type]

    assert taken(floor) == [0, 0, 0, 0]


def test_a_machines_judgment_counts_for_nothing_of_the_people(floor: Floor, machine: User) -> None:
    (task,) = lease(floor, machine, "i0")

    judgment = say(floor, machine, task)

    assert (judgment.counts, judgment.late, judgment.grade) == (False, False, 3)
    assert taken(floor) == [0, 0, 0, 0]
    assert not counted_judgments(floor.project).exists()
    assert rater_counts(floor.project) == []
    progress = progress_of(floor.project)
    assert (progress.done, progress.leased, progress.late) == (0, 0, 0)
    assert overlap_faults(floor.project) == 0


def test_people_still_get_every_place(floor: Floor, machine: User) -> None:
    for task in lease(floor, machine, "i0", "i1", "i2", "i3"):
        say(floor, machine, task)
    for person in floor.annotators[:2]:
        for task in floor.lease(person, 4):
            submit(task, person)

    assert taken(floor) == [2, 2, 2, 2]
    assert counted_judgments(floor.project).count() == 8
    assert floor.lease(floor.annotators[2], 4) == []
    assert overlap_faults(floor.project) == 0


@pytest.mark.parametrize("full", [False, True])
def test_late_work_of_a_machine_is_kept_and_takes_no_place(
    floor: Floor, machine: User, full: bool
) -> None:
    (task,) = lease(floor, machine, "i0")
    expire_leases(project=floor.project, at=OVER)
    if full:
        for person in floor.annotators[:2]:
            submit(floor.task(person, "i0"), person)
    before = taken(floor)

    judgment = say(floor, machine, task, at=OVER)

    assert (judgment.late, judgment.counts) == (True, False)
    assert taken(floor) == before
    assert lease(floor, machine, "i0", at=OVER) == []


def test_the_same_answer_twice_is_one_judgment(floor: Floor, machine: User) -> None:
    (task,) = lease(floor, machine, "i0")

    assert say(floor, machine, task) == say(floor, machine, task)
    assert Judgment.objects.count() == MachineJudgment.objects.count() == 1


def test_an_item_gets_one_judgment_of_a_machine(floor: Floor, machine: User) -> None:
    (task,) = lease(floor, machine, "i0")
    say(floor, machine, task)

    with pytest.raises(AlreadySubmitted):
        submit(task, machine, a_grade(0), idempotency_key=uuid4().hex)
    assert Judgment.objects.get().grade == 3


def test_a_machine_is_not_marked(floor: Floor, machine: User) -> None:
    """Even where an item became gold after it was judged."""
    (task,) = lease(floor, machine, "i0")
    say(floor, machine, task)

    assert not GoldMark.objects.exists()


def test_a_judgment_is_traced_to_its_version_and_its_words(floor: Floor, machine: User) -> None:
    (task,) = lease(floor, machine, "i0")

    judgment = say(floor, machine, task)

    traced = MachineJudgment.objects.get(judgment=judgment)
    assert (traced.profile, traced.reused) == (profile_in_force(machine), False)
    assert (traced.call.text, traced.call.state) == ("{}", CallState.ANSWERED)


def test_a_machine_does_not_hoard(floor: Floor, machine: User) -> None:
    with pytest.raises(TooManyLeases):
        lease_items(
            project=floor.project,
            plan=floor.plan,
            annotator=machine,
            item_ids=list(range(MOST_LEASES + 1)),
            at=AT,
        )


def test_a_person_takes_a_place_or_nothing(floor: Floor) -> None:
    with pytest.raises(NotAMachine):
        lease(floor, floor.annotators[0], "i0")
    assert not Assignment.objects.exists()


def test_items_come_in_the_random_order_of_the_queue(floor: Floor, machine: User) -> None:
    order = list(
        QueueEntry.objects.filter(lane=0).order_by("rnd").values_list("item_id", flat=True)
    )

    found, after = [], START
    while chunk := unjudged(floor.project, machine, [LOCALE], profile=None, after=after, count=3):
        after = chunk[-1]
        found += [item for _number, item in chunk]

    assert found == order
    assert unjudged(floor.project, machine, ["fr-FR"], profile=None, after=START, count=3) == []


def test_what_failed_for_good_is_not_offered_under_the_same_version(
    floor: Floor, machine: User
) -> None:
    profile = profile_in_force(machine)
    (task,) = lease(floor, machine, "i0")
    refused = [Try(Ending.REFUSED, input_tokens=5, output_tokens=1)]
    call_for(floor, machine, task, tries=refused, state=CallState.REFUSED)
    give_back(task=task, by=machine, at=SOON)

    assert count_unjudged(floor.project, machine, [LOCALE], profile=profile) == 3
    assert count_unjudged(floor.project, machine, [LOCALE], profile=None) == 4


def test_every_try_is_kept_with_what_it_cost(floor: Floor, machine: User) -> None:
    (task,) = lease(floor, machine, "i0")
    tries = [
        Try(Ending.LIMITED, status=429, seconds=0.1),
        Try(Ending.ANSWERED, "{}", status=200, input_tokens=1_000, output_tokens=20, seconds=2.0),
    ]

    last = call_for(floor, machine, task, tries=tries)

    kept = list(MachineCall.objects.order_by("id"))
    assert [call.state for call in kept] == ["limited", "answered"]
    assert (kept[0].cost, str(kept[1].cost)) == (None, "0.000162000000")
    assert known_call("a" * 64) == last
    (row,) = machines_of(floor.project)
    assert row.states == {"answered": 1, "limited": 1}
    assert (row.calls, row.input_tokens, row.output_tokens) == (2, 1_000, 20)
    assert (str(row.cost), row.unmetered, row.judgments) == ("0.000162000000", 0, 0)


def test_a_passing_failure_is_not_known(floor: Floor, machine: User) -> None:
    (task,) = lease(floor, machine, "i0")
    call_for(floor, machine, task, tries=[Try(Ending.TIMED_OUT)], state=CallState.TIMED_OUT)

    assert known_call("a" * 64) is None
    (row,) = machines_of(floor.project)
    assert row.unmetered == 1


def test_calls_and_traces_never_change(floor: Floor, machine: User) -> None:
    (task,) = lease(floor, machine, "i0")
    say(floor, machine, task)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        MachineJudgment.objects.all().delete()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        MachineCall.objects.update(cost=0)


@pytest.mark.parametrize(
    ("broken", "constraint"),
    [
        ({"text": ""}, "answer_kept"),
        ({"cost": -1}, "machinecall_cost"),
        ({"input_tokens": None}, "cost_of_tokens"),
        ({"cost": None}, "cost_of_tokens"),
    ],
)
def test_the_database_keeps_calls_honest(
    floor: Floor, machine: User, broken: dict[str, object], constraint: str
) -> None:
    (task,) = lease(floor, machine, "i0")
    call = call_for(floor, machine, task)
    call.pk = None
    for name, value in broken.items():
        setattr(call, name, value)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        call.save(force_insert=True)


def test_a_call_is_paid_for_one_judgment(floor: Floor, machine: User) -> None:
    first, second = lease(floor, machine, "i0", "i1")
    say(floor, machine, first)
    other = say(floor, machine, second)
    call = MachineJudgment.objects.exclude(judgment=other).get().call

    with pytest.raises(IntegrityError, match="call_paid_once"), transaction.atomic():
        submitted = floor.task(floor.annotators[0], "i2")
        MachineJudgment.objects.create(
            judgment=submit(submitted, floor.annotators[0]),
            profile=call.profile,
            call=call,
            reused=False,
        )


def test_one_run_at_a_time(floor: Floor, machine: User) -> None:
    """The lock is the connection's own, so somebody else is another connection."""
    name = f"touchstone.machine:{floor.project.pk}:{machine.pk}"
    other = a_machine(floor.project)
    with psycopg.connect(**connection.get_connection_params()) as elsewhere:
        elsewhere.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [name])
        with alone(floor.project.pk, machine.pk) as mine, alone(floor.project.pk, other.pk) as too:
            assert (mine, too) == (False, True)
    assert soon_alone(floor, machine), "whoever held it is gone"


def soon_alone(floor: Floor, machine: User) -> bool:
    """The server ends a connection, and with it the lock, a moment after its client has gone."""
    for _attempt in range(100):
        with alone(floor.project.pk, machine.pk) as mine:
            if mine:
                return True
        time.sleep(0.05)
    return False
