"""doccano as its command line runs it: gunicorn's sync workers, and celery for files.

It has no overlap and hands nothing out: everybody is shown the first example that they themselves
have not confirmed. So the loop here is as fast as its own page could be, with nothing promised.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.cpu import cpu_seconds
from bench.crowd import Faults
from bench.rivals.environments import Packages, environment
from bench.rivals.http import PATIENCE_SECONDS, Download, Http, Unexpected, well
from bench.rivals.programs import HOST, Database, await_answer, database, free_port, program, run
from bench.rivals.rival import (
    COMMENT,
    GRADE,
    GRADES,
    OVERLAP,
    OWNER_EMAIL,
    PASSWORD,
    SHOWN,
    Check,
    Seat,
    items,
)
from bench.rivals.sizes import Sizes

if TYPE_CHECKING:
    from playwright.sync_api import Page

# What its own metadata leaves open: marshmallow 4 breaks it, numpy 2 breaks the pandas it wants,
# and it brings no driver.
PACKAGES = Packages(
    "doccano", ("doccano==1.8.4", "marshmallow<4", "numpy<2", "psycopg2-binary", "setuptools<81")
)
POLL_SECONDS = 0.1
EXPORTERS = 4
NO_LABEL = 999_999

# Run inside doccano's own shell.
PEOPLE = """
import json
from django.contrib.auth.models import User
from label_types.models import CategoryType
from projects.models import Member, TextClassificationProject
from rest_framework.authtoken.models import Token
from roles.models import Role
owner = User.objects.create_superuser("owner", "{email}", "{password}")
people = [owner]
for number in range({people}):
    person = User(username=f"a{{number}}")
    person.set_unusable_password()
    person.save()
    people.append(person)
role = Role.objects.get(name="annotator")
scenes = []
for name, members in (("bench", people[1:]), ("export", people[1:{exporters}])):
    project = TextClassificationProject.objects.create(
        name=name, description=name, project_type="DocumentClassification", created_by=owner,
        single_class_classification=True,
    )
    project.add_admin()
    for person in members:
        Member.objects.create(project=project, user=person, role=role)
    labels = [
        CategoryType.objects.create(project=project, text=grade, suffix_key=grade[0]).pk
        for grade in {grades}
    ]
    scenes.append([project.pk, labels])
