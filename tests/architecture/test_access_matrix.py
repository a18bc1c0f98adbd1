"""Every page for every role, inside its reach and outside of it, and for nobody.

The API's endpoints are asked the same way in `tests/api/test_access.py`.
"""

from __future__ import annotations

import re

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
NO_ENTRY, NOT_THERE, NOT_SO = 403, 404, 405


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


def answers(person: User | None, address: str) -> set[int]:
    """What a GET and a POST get, undone afterwards; a method that the page lacks is left out."""
    found = set()
    for method in ("get", "post"):
        client = Client(raise_request_exception=True)
        if person is not None:
            client.force_login(person)
        sid = transaction.savepoint()
        body = {"file": SimpleUploadedFile("x.csv", b"x")} if method == "post" else {}
        found.add(getattr(client, method)(address, body).status_code)
        transaction.savepoint_rollback(sid)
    return found - {NOT_SO}


def expected(line: Line, role: Role) -> str:
    """What somebody in reach gets: in, no entry, or nothing there."""
    if "token" in line.name and "revoke" in line.name:
        return "nothing there"  # it is another's
    if line.capability is None or line.scope == "self":
        return "in"
    holds = line.capability in CAPABILITIES[role]
    if line.scope == "service":
        return "in" if holds else "no entry"
    if line.scope == "request":
        return "in" if holds and role in SEE_REQUEST else (
            "no entry" if role in SEE_REQUEST else "nothing there"
        )  # fmt: skip
    if line.capability is Capability.LABEL or role not in SEE_PROJECT:
        return "in" if holds else "nothing there"
    return "in" if holds else "no entry"


def verdict(statuses: set[int]) -> str:
    """One word for what was answered; anything but a refusal is in."""
    if statuses & {NO_ENTRY}:
        return "no entry"
    return "nothing there" if statuses == {NOT_THERE} else "in"


@pytest.mark.slow
def test_every_page_keeps_to_the_table_for_those_in_reach(world):
    programme, names = world
    wrong = {}
    for line in pages():
        address = address_of(line, names)
        for name, role in IN_REACH.items():
            found = verdict(answers(programme.people[name], address))
            if found != expected(line, role):
                wrong[f"{line.name} {address} as {role}"] = (found, expected(line, role))
    assert wrong == {}


@pytest.fixture
def outsiders(world) -> list[User]:
    """Somebody of every role whose reach ends elsewhere."""
    programme, _names = world
    other = create_vendor(key="other", name="Other", market="FR", by=None, at=timezone.now())
    in_france = [
        holder(role, market=get_market("FR"))
        for role in (Role.ADMIN, Role.PROJECT_OWNER, Role.QA_LEAD, Role.STAKEHOLDER)
    ]
    return [
        *in_france,
        holder(Role.VENDOR_MANAGER, vendor=other),
        *(programme.people[name] for name in ("rob", "dan", "nobody")),
    ]


@pytest.mark.slow
def test_to_an_outsider_nothing_of_a_project_or_request_is_there(world, outsiders):
    _programme, names = world
    wrong = {}
    for line in pages():
        if line.scope in ("project", "request"):
            for person in outsiders:
                found = answers(person, address_of(line, names))
                if found != {NOT_THERE}:
                    wrong[f"{line.name} as {person.name}"] = found
    assert wrong == {}


@pytest.mark.slow
def test_who_is_not_signed_in_is_asked_to(world):
    _programme, names = world
    for line in pages():
        assert answers(None, address_of(line, names)) == {302}, line
