"""A wrong setting ends the start with words that say what would do."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from touchstone.config import environment

ROOT = Path(__file__).resolve().parents[2]
READS = re.compile(
    r"""environ(?:ment)?\.(?:get|flag|number|words|template)\(\s*["']([A-Z_]+)"""
    r"""|^\s+\(?["']((?:SECRET_KEY|DATABASE_URL))""",
    re.MULTILINE,
)


def test_a_database_behind_a_socket() -> None:
    url = "postgresql://me:p%40ss@/touchstone?host=%2Frun%2Fmy%20db"

    found = environment.database(url, pool_size=0)

    assert (found["USER"], found["PASSWORD"], found["NAME"]) == ("me", "p@ss", "touchstone")
    assert (found["HOST"], found["PORT"], found["OPTIONS"]) == ("/run/my db", "", {})


def test_a_database_on_another_machine() -> None:
    url = "postgres://me:secret@db.example:6432/touchstone?sslmode=verify-full"

    found = environment.database(url, pool_size=4)

    assert (found["HOST"], found["PORT"], found["CONN_MAX_AGE"]) == ("db.example", "6432", 0)
    assert found["OPTIONS"]["sslmode"] == "verify-full"
    assert found["OPTIONS"]["pool"]["max_size"] == 4


@pytest.mark.parametrize("url", ["mysql://me@host/name", "postgresql://me@host", "touchstone"])
def test_another_address_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="postgresql://user:password@host"):
        environment.database(url, pool_size=0)


def test_numbers_and_flags_teach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOAD_LIMIT_BYTES", "64 MB")
    with pytest.raises(ImproperlyConfigured, match="write a whole number, such as 1024"):
        environment.number("UPLOAD_LIMIT_BYTES", default=1024)

    monkeypatch.setenv("DEBUG", "maybe")
    with pytest.raises(ImproperlyConfigured, match="write 1 or 0"):
        environment.flag("DEBUG", default=False)


@pytest.mark.parametrize(
    "address",
    ["https://find.example/", "find.example?q={query}", "https://find.example/{query}{x}"],
)
def test_an_address_to_fill_in_teaches(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESEARCH_URL", address)
    with pytest.raises(ImproperlyConfigured, match="write an address such as https"):
        environment.template("RESEARCH_URL", default="https://a.example/?q={query}")


@pytest.mark.parametrize("address", ["", "https://find.example/{language}?q={query}"])
def test_an_address_to_fill_in(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESEARCH_URL", address)
    assert environment.template("RESEARCH_URL", default="https://a.example/{query}") == address


@pytest.mark.parametrize("missing", ["SECRET_KEY", "DATABASE_URL"])
def test_the_server_does_not_start_half_configured(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(missing, "")
    code = "import touchstone.config.wsgi"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode != 0
    assert f"{missing} is missing: set it to" in done.stderr


def test_the_sample_lists_every_variable_and_no_other() -> None:
    sources = [
        *(ROOT / "src/touchstone/config").glob("*.py"),
        *(ROOT / "src/touchstone/ops").rglob("*.py"),
    ]
    read = {a or b for path in sources for a, b in READS.findall(path.read_text())}
    sample = (ROOT / ".env.sample").read_text()

    # The keys of machine annotators are read by the names that their profiles give.
    named = {"TOUCHSTONE_JUDGE_KEY"}
    assert set(re.findall(r"^#? ?([A-Z_]+)=", sample, re.MULTILINE)) == read | named
