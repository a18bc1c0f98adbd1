"""The database itself refuses what must not be."""

import pytest
from django.db import IntegrityError

from tests.factories.markets import MarketFactory
from tests.factories.people import (
    OPENED_AT,
    FluencyFactory,
    GrantFactory,
    UserFactory,
    VendorFactory,
)
from touchstone.apps.people.models import ApiToken, Role

pytestmark = pytest.mark.django_db


def test_an_address_belongs_to_one_account_whatever_its_case() -> None:
    UserFactory(email="zoe@example.org")

    with pytest.raises(IntegrityError, match="people_user_email_once"):
        UserFactory(email="Zoe@example.org")


def test_a_pseudonym_belongs_to_one_person() -> None:
    with pytest.raises(IntegrityError, match="pseudonym"):
        UserFactory(pseudonym=UserFactory().pseudonym)


def test_a_vendor_key_is_used_once() -> None:
    with pytest.raises(IntegrityError, match="key"):
        VendorFactory(key=VendorFactory().key)


@pytest.mark.parametrize(
    ("everywhere", "market", "vendor"),
    [
        (False, False, False),
        (True, True, False),
        (True, False, True),
        (False, True, True),
        (True, True, True),
    ],
)
def test_a_grant_has_one_scope(everywhere: bool, market: bool, vendor: bool) -> None:
    with pytest.raises(IntegrityError, match="people_grant_one_scope"):
        GrantFactory(
            everywhere=everywhere,
            market=MarketFactory() if market else None,
            vendor=VendorFactory() if vendor else None,
        )


@pytest.mark.parametrize("scope", ["everywhere", "market", "vendor"])
def test_a_grant_is_given_once(scope: str) -> None:
    where = {
        "everywhere": {"everywhere": True},
        "market": {"market": MarketFactory()},
        "vendor": {"vendor": VendorFactory()},
    }[scope]
    user = UserFactory()
    GrantFactory(user=user, role=Role.QA_LEAD, **where)

    with pytest.raises(IntegrityError, match="people_grant_once"):
        GrantFactory(user=user, role=Role.QA_LEAD, **where)


def test_a_fluency_is_listed_once() -> None:
    fluency = FluencyFactory()

    with pytest.raises(IntegrityError, match="people_fluency_once"):
        FluencyFactory(user=fluency.user, locale=fluency.locale)


def test_a_digest_belongs_to_one_token() -> None:
    user = UserFactory()
    same = {"user": user, "name": "x", "prefix": "tst_x", "digest": "d" * 64}
    ApiToken.objects.create(**same, created_at=OPENED_AT)

    with pytest.raises(IntegrityError, match="digest"):
        ApiToken.objects.create(**same, created_at=OPENED_AT)
