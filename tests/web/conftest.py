"""The people of a programme, each at a browser of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client

from tests.factories.programme import Programme, a_programme, on_one_connection

SignedIn = Callable[[str], Client]


@pytest.fixture
def programme(db: None, tmp_path: Path) -> Iterator[Programme]:
    """Everybody is there; nothing has been asked for."""
    with on_one_connection():
        yield a_programme(tmp_path)


@pytest.fixture
def signed_in(programme: Programme) -> SignedIn:
    """The browser of somebody who has signed in."""

    def sign_in_as(name: str) -> Client:
        client = Client()
        client.force_login(programme.people[name])
        return client

    return sign_in_as
