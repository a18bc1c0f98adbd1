"""What holds for every page: queries, headings, who gets in, what an error looks like."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern

from tests.factories.programme import KEY, Programme, evaluated, planned
from tests.web.conftest import SignedIn
from touchstone.apps.people.policies import Capability
from touchstone.web.urls import urlpatterns

MOST_QUERIES = 20
# Sign-in, sign-out and the switch of language are for everybody.
FOR_EVERYBODY = {"sign_in", "sign_out", "language"}
READERS = ("olga", "ada", "rita", "quinn", "stan", "vera")


def links_of(page: str) -> list[str]:
    """The addresses within the console to which a page links."""
    found = re.findall(r'(?:href|hx-get)="(/[^"#]*)"', page)
    return [
        link.replace("&amp;", "&") for link in found if not link.startswith(("/work", "/static"))
    ]


def walk(client: Client, start: str = "/") -> Iterator[tuple[str, int, str]]:
    """Every page that can be reached by links, with its number of queries and its text."""
    seen, todo = set(), [start]
    while todo:
        path = todo.pop()
        if path.partition("?")[0] in seen:
            continue
        seen.add(path.partition("?")[0])
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(path)
        assert answer.status_code == 200, path
        if not answer.streaming and "text/html" in answer.headers["Content-Type"]:
            page = answer.content.decode()
            todo += links_of(page)
            yield path, len(queries), page


@pytest.fixture
def whole(programme: Programme) -> Programme:
    """A programme with everything in it."""
    evaluated(programme)
    return programme


@pytest.mark.slow
@pytest.mark.parametrize("reader", READERS)
def test_every_page_that_a_reader_is_led_to_opens_in_few_queries(
    whole: Programme, signed_in: SignedIn, reader: str
) -> None:
    pages = {path: queries for path, queries, _page in walk(signed_in(reader))}
    assert f"/projects/{KEY}" in pages
    assert {path: n for path, n in pages.items() if n > MOST_QUERIES} == {}


@pytest.mark.slow
def test_every_page_has_one_heading_of_the_first_rank_and_no_inline_code(
    whole: Programme, signed_in: SignedIn
) -> None:
    for path, _queries, page in walk(signed_in("olga")):
        if path.endswith("/lights"):
            continue
        assert page.count("<h1") == 1, path
        assert 'href="#content"' in page and 'id="content"' in page, path
        assert not re.search(r"<[^>]+\sstyle=|\son\w+=", page), path
        assert not re.search(r"<script(?![^>]*(src=|application/json))", page), path


def named_views() -> list[URLPattern]:
    return [pattern for pattern in urlpatterns if pattern.name not in FOR_EVERYBODY]


@pytest.mark.parametrize("pattern", named_views(), ids=lambda pattern: pattern.name)
def test_every_view_says_what_it_needs(pattern: URLPattern) -> None:
    view = pattern.callback
    assert view.capability is None or isinstance(view.capability, Capability)  # type: ignore[attr-defined]
    assert view.scope in {"project", "request", "service", "self"}  # type: ignore[attr-defined]


@pytest.mark.django_db
@pytest.mark.parametrize("pattern", named_views(), ids=lambda pattern: pattern.name)
def test_nobody_gets_in_without_signing_in(pattern: URLPattern) -> None:
    path = "/" + re.sub(
        r"<int:\w+>", "1", re.sub(r"<\w+:(key|name|code|task_type)>", "x", str(pattern.pattern))
    )
    for answer in (Client().get(path), Client().post(path)):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/sign-in?next=")


def test_a_post_without_the_token_of_its_form_is_refused(
    programme: Programme, signed_in: SignedIn
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(programme.people["rita"])
    answer = client.post("/account", {"language": "fr", "time_zone": "UTC"})
    assert answer.status_code == 403
    assert "This form has grown old" in answer.content.decode()


def test_what_one_may_not_know_of_is_not_found(programme: Programme, signed_in: SignedIn) -> None:
    planned(programme)
    for path in (f"/projects/{KEY}", f"/projects/{KEY}/value", "/requests/1", "/nowhere"):
        answer = signed_in("rob").get(path)
        assert answer.status_code == 404
        assert "Not found" in answer.content.decode()


def test_a_page_is_made_in_the_persons_time_zone(programme: Programme, signed_in: SignedIn) -> None:
    planned(programme)
    client = signed_in("olga")
    client.post("/account", {"language": "en", "time_zone": "Asia/Tokyo"})
    tokyo = client.get("/requests/1").content.decode()
    client.post("/account", {"language": "en", "time_zone": "America/New_York"})
    new_york = client.get("/requests/1").content.decode()
    clock = re.compile(r"<time [^>]*>([^<]+)</time>")
    assert clock.findall(tokyo) != clock.findall(new_york)


def test_the_theme_of_the_cookie_is_there_before_the_first_paint(signed_in: SignedIn) -> None:
    client = signed_in("olga")
    client.cookies["theme"] = "dark"
    assert 'data-bs-theme="dark"' in client.get("/").content.decode()
    client.cookies["theme"] = '"><script>'
    assert "data-bs-theme" not in client.get("/").content.decode()
