"""Ways in: tokens, and the limit on failed sign-ins."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from tests.factories.people import UserFactory, holder
from touchstone.apps.ledger.models import Event
from touchstone.apps.people.models import ApiToken, Role, SignInAttempt
from touchstone.apps.people.operations import (
    BeyondYourReach,
    TokenRefused,
    issue_token,
    record_failed_sign_in,
    revoke_token,
)
from touchstone.apps.people.policies import network_of
from touchstone.apps.people.queries import sign_in_allowed, token_for, tokens_of, user_of_token
from touchstone.lib.errors import NotVisible

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.django_db


def test_a_token_stands_for_its_person_and_only_its_digest_is_kept() -> None:
    user = UserFactory()

    token, plain = issue_token(user=user, name="nightly import", by=user, at=AT)

    assert plain.startswith("tst_") and plain.startswith(token.prefix)
    assert user_of_token(plain, AT) == user
    kept = str(ApiToken.objects.values().get()) + str(Event.objects.values().get())
    assert plain not in kept and hashlib.sha256(plain.encode()).hexdigest() in kept


@pytest.mark.parametrize("wrong", ["", "tst_", "tst_nobody", "é"])
def test_what_is_not_a_token_stands_for_nobody(wrong: str) -> None:
    issue_token(user=(user := UserFactory()), name="script", by=user, at=AT)

    assert user_of_token(wrong, AT) is None


def test_a_token_ends_when_it_says() -> None:
    user = UserFactory()
    _token, plain = issue_token(user=user, name="x", by=user, at=AT, expires_at=AT + MINUTE)

    assert user_of_token(plain, AT + MINUTE - timedelta(seconds=1)) == user
    assert user_of_token(plain, AT + MINUTE) is None


def test_a_revoked_token_ends_at_once_and_once() -> None:
    user = UserFactory()
    token, plain = issue_token(user=user, name="x", by=user, at=AT)
    _other, other = issue_token(user=user, name="y", by=user, at=AT)

    revoke_token(token=token, by=user, at=AT)

    assert user_of_token(plain, AT) is None
    assert user_of_token(other, AT) == user
    with pytest.raises(TokenRefused):
        revoke_token(token=token, by=user, at=AT)


def test_a_token_needs_a_name_and_a_future() -> None:
    user = UserFactory()

    with pytest.raises(TokenRefused) as unnamed:
        issue_token(user=user, name=" ", by=user, at=AT)
    with pytest.raises(TokenRefused) as over:
        issue_token(user=user, name="x", by=user, at=AT, expires_at=AT)

    assert (unnamed.value.details, over.value.details) == (
        {"field": "name"},
        {"field": "expires_at"},
    )
    assert not ApiToken.objects.exists()


def test_nobody_gets_a_key_to_another_persons_account() -> None:
    ruler = holder(Role.ADMIN)

    with pytest.raises(BeyondYourReach):
        issue_token(user=UserFactory(), name="x", by=ruler, at=AT)
    machine = UserFactory(kind="machine")
    _token, plain = issue_token(user=machine, name="judge", by=ruler, at=AT)
    with pytest.raises(BeyondYourReach):
        issue_token(user=holder(Role.ANNOTATOR, kind="machine"), name="x", by=machine, at=AT)

    assert user_of_token(plain, AT) == machine


def test_people_see_their_own_tokens() -> None:
    user, other = UserFactory(), UserFactory()
    token, _plain = issue_token(user=user, name="x", by=user, at=AT)

    assert list(tokens_of(user)) == [token] and not tokens_of(other)
    assert token_for(user, token.pk) == token
    with pytest.raises(NotVisible):
        token_for(other, token.pk)


def failed(times: int, *, email: str, network: str, at: datetime = AT) -> None:
    for _ in range(times):
        record_failed_sign_in(email=email, network=network, at=at)


def test_five_failures_close_an_address_for_a_quarter_of_an_hour() -> None:
    failed(4, email="Zoe@example.org", network="203.0.113.1")
    assert sign_in_allowed(email="zoe@example.org", network="203.0.113.9", at=AT)

    failed(1, email="zoe@example.org ", network="203.0.113.2")

    assert not sign_in_allowed(email="zoe@example.org", network="203.0.113.9", at=AT)
    assert not sign_in_allowed(email="ZOE@example.org", network="::1", at=AT + 14 * MINUTE)
    assert sign_in_allowed(email="zoe@example.org", network="203.0.113.9", at=AT + 15 * MINUTE)
    assert sign_in_allowed(email="other@example.org", network="203.0.113.1", at=AT)


def test_fifty_failures_close_a_network() -> None:
    for n in range(49):
        failed(1, email=f"p{n}@example.org", network="2001:db8::1")
    assert sign_in_allowed(email="new@example.org", network="2001:db8::2", at=AT)

    failed(1, email="last@example.org", network="2001:db8::3")

    assert not sign_in_allowed(email="new@example.org", network="2001:db8::4", at=AT)
    assert sign_in_allowed(email="new@example.org", network="2001:db8:0:1::4", at=AT)


def test_attempts_hold_no_address_and_are_forgotten_after_a_day() -> None:
    failed(1, email="zoe@example.org", network="203.0.113.1")
    kept = str(SignInAttempt.objects.values().get())
    assert "zoe" not in kept and "203.0.113.1" not in kept
    assert hashlib.sha256(b"zoe@example.org").hexdigest() not in kept

    failed(1, email="x@example.org", network="203.0.113.1", at=AT + timedelta(days=1, seconds=1))

    assert SignInAttempt.objects.count() == 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        (" 203.0.113.7 ", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
        ("", ""),
    ],
)
def test_a_network_is_one_address_or_one_household(address: str, network: str) -> None:
    assert network_of(address) == network
