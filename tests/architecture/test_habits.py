"""House rules that no linter knows."""

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(p for p in (ROOT / "src").rglob("*.py") if "migrations" not in p.parts)
MODULE_LINES = 400
FUNCTION_LINES = 50  # a signature and a docstring not counted


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of what it does: a long signature or docstring is welcome."""
    done = function.body[1:] if ast.get_docstring(function) else function.body
    return (function.end_lineno or 0) - done[0].lineno + 1 if done else 0


def test_a_module_is_split_by_a_noun_before_it_is_long() -> None:
    long = {name(path): len(path.read_text().splitlines()) for path in SOURCES}

    assert {path: lines for path, lines in long.items() if lines > MODULE_LINES} == {}


def test_a_function_fits_on_a_screen() -> None:
    long = {
        f"{name(path)}:{function.lineno} {function.name}": lines_of(function)
        for path in SOURCES
        for function in functions(path)
        if lines_of(function) > FUNCTION_LINES
    }

    assert long == {}


def test_nobody_listens_to_signals_of_django() -> None:
    signals = re.compile(
        r"^\s*(from|import) django\.(dispatch|.*signals)|from django.* import signals", re.M
    )

    assert [name(path) for path in SOURCES if signals.search(path.read_text())] == []


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_names_no_place_and_hashes_everything(lock: str) -> None:
    text = (ROOT / lock).read_text()
    entries = re.findall(r"^[\w.-]+==.*(?:\n    .*)*", text, re.MULTILINE)

    assert not re.search(r"https?:|file:|^-|^/| @ ", text, re.MULTILINE)
    assert entries
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_of_browser_files_names_no_registry() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]

    assert [path for path, package in packages.items() if "resolved" in package] == []
    assert [path for path, package in packages.items() if path and "integrity" not in package] == []


def test_no_tool_is_told_where_to_download_from() -> None:
    told = re.compile(r"index-url|find-links|^registry\s*=|--registry|--index\b", re.MULTILINE)
    files = [
        ROOT / ".npmrc",
        ROOT / "Makefile",
        ROOT / "pyproject.toml",
        *(path for path in (ROOT / "tools").iterdir() if path.is_file()),
    ]

    assert [name(path) for path in files if told.search(path.read_text())] == []


def test_help_lists_every_target() -> None:
    targets = re.findall(r"^\.PHONY: (\S+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    shown = subprocess.run(
        ["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout

    assert re.findall(r"^  make (\S+)", shown, re.MULTILINE) == targets
    promised = "setup demo run check fix test test-fast bench docs clean help".split()  # noqa: SIM905
    assert set(promised) <= set(targets)
