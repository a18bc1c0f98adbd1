"""A plan may say whose people label in a locale."""

from __future__ import annotations

import pytest

from tests.factories.intake import AT, person, places
from tests.factories.planning import PlanLocaleDraftFactory, a_project, a_submitted_plan
from touchstone.apps.people.models import Role, User
from touchstone.apps.people.operations import create_vendor, set_fluency
from touchstone.apps.planning.models import Plan, PlanVendor
from touchstone.apps.planning.operations.plans import InvalidPlan
from touchstone.apps.planning.working import open_locales

LOCALE = "fr-FR"


@pytest.fixture
def people(db: None) -> dict[str, User]:
    places()
    found = {name: person(name, Role.ANNOTATOR) for name in ("lea", "tom", "sam")}
    for name, vendor in (("lea", "lyon"), ("tom", "tunis")):
        found[name].vendor = create_vendor(
            key=vendor, name=vendor.title(), market="FR", subdivision="", by=None, at=AT
        )
        found[name].save()
    for user in found.values():
        set_fluency(user=user, locales=[LOCALE], by=None, at=AT)
    return found


def planned(*vendors: str) -> Plan:
    project = a_project(
        requester=person("rita", Role.REQUESTER),
        owner=person("olga", Role.PROJECT_OWNER),
        locales={LOCALE: 10},
    )
    return a_submitted_plan(
        project, locales=(PlanLocaleDraftFactory(locale=LOCALE, sample_size=10, vendors=vendors),)
    )


def admitted(plan: Plan, people: dict[str, User]) -> set[str]:
    return {name for name, user in people.items() if open_locales([plan], user)[plan.pk]}


def test_without_a_word_everybody_may(people: dict[str, User]) -> None:
    assert admitted(planned(), people) == {"lea", "tom", "sam"}


def test_only_the_people_of_the_vendors_named(people: dict[str, User]) -> None:
    assert admitted(planned("lyon"), people) == {"lea"}


def test_two_vendors_may_be_named(people: dict[str, User]) -> None:
    assert admitted(planned("lyon", "tunis"), people) == {"lea", "tom"}


def test_an_unknown_vendor_is_refused_by_name(people: dict[str, User]) -> None:
    with pytest.raises(InvalidPlan) as refused:
        planned("nowhere")
    assert "nowhere" in str(refused.value.details)
    assert not Plan.objects.exists()
    assert not PlanVendor.objects.exists()
