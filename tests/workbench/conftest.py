"""A project in pilot, and its people at browsers of their own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started
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


class Traffic:
    """How many requests the test's server is at."""

    def __init__(self) -> None:
        self.under_way = 0

    def started(self, **_signal: object) -> None:
        self.under_way += 1

    def finished(self, **_signal: object) -> None:
        self.under_way -= 1

    def settle(self, quiet_seconds: float = 0.3) -> None:
        """Wait until nothing has been under way for a while."""
        began = quiet = time.monotonic()
        while time.monotonic() - quiet < quiet_seconds:
            assert time.monotonic() - began < 15, "the server does not come to rest"
            time.sleep(0.02)
            if self.under_way:
                quiet = time.monotonic()


@pytest.fixture
def traffic() -> Iterator[Traffic]:
    """What the server is at, for those who must wait for it."""
    found = Traffic()
    request_started.connect(found.started)
    request_finished.connect(found.finished)
    yield found
    request_started.disconnect(found.started)
    request_finished.disconnect(found.finished)


@pytest.fixture
def undo_seconds(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """How long an answer is held back; nothing waits for a person's change of mind in a test."""

    def hold_for(seconds: float) -> None:
        monkeypatch.setattr("touchstone.workbench.screens.UNDO_SECONDS", seconds)

    hold_for(0.2)
    return hold_for


@pytest.fixture
def seat(
    open_page: Callable[..., Page],
    signed_in: SignedIn,
    traffic: Traffic,
    undo_seconds: Callable[[float], None],
) -> Iterator[Seated]:
    """Somebody who has signed in, at a real browser; options are those of `open_page`."""
    pages: list[Page] = []

    def take_seat(name: str, **options: object) -> Page:
        pages.append(page := open_page(**options))
        session = signed_in(name).cookies[settings.SESSION_COOKIE_NAME].value
        page.goto("/healthz")
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": page.url}]
        )
        return page

    yield take_seat
    # A page that closes gives its leases back; the database must not be emptied meanwhile.
    for page in [one for first in pages for one in first.context.pages]:
        page.goto("about:blank")
    traffic.settle()
