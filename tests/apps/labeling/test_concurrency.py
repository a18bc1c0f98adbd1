"""Exact overlap and nothing lost, with many at once, and with one killed in the middle of it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier
from urllib.parse import urlsplit

import pytest
from django.db import connection, connections

from tests.apps.labeling.worker import BATCH, STALLED, label_everything
from tests.factories.labeled import AT
from tests.factories.labeling import Floor, a_grade, an_open_project, submit
from touchstone.apps.labeling.models import Assignment, Judgment, QueueEntry
from touchstone.apps.labeling.operations import AlreadySubmitted, expire_leases
from touchstone.apps.labeling.queries import overlap_faults, progress_of
from touchstone.apps.people.models import User

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ITEMS, OVERLAP, THREADS, TABS = 200, 3, 32, 2
PROCESSES, KILLED_AFTER = 4, 33
ROOT = Path(__file__).resolve().parents[3]
RUN = "import django; django.setup(); from tests.apps.labeling.worker import main; main()"


def check(floor: Floor, acknowledged: list[int]) -> None:
    """Every item exactly `OVERLAP` by different people, every acknowledged judgment there once."""
    rows = list(Judgment.objects.values_list("pk", "item", "annotator", "counts"))
    assert len(acknowledged) == len(set(acknowledged))
    assert set(acknowledged) == {pk for pk, *_rest in rows}
    assert all(counts for *_rest, counts in rows)
    assert Counter(item for _pk, item, *_rest in rows) == {
        item: OVERLAP for item in QueueEntry.objects.values_list("pk", flat=True)
    }
    assert len({(item, person) for _pk, item, person, _counts in rows}) == len(rows)
    assert set(QueueEntry.objects.values_list("taken", "need")) == {(OVERLAP, OVERLAP)}
    progress = progress_of(floor.project)
    assert (progress.items_done, progress.done, progress.leased) == (ITEMS, ITEMS * OVERLAP, 0)
    assert overlap_faults(floor.project) == 0


def test_32_threads_label_200_items_three_times() -> None:
    floor = an_open_project(ITEMS, overlap=OVERLAP, annotators=THREADS // TABS)
    start = Barrier(THREADS)

    def tab(number: int) -> list[int]:
        kept: list[int] = []
        try:
            person = User.objects.get(pk=floor.annotators[number // TABS].pk)
            start.wait(timeout=30)
            label_everything(floor.project, person, kept.append, seed=number, untidy=True)
        finally:
            connections.close_all()
        return kept

    with ThreadPoolExecutor(THREADS) as pool:
        acknowledged = [pk for kept in pool.map(tab, range(THREADS)) for pk in kept]

    check(floor, acknowledged)


def in_threads(works: list[Callable[[], None]]) -> None:
    """Run all of `works` at once; the first complaint is raised."""
    start = Barrier(len(works))

    def run(work: Callable[[], None]) -> None:
        try:
            start.wait(timeout=30)
            work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        for finished in [pool.submit(run, work) for work in works]:
            finished.result()


def test_a_click_sent_many_times_is_one_judgment() -> None:
    floor = an_open_project(1, annotators=1)
    ana = floor.annotators[0]
    task = floor.task(ana)
    kept: list[int] = []
    refused: list[str] = []

    def same_key() -> None:
        kept.append(submit(task, ana, a_grade(2), idempotency_key="one click").pk)

    def another_key() -> None:
        try:
            kept.append(submit(task, ana, a_grade(2)).pk)
        except AlreadySubmitted as refusal:
            refused.append(refusal.code)

    in_threads([same_key] * 6)
    in_threads([another_key] * 3)

    assert set(kept) == {Judgment.objects.get().pk}
    assert (len(kept), len(refused)) == (6, 3)


def test_leases_that_end_while_their_answers_arrive() -> None:
    """Expiry, late answers and new leases of the same few items, all at the same moment."""
    floor = an_open_project(8, overlap=2, annotators=8)
    over = AT + timedelta(minutes=30)
    acknowledged: list[int] = []
    rounds = 12

    def work(person: User) -> None:
        for _round in range(rounds):
            for task in floor.lease(person, 3):
                with contextlib.suppress(AlreadySubmitted):
                    acknowledged.append(submit(task, person, at=over).pk)

    def end_leases() -> None:
        for _round in range(8 * rounds):
            expire_leases(project=floor.project, at=over)

    in_threads([partial(work, person) for person in floor.annotators] + [end_leases] * 3)

    assert sorted(acknowledged) == sorted(Judgment.objects.values_list("pk", flat=True))
    assert overlap_faults(floor.project) == 0
    counted = Counter(Judgment.objects.filter(counts=True).values_list("item", flat=True))
    for entry in QueueEntry.objects.all():
        assert entry.taken == counted[entry.pk] == entry.need
    assert not Assignment.objects.filter(state="leased").exists()


@pytest.fixture
def killed_at_the_end() -> Iterator[list[subprocess.Popen[str]]]:
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        process.kill()
        process.communicate()


def test_a_process_killed_halfway_loses_nothing(
    killed_at_the_end: list[subprocess.Popen[str]],
) -> None:
    floor = an_open_project(ITEMS, overlap=OVERLAP, annotators=PROCESSES)
    victim, *others = floor.annotators
    killed_at_the_end += [start_process(floor, victim, KILLED_AFTER)]
    killed_at_the_end += [start_process(floor, person) for person in others]

    acknowledged = kill_when_stalled(killed_at_the_end[0])
    for process in killed_at_the_end[1:]:
        said, complaint = process.communicate(timeout=120)
        assert process.returncode == 0, complaint
        acknowledged += [int(line) for line in said.split()]

    left = Assignment.objects.filter(annotator=victim, state="leased").count()
    assert left == BATCH - KILLED_AFTER % BATCH, "the submit that was under way is undone"
    assert len(acknowledged) == ITEMS * OVERLAP - left
    acknowledged += finish(floor, others)
    assert Judgment.objects.filter(annotator=victim).count() == KILLED_AFTER
    check(floor, acknowledged)


def start_process(floor: Floor, person: User, stall_after: int = 0) -> subprocess.Popen[str]:
    name = connection.settings_dict["NAME"]
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    return subprocess.Popen(
        [sys.executable, "-c", RUN, floor.project.key, person.email, str(stall_after)],
        cwd=ROOT,
        env=os.environ
        | {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "touchstone.config.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def kill_when_stalled(process: subprocess.Popen[str]) -> list[int]:
    """Kill a process inside its transaction; returns what it had acknowledged before."""
    assert process.stdout is not None
    acknowledged = []
    for line in process.stdout:
        if line.strip() == STALLED:
            os.kill(process.pid, signal.SIGKILL)
            break
        acknowledged.append(int(line))
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    return acknowledged


def finish(floor: Floor, people: list[User]) -> list[int]:
    """Half an hour later, when the leases of the dead have run out."""
    later = AT + timedelta(minutes=30)
    return [
        submit(task, person, at=later).pk
        for person in people
        for task in floor.lease(person, 50, at=later)
    ]
