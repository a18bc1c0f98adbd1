"""Coming and going: passwords, the limit, languages, where people land."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories.programme import Programme
from tests.web.conftest import SignedIn
from touchstone.apps.people.operations import set_password

PASSWORD = "touch the stone 7 times"


@pytest.fixture
def olga(programme: Programme) -> str:
    """The address of an owner who has a password."""
    user = programme.people["olga"]
    set_password(user=user, password=PASSWORD, by=None, at=timezone.now())
    return user.email


def sign_in(client: Client, email: str, password: str, **more: str) -> object:
    return client.post("/sign-in", {"email": email, "password": password, **more})


def test_the_right_password_leads_to_where_one_was_going(olga: str) -> None:
    client = Client()
    assert client.get("/requests").headers["Location"] == "/sign-in?next=/requests"
    answer = sign_in(client, olga, PASSWORD, next="/requests")
    assert answer.headers["Location"] == "/requests"  # type: ignore[attr-defined]
    assert client.get("/requests").status_code == 200


def test_another_site_is_never_where_one_was_going(olga: str) -> None:
    answer = sign_in(Client(), olga, PASSWORD, next="https://evil.example/")
    assert answer.headers["Location"] == "/"  # type: ignore[attr-defined]


def test_unknown_address_and_wrong_password_get_the_same_answer(olga: str) -> None:
    wrong = sign_in(Client(), olga, "not this one")
    unknown = sign_in(Client(), "who@example.org", "not this one")
    message = "This address and password do not belong together."
    assert message in wrong.content.decode() and message in unknown.content.decode()  # type: ignore[attr-defined]
    assert wrong.status_code == unknown.status_code == 422  # type: ignore[attr-defined]


def test_after_five_failures_even_the_right_password_waits(olga: str) -> None:
    client = Client()
    for _attempt in range(5):
        sign_in(client, olga, "not this one")
    answer = sign_in(client, olga, PASSWORD)
    assert answer.status_code == 429  # type: ignore[attr-defined]
    assert "Wait 15 minutes" in answer.content.decode()  # type: ignore[attr-defined]


def test_sign_out_ends_the_session(signed_in: SignedIn) -> None:
    client = signed_in("olga")
    client.post("/sign-out")
    assert client.get("/").status_code == 302


def test_the_language_is_kept_for_the_next_time(programme: Programme, signed_in: SignedIn) -> None:
    client = signed_in("rita")
    answer = client.post("/language", {"language": "fr", "next": "/account"})
    assert answer.headers["Location"] == "/account"
    programme.people["rita"].refresh_from_db()
    assert programme.people["rita"].language == "fr"
    assert '<html lang="fr"' in client.get("/account").content.decode()


def test_an_unknown_language_changes_nothing(programme: Programme, signed_in: SignedIn) -> None:
    signed_in("rita").post("/language", {"language": "tlh"})
    programme.people["rita"].refresh_from_db()
    assert programme.people["rita"].language == "en"


def test_an_annotator_lands_in_the_workbench(signed_in: SignedIn) -> None:
    assert signed_in("ana").get("/").headers["Location"] == "/work/"


def test_an_account_without_a_role_is_told_so(signed_in: SignedIn) -> None:
    assert "has no role yet" in signed_in("nobody").get("/").content.decode()
