"""Touchstone as `make run` serves it: the adapter of our own bench, and an owner over HTTP."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection

from bench.crowd import Faults, work
from bench.ours import Touchstone, served
from bench.rivals.http import Download, Http
from bench.rivals.programs import HOST
from bench.rivals.rival import COMMENT, GRADE, OVERLAP, PASSWORD, Check, Seat
from bench.rivals.sizes import Sizes
from bench.scene import Scene, a_project, go_live, hire, import_items, items_file
from touchstone.apps.labeling.queries import stored_judgments
from touchstone.apps.people.operations import issue_token, set_password

if TYPE_CHECKING:
    from playwright.sync_api import Page

KEY = "rivals"
REFILL_SECONDS = 20.0

STORED = "SELECT count(*) FROM labeling_judgment WHERE project_id = %s AND counts"
DOUBLED = (
    "SELECT sum(times - 1) FROM (SELECT count(*) AS times FROM labeling_judgment "
    "WHERE project_id = %s GROUP BY item_id, annotator_id) AS each"
)
ABOVE = (
    "SELECT count(*) FROM (SELECT item_id FROM labeling_judgment WHERE project_id = %s AND counts "
    "GROUP BY item_id HAVING count(*) > %s) AS each"
)
# The queue's own counter of places taken, less those of leases that are open now.
COUNTER = (
    "SELECT (SELECT sum(taken) FROM labeling_queueentry WHERE project_id = %s) - "
    "(SELECT count(*) FROM labeling_assignment WHERE project_id = %s AND in_overlap "
    "AND state = 'leased')"
)


class Ours(Touchstone):
    """A running Touchstone with one project for the rounds and a small one for the checks."""

    version = importlib.metadata.version("touchstone")

    def __init__(self, port: int, pid: int, scene: Scene, sizes: Sizes) -> None:
        super().__init__(port, pid, scene, batch=sizes.ahead)
        self.roots = (pid,)
        self.server = f"granian, {os.environ.get('WEB_WORKERS', '2')} workers"
        self.notes = [f"{sizes.ahead} tasks a lease"] if sizes.ahead > 1 else []
        self._sizes = sizes
        at = datetime.now(UTC)
        _row, token = issue_token(user=scene.owner, name="bench", by=None, at=at)
        self._owner = Http(port, f"Bearer {token}")
        self._seated = hire(scene, f"{KEY}-seated")
        set_password(user=self._seated, password=PASSWORD, by=None, at=at)

    def faults(self, acknowledged: Sequence[str]) -> Faults:
        """What the table of judgments holds."""
        stored = {key for key, _grade in stored_judgments(self.scene.project)}
        project = self.scene.project.pk
        return Faults(
            lost=len(set(acknowledged) - stored),
            doubled=_number(DOUBLED, project),
            above_overlap=_number(ABOVE, project, OVERLAP),
        )

    def import_items(self) -> None:
        """One CSV, as the owner's screen sends it; then the queue opens."""
        path = f"/api/v1/projects/{KEY}/items/import"
        content = items_file(self._sizes.items)
        report = self._owner.send_file(path, "file", "items.csv", content)
        assert report["added"] == self._sizes.items, report
        go_live(self.scene)

    def counted(self) -> tuple[int, int]:
        """The counter that the queue keeps against the rows."""
        project = self.scene.project.pk
        return _number(COUNTER, project, project), _number(STORED, project)

    def checks(self) -> list[Check]:
        """On a project of one item, so that four annotators meet on it."""
        scene = a_project(f"{KEY}-checks", items=1, annotators=OVERLAP + 1)
        import_items(scene, items_file(1))
        go_live(scene)
        people = [Http(self.port, f"Bearer {token}") for token in scene.tokens]
        first, key = _lease(people[0], scene), uuid.uuid4().hex
        bogus, empty = _answer(first, 99), _answer(first, None)
        outside = Check("a label outside the schema", (_post(people[0], bogus),), _kept(scene), 0)
        nothing = Check("an empty required answer", (_post(people[0], empty),), _kept(scene), 0)
        twice = tuple(_post(people[0], _answer(first, GRADE), key) for _time in range(2))
        once = Check("the same POST twice", twice, _kept(scene), 1)
        return [once, _fourth(people, scene, first), outside, nothing]

    def sign_in(self, page: Page) -> None:
        """By the form."""
        page.goto(f"http://{HOST}:{self.port}/sign-in")
        page.fill("[name=email]", self._seated.email)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)

    def seat(self) -> Seat:
        """A digit, then Enter."""
        return Seat(
            address=f"http://{HOST}:{self.port}/work/{KEY}/",
            ready="[data-shell]:not([hidden]) .wb-radio",
            what="[data-result]",
            choose=str(GRADE),
            submit=("Enter",),
        )

    def fill_for_export(self) -> None:
        """Label on until there is enough to export."""
        while _number(STORED, self.scene.project.pk) < self._sizes.judgments:
            crowd = work(
                self, annotators=max(self._sizes.crowds), think=0.0, seconds=REFILL_SECONDS
            )
            if not crowd.acknowledged:
                break

    def export(self) -> Download:
        """Every judgment as it stands, in one stream."""
        return self._owner.download(f"/api/v1/projects/{KEY}/judgments/export?format=jsonl")


def _fourth(people: Sequence[Http], scene: Scene, first: Any) -> Check:
    """Two more people fill the item; the fourth gets no task, and sends under the first's lease."""
    for person in people[1:OVERLAP]:
        assert _post(person, _answer(_lease(person, scene), GRADE)) == 200
    assert _lease(people[OVERLAP], scene) is None
    status = _post(people[OVERLAP], _answer(first, GRADE))
    return Check("a fourth annotator", (status,), _kept(scene), OVERLAP, "none handed out")


def _lease(person: Http, scene: Scene) -> Any | None:
    path = f"/api/v1/projects/{scene.project.key}/lease"
    tasks = person.call("POST", path, {"count": 1})["tasks"]
    return tasks[0] if tasks else None


def _answer(task: Any, grade: int | None) -> dict[str, Any]:
    values = {} if grade is None else {"grade": grade}
    return {
        "assignment": task["assignment"],
        "lease": task["lease"],
        "answers": {"outcome": "label", "values": values, "comment": COMMENT},
        "seconds": 5.0,
    }


def _post(person: Http, body: object, key: str | None = None) -> int:
    headers = {"Idempotency-Key": key or uuid.uuid4().hex}
    return person.ask("POST", "/api/v1/judgments", body, headers).status


def _kept(scene: Scene) -> int:
    return _number(STORED, scene.project.pk)


def _number(query: str, *parameters: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return int(cursor.fetchone()[0] or 0)


@contextlib.contextmanager
def running(home: Path, sizes: Sizes) -> Iterator[Ours]:
    """Touchstone served from this tree, with its people; the database is up already."""
    scene = a_project(KEY, items=sizes.items, annotators=sizes.people)
    with served() as (port, pid):
        yield Ours(port, pid, scene, sizes)
