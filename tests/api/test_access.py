"""Who reaches what: every endpoint for every kind of person, and for nobody."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from tests.factories import programme as play
from tests.factories.intake import person
from tests.factories.programme import ANNOTATORS, KEY, LOCALE, Programme
from tests.workbench.samples import plain_schema
from touchstone.api.access import Endpoint, endpoints
from touchstone.api.api import api
from touchstone.apps.labeling.asking.operations import ask
from touchstone.apps.labeling.models import Assignment
from touchstone.apps.people.models import Role
from touchstone.apps.people.operations import create_vendor, issue_token
from touchstone.apps.people.policies import CAPABILITIES, Capability
from touchstone_client.wire import encode

pytestmark = pytest.mark.slow  # every endpoint for every role

ENDPOINTS = tuple(endpoints(api))
OPERATIONS = {one.operation_id: one for one in ENDPOINTS}

ROLES: Mapping[str, Role | None] = {
    "ada": Role.ADMIN,
    "olga": Role.PROJECT_OWNER,
    "rita": Role.REQUESTER,
    "rob": Role.REQUESTER,
    "ana": Role.ANNOTATOR,
    "dan": Role.ANNOTATOR,
    "quinn": Role.QA_LEAD,
    "vera": Role.VENDOR_MANAGER,
    "stan": Role.STAKEHOLDER,
    "nobody": None,
    "fay": Role.ADMIN,
    "fern": Role.PROJECT_OWNER,
    "finn": Role.QA_LEAD,
    "flo": Role.STAKEHOLDER,
    "fritz": Role.VENDOR_MANAGER,
}
# Outsiders in spite of their roles: Rob asked for nothing here, Dan is on no project, and the
# roles of the last five end in another market or at another vendor.
SEE_PROJECT = {"ada", "olga", "rita", "quinn", "vera", "stan"}
SEE_REQUEST = {"ada", "olga", "rita", "stan"}
LABEL_HERE = set(ANNOTATORS)


def test_every_endpoint_has_a_name_of_its_own() -> None:
    assert len(OPERATIONS) == len(ENDPOINTS)


@pytest.mark.parametrize("authorization", [None, "Bearer tst_wrong", "Basic dTpw", "Bearer"])
def test_nobody_gets_in_without_a_token(
    db: None, client: Client, authorization: str | None
) -> None:
    headers = {"Authorization": authorization} if authorization else {}

    for endpoint in ENDPOINTS:
        response = client.generic(endpoint.method, _address(endpoint, {}), headers=headers)

        assert response.status_code == 401, endpoint
        assert response.json()["code"] == "unauthenticated"
        assert set(response.json()) == {"code", "message", "details"}
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.slow
def test_every_endpoint_keeps_to_the_table_of_capabilities(programme: Programme) -> None:
    _hire_elsewhere(programme)
    evaluation = play.evaluated(programme)
    held = Assignment.objects.filter(annotator=programme.people["ana"]).first()
    assert held is not None
    asked = ask(
        assignment_id=held.pk, kind="broken", text="", by=programme.people["ana"], at=timezone.now()
    )
    ids = {
        "evaluation": str(evaluation.id),
        "assignment": str(held.pk),
        "question": str(asked.pk),
        "guideline_version": str(held.guideline_version_id),
    }

    wrong = {
        (endpoint.operation_id, name): (status, expected)
        for endpoint in ENDPOINTS
        for name in ROLES
        if (expected := _expected(endpoint, name))
        != (status := _answer(programme, endpoint, name, evaluation, ids))
    }

    assert wrong == {}


def _hire_elsewhere(programme: Programme) -> None:
    """Everybody whose name begins with F: their roles end in France or at a vendor there."""
    at = timezone.now()
    other = create_vendor(key="other", name="Other", market="FR", subdivision="", by=None, at=at)
    for name in set(ROLES) - set(programme.people):
        role = ROLES[name]
        assert role is not None
        vendor = other if role is Role.VENDOR_MANAGER else None
        programme.people[name] = person(name, role, market="FR", vendor=vendor)
        _token, programme.tokens[name] = issue_token(
            user=programme.people[name], name="tests", by=None, at=at
        )


def _expected(endpoint: Endpoint, name: str) -> str:
    capability, role = endpoint.capability, ROLES[name]
    if capability is None:
        return "let in"
    may = role is not None and capability in CAPABILITIES[role]
    if endpoint.scope == "service":
        return "let in" if may else "403"
    sees = {"project": SEE_PROJECT, "request": SEE_REQUEST}[endpoint.scope]
    if capability is Capability.LABEL:
        sees = LABEL_HERE
    if name not in sees:
        return "404"
    return "let in" if may else "403"


def _answer(
    programme: Programme, endpoint: Endpoint, name: str, evaluation: Any, ids: Mapping[str, str]
) -> str:
    """What somebody is told; whatever the call changed is taken back."""
    sent = _content(endpoint, evaluation, ids)
    caller = Client(headers={"Authorization": f"Bearer {programme.tokens[name]}"})
    with transaction.atomic():
        response = caller.generic(endpoint.method, _address(endpoint, ids), **sent)
        transaction.set_rollback(True)
    if response.status_code in (403, 404) and not _somebody_elses(endpoint, name):
        return str(response.status_code)
    assert response.status_code < 500, (endpoint, name, response.content)
    assert response.status_code != 422, (endpoint, name, response.content)
    return "let in"


def _somebody_elses(endpoint: Endpoint, name: str) -> bool:
    """The assignment in the address is Ana's: to Dan, who may label, it does not exist.

    Nor does her question to anybody else who looks for one of their own. Nobody is at a test here.
    """
    if endpoint.operation_id == "confirm_my_answers":
        return name != "ana"
    if endpoint.operation_id == "answer_test":
        return name in LABEL_HERE
    about_a_task = "assignment" in endpoint.path or endpoint.operation_id == "submit_judgment"
    return about_a_task and name == "dan"


def _address(endpoint: Endpoint, ids: Mapping[str, str]) -> str:
    given = {
        "key": KEY, "number": "1", "version": "1", "evaluation": "1",
        "assignment": str(uuid4()), "name": "qrels.txt", "severity": "S3", "topic": "ranking",
        "guideline": "graded-relevance", "guideline_version": "1", "task": str(uuid4()),
        "question": "1", "task_type": "graded-relevance",
    } | dict(ids)  # fmt: skip
    path = re.sub(r"\{\w+:(\w+)\}", lambda found: given[found[1]], endpoint.path)
    asked = {
        "release_lease": f"?lease={uuid4()}",
        "get_test": f"?locale={LOCALE}",
        "list_stop_decisions": "?item=i1",
    }
    return path + asked.get(endpoint.operation_id, "")


def _content(endpoint: Endpoint, evaluation: Any, ids: Mapping[str, str]) -> dict[str, Any]:
    name = endpoint.operation_id
    if name in ("import_items", "upload_system_run"):
        boundary = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        body = boundary + b"q0 Q0 d0 1 1.0 mine\r\n--x--\r\n"
        if name == "import_items":
            body = body.replace(
                b"--x--",
                b'--x\r\nContent-Disposition: form-data; name="dry_run"\r\n\r\ntrue\r\n--x--',
            )
        return {"data": body, "content_type": "multipart/form-data; boundary=x"}
    if endpoint.method == "GET" or name == "release_lease":
        return {}
    return {
        "data": json.dumps(encode(_bodies(evaluation, ids).get(name, {}))),
        "content_type": "application/json",
        "headers": {"Idempotency-Key": uuid4().hex},
    }


def _bodies(evaluation: Any, ids: Mapping[str, str]) -> dict[str, Any]:
    lease = str(uuid4())
    return {
        "file_request": play.a_request(),
        "revise_request": play.a_request(),
        "answer_request": {"reason": "As asked."},
        "withdraw_request": {"reason": "Not needed any more."},
        "move_request": {"to": "declined", "reason": "Too late."},
        "open_project": {"key": "another", "name": "Another"},
        "move_project": {"to": "closed"},
        "set_priority": {"tier": "high"},
        "add_project_member": {"email": "dan@example.org", "function": "annotator"},
        "draft_plan": play.a_plan(1, change_note="More."),
        "revise_plan": play.a_plan(1, change_note="More."),
        "reject_plan": {"note": "Too dear."},
        "give_my_consent": {"severity": "S3", "version": 1},
        "choose_my_topic": {"declined": True},
        "set_my_workbench": {"keys": {"skip": "f"}, "auto_advance": True},
        "state_my_hours": {"time_zone": "Europe/Paris", "starts": "09:00", "ends": "18:00"},
        "publish_guideline": {"version": "9.0.0", "texts": {"en": "Read."}, "changes": "All."},
        "publish_task_type": {
            "key": "our-own",
            "name_en": "Ours",
            "name_fr": "Le nôtre",
            "label_schema": plain_schema("result"),
        },
        "ask_question": {"kind": "question", "text": "Does a rumour count?"},
        "answer_asked": {"text": "Yes."},
        "send_quiz": {"answers": {}},
        "start_test": {"locale": LOCALE},
        "answer_test": {"answers": {}},
        "send_practice": {
            "example": 1,
            "answers": {"outcome": "label", "values": {"grade": 1}},
        },
        "renew_lease": {"lease": lease},
        "skip_task": {"lease": lease},
        "submit_judgment": {
            "assignment": ids["assignment"],
            "lease": lease,
            "answers": {"outcome": "label", "values": {"grade": 1}},
            "seconds": 1,
        },
        "decide_lot": {"locale": LOCALE, "decision": "accepted"},
        "freeze_release": {"test_share": "0"},
        "decide_release": {"decision": "accepted"},
        "evaluate_release": {
            "baseline": evaluation.baseline.id,
            "candidate": evaluation.candidate.id,
        },
        "estimate_return": {"evaluation": evaluation.id, "metric": "nDCG@10"},
    }
