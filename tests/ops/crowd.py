"""The load of the kill tests: a project in a running service's database, and its annotators.

As a program, with `DATABASE_URL` set, it fills the database and prints the project's key and one
token for each annotator as JSON. `Annotator` is somebody at the client SDK who does not give up.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from touchstone_client import ApiError, Task, Touchstone, TouchstoneError

ROOT = Path(__file__).resolve().parents[2]
FILL = "import django; django.setup(); from tests.ops.crowd import main; main()"
THINK_SECONDS = 0.2
BATCH = 3


def fill(database_url: str, *, items: int, annotators: int) -> tuple[str, list[str]]:
    """A live project with dynamic overlap in another process's database; its key and tokens."""
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "touchstone.config.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", FILL, str(items), str(annotators)],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    return made["key"], made["tokens"]


def main() -> None:
    """Fill the database as the command line says."""
    from tests.factories.fits import know
    from tests.factories.labeled import AT
    from tests.factories.labeling import an_open_project
    from touchstone.apps.people.operations import issue_token

    items, annotators = map(int, sys.argv[1:])
    floor = an_open_project(
        items, overlap=3, most=4, confidence="0.95", annotators=annotators, key="killed"
    )
    know(floor, right=0.85)
    tokens = [
        issue_token(user=person, name="load", by=None, at=AT)[1] for person in floor.annotators
    ]
    print(json.dumps({"key": floor.project.key, "tokens": tokens}))


@dataclass
class Annotator:
    """Somebody who leases, thinks and answers until told to stop.

    Answers that were not acknowledged are sent again under their key, as the workbench does; after
    any trouble the screen is loaded anew, with the tasks in hand. `kept` hears each judgment's id
    when it was acknowledged.
    """

    number: int
    base_url: str
    token: str
    project: str
    stop: threading.Event
    kept: Callable[[int, float], None]
    refused: Callable[[ApiError], None]

    def work(self) -> None:
        """The whole day."""
        self.chance = Random(self.number)
        with Touchstone(self.base_url, self.token, timeout=10.0, retries=0) as client:
            in_doubt = False
            while not self.stop.is_set():
                try:
                    tasks = self._tasks(client, in_doubt)
                except TouchstoneError as trouble:
                    in_doubt = self._after(trouble)
                    continue
                in_doubt = any([self._answer(client, task) for task in tasks])

    def _tasks(self, client: Touchstone, in_doubt: bool) -> tuple[Task, ...]:
        if in_doubt and (held := client.work.in_hand(self.project).tasks):
            return held
        return client.work.lease(self.project, BATCH).tasks

    def _answer(self, client: Touchstone, task: Task) -> bool:
        """Send one answer until it has arrived; whether there was trouble on the way."""
        trouble = False
        answers = {"outcome": "label", "values": {"grade": self._grade(task)}}
        time.sleep(THINK_SECONDS * self.chance.uniform(0.5, 1.5))
        while not self.stop.is_set():
            try:
                given = client.work.submit(task, answers, seconds=1.0)
            except TouchstoneError as error:
                trouble = self._after(error)
                continue
            self.kept(given.judgment, time.time())
            break
        return trouble

    def _grade(self, task: Task) -> int:
        true = sum(map(ord, str(task.content))) % 4
        return true if self.chance.random() < 0.85 else self.chance.randrange(4)

    def _after(self, trouble: TouchstoneError) -> bool:
        """Wait a little; a refusal, unlike a lost line or a broken server, is told."""
        if isinstance(trouble, ApiError) and trouble.status < 500:
            self.refused(trouble)
        time.sleep(0.2)
        return True


@contextlib.contextmanager
def at_work(annotators: list[Annotator]) -> Any:
    """All of them work while the block lasts."""
    threads = [threading.Thread(target=each.work, daemon=True) for each in annotators]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        annotators[0].stop.set()
        for thread in threads:
            thread.join(timeout=30)
        assert not any(thread.is_alive() for thread in threads)
