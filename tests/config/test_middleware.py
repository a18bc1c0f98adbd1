"""What reaches a view, and what a page may load."""

import io
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.utils import translation

from touchstone.config.middleware import UploadLimitMiddleware


class Unreadable(io.BytesIO):
    """A body that fails the test when somebody reads it."""

    def read(self, size: int | None = -1) -> bytes:
        raise AssertionError("the body was read")


@pytest.fixture
def upload_limit(settings: Any) -> int:
    settings.UPLOAD_LIMIT_BYTES = 1024**2
    return 1024**2


def refused(path: str, size: int, language: str = "en") -> bytes:
    request = RequestFactory().generic("POST", path, b"")
    request.META |= {"CONTENT_LENGTH": str(size), "wsgi.input": Unreadable()}

    def view(request: object) -> object:
        raise AssertionError("the view was called")

    with translation.override(language):
        response = UploadLimitMiddleware(view)(request)  # type: ignore[arg-type]
    assert response.status_code == 413
    return response.content  # type: ignore[attr-defined, no-any-return]


def test_a_body_above_the_limit_is_refused_unread(upload_limit: int) -> None:
    assert b"larger than 1 MB" in refused("/projects/1/items", upload_limit + 1)


def test_the_api_says_so_in_json(upload_limit: int) -> None:
    assert refused("/api/v1/projects", upload_limit + 1).startswith(b'{"code": "too_large", ')


@pytest.mark.django_db
def test_a_body_at_the_limit_passes(client: Client, upload_limit: int) -> None:
    request = RequestFactory().generic("POST", "/", b"")
    request.META["CONTENT_LENGTH"] = str(upload_limit)

    assert UploadLimitMiddleware(lambda request: "passed")(request) == "passed"  # type: ignore


@pytest.mark.django_db
def test_a_page_loads_our_own_files_only(client: Client) -> None:
    first, second = (client.get("/healthz").headers for _ in range(2))

    policy = first["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert policy != second["Content-Security-Policy"]  # a nonce is used once
    assert first["X-Frame-Options"] == "DENY"
    assert first["X-Content-Type-Options"] == "nosniff"
    assert first["Referrer-Policy"] == "same-origin"
