"""Every refusal has one shape and the status that its kind asks for."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from django.test import Client

import touchstone
from tests.factories import programme as play
from tests.factories.programme import Programme
from touchstone.api.access import endpoints
from touchstone.api.api import api
from touchstone.api.errors import INVALID_INPUT
from touchstone.lib.errors import Refused
from touchstone_client import Conflict, Forbidden, Invalid, NotFound, Unauthenticated


def _refusals(kind: type[Refused] = Refused) -> Iterator[type[Refused]]:
    for each in kind.__subclasses__():
        yield each
        yield from _refusals(each)


def test_every_code_of_invalid_input_is_a_refusal() -> None:
    for module in pkgutil.walk_packages(touchstone.__path__, "touchstone."):
        if ".apps." in module.name or ".flows." in module.name or ".api." in module.name:
            importlib.import_module(module.name)

    assert INVALID_INPUT - {each.code for each in _refusals()} == set()


def _json(programme: Programme, name: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {programme.tokens[name]}"})


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("{", 400, "bad_request"),
        ("[]", 422, "invalid"),
        ('{"to": "closed"}', 422, "invalid"),
        ('{"to": "scoped", "unknown": 1}', 422, "invalid"),
        ('{"to": "declined", "reason": "\\u0000"}', 422, "invalid"),
        ('{"to": "declined"}', 422, "reason_missing"),
        ('{"to": "approved"}', 409, "illegal_transition"),
    ],
)
def test_what_is_wrong_is_said_in_one_shape(
    programme: Programme, body: str, status: int, code: str
) -> None:
    number = play.filed(programme)
    programme.client("olga").requests.move(number, "triaged")

    response = _json(programme, "olga").post(
        f"/api/v1/requests/{number}/move", body, content_type="application/json"
    )

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert set(response.json()) == {"code", "message", "details"}
    assert programme.client("olga").requests.get(number).state == "triaged"


def test_a_refused_field_is_named_but_not_repeated(programme: Programme) -> None:
    response = _json(programme, "rita").post(
        "/api/v1/requests", {"budget_minor_units": "my secret"}, content_type="application/json"
    )

    fields = response.json()["details"]["fields"]
    assert {"title", "budget_minor_units"} <= set(fields)
    assert "my secret" not in response.content.decode()


def test_fields_that_only_the_domain_can_refuse_come_the_same_way(programme: Programme) -> None:
    draft = play.a_request()
    wrong = type(draft)(**{**vars(draft), "currency": "XXX", "locales": {"tlh-QO": 3}})

    with pytest.raises(Invalid) as refusal:
        programme.client("rita").requests.file(wrong)

    assert refusal.value.status == 422
    assert set(refusal.value.details["fields"]) == {"currency", "locales.tlh-QO"}
    assert list(programme.client("rita").requests.list()) == []


def test_outsiders_learn_nothing(programme: Programme) -> None:
    number = play.filed(programme)

    with pytest.raises(NotFound) as missing:
        programme.client("rob").requests.get(number)
    with pytest.raises(NotFound) as absent:
        programme.client("rob").requests.get(number + 1)
    assert (missing.value.message, missing.value.code, missing.value.details) == (
        absent.value.message,
        absent.value.code,
        absent.value.details,
    )
    with pytest.raises(Forbidden):
        programme.client("stan").requests.submit(number)
    with pytest.raises(Conflict):
        programme.client("rita").requests.submit(number)


def test_a_revoked_token_ends_at_once(programme: Programme) -> None:
    assert programme.client("rita").whoami().email == "rita@example.org"

    programme.people["rita"].api_tokens.update(revoked_at=programme.people["rita"].created_at)

    with pytest.raises(Unauthenticated):
        programme.client("rita").whoami()


def test_messages_follow_the_language_asked_for(programme: Programme) -> None:
    number = play.filed(programme)

    response = _json(programme, "rita").post(
        f"/api/v1/requests/{number}/submit", headers={"Accept-Language": "fr"}
    )

    assert response.headers["Content-Language"] == "fr"


def test_a_session_needs_the_csrf_token_and_a_bearer_does_not(programme: Programme) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(programme.people["rita"])

    assert browser.get("/api/v1/me").status_code == 200
    refused = browser.post("/api/v1/requests", "{}", content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")

    token = {"Authorization": f"Bearer {programme.tokens['rita']}"}
    bearer = Client(enforce_csrf_checks=True, headers=token)
    read = bearer.post("/api/v1/requests", "{}", content_type="application/json")
    assert read.status_code == 422


def test_a_session_with_the_csrf_token_may_write(programme: Programme) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(programme.people["rita"])
    token = "a" * 32
    browser.cookies["csrftoken"] = token

    response = browser.post(
        "/api/v1/requests", "{}", content_type="application/json", headers={"X-CSRFToken": token}
    )

    assert response.status_code == 422


def test_a_bad_header_is_not_saved_by_a_session(programme: Programme) -> None:
    browser = Client()
    browser.force_login(programme.people["rita"])

    response = browser.get("/api/v1/me", headers={"Authorization": "Bearer tst_wrong"})

    assert response.status_code == 401


def test_a_page_counts_in_the_session_of_its_own_person_only(programme: Programme) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(programme.people["rita"])

    def status(name: str) -> int:
        of = {"Touchstone-User": str(programme.people[name].pk)}
        return browser.get("/api/v1/me", headers=of).status_code

    assert (status("rita"), status("ana")) == (200, 401)
    refused = browser.post(
        "/api/v1/requests", "{}", content_type="application/json", headers={"Touchstone-User": "x"}
    )
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")


def test_a_body_that_is_too_large_is_refused_in_the_same_shape(
    programme: Programme, settings: object
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100  # type: ignore[attr-defined]

    response = _json(programme, "rita").post(
        "/api/v1/requests", {"description": "x" * 200}, content_type="application/json"
    )

    assert (response.status_code, response.json()["code"]) == (413, "too_large")


def test_the_openapi_document_is_served_and_names_every_endpoint(db: None) -> None:
    response = Client().get("/api/v1/openapi.json")

    named = {
        operation["operationId"]
        for methods in response.json()["paths"].values()
        for operation in methods.values()
    }
    assert named == {one.operation_id for one in endpoints(api)}
