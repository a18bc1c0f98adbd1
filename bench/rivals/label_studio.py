"""Label Studio OSS as its own image runs it: uWSGI with the values of its `uwsgi.ini`.

nginx stands before it, as in the image, where the machine has one; without it the scripts of the
page go over the wire as they lie on the disk, as they do from the pip package.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import time
from collections.abc import Iterator, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.cpu import cpu_seconds
from bench.crowd import Faults
from bench.rivals import nginx
from bench.rivals.environments import Packages, environment
from bench.rivals.http import Download, Http, Unexpected, well
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

PACKAGES = Packages(
    "label-studio", ("label-studio==1.23.2",), optional=("uwsgi==2.0.31",), fallback=("gunicorn",)
)
IMPORTED_AT_ONCE = 10_000

UWSGI = shlex.split(
    "--master --threads 1 --single-interpreter --vacuum --die-on-term --buffer-size 65535 "
    "--http-timeout 300 --need-app --ignore-sigpipe --ignore-write-errors "
    "--disable-write-exception --harakiri 120 --post-buffering 4096 --disable-logging "
    "--enable-threads --thunder-lock --lazy-apps --max-requests 5000 --reload-on-rss 2048 "
    "--worker-reload-mercy 300"
)

CONFIG = (
    '<View><Header value="$query"/>'
    + "".join(f'<Text name="{name}" value="${name}"/>' for name in SHOWN[1:])
    + '<Choices name="grade" toName="title" choice="single-radio" required="true" '
    'showInLine="true">'
    + "".join(f'<Choice value="{grade}"/>' for grade in GRADES)
    + '</Choices><TextArea name="comment" toName="title"/></View>'
)

# Run inside Label Studio's own shell: people without a password need no costly hash.
PEOPLE = """
import json
from organizations.functions import create_organization
from rest_framework.authtoken.models import Token
from users.models import User
owner = User(email="{email}", username="owner")
owner.set_password("{password}")
owner.save()
organization = create_organization("bench", owner)
owner.active_organization = organization
owner.save()
people = [owner]
for number in range({people}):
    person = User(email=f"a{{number}}@bench.example", username=f"a{{number}}")
    person.set_unusable_password()
    person.save()
    organization.add_user(person)
    person.active_organization = organization
    person.save()
    people.append(person)