tokens = [Token.objects.create(user=one).key for one in people]
print("PEOPLE" + json.dumps([scenes, tokens]))
"""


class Doccano:
    """A running doccano with one project for the rounds and one to export."""

    name = "doccano"
    version = "1.8.4"

    def __init__(
        self, port: int, roots: tuple[int, ...], store: Database, scene: Any, sizes: Sizes
    ) -> None:
        self._port, self.roots, self._store, self._sizes = port, roots, store, sizes
        ((self._project, self._labels), (self._exported, _labels)), self._tokens = scene
        self.server = f"gunicorn, {_workers()} sync workers; celery, 2 processes"
        self.notes: list[str] = []
        self._owner = self._http(0)

    def annotator(self, number: int) -> Person:
        """The annotator of this number, by token."""
        return Person(self._http(number + 1), self._project, self._labels[GRADE])

    def cpu_seconds(self) -> float:
        """Of gunicorn, celery and PostgreSQL."""
        return cpu_seconds(*self.roots, self._store.postmaster)

    def faults(self, acknowledged: Sequence[str]) -> Faults:
        """What its own table of categories holds; each row is one label of one person."""
        stored = {str(row[0]) for row in self._store.rows("SELECT id FROM labels_category")}
        return Faults(
            lost=len(set(acknowledged) - stored),
            doubled=self._store.number(
                "SELECT sum(times - 1) FROM (SELECT count(*) AS times FROM labels_category "
                "GROUP BY example_id, user_id) AS each"
            ),
            above_overlap=self._store.number(
                "SELECT count(*) FROM (SELECT example_id FROM labels_category "
                "GROUP BY example_id HAVING count(*) > %s) AS each",
                [OVERLAP],
            ),
        )

    def import_items(self) -> None:
        """One file of JSON lines, as its upload page sends it."""
        self._import(self._project, [_example(row) for row in items(self._sizes.items)])

    def counted(self) -> tuple[int, int]:
        """Its distribution of labels against the rows."""
        path = f"/v1/projects/{self._project}/metrics/category-distribution"
        told = sum(sum(labels.values()) for labels in self._owner.call("GET", path).values())
        return told, self._store.number("SELECT count(*) FROM labels_category")

    def checks(self) -> list[Check]:
        """On four examples that nobody has touched."""
        last = self._store.rows(
            "SELECT e.id FROM examples_example e WHERE project_id = %s AND NOT EXISTS "
            "(SELECT FROM labels_category c WHERE c.example_id = e.id) ORDER BY id DESC LIMIT 4",
            [self._project],
        )
        one, two, three, four = (row[0] for row in last)
        right, extra = self._labels[GRADE], range(self._sizes.people - 4, self._sizes.people)
        states = [
            self._confirm(one, extra[0]) for _time in range(2) if self._label(one, extra[0], right)
        ]
        label = [self._label(two, person, right) for person in extra]
        bogus = [self._label(three, extra[0], NO_LABEL)]
        empty = [self._confirm(four, extra[0])]
        return [
            Check("the same POST twice", tuple(states), self._states(one), 1, "the second undoes"),
            Check("a fourth annotator", tuple(label), self._stored(two), OVERLAP, "no overlap"),
            Check("a label outside the schema", tuple(bogus), self._stored(three), 0),
            Check("an empty required answer", tuple(empty), self._states(four), 0, "confirmed"),
        ]

    def sign_in(self, page: Page) -> None:
        """By its form."""
        page.goto(f"http://{HOST}:{self._port}/auth")
        page.fill("input[name=username]", "owner")
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url("**/projects**")

    def seat(self) -> Seat:
        """A digit, Enter to confirm, the right arrow for the next.

        An arrow pressed before the confirmation has come back may show the old example again.
        """
        return Seat(
            address=f"http://{HOST}:{self._port}/projects/{self._project}"
            "/text-classification?page=1",
            ready=".v-chip--clickable",
            what=".v-card__text.title.highlight",
            choose=str(GRADE),
            submit=("Enter", "ArrowRight"),
            chosen="/categories",
            between="/metrics/progress",
        )

    def fill_for_export(self) -> None:
        """The other project, with four members; the label comes with each line."""
        rows = [_example(row) | {"label": GRADES[GRADE]} for row in items(self._sizes.judgments)]
        self._import(self._exported, rows)

    def export(self) -> Download:
        """All lines with the label of each member; celery makes the file, then it is fetched."""
        path = f"/v1/projects/{self._exported}/download"
        began = time.perf_counter()
        task = self._owner.call("POST", path, {"format": "JSONL", "exportApproved": False})
        self._await(task["task_id"])
        waited = time.perf_counter() - began
        came = self._owner.download(f"{path}?taskId={task['task_id']}")
        return Download(waited + came.first_byte, came.size)

    def _import(self, project: int, rows: Sequence[dict[str, str]]) -> None:
        content = "\n".join(json.dumps(row) for row in rows).encode()
        upload = self._owner.send_file("/v1/fp/process/", "filepond", "items.jsonl", content)
        body = {
            "uploadIds": [upload],
            "format": "JSONL",
            "task": "DocumentClassification",
            "column_data": "text",
            "column_label": "label",
        }
        task = self._owner.call("POST", f"/v1/projects/{project}/upload", body)
        self._await(task["task_id"])

    def _await(self, task: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            status = self._owner.call("GET", f"/v1/tasks/status/{task}")
            if status["error"]:
                raise Unexpected(str(status["error"])[:300])
            if status["ready"]:
                return
            time.sleep(POLL_SECONDS)
        raise Unexpected(f"not done after {PATIENCE_SECONDS:.0f} s")

    def _label(self, example: int, person: int, label: int) -> int:
        path = f"/v1/projects/{self._project}/examples/{example}/categories"
        return self._http(person + 1).ask("POST", path, {"label": label}).status

    def _confirm(self, example: int, person: int) -> int:
        path = f"/v1/projects/{self._project}/examples/{example}/states"
        return self._http(person + 1).ask("POST", path, {}).status

    def _stored(self, example: int) -> int:
        query = "SELECT count(*) FROM labels_category WHERE example_id = %s"
        return self._store.number(query, [example])

    def _states(self, example: int) -> int:
        query = "SELECT count(*) FROM examples_examplestate WHERE example_id = %s"
        return self._store.number(query, [example])

    def _http(self, person: int) -> Http:
        return Http(self._port, f"Token {self._tokens[person]}")


class Person:
    """One annotator: the first example not yet confirmed, then label, comment and confirm."""

    def __init__(self, http: Http, project: int, label: int) -> None:
        self._http, self._at, self._label = http, f"/v1/projects/{project}", label

    def next(self) -> Any | None:
        """As its page asks for it."""
        path = f"{self._at}/examples?limit=1&offset=0&confirmed=false"
        found = self._http.call("GET", path)["results"]
        return found[0]["id"] if found else None

    def submit(self, task: object) -> str:
        """The three calls of its page; the name is the label's."""
        at = f"{self._at}/examples/{task}"
        label = self._http.call("POST", f"{at}/categories", {"label": self._label})
        comment = {"text": COMMENT}
        self._http.call("POST", f"{self._at}/comments?example={task}", comment)
        well("confirm", self._http.ask("POST", f"{at}/states", {}))
        return str(label["id"])

    def close(self) -> None:
        """Nothing is open between two calls."""


