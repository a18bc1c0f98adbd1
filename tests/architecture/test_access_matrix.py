"""Every page for every role, inside its reach and outside of it, and for nobody.

The API's endpoints are asked the same way in `tests/api/test_access.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone

from tests.architecture.access_matrix import DOCUMENT, PUBLIC, Line, pages, table
from tests.factories import programme as play
from tests.factories.people import holder
from tests.factories.programme import KEY, Programme
from touchstone.apps.markets.queries import get_market
from touchstone.apps.people.models import Grant, User
from touchstone.apps.people.operations import create_vendor
from touchstone.apps.people.policies import CAPABILITIES, Capability, Role
from touchstone.apps.planning.queries import project_by_key
from touchstone.apps.quality.models import Adjudication
from touchstone.apps.quality.operations import draw_audits
from touchstone.apps.quality.queries import audit_queue

IN_REACH = {
    "ada": Role.ADMIN,
    "olga": Role.PROJECT_OWNER,
    "rita": Role.REQUESTER,
    "ana": Role.ANNOTATOR,
    "quinn": Role.QA_LEAD,
    "vera": Role.VENDOR_MANAGER,
    "stan": Role.STAKEHOLDER,
}
SEE_REQUEST = {Role.ADMIN, Role.PROJECT_OWNER, Role.REQUESTER, Role.STAKEHOLDER}
SEE_PROJECT = set(Role) - {Role.ANNOTATOR}
# What the number in an address is, by a word of its name; the first that fits.
NAMED = ("evaluation", "audit", "adjudication", "risk", "token", "person", "request")
NO_ENTRY, NOTHING_THERE = "no entry", "nothing there"


def test_the_document_is_current(db):
    assert DOCUMENT.read_text(encoding="utf-8") == table(), (
        "run: .venv/bin/python -m tests.architecture.access_matrix"
    )


def test_every_address_declares_what_it_needs():
    assert len({line.name for line in pages()}) == len(pages()) > 50
    assert not {line.name for line in pages()} & set(PUBLIC)


@pytest.fixture
def world(db, tmp_path) -> tuple[Programme, dict[str, str]]:
    """A programme with everything that an address can name, and the names."""
    programme = play.a_programme(tmp_path)
    evaluation = play.evaluated(programme)
    project = project_by_key(KEY)
    quinn = programme.people["quinn"]
    case = Adjudication.objects.create(
        item=project.items.filter(gold_answer=None).first(),
        project=project,
        opened_at=timezone.now(),
        spread=2,
    )
    draw_audits(project=project, size=3, seed=1, by=quinn, at=timezone.now())
    return programme, {
        "key": KEY,
        "task_type": "graded-relevance",
        "code": "GB",
        "version": "1",
        "name": "qrels.txt",
        "grant_id": str(Grant.objects.filter(user=programme.people["dan"]).get().pk),
        "request": str(project.request.number),
        "person": str(programme.people["dan"].pk),
        "evaluation": str(evaluation.id),
        "audit": str(audit_queue(project, quinn).first().pk),
        "risk": "1",
        "adjudication": str(case.pk),
        "token": str(programme.people["dan"].api_tokens.get().pk),
    }


def address_of(line: Line, names: dict[str, str]) -> str:
    """The address with real names in it."""
    name = line.name.replace("people_", "person_")
    number = next((names[word] for word in NAMED if word in name), "1")
    filled = re.sub(r"<\w+:number>", number, line.address)
    return re.sub(r"<\w+:(\w+)>", lambda found: names[found[1]], filled)


def browser_of(person: User) -> Client:
    """The browser of somebody who has signed in."""
    client = Client()
    client.force_login(person)
    return client


def answer(browser: Client, method: str, address: str) -> int:
    """The status of what one request gets; whatever it changed is taken back."""
    body = {"file": SimpleUploadedFile("x.csv", b"x")} if method == "POST" else {}
    with transaction.atomic():
        status = getattr(browser, method.lower())(address, body).status_code
        transaction.set_rollback(True)
    return status


def expected(line: Line, role: Role) -> str:
    """What somebody in reach gets: in, no entry, or nothing there."""
    if "token" in line.name and "revoke" in line.name:
        return NOTHING_THERE  # it is another's
    holds = line.capability is None or line.capability in CAPABILITIES[role]
    if holds and line.scope != "request":
        return "in"
    sees = {"self": set(Role), "service": set(Role), "request": SEE_REQUEST}
    if role not in sees.get(line.scope, SEE_PROJECT) or line.capability is Capability.LABEL:
        return NOTHING_THERE
    return "in" if holds else NO_ENTRY


def verdict(status: int) -> str:
    """One word for what was answered; anything but a refusal is in."""
    assert status not in (401, 405) and status < 500, status
    return {403: NO_ENTRY, 404: NOTHING_THERE}.get(status, "in")


def refused_wrongly(
    person: User, names: dict[str, str], wanted: Callable[[Line], str]
) -> dict[str, tuple[str, str]]:
    """Each page and method where somebody gets something else than is wanted."""
    browser, wrong = browser_of(person), {}
    for line in pages():
        for method in line.methods:
            found = verdict(answer(browser, method, address_of(line, names)))
            if found != wanted(line):
                wrong[f"{method} {line.name} as {person.name}"] = (found, wanted(line))
    return wrong


@pytest.mark.slow
def test_every_page_keeps_to_the_table(world):
    programme, names = world
    wrong: dict[str, tuple[str, str]] = {}

    for name, role in IN_REACH.items():
        wrong |= refused_wrongly(
            programme.people[name], names, lambda line, role=role: expected(line, role)
        )
    for person, role in outsiders(programme):
        wrong |= refused_wrongly(
            person, names, lambda line, role=role: expected_outside(line, role)
        )

    assert wrong == {}


def outsiders(programme: Programme) -> list[tuple[User, Role | None]]:
    """Somebody of every role whose reach ends elsewhere, and somebody without a role."""
    other = create_vendor(key="other", name="Other", market="FR", by=None, at=timezone.now())
    in_france = (Role.ADMIN, Role.PROJECT_OWNER, Role.QA_LEAD, Role.STAKEHOLDER)
    return [
        *((holder(role, market=get_market("FR")), role) for role in in_france),
        (holder(Role.VENDOR_MANAGER, vendor=other), Role.VENDOR_MANAGER),
        (programme.people["rob"], Role.REQUESTER),
        (programme.people["dan"], Role.ANNOTATOR),
        (programme.people["nobody"], None),
    ]


def expected_outside(line: Line, role: Role | None) -> str:
    """What somebody out of reach gets: of the project, the request and the person, nothing."""
    if line.scope in ("project", "request"):
        return NOTHING_THERE
    if line.scope == "self":
        mine = role is Role.ANNOTATOR  # the token in the address is Dan's
        return "in" if mine or "revoke" not in line.name else NOTHING_THERE
    if role is None or line.capability not in CAPABILITIES[role]:
        return NO_ENTRY
    return NOTHING_THERE if "<int:number>" in line.address else "in"


@pytest.mark.slow
def test_a_request_is_moved_by_those_who_decide_on_it(world):
    programme, names = world
    address = f"/requests/{names['request']}/move"

    for name, status in {"stan": 403, "rita": 403, "quinn": 404, "ana": 404}.items():
        browser = browser_of(programme.people[name])

        answered = browser.post(address, {"to": "cancelled", "reason": "Too late."})

        assert answered.status_code == status, name


def test_who_is_not_signed_in_is_asked_to(db, client):
    named = ("key", "task_type", "code", "version", "name", "grant_id", *NAMED)
    names = dict.fromkeys(named, "1")
    for line in pages():
        for method in line.methods:
            answered = client.generic(method, address_of(line, names))

            assert answered.status_code == 302, line
            assert answered.headers["Location"].startswith("/sign-in?"), line
