"""The cast of the tests: an owner, a requester, an annotator, a QA lead, an outsider…

`UserFactory` makes somebody who holds nothing: the outsider. `holder(Role.X)` makes somebody who
holds one role everywhere, in `market` or at `vendor`. Sign in with `client.force_login(user)`.
"""

from datetime import UTC, datetime

import factory
from django.contrib.auth.hashers import make_password
from factory.django import DjangoModelFactory

from tests.factories.markets import LocaleFactory, MarketFactory
from touchstone.apps.markets.models import Market
from touchstone.apps.people.models import Fluency, Grant, Role, User, Vendor

OPENED_AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


class VendorFactory(DjangoModelFactory):
    class Meta:
        model = Vendor

    key = factory.Sequence(lambda n: f"vendor-{n}")
    name = factory.Sequence(lambda n: f"Vendor {n}")
    market = factory.SubFactory(MarketFactory)


class UserFactory(DjangoModelFactory):
    """Somebody who holds no role; nobody can sign in with a password."""

    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person-{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.LazyFunction(lambda: make_password(None))
    created_at = OPENED_AT


class GrantFactory(DjangoModelFactory):
    class Meta:
        model = Grant

    user = factory.SubFactory(UserFactory)
    role = Role.PROJECT_OWNER
    everywhere = factory.LazyAttribute(lambda row: row.market is None and row.vendor is None)
    market = None
    vendor = None


class FluencyFactory(DjangoModelFactory):
    class Meta:
        model = Fluency

    user = factory.SubFactory(UserFactory)
    locale = factory.SubFactory(LocaleFactory)


def holder(
    role: Role, *, market: Market | None = None, vendor: Vendor | None = None, **about: object
) -> User:
    """Somebody who holds `role`: in `market`, at `vendor`, or else everywhere."""
    user: User = UserFactory(**about)
    GrantFactory(user=user, role=role, market=market, vendor=vendor)
    return user


def annotator(*tags: str, **about: object) -> User:
    """An annotator who labels in the locales of `tags` (fr-FR unless others are given)."""
    user = holder(Role.ANNOTATOR, **about)
    for tag in tags or ("fr-FR",):
        FluencyFactory(user=user, locale=LocaleFactory(tag=tag))
    return user
