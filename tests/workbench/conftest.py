"""A project in pilot, and its people at browsers of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client

from tests.workbench.scene import Scene, a_scene

if TYPE_CHECKING:
    from playwright.sync_api import Page

SignedIn = Callable[[str], Client]
Seated = Callable[..., "Page"]


@pytest.fixture
def scene(db: None) -> Scene:
    """Six French items, each wanted twice."""
    return a_scene()


@pytest.fixture
def signed_in() -> SignedIn:
    """The browser of somebody who has signed in, without a window."""

    def sign_in_as(name: str) -> Client:
        from touchstone.apps.people.queries import user_by_email

        user = user_by_email(f"{name}@example.org")
        assert user is not None
        client = Client()
        client.force_login(user)
        return client

    return sign_in_as


@pytest.fixture
def seat(open_page: Callable[..., Page], signed_in: SignedIn) -> Iterator[Seated]:
    """Somebody who has signed in, at a real browser; options are those of `open_page`."""

    pages: list[Page] = []
    under_way: set[object] = set()

    def take_seat(name: str, **options: object) -> Page:
        pages.append(page := open_page(**options))
        page.context.on("request", lambda request: under_way.add(request))
        for ending in ("requestfinished", "requestfailed"):
            page.context.on(ending, lambda request: under_way.discard(request))
        session = signed_in(name).cookies[settings.SESSION_COOKIE_NAME].value
        page.goto("/healthz")
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": page.url}]
        )
        return page

    yield take_seat
    # A page that closes gives its leases back, to a database that is being emptied: let what is
    # under way arrive, and nothing more.
    for context in [page.context for page in pages]:
        context.set_offline(True)
        if under_way and context.pages:
            context.pages[0].wait_for_timeout(200)
