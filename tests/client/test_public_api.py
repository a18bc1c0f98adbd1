"""What the package offers, exactly; and that it stands alone."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import touchstone_client
from touchstone_client import errors

PACKAGE = Path(touchstone_client.__file__).parent


def test_all_names_exactly_what_is_public() -> None:
    public = {
        name
        for name, value in vars(touchstone_client).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    }

    assert set(touchstone_client.__all__) == public
    assert list(touchstone_client.__all__) == sorted(touchstone_client.__all__)


def test_every_answer_is_public() -> None:
    """A type that a method returns can be imported from the package."""
    answers = {
        value.__name__
        for path in PACKAGE.glob("[a-z]*.py")
        for value in vars(sys.modules[f"touchstone_client.{path.stem}"]).values()
        if dataclasses.is_dataclass(value)
        and isinstance(value, type)
        and value.__module__ == f"touchstone_client.{path.stem}"
    }

    assert answers - set(touchstone_client.__all__) == set()


def test_every_public_name_says_what_it_is() -> None:
    silent = [
        name
        for name in touchstone_client.__all__
        if not (vars(touchstone_client)[name].__doc__ or "").strip()
        or vars(touchstone_client)[name].__doc__.startswith(f"{name}(")
    ]

    assert silent == []


def test_every_exception_is_drawn() -> None:
    raised = {
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, errors.TouchstoneError)
    }

    assert {name for name in raised if name not in (errors.__doc__ or "")} == set()
    assert raised - set(touchstone_client.__all__) == set()


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.name)
def test_it_imports_nothing_of_the_server(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert imported - sys.stdlib_module_names <= {"httpx", "typer", "touchstone_client"}


def test_it_can_be_used_without_django() -> None:
    code = "import sys, touchstone_client.cli; sys.exit('django' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
