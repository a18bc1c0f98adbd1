"""How a refusal looks on the wire: always `{"code", "message", "details"}`.

The code is for programs and stays the same; the message is for people, in the language they ask
for (`Accept-Language`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.responses import Response

from touchstone.lib.errors import NotAllowed, NotVisible, Refused, TouchstoneError

log = logging.getLogger(__name__)

# What was sent is wrong whatever the state of things: 422, as for every refusal that names fields.
# Any other is a 409: the same call may pass later. A test looks for each code among the refusals.
INVALID_INPUT = frozenset(
    {
        "appeal_refused",
        "bad_cursor",
        "bad_file",
        "broken_practice",
        "broken_quiz",
        "broken_schema",
        "foreign_run",
        "invalid_answers",
        "invalid_decision",
        "invalid_quiz_answers",
        "invalid_run",
        "invalid_split",
        "invalid_threshold",
        "question_refused",
        "reason_missing",
        "same_run",
        "unknown_currency",
        "unknown_items",
        "unknown_locale",
        "unknown_market",
        "unknown_queries",
        "unknown_topic",
        "unknown_verdict",
    }
)

CODES = {400: "bad_request", 401: "unauthenticated", 403: "not_allowed", 413: "too_large"}


class ErrorOut(Schema):
    """What every refusal looks like."""

    code: str
    message: str
    details: dict[str, Any] = {}


def install(api: NinjaAPI) -> None:
    """Teach `api` to turn each kind of exception into its answer."""
    handlers: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        Refused: _refused,
        NotAllowed: _not_allowed,
        NotVisible: _not_visible,
        Http404: _no_page,
        AuthenticationError: _unauthenticated,
        HttpError: _http,
        ValidationError: _invalid,
        RequestDataTooBig: _too_big,
        SuspiciousOperation: _malformed,
        BadRequest: _malformed,
        Exception: _unexpected,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def answer(status: int, code: str, message: str, details: dict[str, Any]) -> HttpResponse:
    """One refusal in the shape that all of them have."""
    return Response({"code": code, "message": message, "details": details}, status=status)


def status_of(refusal: Refused) -> int:
    """422 when the input itself is wrong, 409 when the state of things says no."""
    return 422 if refusal.code in INVALID_INPUT or "fields" in refusal.details else 409


def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    return answer(status_of(error), error.code, str(error), _details(error))


def _not_allowed(request: HttpRequest, error: NotAllowed) -> HttpResponse:
    return answer(403, error.code, str(error), _details(error))


def _not_visible(request: HttpRequest, error: NotVisible) -> HttpResponse:
    return answer(404, error.code, str(error), {})


def _no_page(request: HttpRequest, error: Http404) -> HttpResponse:
    return answer(404, NotVisible.code, _("There is nothing at this address."), {})


def _unauthenticated(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    message = _("Sign in, or send a valid token in the header Authorization: Bearer tst_…")
    response = answer(401, CODES[401], message, {})
    response["WWW-Authenticate"] = 'Bearer realm="touchstone"'
    return response


def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return answer(error.status_code, CODES.get(error.status_code, "refused"), str(error), {})


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = {_path(one): str(one["msg"]) for one in error.errors}
    message = _("Some of what was sent is not valid; nothing was changed.")
    return answer(422, "invalid", message, {"fields": fields})


def _too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return answer(413, CODES[413], _("The body is too large; nothing was changed."), {})


def _malformed(request: HttpRequest, error: Exception) -> HttpResponse:
    return answer(400, CODES[400], _("The request could not be read."), {})


def _unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
    log.exception("%s %s failed", request.method, request.path, exc_info=error)
    message = _("Something went wrong on our side; nothing was changed. It has been logged.")
    return answer(500, "internal", message, {})


def _details(error: TouchstoneError) -> dict[str, Any]:
    return {name: _plain(value) for name, value in error.details.items()}


def _plain(value: object) -> Any:
    """A detail as JSON can carry it: lazy texts, dates and enumerations become text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    return str(value)


def _path(error: dict[str, Any]) -> str:
    """Which field is wrong, without the name of the parameter that it came in.

    The value itself is never repeated: it may be a secret.
    """
    where = [str(part) for part in error["loc"]]
    return ".".join(where[2:] or where)
