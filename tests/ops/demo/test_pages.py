"""Every console page of the demonstration opens and asks the database little."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from touchstone.apps.datasets.queries import newest_release
from touchstone.apps.evaluations.queries import newest_evaluation
from touchstone.apps.people.queries import user_by_email
from touchstone.apps.planning.queries import project_by_key
from touchstone.ops.demo import open_data, pilots

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.xdist_group("demo")]

MOST_QUERIES = 20
TABS = ("", "/plan", "/items", "/people", "/quality", "/releases", "/value", "/risks", "/activity")
PAGES = ("/", "/requests", "/requests/new", "/requests/1", "/account", "/people", "/markets")


def addresses() -> list[str]:
    keys = (open_data.KEY, pilots.FRENCH.key, pilots.ARABIC.key)
    return [*PAGES, *(f"/projects/{key}{tab}" for key in keys for tab in TABS)]


@pytest.fixture(scope="module")
def admin(played) -> Client:
    client = Client()
    client.force_login(user_by_email("admin@demo.example"))
    return client


def queries_of(client: Client, address: str) -> list[str]:
    client.get(address)  # what a process reads once is not the page's
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = client.get(address)
    assert answer.status_code == 200, address
    return [query["sql"] for query in captured.captured_queries]


@pytest.mark.parametrize("address", addresses())
def test_a_page_needs_few_queries(admin, address):
    queries = queries_of(admin, address)
    assert len(queries) <= MOST_QUERIES, "\n".join(queries)


def test_the_pages_of_a_release_and_an_evaluation_need_few_queries(admin):
    project = project_by_key(open_data.KEY)
    release, evaluation = newest_release(project), newest_evaluation(project)
    for address in (
        f"/projects/{project.key}/releases/{release.version}",
        f"/evaluations/{evaluation.pk}",
    ):
        queries = queries_of(admin, address)
        assert len(queries) <= MOST_QUERIES, "\n".join(queries)
