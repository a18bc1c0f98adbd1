"""What stands between the socket and every view: the size of a body, and what a page may load."""

import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils.cache import patch_vary_headers
from django.utils.translation import activate, get_language_from_request
from django.utils.translation import gettext as _

Handler = Callable[[HttpRequest], HttpResponseBase]
API = "/api/"


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


class ProgramMiddleware:
    """Take a program's call straight to its endpoint.

    It brings its token in the `Authorization` header and nothing else is believed of it: no
    session, no cookie, no form. What remains of the way that pages take is the check of the host,
    the language, and an answer that a browser would not run.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "HTTP_AUTHORIZATION" not in request.META or not request.path_info.startswith(API):
            return self.get_response(request)
        try:
            found = resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        request.get_host()  # refuses a host that is not ours
        request.resolver_match = found
        language = get_language_from_request(request)
        activate(language)
        response: HttpResponseBase = found.func(request, *found.args, **found.kwargs)
        _as_a_page_would(response, language)
        return response


def _as_a_page_would(response: HttpResponseBase, language: str) -> None:
    """The headers that an answer of the API gets on the way of the pages."""
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'")
    response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers.setdefault("Content-Language", language)
    patch_vary_headers(response, ("Accept-Language",))
    if isinstance(response, HttpResponse):
        response.headers.setdefault("Content-Length", str(len(response.content)))


class ContentSecurityPolicyMiddleware:
    """Let a page load our own files and nothing else.

    A page that needs one inline script or style gives it `nonce="{{ request.csp_nonce }}"`. A page
    that shows items sets `request.shows_media`: covers and clips lie wherever a search found them.
    Vega runs under this policy with its expression interpreter and without its default styles.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        nonce = secrets.token_urlsafe(16)
        request.csp_nonce = nonce  # type: ignore[attr-defined]
        response = self.get_response(request)
        policy = _policy(nonce, elsewhere=getattr(request, "shows_media", False))
        response.headers.setdefault("Content-Security-Policy", policy)
        return response


def _policy(nonce: str, elsewhere: bool) -> str:
    media = " https:" if elsewhere else ""
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' 'nonce-{nonce}'",
            f"style-src 'self' 'nonce-{nonce}'",
            f"img-src 'self' data:{media}",
            f"media-src 'self'{media}",
            "font-src 'self'",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )
