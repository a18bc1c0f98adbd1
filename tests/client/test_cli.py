"""The `touchstone` command against the real application."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.factories import programme as play
from tests.factories.programme import KEY, LOCALE, InProcess, Programme
from tools.reference import commands
from touchstone_client import Touchstone
from touchstone_client.cli import session
from touchstone_client.cli.app import run
from touchstone_client.wire import encode

Command = Callable[..., Any]


@pytest.fixture
def touchstone(
    programme: Programme, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Runs a command as somebody; with `--json` the decoded answer, else what was printed."""

    def in_process(url: str, token: str) -> Touchstone:
        return Touchstone(url, token, transport=InProcess(), retries=0)

    monkeypatch.setattr(session, "open_client", in_process)

    def call(name: str, *arguments: object, status: int = 0) -> Any:
        monkeypatch.setenv("TOUCHSTONE_URL", play.BASE_URL)
        monkeypatch.setenv("TOUCHSTONE_TOKEN", programme.tokens[name])
        capsys.readouterr()
        found = run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert found == status, printed.err
        if status:
            return printed.err
        return json.loads(printed.out) if "--json" in arguments else printed.out

    return call


@pytest.mark.parametrize("name", [name for name, _ in commands()])
def test_every_command_has_help_and_speaks_json(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*name.split()[1:], "--help"]) == 0

    said = capsys.readouterr().out
    assert f"Usage: {name}" in said
    assert "--json" in said


def test_every_parameter_is_explained() -> None:
    silent = [
        f"{name} {parameter.name}"
        for name, command in commands()
        for parameter in command.params
        if not parameter.help
    ]

    assert silent == []


def test_without_arguments_it_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    assert "TOUCHSTONE_TOKEN" in "".join(capsys.readouterr())


def test_without_a_token_it_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("TOUCHSTONE_TOKEN", raising=False)

    assert run(["whoami"]) == 2
    assert "export TOUCHSTONE_TOKEN" in capsys.readouterr().err


def test_a_service_that_does_not_answer_is_status_3(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TOUCHSTONE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("TOUCHSTONE_TOKEN", "tst_any")
    monkeypatch.setattr("touchstone_client.transport.wait", lambda seconds: None)

    assert run(["whoami"]) == 3
    assert "Is TOUCHSTONE_URL right" in capsys.readouterr().err


def test_it_says_who_you_are(touchstone: Command, programme: Programme) -> None:
    assert "rita@example.org" in touchstone("rita", "whoami")
    assert touchstone("rita", "whoami", "--json")["roles"][0]["role"] == "requester"
    assert "GB" in touchstone("rita", "markets")

    programme.tokens["rita"] = "tst_wrong"
    assert "token" in touchstone("rita", "whoami", status=4)


def test_a_refusal_is_status_1_and_changes_nothing(touchstone: Command, tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    path.write_text(json.dumps(encode(play.a_request()) | {"currency": "XXX"}))

    assert "currency:" in touchstone("rita", "requests", "file", path, status=1)
    assert "Nothing here." in touchstone("rita", "requests", "list")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "is not JSON"),
        ("[]", "holds no JSON object"),
        ("{}", "has no field 'title'"),
        (json.dumps(encode(play.a_request()) | {"deadline_date": "soon"}), "of the wrong kind"),
        (json.dumps(encode(play.a_request()) | {"worthwhile_change": "much"}), "of the wrong kind"),
    ],
)
def test_a_draft_that_cannot_be_read_is_wrong_use(
    touchstone: Command, tmp_path: Path, text: str, reason: str
) -> None:
    path = tmp_path / "request.json"
    path.write_text(text)

    said = touchstone("rita", "requests", "file", path, status=2)

    assert reason in " ".join(said.split())


def test_an_import_prints_a_table_of_errors(
    touchstone: Command, programme: Programme, tmp_path: Path
) -> None:
    play.planned(programme)
    path = tmp_path / "bad.csv"
    path.write_text("item_id,query_id,query,document_id,locale\n1,q1,what,d1,tlh-QO\n")

    said = touchstone("olga", "items", "import", KEY, path, status=1)
    assert "line 2, locale:" in said
    assert "line 2, locale:" in touchstone(
        "olga", "items", "import", KEY, path, "--dry-run", status=1
    )
    wrong = touchstone("olga", "items", "import", KEY, path, "--map", "qid", status=2)
    assert "--map ours=theirs" in " ".join(wrong.split())


@pytest.mark.slow
def test_a_programme_from_the_command_line(
    touchstone: Command, programme: Programme, tmp_path: Path
) -> None:
    plan, request = tmp_path / "plan.json", tmp_path / "request.json"
    request.write_text(json.dumps(encode(play.a_request())))
    filed = touchstone("rita", "requests", "file", request, "--json")["number"]
    touchstone("rita", "requests", "submit", filed)
    assert "submitted" in touchstone("olga", "requests", "list", "--state", "submitted")
    for state in ("triaged", "scoped", "approved"):
        touchstone("olga", "requests", "move", filed, state)
    touchstone("olga", "requests", "open-project", filed, "--key", KEY, "--name", "Questions")

    offered = touchstone("olga", "plans", "guidelines", "--json")
    guideline = next(each["id"] for each in offered if each["guideline"] == "graded-relevance")
    draft = play.a_plan(guideline, overlap=2, gold_rate=Decimal("0"))
    plan.write_text(json.dumps(encode(draft)))
    touchstone("olga", "plans", "draft", KEY, plan)
    touchstone("olga", "plans", "submit", KEY, 1)
    assert "submitted this plan" in touchstone("olga", "plans", "approve", KEY, 1, status=1)
    assert "approved" in touchstone("omar", "plans", "approve", KEY, 1)
    for name in ("ana", "ben"):
        touchstone("olga", "projects", "add-member", KEY, f"{name}@example.org")
    touchstone("olga", "items", "import", KEY, play.items_file(programme))
    touchstone("olga", "projects", "move", KEY, "live")

    for name in ("ana", "ben"):
        touchstone(name, "work", "guideline", KEY, "--confirm")
        leased = touchstone(name, "work", "lease", KEY, "--count", "50")
        assert leased.count(LOCALE) == play.QUERIES * play.DOCUMENTS
        answers = tmp_path / f"{name}.jsonl"
        answers.write_text("\n".join(_answers(programme, name)))
        for _ in range(2):  # sent twice, counted once
            kept = touchstone(name, "work", "submit", answers, "--json")
            assert len(kept) == leased.count(LOCALE)

    touchstone("olga", "quality", "decide-lot", KEY, LOCALE, "accepted")
    assert "dawid" in touchstone("olga", "consensus", "run", KEY, "--json")["method"].lower()
    touchstone("olga", "releases", "freeze", KEY, "--test-share", "0.25")
    out = tmp_path / "out"
    listed = touchstone("rita", "releases", "download", KEY, 1, "--to", out)
    assert sorted(listed.split()) == sorted(str(path) for path in out.iterdir())
    assert "accepted" in touchstone("rita", "releases", "accept", KEY, 1)

    runs = [
        touchstone("rita", "evaluations", "upload", KEY,
                   play.run_file(programme, name, best_first=best), "--json")["id"]
        for name, best in (("worst", False), ("best", True))
    ]  # fmt: skip
    touchstone("rita", "evaluations", "evaluate", KEY, 1,
               "--baseline", runs[0], "--candidate", runs[1])  # fmt: skip
    evaluation = touchstone("rita", "evaluations", "list", KEY, "--json")[0]["id"]
    spent = touchstone("olga", "value", "costs", KEY, "--json")["total_minor_units"]
    estimate = touchstone("olga", "value", "return", KEY, "--evaluation", evaluation, "--json")
    assert estimate["cost_minor_units"] == spent > 0
    assert "nDCG@10" in touchstone("olga", "value", "returns", KEY)
    touchstone("olga", "value", "review", KEY, "--note", "Worth it.")
    assert "closed" in touchstone("olga", "projects", "move", KEY, "closed")


def _answers(programme: Programme, name: str) -> list[str]:
    """A line for each task in somebody's hand."""
    tasks = programme.client(name).work.in_hand(KEY).tasks
    return [
        json.dumps(
            {
                "assignment": task.assignment,
                "lease": task.lease,
                "answers": play.answer_to(task),
                "seconds": 2.5,
            }
        )
        for task in tasks
    ]
