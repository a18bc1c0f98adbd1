"""Opening accounts, changing and closing them."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth import authenticate, get_user
from django.http import HttpRequest
from django.test import Client

from tests.factories.markets import LocaleFactory, MarketFactory
from tests.factories.people import GrantFactory, UserFactory, VendorFactory, annotator, holder
from touchstone.apps.ledger.models import Event
from touchstone.apps.markets.queries import UnknownLocale, UnknownMarket
from touchstone.apps.people.models import Role, User, Vendor
from touchstone.apps.people.operations import (
    AccountRefused,
    BeyondYourReach,
    Deactivated,
    EmailTaken,
    LastAdministrator,
    PasswordRefused,
    VendorRefused,
    create_user,
    create_vendor,
    deactivate_user,
    issue_token,
    set_fluency,
    set_password,
    set_preferences,
)
from touchstone.apps.people.queries import (
    fluency_of,
    reach,
    reaches_of,
    user_by_email,
    user_of_token,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
GOOD = "four grey herons fish"

pytestmark = pytest.mark.django_db


def opened(**changes: object) -> User:
    asked: dict[str, object] = {"email": "zoe@example.org", "name": "Zoé", "password": GOOD}
    return create_user(**(asked | changes), by=None, at=AT)


def signed_in(client: Client) -> User | None:
    """Whom the next request of this session would come from."""
    request = HttpRequest()
    request.session = client.session
    user = get_user(request)
    return user if isinstance(user, User) else None


def test_an_address_is_kept_in_lower_case_and_found_in_any() -> None:
    user = opened(email="  Zoe@Example.ORG ")

    assert user.email == "zoe@example.org"
    assert user_by_email("ZOE@example.org") == user
    assert authenticate(None, username="ZOE@EXAMPLE.org", password=GOOD) == user


def test_an_address_serves_one_account_whatever_its_case() -> None:
    first = opened()

    with pytest.raises(EmailTaken, match=r"zoe@example\.org"):
        opened(email="ZOE@example.org")
    assert list(User.objects.all()) == [first]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "zoe"}, "email"),
        ({"email": ""}, "email"),
        ({"name": "  "}, "name"),
        ({"language": "tlh"}, "language"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"kind": "ghost"}, "kind"),
    ],
)
def test_an_account_that_makes_no_sense_is_refused(change: dict[str, object], field: str) -> None:
    with pytest.raises(AccountRefused) as refused:
        opened(**change)

    assert refused.value.details["field"] == field
    assert not User.objects.exists()


@pytest.mark.parametrize("weak", ["short", "password123", "982347234523", "zoe@example.org"])
def test_a_password_that_is_easy_to_guess_is_refused(weak: str) -> None:
    user = opened()

    with pytest.raises(PasswordRefused):
        set_password(user=user, password=weak, by=user, at=AT)
    with pytest.raises(PasswordRefused):
        opened(email="other@example.org", name="zoe@example.org", password=weak)
    assert authenticate(None, username=user.email, password=GOOD) == user


def test_without_a_password_nobody_signs_in() -> None:
    user = opened(password=None)

    assert not user.has_usable_password()
    assert authenticate(None, username=user.email, password="") is None


def test_people_get_pseudonyms_of_their_own_that_say_nothing() -> None:
    people = [opened(email=f"p{n}@example.org", password=None) for n in range(5)]

    assert len({user.pseudonym for user in people}) == len(people)
    assert all("zo" not in user.pseudonym for user in people)


def test_the_ledger_tells_who_opened_an_account_and_not_the_password() -> None:
    by = UserFactory()

    user = create_user(email="a@example.org", name="A", password=GOOD, by=by, at=AT)

    event = Event.objects.get(event="people.user.created")
    assert (event.by_id, event.subject_id, event.at) == (by.pk, str(user.pk), AT)
    assert GOOD not in str(event.data) and user.password not in str(event.data)


def test_a_new_password_ends_the_sessions_under_the_old_one(client: Client) -> None:
    user = opened()
    client.force_login(user)
    assert signed_in(client) == user

    set_password(user=user, password="seven tall ships sail", by=user, at=AT)

    assert signed_in(client) is None
    assert authenticate(None, username=user.email, password=GOOD) is None


def test_an_administrator_of_one_market_does_not_take_over_another_ones_account() -> None:
    france, germany = MarketFactory(code="FR"), MarketFactory(code="DE")
    ruler = holder(Role.ADMIN, market=france)
    target = holder(Role.PROJECT_OWNER, market=germany)

    with pytest.raises(BeyondYourReach):
        set_password(user=target, password=GOOD, by=ruler, at=AT)
    set_password(user=holder(Role.PROJECT_OWNER, market=france), password=GOOD, by=ruler, at=AT)


def test_preferences_are_kept_and_checked() -> None:
    user = UserFactory()

    set_preferences(user=user, language="ar", time_zone="Africa/Cairo", by=user, at=AT)
    with pytest.raises(AccountRefused):
        set_preferences(user=user, language="fr", time_zone="Paris", by=user, at=AT)

    user.refresh_from_db()
    assert (user.language, user.time_zone) == ("ar", "Africa/Cairo")


def test_fluency_is_replaced_whole_or_not_at_all() -> None:
    user = annotator("fr-FR", "fr-CA")
    LocaleFactory(tag="ar-EG")

    set_fluency(user=user, locales=["fr-CA", "ar-EG"], by=None, at=AT)
    assert fluency_of(user) == {"fr-CA", "ar-EG"}
    with pytest.raises(UnknownLocale, match="xx-YY"):
        set_fluency(user=user, locales=["fr-FR", "xx-YY"], by=None, at=AT)
    assert fluency_of(user) == {"fr-CA", "ar-EG"}


def test_a_closed_account_holds_nothing_and_opens_nothing(client: Client) -> None:
    user = opened()
    GrantFactory(user=user, role=Role.PROJECT_OWNER)
    assert reach(user, Role.PROJECT_OWNER).everywhere
    _token, plain = issue_token(user=user, name="script", by=user, at=AT)
    client.force_login(user)
    assert signed_in(client) == user

    deactivate_user(user=user, by=None, at=AT)

    assert authenticate(None, username=user.email, password=GOOD) is None
    assert user_of_token(plain, AT) is None
    assert signed_in(client) is None
    assert reaches_of(user) == {} and not user.grants.exists()


def test_a_closed_account_stays_closed() -> None:
    user = opened()
    deactivate_user(user=user, by=None, at=AT)

    with pytest.raises(Deactivated, match="Zoé"):
        deactivate_user(user=user, by=None, at=AT)
    with pytest.raises(Deactivated):
        set_password(user=user, password=GOOD, by=None, at=AT)
    with pytest.raises(Deactivated):
        issue_token(user=user, name="script", by=user, at=AT)


def test_the_last_administrator_cannot_be_closed() -> None:
    first = holder(Role.ADMIN)

    with pytest.raises(LastAdministrator):
        deactivate_user(user=first, by=first, at=AT)
    second = holder(Role.ADMIN)
    deactivate_user(user=first, by=second, at=AT)

    first.refresh_from_db()
    assert not first.is_active


def test_closing_an_account_takes_reach_over_all_it_holds() -> None:
    france, germany = MarketFactory(code="FR"), MarketFactory(code="DE")
    target = holder(Role.PROJECT_OWNER, market=germany)

    with pytest.raises(BeyondYourReach):
        deactivate_user(user=target, by=holder(Role.ADMIN, market=france), at=AT)
    deactivate_user(user=target, by=holder(Role.ADMIN, market=germany), at=AT)

    event = Event.objects.get(event="people.user.deactivated")
    assert event.data["roles"][0]["market"] == "DE"


def test_a_vendor_has_a_site_with_a_calendar() -> None:
    MarketFactory(code="FR")

    vendor = create_vendor(
        key="strasbourg", name="Est", market="FR", subdivision="6AE", by=None, at=AT
    )

    assert (vendor.market_id, vendor.subdivision) == ("FR", "6AE")
    assert Event.objects.filter(event="people.vendor.created").count() == 1


def test_a_vendor_that_makes_no_sense_is_refused() -> None:
    VendorFactory(key="taken", market=MarketFactory(code="FR"))

    with pytest.raises(VendorRefused, match="taken"):
        create_vendor(key="taken", name="Again", market="FR", by=None, at=AT)
    with pytest.raises(VendorRefused, match="6AE"):
        create_vendor(key="new", name="New", market="FR", subdivision="BY", by=None, at=AT)
    with pytest.raises(UnknownMarket):
        create_vendor(key="new", name="New", market="ZZ", by=None, at=AT)
    assert Vendor.objects.count() == 1
