"""Machine annotators on the People tab: what they did and cost, for whoever runs the project."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from tests.factories.chat_server import ChatServer, chat_server, completion, judgment
from tests.factories.labeled import AT, with_role
from tests.factories.labeling import Floor, an_open_project
from tests.factories.machines import a_judge
from touchstone.apps.people.models import Role, User
from touchstone.flows.machine_work import run_machine

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow  # each has machines at work

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with chat_server() as running:
        yield running


def a_floor(server: ChatServer) -> Floor:
    """Four items; a machine answered two, refused one, and one answer came without tokens."""
    floor = an_open_project(4, annotators=1)
    server.then(completion(None, refusal="no"), judgment(usage={}))
    run_machine(
        project=floor.project,
        annotator=a_judge(floor, server.base_url, at_once=1),
        limit=10,
        clock=lambda: AT + timedelta(minutes=1),
        environment={},
    )
    return floor


def signed_in(who: User) -> Client:
    client = Client()
    client.force_login(who)
    return client


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Machine annotators", "Answered: 3; Refused by the model: 1", "1 call of unknown")),
        ("fr", ("Annotateurs automatiques", "Répondu", "1 appel au coût inconnu")),
    ],
)
def test_the_owner_sees_what_machines_did_and_cost(
    db: None, server: ChatServer, language: str, said: tuple[str, ...]
) -> None:
    floor = a_floor(server)

    answer = signed_in(floor.owner).get(
        f"/projects/{floor.project.key}/people", headers={"accept-language": language}
    )
    page = answer.content.decode()

    for words in (*said, "judge-large-2026-02-01"):
        assert words in page


def test_a_qa_lead_does_not(db: None, server: ChatServer) -> None:
    floor = a_floor(server)

    page = signed_in(with_role(Role.QA_LEAD)).get(f"/projects/{floor.project.key}/people")

    assert page.status_code == 200
    assert "judge-large" not in page.content.decode()


def test_without_machines_there_is_no_section(db: None) -> None:
    floor = an_open_project(1)

    page = signed_in(floor.owner).get(f"/projects/{floor.project.key}/people")

    assert "Machine annotators" not in page.content.decode()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("width", "height", "scheme"), [(1280, 720, "light"), (390, 844, "dark")])
def test_it_can_be_read_by_everybody(
    server: ChatServer,
    open_page: Callable[..., Page],
    tmp_path: Any,
    width: int,
    height: int,
    scheme: str,
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    floor = a_floor(server)
    cookie = signed_in(floor.owner).cookies["sessionid"].value
    page = open_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    page.goto("/sign-in")
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": page.url}])

    page.goto(f"/projects/{floor.project.key}/people")
    page.wait_for_load_state("networkidle")

    page.screenshot(path=tmp_path / "machines.png", full_page=True)
    found = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
    assert [(one["id"], [n["html"] for n in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
