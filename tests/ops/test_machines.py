"""`touchstone-ops machine`: from the account to a run; what it says when something is missing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection

from tests.factories.chat_server import ChatServer, chat_server, judgment
from tests.factories.labeled import currency_of
from tests.factories.labeling import Floor, an_open_project
from tests.factories.machines import GUIDELINE, a_judge
from touchstone.apps.guidelines.models import GuidelineText
from touchstone.apps.labeling.machines.models import (
    KinAllowed,
    MachineCall,
    MachineJudgment,
    MachineProfile,
)
from touchstone.apps.labeling.machines.operations import InvalidProfile
from touchstone.apps.labeling.models import Assignment, Judgment
from touchstone.apps.people.models import User
from touchstone.apps.people.queries import fluency_of
from touchstone.apps.planning.operations import add_member
from touchstone.ops import machines
from touchstone.ops.errors import OperatorError

pytestmark = pytest.mark.slow  # each has machines at work

PROFILE = """
base_url = "{base_url}"
model = "judge-large-2026-02-01"
family = "judge"
currency = "EUR"
priced_on = 2026-03-01
input_price = 0.15
output_price = 0.6
requests_per_minute = 60000
{more}
"""
RUN = "import sys; from touchstone.ops.cli import main; sys.exit(main())"


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with chat_server() as running:
        yield running


def a_file(folder: Path, base_url: str = "http://127.0.0.1:9/v1", more: str = "") -> Path:
    path = folder / "judge.toml"
    path.write_text(PROFILE.format(base_url=base_url, more=more), encoding="utf-8")
    return path


def test_from_the_account_to_the_judgments(
    db: None, server: ChatServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    floor = an_open_project(3, annotators=0)
    GuidelineText.objects.create(
        version=floor.plan.guideline_version, language="en", body=GUIDELINE
    )
    currency_of("EUR")

    machines.open_account(email="judge@machines.example", name="Judge A", locales=["en-US"])
    machine = User.objects.get(email="judge@machines.example")
    assert (machine.kind, fluency_of(machine)) == ("machine", {"en-US"})
    told = machines.take_profile(email=machine.email, path=a_file(tmp_path, server.base_url))
    assert "version 1" in told
    add_member(
        project=floor.project, user=machine, function="annotator", by=floor.owner,
        at=floor.plan.created_at,
    )  # fmt: skip
    named: dict[str, Any] = {"key": floor.project.key, "email": machine.email, "limit": 10}

    said = list(machines.forecast(**named))
    assert said[0].startswith("3 items")
    assert said[-1] == "Nothing was asked and nothing spent."
    assert server.requests == []
    said = list(machines.work(**named, budget=None))
    assert said[0] == "3 items judged, 0 of them from earlier answers"
    assert Judgment.objects.filter(annotator=machine).count() == 3
    (line,) = machines.overview(key=floor.project.key)
    assert "Judge A, version 1 (judge-large-2026-02-01): 3 judgments" in line


def test_a_prompt_lies_beside_the_profile(db: None, tmp_path: Path) -> None:
    (tmp_path / "prompt.txt").write_text("Judge.\n$guideline\n$questions", encoding="utf-8")

    terms = machines.read_terms(a_file(tmp_path, more='prompt_file = "prompt.txt"'))

    assert terms.prompt == "Judge.\n$guideline\n$questions"
    assert (terms.input_price, terms.temperature) == (Decimal("0.15"), Decimal(0))


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ("api_key = 'secret'", "api_key"),
        ("max_tokens = '300'", "max_tokens"),
        ("max_tokens = 1.5", "max_tokens"),
        ("at_once = true", "at_once"),
        ("temperature = 'warm'", "temperature"),
        ("prompt_file = 'nowhere.txt'", "nowhere.txt"),
        ("this is no TOML", "judge.toml"),
    ],
)
def test_a_file_that_is_no_profile_is_refused_by_name(
    tmp_path: Path, more: str, named: str
) -> None:
    with pytest.raises(OperatorError, match=named):
        machines.read_terms(a_file(tmp_path, more=more))


def test_what_a_file_lacks_is_named(tmp_path: Path) -> None:
    path = tmp_path / "judge.toml"
    path.write_text('model = "m"', encoding="utf-8")

    with pytest.raises(OperatorError, match=r"lacks: base_url, currency, family, input_price"):
        machines.read_terms(path)


def test_a_profile_that_cannot_stand_changes_nothing(db: None, tmp_path: Path) -> None:
    floor = an_open_project(0, annotators=0)
    machine = a_judge(floor)

    with pytest.raises(InvalidProfile, match="key_variable"):
        machines.take_profile(
            email=machine.email, path=a_file(tmp_path, more='key_variable = "SECRET_KEY"')
        )
    assert MachineProfile.objects.count() == 1


def test_a_reason_lets_a_machine_judge_for_its_own_family(db: None) -> None:
    floor = an_open_project(0, annotators=0)
    machine = a_judge(floor, family="kin")

    told = machines.allow(key=floor.project.key, email=machine.email, reason="Checked by people.")

    assert "although it is of the family kin" in told
    assert KinAllowed.objects.get().reason == "Checked by people."


def test_nobody_and_nothing_are_told(db: None, tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match=r"nobody@here\.example"):
        machines.take_profile(email="nobody@here.example", path=a_file(tmp_path))
    with pytest.raises(OperatorError, match="no project elsewhere"):
        list(machines.overview(key="elsewhere"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["machine"],
        ["machine", "run", "--project", "k", "--annotator", "e", "--limit", "0"],
        ["machine", "run", "--project", "k", "--annotator", "e", "--limit", "5", "--budget", "-1"],
        ["machine", "run", "--project", "k", "--annotator", "e", "--limit", "5", "--budget", "x"],
    ],
)
def test_a_wrong_command_line_is_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    from touchstone.ops import cli

    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    assert left.value.code == 2


# --- a run in a process of its own, killed -----------------------------------------------------


def command(floor: Floor, machine: User) -> list[str]:
    return [
        sys.executable, "-c", RUN, "machine", "run", "--project", floor.project.key,
        "--annotator", machine.email, "--limit", "1000",
    ]  # fmt: skip


def address() -> str:
    """The database of this test, for another process."""
    given = urlsplit(os.environ["DATABASE_URL"])
    return given._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_killed_run_goes_on_and_pays_again_only_for_what_was_under_way(
    server: ChatServer,
) -> None:
    server.script = lambda _body: judgment(wait=0.05)
    items, at_once = 60, 3
    floor = an_open_project(items, annotators=0)
    machine = a_judge(floor, server.base_url, at_once=at_once)
    environment = {**os.environ, "DATABASE_URL": address()}
    killed = subprocess.Popen(command(floor, machine), env=environment)
    deadline = time.monotonic() + 60
    while Judgment.objects.count() < items // 3:
        assert time.monotonic() < deadline and killed.poll() is None
        time.sleep(0.02)
    killed.send_signal(signal.SIGKILL)
    killed.wait(timeout=10)
    paid = MachineCall.objects.filter(state="answered").count()
    asked = len(server.requests)
    assert items // 3 <= paid <= asked <= paid + at_once

    done = subprocess.run(
        command(floor, machine), env=environment, capture_output=True, text=True, timeout=120
    )

    assert done.returncode == 0, done.stderr
    assert Judgment.objects.filter(annotator=machine).count() == items
    assert MachineJudgment.objects.filter(reused=False).count() == items
    assert MachineCall.objects.count() == items
    asked_by_item = Counter(each["content"]["title"] for each in server.items())
    assert len(asked_by_item) == items
    assert sum(asked_by_item.values()) <= items + at_once
    assert set(Assignment.objects.values_list("state", flat=True)) == {"submitted"}
