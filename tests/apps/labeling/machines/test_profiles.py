"""A profile that cannot stand is refused by the name of what is wrong; a version never changes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from tests.factories.labeled import AT, UserFactory
from tests.factories.machines import a_machine, a_profile, plain_terms
from touchstone.apps.labeling.machines.models import MachineProfile
from touchstone.apps.labeling.machines.operations import (
    InvalidProfile,
    NotAMachine,
    write_profile,
)
from touchstone.apps.labeling.machines.policies import call_cost, faults
from touchstone.apps.labeling.machines.prompts import prompt_hash
from touchstone.apps.labeling.machines.queries import profile_in_force, terms_of
from touchstone.apps.ledger.models import Event
from touchstone.apps.markets.queries import UnknownCurrency
from touchstone.apps.people.models import User


@pytest.fixture
def machine(db: None) -> User:
    return a_machine()


def test_a_profile_is_kept_as_it_was_given(machine: User) -> None:
    given = plain_terms(key_variable="TOUCHSTONE_JUDGE_KEY_A", temperature=Decimal("0.25"))

    profile = write_profile(annotator=machine, terms=given, by=None, at=AT)

    stored = MachineProfile.objects.get()
    assert terms_of(stored) == given
    assert (stored.version, stored.prompt_hash) == (1, prompt_hash(given.prompt))
    event = Event.objects.get(event="labeling.machine.profiled")
    assert event.subject_id == str(profile.pk)


def test_a_change_is_a_new_version(machine: User) -> None:
    first = a_profile(machine)
    second = a_profile(machine, model="judge-large-2026-03-01")

    assert [first.version, second.version] == [1, 2]
    assert profile_in_force(machine) == second
    assert MachineProfile.objects.get(version=1).model == "judge-large-2026-02-01"


def test_the_same_terms_again_change_nothing(machine: User) -> None:
    first = a_profile(machine)
    events = Event.objects.count()

    assert a_profile(machine) == first
    assert MachineProfile.objects.count() == 1
    assert Event.objects.count() == events


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("base_url", ""),
        ("base_url", "ftp://there/v1"),
        ("base_url", "there/v1"),
        ("base_url", "http://"),
        ("base_url", "https://user:secret@there/v1"),
        ("base_url", "https://there/v1?key=secret"),
        ("base_url", "https://there/v1\n"),
        ("base_url", "https://there/" + "x" * 300),
        ("base_url", "http://[::1"),
        ("model", ""),
        ("model", "x" * 121),
        ("model", "a\0b"),
        ("family", ""),
        ("family", "Big Judges"),
        ("key_variable", "SECRET_KEY"),
        ("key_variable", "DATABASE_URL"),
        ("key_variable", "TOUCHSTONE_JUDGE_KEYS"),
        ("key_variable", "touchstone_judge_key"),
        ("prompt", "no places"),
        ("temperature", Decimal("2.01")),
        ("temperature", Decimal("NaN")),
        ("temperature", Decimal("0.001")),
        ("input_price", Decimal("-0.01")),
        ("input_price", Decimal("0.0000001")),
        ("output_price", Decimal("Infinity")),
        ("max_tokens", 0),
        ("max_tokens", True),
        ("max_retries", 11),
        ("timeout_seconds", 601),
        ("requests_per_minute", 0),
        ("at_once", 33),
    ],
)
def test_what_cannot_stand_is_named(field: str, value: Any) -> None:
    assert list(faults(plain_terms(**{field: value}))) == [field]


def test_terms_that_cannot_stand_are_not_kept(machine: User) -> None:
    given = plain_terms(key_variable="SECRET_KEY", max_tokens=0)

    with pytest.raises(InvalidProfile) as refused:
        write_profile(annotator=machine, terms=given, by=None, at=AT)

    assert set(refused.value.details["fields"]) == {"key_variable", "max_tokens"}
    assert "key_variable: " in str(refused.value)
    assert not MachineProfile.objects.exists()


def test_a_key_goes_over_https_or_stays_on_the_machine() -> None:
    key = {"key_variable": "TOUCHSTONE_JUDGE_KEY"}

    assert "base_url" in faults(plain_terms("http://models.example/v1", **key))
    for address in ("https://models.example/v1", "http://127.0.0.1/v1", "http://[::1]:80/v1",
                    "http://localhost:8000/v1"):  # fmt: skip
        assert faults(plain_terms(address, **key)) == {}
    assert faults(plain_terms("http://models.example/v1")) == {}


def test_the_currency_is_a_known_one(machine: User) -> None:
    with pytest.raises(UnknownCurrency):
        a_profile(machine, currency="XXX")


def test_a_person_has_no_profile(db: None) -> None:
    with pytest.raises(NotAMachine):
        a_profile(UserFactory())


def test_a_closed_account_gets_none(machine: User) -> None:
    User.objects.update(is_active=False)

    with pytest.raises(NotAMachine):
        a_profile(machine)


@pytest.mark.parametrize(
    "changed",
    [{"model": "x"}, {"input_price": F("input_price") * 2}, {"created_at": AT + timedelta(1)}],
)
def test_a_version_never_changes(machine: User, changed: dict[str, Any]) -> None:
    a_profile(machine)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        MachineProfile.objects.update(**changed)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        MachineProfile.objects.all().delete()


@pytest.mark.parametrize(
    ("broken", "constraint"),
    [
        ({"key_variable": "SECRET_KEY"}, "key_is_ours"),
        ({"key_variable": "TOUCHSTONE_JUDGE_KEY\nX"}, "key_is_ours"),
        ({"input_price": Decimal(-1)}, "prices_not_negative"),
        ({"max_tokens": 0}, "limits_positive"),
        ({"version": 1}, "profile_version"),
    ],
)
def test_the_database_keeps_the_rules_too(
    machine: User, broken: dict[str, Any], constraint: str
) -> None:
    profile = a_profile(machine)
    profile.pk, profile.version = None, 2
    for name, value in broken.items():
        setattr(profile, name, value)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        profile.save(force_insert=True)


def test_what_a_call_costs_is_exact() -> None:
    prices = plain_terms("http://here/v1", input_price=Decimal("0.15"), output_price=Decimal("0.6"))

    assert call_cost(prices, 1_000, 20) == Decimal("0.000162")
    assert call_cost(prices, 1, 0) == Decimal("0.00000015")
    assert call_cost(prices, 0, 0) == 0
    assert call_cost(prices, None, 20) is None
    assert call_cost(prices, 1_000, None) is None
