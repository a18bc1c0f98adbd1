"""Every address and endpoint with what it needs, as the table of `docs/reference/access.md`.

`python -m tests.architecture.access_matrix` writes the table; a test fails when it is not current.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from touchstone.apps.people.policies import Capability

DOCUMENT = Path(__file__).parents[2] / "docs" / "reference" / "access.md"

# Open to everybody, signed in or not; each for a reason.
PUBLIC = {
    "web:sign_in": "the way in",
    "web:sign_out": "the way out",
    "web:language": "the sign-in page speaks two languages",
    "health": "a load balancer asks",
}

HEAD = """# Who may do what

Generated from the code by `python -m tests.architecture.access_matrix`; a test keeps it current
and asks every address as every role.

A role holds in some markets, at some vendors, on some projects, or everywhere. Outside of that,
whatever belongs to a project or a request answers 404, as if it did not exist. Within it, what the
role does not bring answers 403. **self** is open to everybody with an account, about themselves
or about what they may see. On the **service** it is enough to hold the role somewhere: what is
listed or made there ends at the person's reach. Without an account the console asks to sign in and
the API answers 401.

Some rules ask for more than a role: a plan is approved by somebody other than who submitted it,
and a request is moved by its requester until it is taken in, after that by who decides on requests.
"""


@dataclass(frozen=True)
class Line:
    """One page; `capability` is None for what everybody signed in may open."""

    name: str
    methods: tuple[str, ...]
    address: str
    capability: Capability | None
    scope: str


def pages() -> list[Line]:
    """Every address of the console and the workbench.

    :raises LookupError: a view declares nothing and is not on the list of what is public.
    """
    from django.urls import get_resolver

    return [_line(name, address, view) for name, address, view in _patterns(get_resolver())
            if name not in PUBLIC and not address.startswith("api/")]  # fmt: skip


def _patterns(resolver: Any, prefix: str = "", space: str = "") -> Iterator[tuple[str, str, Any]]:
    for pattern in resolver.url_patterns:
        address = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _patterns(pattern, address, space + inner)
        else:
            yield f"{space}{pattern.name}", address, pattern.callback


def _line(name: str, address: str, view: Any) -> Line:
    try:
        return Line(name, view.methods, f"/{address}", view.capability, view.scope)
    except AttributeError as error:
        raise LookupError(f"{name} declares no capability and is not public") from error


def table() -> str:
    """The whole document."""
    from touchstone.api.access import endpoints
    from touchstone.api.api import api

    console = [
        _row(" ".join(line.methods), line.address, line.capability, line.scope) for line in pages()
    ]
    programs = [_row(one.method, one.path, one.capability, one.scope) for one in endpoints(api)]
    public = [f"- `{name}`: {why}" for name, why in sorted(PUBLIC.items())]
    return "\n".join(
        [HEAD, "## Console and workbench\n", *_head("address"), *console, "",
         "## API\n", *_head("endpoint"), *programs, "",
         "## Open to everybody\n", *public, ""]
    )  # fmt: skip


def _roles() -> list[Any]:
    from touchstone.apps.people.policies import Role

    return list(Role)


def _head(what: str) -> list[str]:
    names = " | ".join(role.value.replace("_", " ") for role in _roles())
    rule = " | ".join(":-:" for _role in _roles())
    return [f"| method | {what} | needs | scope | {names} |", f"|---|---|---|---|{rule}|"]


def _row(methods: str, address: str, capability: Capability | None, scope: str) -> str:
    from touchstone.apps.people.policies import CAPABILITIES

    needs = capability.value if capability else "an account"
    marks = " | ".join(
        "✓" if capability is None or capability in CAPABILITIES[role] else "" for role in _roles()
    )
    return f"| {methods} | `{address}` | {needs} | {scope} | {marks} |"


if __name__ == "__main__":
    from touchstone.ops.runtime import set_up_django, surroundings

    with surroundings():
        set_up_django()
        DOCUMENT.write_text(table(), encoding="utf-8")
