"""One's own account, and the accounts and roles that administrators manage."""

from __future__ import annotations

import re

from django.test import Client
from django.utils import timezone

from tests.factories.programme import Programme
from tests.web.conftest import SignedIn
from touchstone.apps.people.models import Grant, User
from touchstone.apps.people.operations import set_password
from touchstone.apps.people.queries import fluency_of, user_of_token

PASSWORD = "touch the stone 7 times"


def test_preferences_are_saved(programme: Programme, signed_in: SignedIn) -> None:
    client = signed_in("rita")
    client.post("/account", {"language": "fr", "time_zone": "Europe/Paris"})
    rita = User.objects.get(pk=programme.people["rita"].pk)
    assert (rita.language, rita.time_zone) == ("fr", "Europe/Paris")
    assert client.post("/account", {"language": "fr", "time_zone": "x"}).status_code == 422


def test_a_new_password_needs_the_old_one(programme: Programme, signed_in: SignedIn) -> None:
    rita = programme.people["rita"]
    set_password(user=rita, password=PASSWORD, by=None, at=timezone.now())
    client = signed_in("rita")
    wrong = client.post("/account/password", {"old": "x", "new": "another stone 8 times"})
    weak = client.post("/account/password", {"old": PASSWORD, "new": "12345678"})
    assert wrong.status_code == weak.status_code == 422
    given = {"old": PASSWORD, "new": "another stone 8 times"}
    assert client.post("/account/password", given).status_code == 302
    assert client.get("/account").status_code == 200, "this session goes on"
    assert User.objects.get(pk=rita.pk).check_password("another stone 8 times")


def test_a_token_is_shown_once_and_revoked(programme: Programme, signed_in: SignedIn) -> None:
    client = signed_in("rita")
    answer = client.post("/account/tokens", {"name": "notebook", "days": "30"})
    plain = re.findall(r"tst_[\w-]+", answer.content.decode())[0]
    assert answer.headers["Cache-Control"] == "no-store"
    assert user_of_token(plain, timezone.now()) == programme.people["rita"]
    assert plain not in client.get("/account").content.decode()
    token = programme.people["rita"].api_tokens.get(name="notebook")
    assert signed_in("rob").post(f"/account/tokens/{token.pk}/revoke").status_code == 404
    client.post(f"/account/tokens/{token.pk}/revoke")
    assert user_of_token(plain, timezone.now()) is None


def test_an_administrator_opens_an_account_and_gives_a_role(signed_in: SignedIn) -> None:
    ada = signed_in("ada")
    account = {
        "name": "Zoé", "email": "zoe@example.org", "password": PASSWORD, "language": "fr",
        "time_zone": "Europe/Paris",
    }  # fmt: skip
    zoe_page = ada.post("/people/new", account).headers["Location"]
    zoe = User.objects.get(email="zoe@example.org")
    ada.post(f"{zoe_page}/grants", {"role": "stakeholder", "market": "FR"})
    assert Grant.objects.get(user=zoe).market_id == "FR"
    ada.post(f"{zoe_page}/locales", {"locales": ["fr-FR", "fr-CA"]})
    assert fluency_of(zoe) == {"fr-FR", "fr-CA"}
    ada.post(f"{zoe_page}/grants/{Grant.objects.get(user=zoe).pk}/revoke")
    assert not Grant.objects.filter(user=zoe).exists()
    ada.post(f"{zoe_page}/deactivate")
    zoe.refresh_from_db()
    assert not zoe.is_active


def test_an_address_that_is_taken_is_refused_beside_its_field(signed_in: SignedIn) -> None:
    account = {
        "name": "Rita", "email": "RITA@example.org", "password": PASSWORD, "language": "en",
        "time_zone": "UTC",
    }  # fmt: skip
    answer = signed_in("ada").post("/people/new", account)
    assert answer.status_code == 422
    assert "There is an account for rita@example.org already." in answer.content.decode()


def test_the_last_administrator_stays(programme: Programme, signed_in: SignedIn) -> None:
    ada = programme.people["ada"]
    grant = Grant.objects.get(user=ada)
    answer = signed_in("ada").post(f"/people/{ada.pk}/grants/{grant.pk}/revoke", follow=True)
    assert "This is the last administrator." in answer.content.decode()
    assert Grant.objects.filter(pk=grant.pk).exists()


def test_only_administrators_manage_people(signed_in: SignedIn) -> None:
    for name in ("olga", "rita", "quinn", "nobody"):
        assert signed_in(name).get("/people").status_code == 403
    assert Client().get("/people").status_code == 302


def test_markets_are_shown_in_the_language_of_the_page(signed_in: SignedIn) -> None:
    client = signed_in("rita")
    assert "Germany" in client.get("/markets").content.decode()
    client.post("/language", {"language": "fr"})
    assert "Allemagne" in client.get("/markets/DE").content.decode()
    assert client.get("/markets/ZZ").status_code == 404