print("PEOPLE" + json.dumps([Token.objects.get_or_create(user=one)[0].key for one in people]))
"""


class LabelStudio:
    """A running Label Studio with one project for the rounds."""

    name = "Label Studio"
    version = "1.23.2"

    def __init__(
        self,
        ports: tuple[int, int],
        roots: tuple[int, ...],
        store: Database,
        tokens: Sequence[str],
        sizes: Sizes,
        server: str,
    ) -> None:
        self._api_port, self._page_port = ports
        self.roots, self.server = roots, server
        self._store, self._tokens, self._sizes = store, tokens, sizes
        self._owner = self._http(0)
        self._project = self._new_project("bench")
        self._exported = 0
        self.notes: list[str] = []

    def annotator(self, number: int) -> Person:
        """The annotator of this number, by token."""
        return Person(self._http(number + 1), self._project)

    def cpu_seconds(self) -> float:
        """Of uWSGI (and nginx) and of PostgreSQL."""
        return cpu_seconds(*self.roots, self._store.postmaster)

    def faults(self, acknowledged: Sequence[str]) -> Faults:
        """What its own table of annotations holds."""
        stored = {str(row[0]) for row in self._store.rows("SELECT id FROM task_completion")}
        return Faults(
            lost=len(set(acknowledged) - stored),
            doubled=self._store.number(
                "SELECT sum(times - 1) FROM (SELECT count(*) AS times FROM task_completion "
                "WHERE project_id = %s GROUP BY task_id, completed_by_id) AS each",
                [self._project],
            ),
            above_overlap=self._store.number(
                "SELECT count(*) FROM (SELECT task_id FROM task_completion WHERE project_id = %s "
                "GROUP BY task_id HAVING count(*) > %s) AS each",
                [self._project, OVERLAP],
            ),
        )

    def import_items(self) -> None:
        """One file of tasks, as its import dialog sends it; in parts when it gives that up."""
        tasks = [{"data": row} for row in items(self._sizes.items)]
        began = time.perf_counter()
        try:
            self._import(self._project, tasks)
        except (Unexpected, OSError, HTTPException) as error:
            waited = time.perf_counter() - began
            self.notes.append(f"gave up one file after {waited:.0f} s ({error}); imported in parts")
            self._project = self._new_project("bench, in parts")
            self._import_in_parts(self._project, tasks)

    def counted(self) -> tuple[int, int]:
        """The summary of labels on the project against the rows."""
        summary = self._owner.call("GET", f"/api/projects/{self._project}/summary/")
        told = sum(summary["created_labels"].get("grade", {}).values())
        return told, self._stored("project_id", self._project)

    def checks(self) -> list[Check]:
        """On four tasks that nobody has touched."""
        last = self._store.rows(
            "SELECT t.id FROM task t WHERE project_id = %s AND NOT EXISTS "
            "(SELECT FROM task_completion c WHERE c.task_id = t.id) ORDER BY id DESC LIMIT 4",
            [self._project],
        )
        one, two, three, four = (row[0] for row in last)
        extra = range(self._sizes.people - 4, self._sizes.people)
        return [
            self._check("the same POST twice", one, [extra[0]] * 2, _answer(GRADES[GRADE]), 1),
            self._check("a fourth annotator", two, [*extra], _answer(GRADES[GRADE]), OVERLAP),
            self._check("a label outside the schema", three, [extra[0]], _answer("99 Bogus"), 0),
            self._check("an empty required answer", four, [extra[0]], [], 0),
        ]

    def sign_in(self, page: Page) -> None:
        """By its form."""
        page.goto(f"http://{HOST}:{self._page_port}/user/login/")
        page.fill("input[name=email]", OWNER_EMAIL)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/login" not in url)

    def seat(self) -> Seat:
        """The label stream: a digit, then Ctrl+Enter."""
        return Seat(
            address=f"http://{HOST}:{self._page_port}/projects/{self._project}/data?labeling=1",
            ready=".lsf-main-view input[type=radio]:enabled",
            what=".lsf-richtext__line",
            choose="3",
            submit=("Control+Enter",),
        )

    def fill_for_export(self) -> None:
        """A project more, whose tasks come with an annotation each, in chunks."""
        self._exported = self._new_project("export")
        tasks = [
            {"data": row, "annotations": [{"result": _answer(GRADES[GRADE])}]}
            for row in items(self._sizes.judgments)
        ]
        self._import_in_parts(self._exported, tasks)

    def export(self) -> Download:
        """All annotations as JSON."""
        path = f"/api/projects/{self._exported}/export?exportType=JSON"
        return self._owner.download(path)

    def _import_in_parts(self, project: int, tasks: Sequence[object]) -> None:
        for start in range(0, len(tasks), IMPORTED_AT_ONCE):
            self._import(project, tasks[start : start + IMPORTED_AT_ONCE])

    def _import(self, project: int, tasks: Sequence[object]) -> None:
        content = json.dumps(tasks).encode()
        self._owner.send_file(f"/api/projects/{project}/import", "file", "items.json", content)

    def _check(
        self, what: str, task: int, people: Sequence[int], answer: list[Any], right: int
    ) -> Check:
        path = f"/api/tasks/{task}/annotations/?project={self._project}"
        body = {"result": answer, "lead_time": 5.0}
        statuses = [self._http(one + 1).ask("POST", path, body).status for one in people]
        return Check(what, tuple(statuses), self._stored("task_id", task), right)

    def _stored(self, column: str, number: int) -> int:
        query = f"SELECT count(*) FROM task_completion WHERE {column} = %s"
        return self._store.number(query, [number])

    def _new_project(self, title: str) -> int:
        body = {
            "title": title,
            "label_config": CONFIG,
            "maximum_annotations": OVERLAP,
            "enable_empty_annotation": False,
            "show_skip_button": False,
        }
        return int(self._owner.call("POST", "/api/projects/", body)["id"])

    def _http(self, person: int) -> Http:
        return Http(self._api_port, f"Token {self._tokens[person]}")


class Person:
    """One annotator: the label stream's next task, and an annotation on it."""

    def __init__(self, http: Http, project: int) -> None:
        self._http, self._project = http, project

    def next(self) -> Any | None:
        """What the label stream gives; 404 says that nothing is left."""
        reply = self._http.ask("GET", f"/api/projects/{self._project}/next/")
        if reply.status == 404:
            return None
        return well("next", reply).body["id"]

    def submit(self, task: object) -> str:
        """The third grade with a comment; the name is the annotation's."""
        path = f"/api/tasks/{task}/annotations/?project={self._project}"
        body = {"result": _answer(GRADES[GRADE]), "lead_time": 5.0}
        return str(self._http.call("POST", path, body)["id"])

    def close(self) -> None:
        """Nothing is open between two calls."""


