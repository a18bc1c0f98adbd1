"""The import contracts hold, and each one bites when it is broken."""

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = ROOT / ".importlinter"
# For each contract, lines that break it, by the file they are added to.
BREAKS = {
    "assay-is-pure": {"assay/__init__.py": "import django"},
    "client-speaks-http-only": {"touchstone_client/__init__.py": "import assay"},
    "layers": {"touchstone/flows/__init__.py": "import touchstone.web"},
    "apps-in-the-order-of-the-work": {
        "touchstone/apps/markets/apps.py": "import touchstone.apps.people"
    },
    "workbench-is-blind": {"touchstone/workbench/__init__.py": "import touchstone.apps.quality"},
    "models-stay-in-apps": {"touchstone/api/__init__.py": "import touchstone.apps.items.models"},
    "assay-has-no-cycles": {
        "assay/chicken.py": "import assay.egg",
        "assay/egg.py": "import assay.chicken",
    },
}


def contract_names() -> set[str]:
    parser = configparser.ConfigParser()
    parser.read(CONTRACTS)
    prefix = "importlinter:contract:"
    return {name.removeprefix(prefix) for name in parser.sections() if name.startswith(prefix)}


def lint(source: Path, *options: str) -> subprocess.CompletedProcess[str]:
    code = "from importlinter.cli import lint_imports_command as main; main()"
    command = [sys.executable, "-c", code, "--config", str(CONTRACTS), "--no-cache", *options]
    env = {**os.environ, "PYTHONPATH": str(source)}
    return subprocess.run(command, env=env, cwd=source, capture_output=True, text=True, check=False)


def test_every_contract_holds() -> None:
    done = lint(ROOT / "src")

    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    target = tmp_path / "src"
    unread = shutil.ignore_patterns("__pycache__", "static", "templates")
    shutil.copytree(ROOT / "src", target, ignore=unread)
    return target


def test_each_contract_has_a_break() -> None:
    assert set(BREAKS) == contract_names()


@pytest.mark.slow
@pytest.mark.parametrize("contract", BREAKS)
def test_each_contract_bites(copy: Path, contract: str) -> None:
    for path, line in BREAKS[contract].items():
        with (copy / path).open("a") as module:
            module.write(f"\n{line}\n")

    done = lint(copy, "--contract", contract)

    assert "1 broken" in done.stdout, done.stdout + done.stderr


@pytest.mark.slow
def test_an_app_nobody_listed_is_refused(copy: Path) -> None:
    stranger = copy / "touchstone" / "apps" / "stranger"
    stranger.mkdir()
    (stranger / "__init__.py").touch()

    done = lint(copy, "--contract", "apps-in-the-order-of-the-work")

    assert done.returncode != 0
    assert "stranger" in done.stdout + done.stderr