@contextlib.contextmanager
def running(home: Path, sizes: Sizes) -> Iterator[Doccano]:
    """doccano installed, migrated, signed up and served while the block lasts.

    :raises NotHere: it cannot be had on this machine.
    """
    venv = environment(PACKAGES)
    code = venv / "lib" / next((venv / "lib").iterdir()).name / "site-packages/backend"
    home.mkdir()
    with contextlib.ExitStack() as up:
        store = up.enter_context(database(home, "doccano"))
        settings = _settings(venv, home, store)
        run([venv / "bin/doccano", "init"], folder=code, environment=settings)
        scene = _people(venv / "bin/python", code, settings, sizes.people)
        port = free_port()
        roots = tuple(
            up.enter_context(
                program(command, folder=code, environment=settings, log=home / f"{name}.log")
            )
            for name, command in _programs(venv, port).items()
        )
        await_answer(port, "/", log=home / "web.log")
        yield Doccano(port, roots, store, scene, sizes)


def _programs(venv: Path, port: int) -> dict[str, list[str]]:
    """What `doccano webserver` and `doccano task` start, on loopback only."""
    gunicorn, celery = str(venv / "bin/gunicorn"), str(venv / "bin/celery")
    bound = ["--bind", f"{HOST}:{port}", "--workers", str(_workers())]
    return {
        "web": [gunicorn, *bound, "config.wsgi"],
        "task": [celery, "--app=config", "worker", "--loglevel=info", "--concurrency=2"],
    }


def _workers() -> int:
    return 2 * (os.cpu_count() or 1) + 1


def _settings(venv: Path, home: Path, store: Database) -> dict[str, str]:
    from touchstone.ops.cluster_files import database_url

    url = database_url(
        user=store.user, password=store.password, database=store.name, folder=Path(store.folder)
    )
    return {
        "PATH": f"{venv / 'bin'}:{os.defpath}",
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "DOCCANO_HOME": str(home),
        "MEDIA_ROOT": str(home / "media"),
        "STANDALONE": "True",
        "DEBUG": "False",
        "DATABASE_URL": f"{url}&sslmode=disable",
    }


def _people(python: Path, code: Path, settings: dict[str, str], people: int) -> Any:
    script = PEOPLE.format(
        email=OWNER_EMAIL, password=PASSWORD, people=people, exporters=EXPORTERS, grades=GRADES
    )
    printed = run([python, "manage.py", "shell", "-c", script], folder=code, environment=settings)
    line = next(line for line in printed.splitlines() if line.startswith("PEOPLE"))
    return json.loads(line.removeprefix("PEOPLE"))


def _example(row: dict[str, str]) -> dict[str, str]:
    return {"text": "\n".join(row[name] for name in SHOWN), "item": row["item_id"]}
