"""How long the console's pages take at the server, against the limit of 150 ms."""

from __future__ import annotations

from django.test import Client

from bench.timing import Figure, median
from touchstone.apps.people.queries import user_by_email
from touchstone.ops.demo import open_data

LIMIT_SECONDS = 0.150
TABS = ("", "/plan", "/items", "/people", "/quality", "/releases", "/value", "/risks", "/activity")
PAGES = ("/", "/requests", "/requests/new", "/requests/1", "/account", "/people", "/markets")


def figures() -> list[Figure]:
    """The median of ten answers of each page, as the administrator of the demonstration."""
    client = Client(SERVER_NAME="127.0.0.1")
    admin = user_by_email("admin@demo.example")
    assert admin is not None
    client.force_login(admin)
    addresses = [*PAGES, *(f"/projects/{open_data.KEY}{tab}" for tab in TABS)]
    return [_page(client, address) for address in addresses]


def _page(client: Client, address: str) -> Figure:
    def open_it() -> None:
        answer = client.get(address)
        assert answer.status_code == 200, address

    return Figure(address, median(open_it, rounds=10), "limit", LIMIT_SECONDS, 1.0)
