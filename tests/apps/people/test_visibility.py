"""Which people and vendors somebody may know of."""

import pytest

from tests.factories.markets import MarketFactory
from tests.factories.people import (
    FluencyFactory,
    GrantFactory,
    UserFactory,
    VendorFactory,
    annotator,
    holder,
)
from touchstone.apps.people.models import Role, User
from touchstone.apps.people.queries import (
    annotators_for,
    people_visible_to,
    person_for,
    vendors_visible_to,
)
from touchstone.lib.errors import NotVisible

pytestmark = pytest.mark.django_db


@pytest.fixture
def crowd() -> dict[str, User]:
    """French and German people, by what ties them to their market."""
    french, german = (
        VendorFactory(key="lyon", market=MarketFactory(code="FR")),
        VendorFactory(key="bonn", market=MarketFactory(code="DE")),
    )
    return {
        "employed in FR": UserFactory(vendor=french),
        "employed in DE": UserFactory(vendor=german),
        "labels fr-FR": annotator("fr-FR"),
        "labels de-DE": annotator("de-DE"),
        "owns FR": holder(Role.PROJECT_OWNER, market=french.market),
        "owns DE": holder(Role.PROJECT_OWNER, market=german.market),
        "manages lyon": holder(Role.VENDOR_MANAGER, vendor=french),
        "audits": holder(Role.QA_LEAD),
        "asks": holder(Role.REQUESTER),
        "watches": holder(Role.STAKEHOLDER),
        "rules": holder(Role.ADMIN),
        "outsider": UserFactory(),
    }


IN_FRANCE = {"employed in FR", "labels fr-FR", "owns FR"}


@pytest.mark.parametrize(
    ("viewer", "seen"),
    [
        ("owns FR", IN_FRANCE),
        ("manages lyon", {"employed in FR", "manages lyon"}),
        ("labels fr-FR", {"labels fr-FR"}),
        ("asks", {"asks"}),
        ("watches", {"watches"}),
        ("outsider", {"outsider"}),
    ],
)
def test_people_see_those_they_work_with(
    crowd: dict[str, User], viewer: str, seen: set[str]
) -> None:
    visible = set(people_visible_to(crowd[viewer]))

    assert {name for name, user in crowd.items() if user in visible} == seen


@pytest.mark.parametrize("viewer", ["rules", "audits"])
def test_roles_that_hold_everywhere_see_everybody(crowd: dict[str, User], viewer: str) -> None:
    assert set(people_visible_to(crowd[viewer])) == set(crowd.values())


def test_a_person_out_of_sight_is_not_there(crowd: dict[str, User]) -> None:
    owner, colleague = crowd["owns FR"], crowd["labels fr-FR"]

    assert person_for(owner, colleague.pk) == colleague
    with pytest.raises(NotVisible):
        person_for(owner, crowd["owns DE"].pk)
    with pytest.raises(NotVisible):
        person_for(owner, 0)


@pytest.mark.parametrize(
    ("viewer", "seen"),
    [
        ("rules", {"lyon", "bonn"}),
        ("owns FR", {"lyon"}),
        ("manages lyon", {"lyon"}),
        ("employed in DE", {"bonn"}),
        ("asks", set()),
        ("outsider", set()),
    ],
)
def test_vendors_are_seen_from_their_market_and_from_inside(
    crowd: dict[str, User], viewer: str, seen: set[str]
) -> None:
    assert {vendor.key for vendor in vendors_visible_to(crowd[viewer])} == seen


def test_a_closed_account_sees_only_itself(crowd: dict[str, User]) -> None:
    ruler = User.objects.get(pk=crowd["rules"].pk)
    ruler.is_active = False

    assert list(people_visible_to(ruler)) == [ruler]


def test_annotators_are_found_by_what_they_speak_and_where_they_hold_the_role() -> None:
    france = MarketFactory(code="FR")
    both = annotator("fr-FR", "de-DE", name="B")
    of_france = UserFactory(name="A")
    GrantFactory(user=of_france, role=Role.ANNOTATOR, market=france)
    FluencyFactory(user=of_france, locale__tag="fr-FR")
    of_germany = UserFactory(name="C")
    GrantFactory(user=of_germany, role=Role.ANNOTATOR, market=MarketFactory(code="DE"))
    FluencyFactory(user=of_germany, locale__tag="fr-FR")
    annotator("fr-FR", is_active=False)
    FluencyFactory(user=holder(Role.QA_LEAD), locale__tag="fr-FR")

    assert list(annotators_for(["fr-FR"])) == [of_france, both]
    assert list(annotators_for(["fr-FR", "de-DE"])) == [of_france, both, of_germany]
    assert not annotators_for(["ja-JP"])
