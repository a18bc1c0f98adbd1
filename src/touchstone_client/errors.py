"""What can go wrong when talking to Touchstone.

    TouchstoneError
    ├── TransportError        no answer came: the network, a timeout, a server that is down
    ├── ChecksumMismatch      a file arrived damaged; nothing was written
    └── ApiError              the server refused: `status`, `code`, `message`, `details`
        ├── Invalid           400, 413, 422   what was sent is not valid
        │   └── BadFile                       an imported file has errors: `report` lists them
        ├── Unauthenticated   401             no token, or one that does not hold any more
        ├── Forbidden         403             you may see it but not do this
        ├── NotFound          404             there is no such thing for you
        ├── Conflict          409             not in this state; the same call may pass later
        ├── RateLimited       429             slow down; tried again for you, within limits
        └── ServerError       5xx             their side failed

`code` is stable, for programs; `message` is for people, in the language of the client.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from touchstone_client.items import ImportReport


class TouchstoneError(Exception):
    """Anything that this package raises."""


class TransportError(TouchstoneError):
    """No answer came. What was sent may or may not have arrived."""


class ChecksumMismatch(TouchstoneError):
    """A file arrived with other bytes than the release names; nothing was written."""


class ApiError(TouchstoneError):
    """The server refused, and said why."""

    def __init__(self, status: int, code: str, message: str, details: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details

    def __str__(self) -> str:
        fields = self.details.get("fields") or {}
        reasons = "".join(f"\n  {field}: {reason}" for field, reason in fields.items())
        return f"{self.message}{reasons}"


class Invalid(ApiError):
    """What was sent is not valid; nothing was changed."""


class BadFile(Invalid):
    """A file of items has errors; nothing was changed."""

    def __init__(self, error: Invalid, report: ImportReport) -> None:
        super().__init__(error.status, error.code, error.message, error.details)
        self.report = report


class Unauthenticated(ApiError):
    """No token, or one that is unknown, revoked or expired."""


class Forbidden(ApiError):
    """You may see it but not do this."""


class NotFound(ApiError):
    """There is no such thing for you."""


class Conflict(ApiError):
    """Not in this state; nothing was changed."""


class RateLimited(ApiError):
    """Too many calls in a short time."""


class ServerError(ApiError):
    """The server failed."""


_KINDS: dict[int, type[ApiError]] = {
    400: Invalid,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: Invalid,
    422: Invalid,
    429: RateLimited,
}


def error_of(response: httpx.Response) -> ApiError:
    """The exception for a refusal; a body that is not ours (a proxy's page) is tolerated."""
    try:
        body = response.json()
    except ValueError:
        body = {}
    if not isinstance(body, dict):
        body = {}
    status = response.status_code
    kind = _KINDS.get(status, ServerError if status >= 500 else ApiError)
    fallback = f"The server answered {status} {response.reason_phrase}.".replace(" .", ".")
    return kind(
        status,
        str(body.get("code", f"http_{status}")),
        str(body.get("message", fallback)),
        body.get("details") or {},
    )
