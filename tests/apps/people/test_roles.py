"""Giving and taking roles: where they can hold, and who may give them there."""

from datetime import UTC, datetime

import pytest

from tests.factories.markets import MarketFactory
from tests.factories.people import GrantFactory, UserFactory, VendorFactory, holder
from touchstone.apps.ledger.models import Event
from touchstone.apps.markets.models import Market
from touchstone.apps.people.models import Grant, Role
from touchstone.apps.people.operations import (
    BeyondYourReach,
    Deactivated,
    GrantRefused,
    LastAdministrator,
    grant_role,
    revoke_role,
)
from touchstone.apps.people.policies import CAPABILITIES, SCOPES, Capability, Scope
from touchstone.apps.people.queries import holds_somewhere, reach

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def france() -> Market:
    return MarketFactory(code="FR")


def test_a_role_holds_where_it_was_given(france: Market) -> None:
    user = UserFactory()
    assert not holds_somewhere(user, Capability.WRITE_PLAN)

    grant_role(user=user, role=Role.PROJECT_OWNER, market="FR", by=None, at=AT)

    assert reach(user, Role.PROJECT_OWNER).markets == {"FR"}
    assert holds_somewhere(user, Capability.WRITE_PLAN)
    assert not reach(user, Role.ADMIN).everywhere
    told = Event.objects.get(event="people.role.granted").data["grant"]
    assert (told["role"], told["market"]) == ("project_owner", "FR")


def test_a_role_that_is_taken_holds_no_more(france: Market) -> None:
    user = UserFactory()
    grant = grant_role(user=user, role=Role.REQUESTER, market=france, by=None, at=AT)
    assert holds_somewhere(user, Capability.FILE_REQUEST)

    revoke_role(grant=grant, by=None, at=AT)

    assert not holds_somewhere(user, Capability.FILE_REQUEST)
    assert not Grant.objects.filter(user=user).exists()
    assert Event.objects.get(event="people.role.revoked").subject_id == str(user.pk)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("scope", Scope)
def test_a_role_is_only_given_where_it_reaches_something(role: Role, scope: Scope) -> None:
    where = {
        Scope.EVERYWHERE: {"everywhere": True},
        Scope.MARKET: {"market": MarketFactory(code="FR")},
        Scope.VENDOR: {"vendor": VendorFactory()},
    }[scope]
    user = UserFactory()

    if scope in SCOPES[role]:
        grant_role(user=user, role=role, **where, by=None, at=AT)
        assert holds_somewhere(user, next(iter(CAPABILITIES[role])))
    else:
        with pytest.raises(GrantRefused, match="reach nothing"):
            grant_role(user=user, role=role, **where, by=None, at=AT)
        assert not user.grants.exists()


def test_a_role_holds_in_exactly_one_way(france: Market) -> None:
    user = UserFactory()

    with pytest.raises(GrantRefused, match="say one"):
        grant_role(user=user, role=Role.QA_LEAD, by=None, at=AT)
    with pytest.raises(GrantRefused, match="say one"):
        grant_role(
            user=user, role=Role.QA_LEAD, market=france, vendor=VendorFactory(), by=None, at=AT
        )


def test_the_same_role_is_not_given_twice() -> None:
    user = holder(Role.PROJECT_OWNER)

    with pytest.raises(GrantRefused, match="already"):
        grant_role(user=user, role=Role.PROJECT_OWNER, everywhere=True, by=None, at=AT)
    assert user.grants.count() == 1


def test_an_administrator_of_one_market_gives_and_takes_roles_there_only(france: Market) -> None:
    ruler = holder(Role.ADMIN, market=france)
    user = UserFactory()
    abroad = VendorFactory(market=MarketFactory(code="DE"))
    at_home = VendorFactory(market=france)

    grant_role(user=user, role=Role.QA_LEAD, market=france, by=ruler, at=AT)
    grant_role(user=user, role=Role.VENDOR_MANAGER, vendor=at_home, by=ruler, at=AT)
    for beyond in ({"everywhere": True}, {"market": "DE"}, {"vendor": abroad}):
        with pytest.raises(BeyondYourReach):
            grant_role(user=user, role=Role.QA_LEAD, **beyond, by=ruler, at=AT)
    with pytest.raises(BeyondYourReach):
        revoke_role(grant=GrantFactory(market=MarketFactory(code="DE")), by=ruler, at=AT)
    assert user.grants.count() == 2


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_only_administrators_give_roles(role: Role, france: Market) -> None:
    scope = {"vendor": VendorFactory()} if role is Role.VENDOR_MANAGER else {}
    by = holder(role, **scope)

    with pytest.raises(BeyondYourReach):
        grant_role(user=by, role=Role.ADMIN, market=france, by=by, at=AT)


def test_the_last_administrator_stays() -> None:
    first = holder(Role.ADMIN)
    held = first.grants.get()

    with pytest.raises(LastAdministrator):
        revoke_role(grant=held, by=first, at=AT)
    second = holder(Role.ADMIN)
    revoke_role(grant=held, by=second, at=AT)

    assert list(Grant.objects.values_list("user", flat=True)) == [second.pk]


def test_a_closed_account_gets_no_role() -> None:
    with pytest.raises(Deactivated):
        grant_role(
            user=UserFactory(is_active=False),
            role=Role.STAKEHOLDER,
            everywhere=True,
            by=None,
            at=AT,
        )
