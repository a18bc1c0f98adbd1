"""Who the token belongs to."""

from __future__ import annotations

from dataclasses import dataclass

from touchstone_client.transport import Transport
from touchstone_client.wire import decode


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role and where it holds."""

    role: str
    everywhere: bool
    markets: tuple[str, ...]
    vendors: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Me:
    """The person or program that the token belongs to."""

    email: str
    name: str
    kind: str
    language: str
    time_zone: str
    locales: tuple[str, ...]
    roles: tuple[Role, ...]


def whoami(transport: Transport) -> Me:
    """The owner of the token."""
    return decode(Me, transport.get("/me"))
