"""Reading what a command sends: JSON files written by people."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, TypeVar

import typer

from touchstone_client.wire import decode

T = TypeVar("T")


def read_draft(kind: type[T], path: Path) -> T:
    """A draft from a JSON file; `-` is standard input.

    :raises typer.BadParameter: it is not JSON, or lacks a field.
    """
    content = read_json(path)
    try:
        return decode(kind, content)
    except KeyError as error:
        raise typer.BadParameter(f"{path} has no field {error}.") from error
    except (TypeError, ValueError, ArithmeticError) as error:
        raise typer.BadParameter(f"{path} has a field of the wrong kind: {error}.") from error


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file; `-` is standard input.

    :raises typer.BadParameter: it cannot be read, or is no JSON object.
    """
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
        content = json.loads(text)
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise typer.BadParameter(f"{path} is not JSON: {error}.") from error
    if not isinstance(content, dict):
        raise typer.BadParameter(f"{path} holds no JSON object.")
    return content
