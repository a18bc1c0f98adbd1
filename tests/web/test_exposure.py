"""The console's page of groups and contracts, and accounts of one person."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories.people import UserFactory, VendorFactory, holder
from tests.factories.wellbeing import people, saw
from touchstone.apps.people.models import Role, User, Vendor
from touchstone.apps.wellbeing.groups import last_complete_week
from touchstone.apps.wellbeing.models import VendorLimits
from touchstone.apps.wellbeing.queries import human_of, limits_of

LIMITS = {
    "daily": "120", "weekly": "1200", "stretch": "120", "pause": "20", "wind_down": "60",
    "dose": "960",
}  # fmt: skip


@pytest.fixture
def vendor(db: None) -> Vendor:
    found: Vendor = VendorFactory(key="north", name="North & Co")
    return found


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User) -> str:
    return browser(user).get("/people/exposure").content.decode()


def exposed(vendor: Vendor, count: int) -> None:
    """So many people of a vendor saw five minutes in the last complete week."""
    monday = datetime.combine(last_complete_week(timezone.now()), time.min, UTC)
    for user in people(vendor, count):
        saw(user, monday=monday)


@pytest.mark.parametrize(("count", "shown"), [(10, True), (9, False)])
def test_owners_see_groups_of_ten(vendor: Vendor, count: int, shown: bool) -> None:
    exposed(vendor, count)

    found = page(holder(Role.PROJECT_OWNER))

    assert ("<td>North &amp; Co</td><td>S3" in found) is shown
    assert ("No group is large enough" in found) is not shown
    assert "Tighten by contract" not in found


def test_a_contract_is_written_down(vendor: Vendor) -> None:
    ada = browser(holder(Role.ADMIN))

    answer = ada.post("/people/exposure/limits", LIMITS | {"vendor": vendor.pk}, follow=True)

    assert "The limits of North &amp; Co are kept." in answer.content.decode()
    assert limits_of([vendor.pk]).daily == timedelta(hours=2)
    assert limits_of([vendor.pk]).pause == timedelta(minutes=20)


@pytest.mark.parametrize("fault", [{"daily": "300"}, {"pause": "5"}, {"weekly": ""}, {"dose": "x"}])
def test_a_contract_that_cannot_be_is_shown_with_its_fault(
    vendor: Vendor, fault: dict[str, str]
) -> None:
    ada = browser(holder(Role.ADMIN))

    answer = ada.post("/people/exposure/limits", LIMITS | {"vendor": vendor.pk} | fault)

    assert answer.status_code == 422
    assert "is-invalid" in answer.content.decode()
    assert not VendorLimits.objects.exists()


def test_accounts_are_linked_and_separated(db: None) -> None:
    ada = browser(holder(Role.ADMIN))
    one, other = UserFactory(), UserFactory()

    linked = ada.post(f"/people/{one.pk}/same-person", {"email": other.email}, follow=True)
    assert other.email in linked.content.decode()
    assert human_of(one).user_ids == human_of(other).user_ids

    ada.post(f"/people/{one.pk}/separate")
    assert human_of(one).user_ids == (one.pk,)


@pytest.mark.parametrize("email", ["", "nobody@example.org", "mine"])
def test_a_link_to_nobody_changes_nothing(db: None, email: str) -> None:
    ada = browser(holder(Role.ADMIN))
    one: User = UserFactory()
    sent = {"email": one.email if email == "mine" else email}

    answer = ada.post(f"/people/{one.pk}/same-person", sent, follow=True)

    assert "alert-danger" in answer.content.decode()
    assert human_of(one).user_ids == (one.pk,)
