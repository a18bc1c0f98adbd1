"""The few kinds of refusal that surfaces turn into answers. No domain word lives here.

Each operation defines its own exceptions beside itself, as subclasses of these:

    TouchstoneError
    ├── Refused      a rule of the domain says no (409 or 422); nothing was changed
    ├── NotAllowed   the person may see the thing but not do this (403)
    └── NotVisible   the person may not know that the thing exists (404)
"""

from __future__ import annotations

from django.utils.functional import Promise


class TouchstoneError(Exception):
    """Something was refused. `code` is stable for programs, the message is for people."""

    code = "error"

    def __init__(self, message: str | Promise, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    def __str__(self) -> str:
        return str(self.message)


class Refused(TouchstoneError):
    """A rule of the domain says no; nothing was changed."""

    code = "refused"


class NotAllowed(TouchstoneError):
    """The person may see the thing but not do this to it."""

    code = "not_allowed"


class NotVisible(TouchstoneError):
    """The person may not know whether the thing exists."""

    code = "not_found"
