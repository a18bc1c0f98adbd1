"""Somebody who labels until nothing is left: the body of the threads and processes of the tests.

As a process: `… worker KEY EMAIL STALL_AFTER` prints one line for each judgment that was
acknowledged. With a STALL_AFTER it stops in the middle of the submit after that many, its
transaction open, and waits to be killed.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from uuid import uuid4

from django.db import transaction

from tests.factories.labeled import AT, LOCALE
from tests.factories.labeling import a_grade
from touchstone.apps.labeling.desk import has_open_work
from touchstone.apps.labeling.operations import release_lease
from touchstone.apps.labeling.queries import LeasedTask
from touchstone.apps.people.models import User
from touchstone.apps.planning.models import Project
from touchstone.flows.labeling import lease_work, submit_work

STALLED = "stalled"
BATCH = 10


def label_everything(
    project: Project, by: User, kept: Callable[[int], None], *, seed: int = 0, untidy: bool = False
) -> None:
    """Lease and submit until this person can get no more; `kept` hears what was acknowledged.

    Somebody untidy gives some tasks back before they answer anything.
    """
    chance = random.Random(seed)
    while True:
        tasks = lease_work(project=project, by=by, count=chance.randint(1, BATCH), at=AT)
        if not tasks and not has_open_work(project, by, [LOCALE]):
            return
        for task in tasks:
            if untidy and chance.random() < 0.1:
                release_lease(assignment_id=task.assignment_id, lease=task.lease, by=by, at=AT)
            else:
                kept(submit_one(task, by))


def submit_one(task: LeasedTask, by: User) -> int:
    """Answer one task."""
    submitted = submit_work(
        assignment_id=task.assignment_id,
        lease=task.lease,
        answers=a_grade(task.item_id % 4),
        idempotency_key=uuid4().hex,
        seconds=3.0,
        by=by,
        at=AT,
    )
    return submitted.judgment_id


def label_and_stall(project: Project, by: User, stall_after: int) -> None:
    """Answer `stall_after` tasks, then hang inside the next submit with tasks in hand."""
    done = 0
    while True:
        for task in lease_work(project=project, by=by, count=BATCH, at=AT):
            if done == stall_after:
                with transaction.atomic():
                    submit_one(task, by)
                    say(STALLED)
                    time.sleep(120)
            say(submit_one(task, by))
            done += 1


def say(word: object) -> None:
    """One line at once: what was printed was acknowledged, whatever happens next."""
    print(word, flush=True)


def main() -> None:
    """Work as the person named on the command line."""
    key, email, stall_after = sys.argv[1:]
    project = Project.objects.select_related("request").get(key=key)
    by = User.objects.get(email=email)
    if int(stall_after):
        label_and_stall(project, by, int(stall_after))
    else:
        label_everything(project, by, say)
