"""What stands between the socket and every view: the size of a body, and what a page may load."""

import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

Handler = Callable[[HttpRequest], HttpResponseBase]


class UploadLimitMiddleware:
    """Refuse a body above the limit before anything reads or parses it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        limit = settings.UPLOAD_LIMIT_BYTES
        if _declared_bytes(request) > limit:
            return _too_large(request, limit)
        return self.get_response(request)


def _declared_bytes(request: HttpRequest) -> int:
    """The length the client declares; WSGI hands over no byte beyond it."""
    declared = request.META.get("CONTENT_LENGTH") or "0"
    return int(declared) if declared.isdecimal() else 0


def _too_large(request: HttpRequest, limit: int) -> HttpResponse:
    megabytes = f"{limit / 1024**2:.0f}"
    message = _(
        "This upload is larger than %(megabytes)s MB, so nothing was read and nothing changed. "
        "Split the file and send the parts one after the other."
    ) % {"megabytes": megabytes}
    if request.path.startswith("/api/"):
        body = {"code": "too_large", "message": message, "details": {}}
        return JsonResponse(body, status=413)
    return HttpResponse(message, status=413, content_type="text/plain; charset=utf-8")


class ContentSecurityPolicyMiddleware:
    """Let a page load our own files and nothing else.

    A page that needs one inline script or style gives it `nonce="{{ request.csp_nonce }}"`.
    Vega runs under this policy with its expression interpreter and without its default styles.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        nonce = secrets.token_urlsafe(16)
        request.csp_nonce = nonce  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", _policy(nonce))
        return response


def _policy(nonce: str) -> str:
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' 'nonce-{nonce}'",
            f"style-src 'self' 'nonce-{nonce}'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )
