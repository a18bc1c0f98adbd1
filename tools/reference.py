"""Writes docs/reference/api.md and cli.md from the code: `python -m tools.reference`.

A test compares the pages with the code, so that a command or an endpoint without its page fails.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
MADE = "<!-- Made by `python -m tools.reference`; change the code, not this page. -->"


def pages() -> dict[str, str]:
    """Each page by its file name."""
    return {"api.md": api_page(), "cli.md": cli_page()}


# --- the command --------------------------------------------------------------------------------


def cli_page() -> str:
    """Every command of `touchstone` with its arguments and options."""
    from touchstone_client.cli.app import HELP

    parts = ["# The `touchstone` command", MADE, HELP.strip(), *_sections()]
    return "\n\n".join(parts) + "\n"


def commands() -> Iterator[tuple[str, Any]]:
    """Every command that does something, by its full name."""
    import typer.main

    from touchstone_client.cli.app import app

    yield from _below(typer.main.get_command(app), "touchstone")


def _below(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    for key, inner in getattr(command, "commands", {}).items():
        yield from _below(inner, f"{name} {key}")
    if not getattr(command, "commands", {}):
        yield name, command


def _sections() -> Iterator[str]:
    group = ""
    for name, command in commands():
        if name.split()[1] != group:
            group = name.split()[1]
            yield f"## {group}"
        if len(name.split()) > 2:
            yield f"### {name}"
        yield command.help.strip()
        yield f"```\n{name} {_usage(command)}\n```"
        yield _table(("argument or option", "what"), [_parameter(one) for one in command.params])


def _usage(command: Any) -> str:
    arguments = [one.name.upper() for one in command.params if one.param_type_name == "argument"]
    return " ".join([*arguments, "[OPTIONS]"])


def _parameter(one: Any) -> tuple[str, str]:
    if one.param_type_name == "argument":
        return f"`{one.name.upper()}`", one.help or ""
    shown = one.opts[0] if one.is_flag else f"{one.opts[0]} {(one.metavar or one.name).upper()}"
    return f"`{shown}`", (one.help or "") + (" Required." if one.required else "")


# --- the API ------------------------------------------------------------------------------------


def api_page() -> str:
    """Every endpoint with what it needs, takes and answers, and every schema."""
    from touchstone.api.access import endpoints
    from touchstone.api.api import api

    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    access = {one.operation_id: one for one in endpoints(api)}
    parts = ["# The API", MADE, schema["info"]["description"].strip()]
    parts.append("The OpenAPI document is at `/api/v1/openapi.json`.")
    parts += [*_by_tag(schema, access), "## Schemas", *_schemas(schema)]
    return "\n\n".join(parts) + "\n"


def _by_tag(schema: Mapping[str, Any], access: Mapping[str, Any]) -> list[str]:
    tags: dict[str, list[str]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            lines = tags.setdefault(operation["tags"][0], [])
            lines += _operation(method, path, operation, access[operation["operationId"]])
    return [line for tag, lines in tags.items() for line in (f"## {tag}", *lines)]


def _operation(method: str, path: str, operation: Mapping[str, Any], access: Any) -> list[str]:
    parts = [f"### {method.upper()} {path}", operation["description"].strip(), _needs(access)]
    rows = [_field(one["name"], one["schema"], one.get("required")) for one in _given(operation)]
    if rows:
        parts.append(_table(("parameter", "kind", "required"), rows))
    if "requestBody" in operation:
        parts.append(f"Takes {_content(operation['requestBody']['content'])}.")
    answers = [
        f"{status}: {_content(one.get('content', {}))}"
        for status, one in operation["responses"].items()
    ]
    parts.append(f"Answers {'; '.join(answers)}.")
    return parts


def _needs(access: Any) -> str:
    if access.capability is None:
        return "For everybody who is signed in."
    where = {
        "service": "anywhere",
        "project": "on the project",
        "request": "on the request",
    }[access.scope]
    return f"Needs `{access.capability.name}` ({access.capability.value}) {where}."


def _given(operation: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(operation.get("parameters", []))


def _content(content: Mapping[str, Any]) -> str:
    if not content:
        return "nothing"
    (kind, one), *_ = content.items()
    shown = _kind(one["schema"])
    return shown if kind == "application/json" else f"`{kind}`: {shown}"


def _schemas(schema: Mapping[str, Any]) -> Iterator[str]:
    for name, one in sorted(schema["components"]["schemas"].items()):
        yield f"### {name}"
        if one.get("description"):
            yield " ".join(one["description"].split())
        if "enum" in one:
            yield " ".join(f"`{value}`" for value in one["enum"])
        required = set(one.get("required", ()))
        rows = [
            _field(field, what, field in required)
            for field, what in one.get("properties", {}).items()
        ]
        if rows:
            yield _table(("field", "kind", "required"), rows)


def _field(name: str, what: Mapping[str, Any], required: bool | None) -> tuple[str, str, str]:
    return f"`{name}`", _kind(what), "yes" if required else ""


def _kind(what: Mapping[str, Any]) -> str:
    if "$ref" in what:
        name = what["$ref"].rpartition("/")[2]
        return f"[{name}](#{_anchor(name)})"
    if "anyOf" in what:
        kinds = dict.fromkeys(_kind(one) for one in what["anyOf"])
        return " or ".join(kinds)
    if "enum" in what:
        return " ".join(f"`{value}`" for value in what["enum"])
    if what.get("type") == "array":
        return f"list of {_kind(what['items'])}"
    if what.get("type") == "object" and what.get("properties"):
        return ", ".join(f"`{name}` {_kind(one)}" for name, one in what["properties"].items())
    kind = what.get("format") or what.get("type") or "anything"
    return kind + _bounds(what)


def _bounds(what: Mapping[str, Any]) -> str:
    words = {"minimum": "≥", "maximum": "≤", "exclusiveMaximum": "<", "maxLength": "length ≤"}
    found = [f"{sign} {what[name]}" for name, sign in words.items() if name in what]
    return f" ({', '.join(found)})" if found else ""


def _anchor(title: str) -> str:
    return re.sub(r"[^\w-]", "", title.lower())


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    escaped = (tuple(cell.replace("|", "\\|") for cell in line) for line in lines)
    return "\n".join(f"| {' | '.join(line)} |" for line in escaped)


def main() -> None:
    """Write every page."""
    import django

    os.environ.setdefault("SECRET_KEY", "only-for-the-reference")
    os.environ.setdefault("DATABASE_URL", "postgresql:///nothing-is-read")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "touchstone.config.settings")
    django.setup()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