@contextlib.contextmanager
def running(home: Path, sizes: Sizes) -> Iterator[LabelStudio]:
    """Label Studio installed, migrated, signed up and served while the block lasts.

    :raises NotHere: it cannot be had on this machine.
    """
    venv = environment(PACKAGES)
    code = venv / "lib" / next((venv / "lib").iterdir()).name / "site-packages/label_studio"
    home.mkdir()
    with contextlib.ExitStack() as up:
        store = up.enter_context(database(home, "label_studio"))
        settings = _settings(venv, home, store)
        python = venv / "bin/python"
        run([python, "manage.py", "migrate", "-v", "0"], folder=code, environment=settings)
        tokens = _people(python, code, settings, sizes.people)
        port, log = free_port(), home / "web.log"
        command, told = _server(venv, port)
        roots = [up.enter_context(program(command, folder=code, environment=settings, log=log))]
        await_answer(port, "/health", log=log)
        page_port = port
        if nginx.installed():
            page_port, pid = up.enter_context(nginx.before(port, _files(code), home))
            roots.append(pid)
            told += " behind nginx"
        ports = (port, page_port)
        yield LabelStudio(ports, tuple(roots), store, tokens, sizes, told)


def _server(venv: Path, port: int) -> tuple[list[str], str]:
    workers = 2 * (os.cpu_count() or 1)
    if (uwsgi := venv / "bin/uwsgi").exists():
        bound = ["--http", f"{HOST}:{port}", "--processes", str(workers)]
        command = [str(uwsgi), *bound, "--module", "core.wsgi:application", *UWSGI]
        return command, f"uWSGI, {workers} processes"
    options = ["--bind", f"{HOST}:{port}", "--workers", str(workers), "--timeout", "120"]
    command = [str(venv / "bin/gunicorn"), *options, "core.wsgi:application"]
    return command, f"gunicorn, {workers} workers"


def _settings(venv: Path, home: Path, store: Database) -> dict[str, str]:
    """Nothing of our own environment; nothing that calls home."""
    return {
        "PATH": f"{venv / 'bin'}:{os.defpath}",
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "DJANGO_SETTINGS_MODULE": "core.settings.label_studio",
        "APP_WEBSERVER": "uwsgi",
        "BASE_DATA_DIR": str(home),
        "DJANGO_DB": "default",
        "POSTGRE_HOST": store.folder,
        "POSTGRE_NAME": store.name,
        "POSTGRE_USER": store.user,
        "POSTGRE_PASSWORD": store.password,
        # Two indexes for searching in texts, which the PostgreSQL at hand cannot make; nothing
        # that is measured here reads them, and it is spared to keep them.
        "SKIP_TRIGRAM_EXTENSION": "full",
        "SKIP_BTREE_GIN_EXTENSION": "full",
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "COLLECT_ANALYTICS": "false",
        "LATEST_VERSION_CHECK": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
    }


def _people(python: Path, code: Path, settings: dict[str, str], people: int) -> list[str]:
    script = PEOPLE.format(email=OWNER_EMAIL, password=PASSWORD, people=people)
    printed = run([python, "manage.py", "shell", "-c", script], folder=code, environment=settings)
    line = next(line for line in printed.splitlines() if line.startswith("PEOPLE"))
    return list(json.loads(line.removeprefix("PEOPLE")))


def _files(code: Path) -> dict[str, Path]:
    """What its nginx serves from the disk."""
    web = code.parent / "web/dist"
    return {
        "/static/": code / "core/static_build",
        "/react-app/": web / "apps/labelstudio",
        "/label-studio-frontend/": web / "libs/editor",
        "/dm/": web / "libs/datamanager",
    }


def _answer(grade: str) -> list[Any]:
    choice = {"from_name": "grade", "to_name": "title", "type": "choices"}
    comment = {"from_name": "comment", "to_name": "title", "type": "textarea"}
    return [
        {**choice, "value": {"choices": [grade]}},
        {**comment, "value": {"text": [COMMENT]}},
    ]
